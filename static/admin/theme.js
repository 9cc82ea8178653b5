// Runs before the first paint: applies the theme that this browser remembers, so that no other theme is shown first.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    for (const part of ["sidebar", "filters"]) {
      if (localStorage.getItem(`admin.${part}`) === "closed") root.dataset[part] = "closed";
    }
  } catch {
    // If storage is forbidden, the theme of the system applies.
  }
})();
