// Runs before the first paint, blocking: what this browser remembers of the look, so that nothing flashes.
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
    // Storage may be forbidden: then everything is as the system has it.
  }
})();
