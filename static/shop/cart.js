// Updates the cart when a quantity is changed or a product is removed, without loading the whole page. The form works in
// the same way without this script.
(() => {
  const WAIT_MS = 400;
  const PARTS = [".to-cart", ".messages", "main"];
  const status = Object.assign(document.createElement("p"), { className: "hidden", role: "status" });
  let timer;
  let sending = Promise.resolve();

  const form = () => document.querySelector(".cart-form");

  /** Sends the form when the request before has ended, and shows the page of the response. */
  function send(button) {
    clearTimeout(timer);
    sending = sending.then(() => update(button?.name, button?.value)).catch(() => {
      // The browser sends the form in the usual way, which shows what went wrong.
      if (form()) HTMLFormElement.prototype.submit.call(form());
    });
  }

  async function update(name, value) {
    const sent = form();
    if (!sent) return;
    const body = new URLSearchParams(new FormData(sent));
    if (name) body.append(name, value);
    const response = await fetch(sent.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok || !page.querySelector(".cart-page")) throw new Error("This page is not the cart.");
    show(page, body);
  }

  /** Shows the parts of a page, and keeps the focus and what was typed since the form was sent. */
  function show(page, sent) {
    const { id, name, value } = document.activeElement;
    for (const part of PARTS) document.querySelector(part).replaceWith(page.querySelector(part));
    const field = id && document.getElementById(id);
    if (field) {
      if (name && value !== sent.get(name)) field.value = value;
      field.focus();
    } else {
      document.querySelector("h1").focus();
    }
    const texts = [...document.querySelectorAll(".message, .errorlist, .cart-total")];
    status.textContent = texts.map((element) => element.textContent.trim()).join(" ") || "Your cart is empty.";
  }

  document.body.append(status);
  addEventListener("input", ({ target }) => {
    if (!target.matches(".cart-form input[type=number]")) return;
    clearTimeout(timer);
    // An empty field is not sent: somebody is typing another number.
    if (target.value !== "") timer = setTimeout(send, WAIT_MS);
  });
  addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    send(event.submitter);
  });
})();
