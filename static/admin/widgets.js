// Replaces a <select> with a combobox that searches on the server, or with a pair of lists. The hidden <select> keeps the value.

let numbered = 0;
const sprite = document.querySelector("use")?.getAttribute("href").split("#")[0] ?? "";

/** Creates an element with attributes and children; a string becomes text. */
function el(tag, attributes = {}, ...children) {
  const it = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) it.setAttribute(name, value === true ? "" : value);
  it.append(...children);
  return it;
}
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon small");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstChild.setAttribute("href", `${sprite}#${name}`);
  return svg;
}
const iconButton = (name, label) => el("button", { type: "button", class: "icon-button small", "aria-label": label, title: label }, icon(name));
/** Returns the text of an option without the characters that isolate its direction. */
const textOf = (option) => option.text.replace(/[\u2068\u2069]/g, "");
const labelOf = (select) => select.getAttribute("aria-label") ?? select.labels[0]?.textContent.trim() ?? select.name;
/** Points the label, help and errors of the select to the control that replaces it. */
function standIn(select, control) {
  control.id = `${select.id}_search`;
  for (const label of select.labels) label.htmlFor = control.id;
  for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
    if (select.hasAttribute(name)) control.setAttribute(name, select.getAttribute(name));
  }
  if (select.required) control.setAttribute("aria-required", "true");
  select.dataset.proxy = control.id;
  select.hidden = true;
}

function combobox(select) {
  const many = select.multiple;
  const name = labelOf(select);
  const clearable = !many && [...select.options].some((option) => !option.value);
  const id = `combo-${++numbered}`;
  const input = el("input", { type: "text", role: "combobox", dir: "auto", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, placeholder: "Search" });
  const list = el("ul", { role: "listbox", id, popover: "manual", "aria-label": name });
  const open = iconButton("chevron-down", `Show choices: ${name}`);
  const clear = iconButton("close", `Clear: ${name}`);
  open.classList.add("open");
  clear.classList.add("clear");
  open.tabIndex = -1;
  const picked = el("div", { class: "picked" });
  const box = el("div", { class: "combo" }, input, clear, open, list);
  const focused = document.activeElement === select;
  select.before(...(many ? [el("div", {}, picked, box)] : [box]));
  standIn(select, input);
  if (focused) input.focus();

  let items = [];
  let active = -1;
  let page = 0;
  let more = false;
  let term = null;
  let asking = null;
  let timer = 0;

  const text = () => (many || !select.value ? "" : (select.selectedOptions[0] ? textOf(select.selectedOptions[0]) : ""));
  const opened = () => list.matches(":popover-open");
  function sync() {
    if (document.activeElement !== input || !opened()) input.value = text();
    clear.hidden = !clearable || !select.value;
    if (!many) return;
    picked.replaceChildren(
      ...[...select.selectedOptions].map((option) => {
        const chip = el("button", { type: "button", class: "chip", dir: "auto", "aria-label": `Remove ${option.text}` }, textOf(option), icon("close"));
        chip.addEventListener("click", () => {
          option.selected = false;
          select.dispatchEvent(new Event("change", { bubbles: true }));
          input.focus();
        });
        return chip;
      }),
    );
  }
  function place() {
    const at = input.getBoundingClientRect();
    const below = innerHeight - at.bottom;
    const up = below < 220 && at.top > below;
    list.style.left = `${at.left}px`;
    list.style.width = `${at.width}px`;
    list.style.top = up ? "auto" : `${at.bottom + 4}px`;
    list.style.bottom = up ? `${innerHeight - at.top + 4}px` : "auto";
  }
  function close() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    term = null;
    if (opened()) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    removeEventListener("scroll", place, true);
    removeEventListener("resize", place);
  }
  function show() {
    if (opened()) return;
    list.showPopover();
    input.setAttribute("aria-expanded", "true");
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    place();
  }
  function move(to) {
    list.children[active]?.classList.remove("active");
    active = to;
    const at = items[active] && list.children[active];
    if (!at) return input.removeAttribute("aria-activedescendant");
    at.classList.add("active");
    at.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", at.id);
    if (more && active === items.length - 1) ask(term, page + 1);
  }
  function note(words) {
    list.querySelector(".note")?.remove();
    if (words) list.append(el("li", { class: "note", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words));
  }
  async function ask(words, number) {
    if (asking && number > 1) return;
    asking?.abort();
    const mine = (asking = new AbortController());
    term = words;
    if (number === 1) {
      items = [];
      active = -1;
      list.replaceChildren();
    }
    show();
    note("Searching …");
    const { autocompleteUrl, appLabel, modelName, fieldName } = select.dataset;
    const query = new URLSearchParams({ term: words, page: number, app_label: appLabel, model_name: modelName, field_name: fieldName });
    try {
      const response = await fetch(`${autocompleteUrl}?${query}`, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const answer = await response.json();
      note("");
      page = number;
      more = answer.pagination.more;
      for (const item of answer.results) {
        const chosen = [...select.selectedOptions].some((option) => option.value === item.id);
        list.append(el("li", { role: "option", dir: "auto", id: `${id}-${items.length}`, "aria-selected": String(chosen) }, item.text));
        items.push(item);
      }
      if (!items.length) note("Nothing found");
      else if (number === 1 && words) move(0);
      place();
    } catch (error) {
      if (error.name !== "AbortError") note("The list could not be loaded. Try again.");
    }
    if (asking === mine) asking = null;
  }
  function choose(item) {
    let option = [...select.options].find((one) => one.value === item.id);
    if (!option) select.append((option = new Option(item.text, item.id)));
    option.selected = many ? !option.selected : true;
    close();
    input.value = text();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input.value.trim(), 1), 180);
  });
  input.addEventListener("click", () => opened() || ask("", 1));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    if (clearable && !input.value.trim() && select.value) clear.click();
    close();
    input.value = text();
  });
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!opened()) return void ask("", 1);
      if (items.length) move((active + (key === "ArrowDown" ? 1 : -1) + items.length + (active < 0 && key === "ArrowUp" ? 1 : 0)) % items.length);
    } else if (key === "Enter" && opened()) {
      event.preventDefault();
      if (items[active]) choose(items[active]);
    } else if (key === "Enter" && input.value !== text()) {
      event.preventDefault(); // faster than the search: nothing was chosen yet
      clearTimeout(timer);
      ask(input.value.trim(), 1);
    } else if (key === "Escape" && (opened() || input.value !== text())) {
      event.preventDefault();
      close();
      input.value = text();
    } else if (key === "Backspace" && many && !input.value) {
      picked.lastChild?.click();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (items[at]) choose(items[at]);
  });
  list.addEventListener("scroll", () => {
    if (more && list.scrollTop + list.clientHeight > list.scrollHeight - 60) ask(term, page + 1);
  });
  open.addEventListener("mousedown", (event) => {
    event.preventDefault();
    input.focus();
    if (opened()) close();
    else ask("", 1);
  });
  clear.addEventListener("mousedown", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    select.value = "";
    input.value = "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  select.addEventListener("change", sync);
  sync();
}

function picker(select) {
  const name = select.dataset.filterName ?? labelOf(select).toLowerCase();
  const make = (title, side) => {
    const count = el("span");
    const search = el("input", { type: "search", dir: "auto", "aria-label": `Filter ${title.toLowerCase()}`, placeholder: "Filter" });
    const list = el("select", { multiple: true, "aria-label": title });
    const all = el("button", { type: "button", class: "mini" }, side ? "Remove all" : "Choose all");
    const box = el("div", {}, el("p", {}, title, count), all, el("div", { class: "search-box" }, icon("search"), search), list);
    return { box, count, search, list, all };
  };
  const left = make(`Available ${name}`, 0);
  const right = make(`Chosen ${name}`, 1);
  const to = iconButton("arrow-right", `Choose the selected ${name}`);
  const back = iconButton("arrow-left", `Remove the selected ${name}`);
  for (const it of [to, back]) it.firstChild.classList.add("flip");
  const box = el("div", { class: `picker ${select.dataset.filter}`, role: "group", "aria-label": labelOf(select) }, left.box, el("div", { class: "between" }, to, back), right.box);
  if (select.options.length < 5) box.classList.add("short");
  select.before(box);
  standIn(select, left.search);
  left.search.removeAttribute("aria-required");
  left.search.setAttribute("aria-label", `Filter available ${name}`);

  function fill() {
    for (const [side, chosen] of [[left, false], [right, true]]) {
      const words = side.search.value.trim().toLowerCase().split(/\s+/);
      const of = [...select.options].filter((option) => option.selected === chosen && option.value);
      const shown = of.filter((option) => words.every((word) => option.text.toLowerCase().includes(word)));
      side.list.replaceChildren();
      for (const option of shown) {
        const copy = Object.assign(new Option(option.text, option.value), { title: option.text });
        const group = option.closest("optgroup");
        const last = side.list.lastElementChild;
        if (!group) side.list.append(copy);
        else if (last?.tagName === "OPTGROUP" && last.label === group.label) last.append(copy);
        else side.list.appendChild(Object.assign(document.createElement("optgroup"), { label: group.label })).append(copy);
      }
      side.count.textContent = shown.length === of.length ? String(of.length) : `${shown.length} of ${of.length}`;
      side.all.disabled = !shown.length;
    }
    ready();
  }
  function ready() {
    to.disabled = !left.list.selectedOptions.length;
    back.disabled = !right.list.selectedOptions.length;
  }
  function shift(options, chosen) {
    const values = new Set([...options].map((option) => option.value));
    for (const option of select.options) if (values.has(option.value)) option.selected = chosen;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (const [side, chosen] of [[left, true], [right, false]]) {
    const go = () => shift(side.list.selectedOptions, chosen);
    side.search.addEventListener("input", (event) => {
      event.stopPropagation();
      fill();
    });
    side.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (side.list.options.length === 1) shift(side.list.options, chosen);
    });
    side.list.addEventListener("change", (event) => {
      event.stopPropagation();
      ready();
    });
    side.list.addEventListener("dblclick", go);
    side.list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const at = side.list.selectedIndex;
      go();
      side.list.selectedIndex = Math.min(at, side.list.options.length - 1);
      ready();
    });
    side.all.addEventListener("click", () => shift(side.list.options, chosen));
    (chosen ? to : back).addEventListener("click", go);
  }
  select.addEventListener("change", fill);
  fill();
}

function upgrade(within) {
  for (const select of within.querySelectorAll("select[data-autocomplete-url]:not([data-proxy])")) combobox(select);
  for (const select of within.querySelectorAll("select[data-filter]:not([data-proxy])")) picker(select);
}
document.addEventListener("admin:added", (event) => {
  upgrade(event.detail);
  event.detail.querySelector(".combo input, input:not([type=hidden]), select, textarea")?.focus();
});
upgrade(document);
