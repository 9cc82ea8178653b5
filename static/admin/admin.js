// Every page of the admin: theme, sidebar, messages, tables, unsaved changes, keyboard.

const root = document.documentElement;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const sprite = $("use")?.getAttribute("href").split("#")[0] ?? "";

/** Reads or writes a value in the storage of the browser, which may be forbidden. */
const remember = (key, value, store = "localStorage") => {
  try {
    if (value === undefined) return window[store].getItem(key);
    if (value === null) window[store].removeItem(key);
    else window[store].setItem(key, value);
  } catch {
    // Then it is remembered for this page only.
  }
  return null;
};

// Theme: auto, light, dark

const themeButton = $("[data-theme-toggle]");
function setTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember("theme", theme);
  nameTheme();
}
const theme = () => root.dataset.theme ?? "auto";
function nameTheme() {
  if (!themeButton) return;
  themeButton.title = `Theme: ${theme()}`;
  themeButton.setAttribute("aria-label", themeButton.title);
}
const nextTheme = () => setTheme({ auto: "light", light: "dark", dark: "auto" }[theme()]);
themeButton?.addEventListener("click", nextTheme);
nameTheme();

// Parts that can be closed: the sidebar, the filters

function toggle(part) {
  const open = root.dataset[part] === "closed";
  if (open) delete root.dataset[part];
  else root.dataset[part] = "closed";
  remember(`admin.${part}`, open ? null : "closed");
  showToggles();
}
function showToggles() {
  for (const button of $$("[data-toggle]")) {
    button.setAttribute("aria-expanded", String(root.dataset[button.dataset.toggle] !== "closed"));
  }
}
for (const button of $$("[data-toggle]")) button.addEventListener("click", () => toggle(button.dataset.toggle));
showToggles();

// Sidebar: its filter and its scroll position

const filter = $("[data-sidebar-filter]");
if (filter) {
  const sidebar = filter.closest("nav");
  const apply = () => {
    const words = filter.value.trim().toLowerCase();
    for (const section of $$("section", sidebar)) {
      const whole = $("h2", section)?.textContent.toLowerCase().includes(words);
      for (const item of $$("li", section)) item.hidden = !whole && !item.textContent.toLowerCase().includes(words);
      section.hidden = !$("li:not([hidden])", section);
    }
    const none = $("[data-sidebar-none]", sidebar);
    if (none) none.hidden = $("section:not([hidden])", sidebar) !== null;
    remember("admin.filter", words || null, "sessionStorage");
  };
  filter.value = remember("admin.filter", undefined, "sessionStorage") ?? "";
  filter.addEventListener("input", apply);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && filter.value) {
      event.preventDefault();
      filter.value = "";
      apply();
    }
    if (event.key === "Enter" && filter.value) $("section:not([hidden]) li:not([hidden]) a", sidebar)?.click();
  });
  apply();
  sidebar.scrollTop = Number(remember("admin.scroll", undefined, "sessionStorage"));
  addEventListener("pagehide", () => remember("admin.scroll", String(sidebar.scrollTop), "sessionStorage"));
}

// Messages stay until they are dismissed, menus close when the focus leaves them, filters remember whether they are open

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest?.("[data-dismiss]");
  if (dismiss) {
    const messages = dismiss.closest(".messages");
    dismiss.closest(".message").remove();
    if (!messages.children.length) messages.remove();
    $("#main")?.focus({ preventScroll: true });
  }
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  // A link to a field that a widget replaces, or that a closed section hides.
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (target) {
    for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    const stand = target.dataset.proxy ? document.getElementById(target.dataset.proxy) : target;
    if (stand.matches("input, select, textarea")) {
      event.preventDefault();
      stand.focus();
    }
  }
});
for (const details of $$(".filters details")) {
  const key = `admin.filter.${location.pathname}${$("summary", details).firstChild.textContent.trim()}`;
  const kept = remember(key);
  if (kept) details.open = kept === "open";
  details.addEventListener("toggle", () => remember(key, details.open ? "open" : "closed"));
}
$("[data-problem]")?.focus();

// Tables: the head is sticky if the table does not scroll sideways

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wrap = target.closest("[data-table]");
    wrap.classList.toggle("fits", wrap.firstElementChild.scrollWidth <= wrap.clientWidth);
  }
});
for (const table of $$("[data-table] > table")) {
  sizes.observe(table);
  sizes.observe(table.parentElement.appendChild(document.createElement("span")));
}

// Unsaved changes: controls whose value differs from the one that the server sent

const IGNORED = new Set(["csrfmiddlewaretoken", "action", "index", "select_across", "_selected_action"]);
function changed(control) {
  if (!control.name || control.disabled || IGNORED.has(control.name)) return false;
  if (control.type === "hidden" || control.type === "submit" || control.type === "button") return false;
  if (control.type === "file") return control.files.length > 0;
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const options = [...control.options];
  const plain = !control.multiple && !options.some((option) => option.defaultSelected);
  return options.some((option, index) => option.selected !== (plain ? index === 0 : option.defaultSelected));
}

// After a save, Back leads to the form that was saved. Its values must not count as unsaved, so the tab remembers the last
// forms that the server answered with a success.

const SENT = "admin.sent";
const SAVED = "admin.saved";
const MOST_SAVED = 5;
/** Whether the control is sent; the search of a field with choices, for example, has no name. */
const isSent = ({ name, type }) => name && !["hidden", "submit", "button"].includes(type) && !IGNORED.has(name);
/** What is entered in the control, as a text that can be compared. */
function entered({ name, type, value, checked, selectedOptions }) {
  if (type === "checkbox" || type === "radio") return JSON.stringify([name, value, checked]);
  return JSON.stringify([name, selectedOptions ? [...selectedOptions].map((option) => option.value) : value]);
}
const savedForms = () => JSON.parse(remember(SAVED, undefined, "sessionStorage") ?? "[]");
/** What was saved from this page, for each control. */
const savedHere = () => new Set(savedForms().find(([url]) => url === location.href)?.[1]);
const sentBefore = remember(SENT, undefined, "sessionStorage");
if (sentBefore) {
  remember(SENT, null, "sessionStorage");
  if ($(".message.success") && !$("[data-problem]")) {
    const form = JSON.parse(sentBefore);
    const others = savedForms().filter(([url]) => url !== form[0]);
    remember(SAVED, JSON.stringify([form, ...others].slice(0, MOST_SAVED)), "sessionStorage");
  }
}
/** Sets the control to what the server sent. */
function reset(control) {
  if (control.type === "checkbox" || control.type === "radio") control.checked = control.defaultChecked;
  else if (control.tagName !== "SELECT") control.value = control.defaultValue;
  else {
    const options = [...control.options];
    const plain = !control.multiple && !options.some((option) => option.defaultSelected);
    options.forEach((option, index) => (option.selected = plain ? index === 0 : option.defaultSelected));
  }
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

for (const form of $$("form[data-guard]")) {
  // Also unsaved: what was typed before a login, and came back after it.
  const rejected = $("[data-problem]") !== null || form.dataset.guard === "unsaved";
  const state = $("[data-changes]", form);
  let dirty = rejected;
  let sent = false;
  // Whether the browser shows the page as it was left.
  let isCached = false;
  let saved = new Set();
  const look = () => {
    let controls = [...form.elements].filter(changed);
    if (isCached) controls = controls.filter((control) => !saved.has(entered(control)));
    dirty = rejected || controls.length > 0;
    form.classList.toggle("dirty", dirty);
    let rows = 0;
    if (form.matches("[data-list]")) {
      const touched = new Set(controls.map((control) => control.closest("tr")));
      for (const row of $$("tbody tr", form)) row.classList.toggle("changed", touched.has(row));
      rows = touched.size;
    }
    if (state) {
      const text = rows ? `${rows} ${rows === 1 ? "row" : "rows"} changed` : dirty ? "Unsaved changes" : "";
      if (state.textContent !== text) state.textContent = text;
    }
  };
  let planned = 0;
  const soon = () => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(look);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("admin:added", soon);
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // once is enough
    else remember(SENT, JSON.stringify([location.href, [...form.elements].filter(isSent).map(entered)]), "sessionStorage");
    sent = true;
    setTimeout(() => (sent = false), 4000); // an answer that never came, or a download
  });
  addEventListener("pageshow", ({ persisted }) => {
    sent = false;
    isCached = persisted;
    saved = savedHere();
    // The browser has loaded the page again, and entered what was sent: show what is stored now.
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (isBack && !persisted && !rejected) [...form.elements].filter((control) => changed(control) && saved.has(entered(control))).forEach(reset);
    look();
  });
  addEventListener("beforeunload", (event) => {
    if (dirty && !sent) event.preventDefault();
  });
  look();
}

// Keyboard

const KEYS = [
  ["?", "This help"],
  ["/", "Search this list, or everything"],
  ["Ctrl K", "Search everything"],
  ["g h", "Go to the start page"],
  ["g s", "Go to the site"],
  ["g u", "Go up one level"],
  ["n", "Add one"],
  ["j", "Next row"],
  ["k", "Previous row"],
  ["x", "Select the row"],
  ["a", "Actions for the selected rows, or for this one"],
  ["[", "Sidebar"],
  ["t", "Theme: auto, light, dark"],
  ["f", "Filter models"],
  ["Esc", "Dismiss messages; leave a field of a list for its row"],
  ["Ctrl S", "Save"],
  ["Ctrl Shift S", "Save and continue editing"],
];
let dialog;
const single = () => remember("admin.keys") !== "off";
function help() {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "help-title");
    const keys = (text) =>
      text
        .replace("Ctrl", /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl")
        .split(" ")
        .map((key) => `<kbd>${key}</kbd>`)
        .join(" ");
    dialog.innerHTML = `<div class="head"><h2 id="help-title">Keyboard shortcuts</h2><button type="button" class="icon-button" aria-label="Close"><svg class="icon" aria-hidden="true"><use href="${sprite}#close"/></svg></button></div>
<dl>${KEYS.map(([key, what]) => `<div><dt>${keys(key)}</dt><dd>${what}</dd></div>`).join("")}</dl>
<label class="switch"><input type="checkbox"> Shortcuts of a single key</label>`;
    document.body.append(dialog);
    $("button", dialog).addEventListener("click", () => dialog.close());
    const box = $("input", dialog);
    box.checked = single();
    box.addEventListener("change", () => remember("admin.keys", box.checked ? null : "off"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}
for (const button of $$("[data-help]")) button.addEventListener("click", help);

function step(by) {
  const links = $$(".list tbody th a");
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}
const boxOfRow = (element) => element.closest(".list tbody tr")?.querySelector(".select input");
const DO = {
  "?": help,
  "/": () => {
    const field = $("[data-search]");
    if (!field) return findAll();
    field.focus();
    field.select();
  },
  gh: () => $(".brand")?.click(),
  gs: () => location.assign(new URL("..", $(".brand")?.href ?? location.origin)),
  gu: () => $$(".crumbs a").at(-1)?.click(),
  n: () => $("[data-add]")?.click(),
  j: () => step(1),
  k: () => step(-1),
  x: () => boxOfRow(document.activeElement)?.click(),
  a: () => {
    if (!$("[data-bulk].shown")) boxOfRow(document.activeElement)?.click();
    $("[data-bulk].shown select")?.focus();
  },
  "[": () => $('[data-toggle="sidebar"]') && toggle("sidebar"),
  t: nextTheme,
  f: () => filter?.focus(),
};
/** Opens the search over all models. */
const findAll = () => $("[data-find]")?.click();
let first = "";
let firstAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    const save = (event.shiftKey && $('button[name="_continue"]')) || $("[data-save]") || $('button[name="_save"]');
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && $("[data-find]")) {
    event.preventDefault();
    findAll();
    return;
  }
  if (event.key === "Escape" && !dialog?.open) {
    const menus = $$("details.menu[open]");
    for (const menu of menus) menu.open = false;
    const box = event.target.matches?.("input, select") && boxOfRow(event.target);
    if (box && box !== event.target) box.focus();
    else if (!menus.length && !$(":popover-open")) $("main > .messages")?.remove();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !single()) return;
  const at = event.target;
  if (at.isContentEditable || at.matches?.('textarea, select, input:not([type="checkbox"], [type="radio"])')) return;
  if (dialog?.open && event.key !== "?") return;
  const two = first && event.timeStamp - firstAt < 1200 ? first + event.key : "";
  const act = DO[two] ?? DO[event.key];
  first = event.key === "g" ? "g" : "";
  firstAt = event.timeStamp;
  if (act) {
    event.preventDefault();
    act();
  }
});

// A page that waits for work in the background loads again, to show the progress.
const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);
