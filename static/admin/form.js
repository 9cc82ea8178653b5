// Forms: inline rows, slugs, dates, counts of characters.

const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

function button(text, act) {
  const it = document.createElement("button");
  it.type = "button";
  it.className = "mini";
  it.textContent = text;
  it.addEventListener("click", act);
  return it;
}
function put(control, value) {
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

// Dates and times: buttons that enter the present time of this browser

const two = (number) => String(number).padStart(2, "0");
const NOW = {
  date: ["Today", (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`],
  time: ["Now", (d, exact) => `${two(d.getHours())}:${two(d.getMinutes())}${exact ? `:${two(d.getSeconds())}` : ""}`],
};
NOW["datetime-local"] = ["Now", (d, exact) => `${NOW.date[1](d)}T${NOW.time[1](d, exact)}`];

function dates(within) {
  for (const input of $$("input[data-now]", within)) {
    const [name, value] = NOW[input.type] ?? [];
    if (!name) continue;
    if (input.parentElement.matches(".field")) {
      const focused = document.activeElement === input;
      const split = document.createElement("div");
      split.className = "split";
      split.append(document.createElement("div"));
      input.replaceWith(split);
      split.firstChild.append(input);
      if (focused) input.focus();
    }
    const of = input.labels[0]?.textContent.trim() ?? "";
    const it = button(name, () => put(input, value(new Date(), Number(input.step) > 0 && Number(input.step) < 60)));
    if (of) it.setAttribute("aria-label", `${name}: ${of}`);
    input.after(it);
  }
}

// Number of characters: shown while the user types, and when the text is almost too long

function counts(within) {
  for (const input of $$("input[maxlength], textarea[maxlength]", within)) {
    const label = input.closest(".field")?.querySelector(".label");
    if (!label || input.type === "password" || input.maxLength < 1) continue;
    const out = document.createElement("span");
    out.className = "length";
    out.hidden = true;
    label.append(out);
    const show = () => {
      const room = input.maxLength - input.value.length;
      out.textContent = `${input.value.length} / ${input.maxLength}`;
      out.classList.toggle("full", room <= 0);
      out.hidden = document.activeElement !== input && room > input.maxLength / 10;
    };
    for (const event of ["input", "focus", "blur"]) input.addEventListener(event, show);
  }
}

// Slugs: made like `slugify` of the server and of Django, until the user edits the slug

export function slugify(text) {
  return text
    .normalize("NFKD")
    .replace(/[^\0-\x7f]/g, "")
    .toLowerCase()
    .replace(/[^\w\s\x1c-\x1f-]/g, "")
    .replace(/[-\s\x1c-\x1f]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
}
function slugs(within) {
  for (const target of $$("[data-prepopulate]", within)) {
    if (target.value) continue;
    const sources = target.dataset.prepopulate.split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean);
    const longest = Number(target.dataset.prepopulateMax) || target.maxLength || 50;
    let own = false;
    target.addEventListener("input", (event) => (own ||= event.isTrusted));
    const fill = () => {
      if (own) return;
      const words = sources.map((it) => (it.tagName === "SELECT" ? (it.value ? it.selectedOptions[0].text : "") : it.value));
      const slug = slugify(words.filter(Boolean).join(" ")).slice(0, longest).replace(/[-_]+$/, "");
      if (slug !== target.value) put(target, slug);
    };
    for (const source of sources) {
      source.addEventListener("input", fill);
      source.addEventListener("change", fill);
    }
  }
}

function upgrade(within) {
  dates(within);
  counts(within);
  slugs(within);
}

// Inline rows

function renamed(within, prefix, from, to) {
  const old = new RegExp(`(^|\\s|id_)${prefix.replace(/[^\w]/g, "\\$&")}-${from}(?![\\w])`, "g");
  for (const element of [within, ...$$("*", within)]) {
    for (const { name, value } of [...element.attributes]) {
      if (name !== "value" && name !== "href" && old.test(value)) element.setAttribute(name, value.replace(old, `$1${prefix}-${to}`));
    }
  }
}
for (const group of $$("[data-inline]")) {
  const prefix = group.dataset.inline;
  const field = (name) => group.querySelector(`[name="${prefix}-${name}"]`);
  const rows = group.querySelector("[data-inline-rows]");
  const template = group.querySelector("[data-inline-template]");
  const add = group.querySelector("[data-inline-add]");
  const total = field("TOTAL_FORMS");
  if (!rows || !total) continue;
  const most = Number(field("MAX_NUM_FORMS")?.value ?? 1000);
  const least = Number(field("MIN_NUM_FORMS")?.value ?? 0);

  const show = () => {
    if (add) add.hidden = Number(total.value) >= most;
    for (const it of $$("[data-inline-remove]", rows)) it.hidden = Number(total.value) <= least;
    $$("[data-inline-row]", rows).forEach((row, index) => {
      const number = row.querySelector("[data-inline-number]");
      if (number) number.textContent = `#${index + 1}`;
    });
  };
  add?.addEventListener("click", (event) => {
    if (!template) return;
    event.preventDefault();
    const number = total.value;
    const fresh = [...document.importNode(template.content, true).children];
    for (const row of fresh) {
      renamed(row, prefix, "__prefix__", number);
      rows.append(row);
    }
    total.value = String(Number(number) + 1);
    show();
    for (const row of fresh) {
      upgrade(row);
      document.dispatchEvent(new CustomEvent("admin:added", { detail: row }));
    }
    fresh[0]?.querySelector('input:not([type="hidden"], [hidden]), select:not([hidden]), textarea')?.focus();
  });
  rows.addEventListener("click", (event) => {
    const row = event.target.closest("[data-inline-remove]")?.closest("[data-inline-row]");
    if (!row) return;
    const all = $$("[data-inline-row]", rows);
    const at = all.indexOf(row);
    const first = Number(row.id.slice(prefix.length + 1));
    row.remove();
    all.slice(at + 1).forEach((later, index) => renamed(later, prefix, String(first + index + 1), String(first + index)));
    total.value = String(Number(total.value) - 1);
    show();
    (all[at + 1] ?? all[at - 1])?.querySelector("[data-inline-remove]")?.focus();
    if (!rows.contains(document.activeElement)) add?.focus();
    group.dispatchEvent(new Event("change", { bubbles: true }));
  });
  rows.addEventListener("change", (event) => {
    if (!event.target.matches("[data-inline-delete]")) return;
    mark(event.target);
  });
  const mark = (box) => {
    const row = box.closest("[data-inline-row]");
    row.classList.toggle("gone", box.checked);
    if (row.previousElementSibling?.matches(".of")) row.previousElementSibling.classList.toggle("gone", box.checked);
  };
  $$("[data-inline-delete]", rows).forEach(mark);
  show();
}

// A click takes over the value that someone else saved

document.addEventListener("click", (event) => {
  const use = event.target.closest?.("[data-use-value]");
  const control = use && document.getElementById(use.dataset.useFor);
  if (!control) return;
  if (control.type === "checkbox") {
    control.checked = ["on", "true", "True", "1"].includes(use.dataset.useValue);
    control.dispatchEvent(new Event("change", { bubbles: true }));
  } else put(control, use.dataset.useValue);
  control.focus();
});

upgrade(document);
