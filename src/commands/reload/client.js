// Reloads this page when the site was compiled again, and shows the errors of the compiler.
(() => {
  const script = new URL(document.currentScript.src);
  const here = new URL(".", script);
  const started = Number(script.searchParams.get("started"));
  let shown = "";

  const show = (error) => {
    if (error === shown) return;
    shown = error;
    document.getElementById("reload-errors")?.remove();
    if (!error) return;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("client.css", here);
    const panel = document.createElement("section");
    panel.id = "reload-errors";
    panel.setAttribute("role", "alert");
    const title = document.createElement("h2");
    title.textContent = "The site was not compiled";
    const text = document.createElement("pre");
    text.textContent = error;
    text.tabIndex = 0;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => panel.remove());
    panel.append(style, title, close, text);
    document.body.append(panel);
  };

  const look = async () => {
    try {
      const response = await fetch(new URL("state", here), { cache: "no-store" });
      const state = await response.json();
      if (state.started !== started) {
        location.reload();
        return;
      }
      show(state.error);
    } catch {
      // The server was stopped. It may be started again.
    }
    setTimeout(look, 500);
  };
  look();
})();
