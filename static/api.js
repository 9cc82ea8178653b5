// Sends the requests of the page that documents the API, and shows their answers. Without this script the forms of lists
// still work: they open the answer as a page.

const page = document.querySelector(".api");
const token = page?.dataset.token;

function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  for (const input of form.querySelectorAll("input[data-place]")) {
    const value = input.value.trim();
    if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value && input.dataset.place === "query") query.set(input.name, value);
    else if (value) headers[input.name] = value;
  }
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const search = query.toString();
  return [search ? `${path}?${search}` : path, { method: form.dataset.method, headers, body, credentials: "same-origin" }];
}

async function send(form) {
  const place = form.querySelector(".api-answer");
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  try {
    const [url, options] = requestOf(form);
    const response = await fetch(url, options);
    const text = await response.text();
    let body = text;
    try {
      body = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // The answer has no body.
    }
    const etag = response.headers.get("ETag");
    shown.textContent = `${options.method} ${url}\n${response.status} ${response.statusText}\n${etag ? `ETag: ${etag}\n` : ""}\n${body}`;
  } catch (error) {
    shown.textContent = `The request failed: ${error.message}`;
  }
  place.replaceChildren(shown);
}

/** Returns the form of a request. A request that needs this script is not a form without it. */
function formOf(box) {
  if (box instanceof HTMLFormElement) return box;
  const form = document.createElement("form");
  form.className = box.className;
  Object.assign(form.dataset, box.dataset);
  form.append(...box.childNodes);
  box.replaceWith(form);
  return form;
}

for (const box of document.querySelectorAll(".api-try")) {
  const form = formOf(box);
  form.hidden = false;
  for (const more of form.querySelectorAll(".api-more")) more.hidden = false;
  for (const input of form.querySelectorAll(":disabled")) input.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

// A link to a part that is closed opens it.
function open() {
  const part = location.hash && document.getElementById(location.hash.slice(1));
  if (part instanceof HTMLDetailsElement) part.open = true;
}
addEventListener("hashchange", open);
open();
