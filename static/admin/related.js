// Pop-up windows for related objects, with the field names of Django. The windows exchange messages within this origin only.

const opened = new Map();

const controlOf = (link) => document.getElementById(link.dataset.for);
/** Quotes a primary key for a URL, like Django. */
const quoted = (pk) => pk.replace(/[":/_#?;@&=+$,[\]<>%\n\\]/g, (c) => `_${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

// Links to the chosen object: change, view, delete

function point(control) {
  if (!control.id) return;
  for (const link of document.querySelectorAll(`a[data-href-template][data-for="${CSS.escape(control.id)}"]`)) {
    const one = control.value && !control.multiple && !(control.dataset.many !== undefined);
    if (one) {
      link.removeAttribute("role");
      link.href = link.dataset.hrefTemplate.replace("__fk__", encodeURIComponent(quoted(control.value)));
      link.removeAttribute("aria-disabled");
    } else {
      link.removeAttribute("href");
      link.setAttribute("role", "link");
      link.setAttribute("aria-disabled", "true");
    }
  }
}
document.addEventListener("change", (event) => {
  point(event.target);
  const name = event.target.id && document.querySelector(`[data-chosen-for="${CSS.escape(event.target.id)}"]`);
  if (name && event.isTrusted) name.hidden = event.target.value !== event.target.defaultValue;
});

// The window that opens others

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-popup]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!link.href) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin) return;
  url.searchParams.set("_popup", "1");
  const width = Math.min(900, screen.availWidth);
  const height = Math.min(760, screen.availHeight);
  const left = Math.max(0, screenX + (outerWidth - width) / 2);
  const popup = window.open(url, `${link.dataset.for}__${Date.now() % 1e6}`, `popup,width=${width},height=${height},left=${left},top=${screenY + 60},resizable,scrollbars`);
  if (!popup) return location.assign(link.href.replace(/([?&])_popup=1&?/, "$1"));
  opened.set(popup, link);
  popup.focus();
});

function told(control) {
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
/** Returns the other fields that offer objects of the same model. */
function alike(link) {
  const of = (a) => (a.dataset.hrefTemplate ?? a.getAttribute("href") ?? "").replace(/(__fk__|[^/]+)\/(change|delete)\/.*|add\/.*/, "");
  const base = of(link);
  const controls = [...document.querySelectorAll("a[data-popup]")].filter((a) => base && of(a) === base).map(controlOf);
  return [...new Set([controlOf(link), ...controls])].filter(Boolean);
}
/** Returns the parent for a new option: its group, which Django 6.1 names, or the list itself. */
function groupOf(select, label) {
  const groups = [...select.querySelectorAll("optgroup")];
  if (!label || !groups.length) return select;
  return groups.find((one) => one.label === label) ?? select.appendChild(Object.assign(document.createElement("optgroup"), { label }));
}
function take(link, { action, value, obj, new_value: fresh, optgroup }) {
  const control = controlOf(link);
  if (!control) return;
  const id = String(value);
  if (control.tagName !== "SELECT") {
    const label = document.querySelector(`[data-chosen-for="${CSS.escape(control.id)}"]`);
    if (action === "delete") control.value = control.value === id ? "" : control.value;
    else if (action === "change") control.value = String(fresh ?? value);
    else if (control.dataset.many !== undefined && control.value) {
      if (!control.value.split(",").includes(id)) control.value += `,${id}`;
    } else control.value = id;
    if (label) {
      label.textContent = action === "delete" ? "" : obj;
      label.removeAttribute("href");
      label.hidden = false;
    }
    return told(control);
  }
  for (const select of alike(link)) {
    if (select.tagName !== "SELECT") continue;
    const option = [...select.options].find((one) => one.value === id);
    if (action === "delete") option?.remove();
    else if (action === "change") {
      if (option) Object.assign(option, { text: obj, value: String(fresh ?? value) });
    } else if (select === control || !select.dataset.autocompleteUrl) {
      const added = option ?? groupOf(select, optgroup).appendChild(new Option(obj, id));
      if (select === control) added.selected = true;
    }
    told(select);
  }
  (document.getElementById(control.dataset.proxy) ?? control).focus();
}
addEventListener("message", (event) => {
  if (event.origin !== location.origin || !opened.has(event.source) || typeof event.data?.popup !== "object") return;
  const link = opened.get(event.source);
  opened.delete(event.source);
  event.source.close();
  take(link, event.data.popup);
});

// The window that was opened

function answer(data) {
  if (!window.opener || window.opener === window) return false;
  window.opener.postMessage({ popup: data }, location.origin);
  return true;
}
const response = document.querySelector("[data-popup-response]");
if (response) answer(JSON.parse(response.dataset.popupResponse));
document.addEventListener("click", (event) => {
  const pick = event.target.closest?.("[data-popup-pick]");
  if (pick && answer({ action: "pick", value: pick.dataset.popupPick, obj: pick.textContent.trim() })) event.preventDefault();
  const leave = event.target.closest?.(".popup [data-cancel]");
  if (leave && window.opener) {
    event.preventDefault();
    close();
  }
});
