// Doubles the size of a page's text, and finds text that is cut or covered.

/** Text of at least this size in pixels is decoration, and is not enlarged. */
const PICTURE = 96;

/** Doubles the size of the text alone, as a browser's setting for the size of text does. */
export const enlarge = (page) =>
  page.evaluate((picture) => {
    const elements = [...document.querySelectorAll("html, body, body *")];
    const sizes = elements.map((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    const larger = (size) => (size < picture ? 2 * size : size);
    elements.forEach((element, at) => element.style.setProperty("font-size", `${larger(sizes[at])}px`, "important"));
    // The page's own observers of sizes run with the next frame.
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, PICTURE);

/** Returns what is wrong with the layout of a page: a description for each element that is cut, covered or outside. */
export const flaws = (page) =>
  page.evaluate(() => {
    const found = new Set();
    // Text for screen readers has a box of one pixel, which cuts it on purpose.
    const withoutReaders = new CSSStyleSheet();
    withoutReaders.replaceSync(".hidden { display: none !important; }");
    document.adoptedStyleSheets.push(withoutReaders);
    const tell = (what, element) => {
      const parent = element.parentElement;
      const named = (one) => `${one.tagName.toLowerCase()}${one.id ? `#${one.id}` : ""}${[...one.classList].map((name) => `.${name}`).join("")}`;
      const text = String(element.value ?? element.innerText ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
      found.add(`${what}: ${parent ? `${named(parent)} > ` : ""}${named(element)}${element.name ? `[name=${element.name}]` : ""} “${text}”`);
    };
    const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;
    // The skip link is clipped until it has the focus, and so are heads of tables that are shown as cards.
    const isForReaders = (element) => {
      for (let one = element; one; one = one.parentElement) if (getComputedStyle(one).clipPath === "inset(50%)") return true;
      return false;
    };
    const cuts = ({ overflowX }) => overflowX === "hidden" || overflowX === "clip";

    // A screen must not scroll sideways.
    if (document.scrollingElement.scrollWidth > innerWidth + 1) {
      const isOutside = (element) => isShown(element) && !isForReaders(element) && element.getBoundingClientRect().right > innerWidth + 1;
      for (const element of document.querySelectorAll("body *")) {
        if (isOutside(element) && ![...element.children].some(isOutside)) tell(`outside, up to ${Math.round(element.getBoundingClientRect().right)} px`, element);
      }
    }

    const texts = [];
    for (const element of document.querySelectorAll("body, body *")) {
      if (!isShown(element) || isForReaders(element) || element.closest("svg")) continue;
      const style = getComputedStyle(element);
      const isControl = element.matches("input:not([type=checkbox], [type=radio], [type=hidden], [type=file], [type=color]), select, button");
      // An entered text may scroll inside its input; a value of limited length, such as a number, must be visible as a whole.
      const mayScroll = element.matches("input:not([type=number], [type=date], [type=time], [inputmode])");
      if ((cuts(style) || isControl) && !mayScroll && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1) {
        tell(`cut, ${element.scrollWidth} px in ${element.clientWidth}`, element);
      }
      if ((style.overflowY === "hidden" || style.overflowY === "clip") && style.webkitLineClamp === "none" && !isControl) {
        const content = document.createRange();
        content.selectNodeContents(element);
        const missing = content.getBoundingClientRect().bottom - element.getBoundingClientRect().bottom;
        // The box of a text is higher than its letters.
        const size = Math.max(...[element, ...element.querySelectorAll("*")].map((one) => Number.parseFloat(getComputedStyle(one).fontSize)));
        if (missing > 0.15 * size) tell(`cut, ${Math.round(missing)} px at the bottom`, element);
      }
      if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) texts.push(element);
    }

    // Lines of text. Whatever is fixed or sticky may cover others on purpose.
    const floats = (element) => {
      for (let one = element; one; one = one.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return true;
      return false;
    };
    const scrolls = (element) => {
      for (let one = element; one !== document.body && one; one = one.parentElement) if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(one).overflowX)) return true;
      return false;
    };
    const lines = [];
    for (const element of texts) {
      if (floats(element) || scrolls(element)) continue;
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) if (box.width > 2) lines.push({ element, box });
      }
    }
    lines.sort((one, other) => one.box.top - other.box.top);
    lines.forEach(({ element, box }, at) => {
      for (let next = at + 1; next < lines.length && lines[next].box.top < box.bottom; next += 1) {
        const other = lines[next];
        if (other.element === element) continue;
        const width = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const height = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // Lines have some room above and below their letters.
        if (width > 2 && height > 0.4 * Math.min(box.height, other.box.height)) tell(`covers “${other.element.innerText.trim().slice(0, 30)}”`, element);
      }
    });
    return [...found];
  });
