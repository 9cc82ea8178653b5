// Lists: select rows with a click, a range with Shift and a click, all rows of the page, or all rows of the list.

for (const form of document.querySelectorAll("form[data-list]")) {
  const bar = form.querySelector("[data-bulk]");
  const boxes = [...form.querySelectorAll('input[name="_selected_action"]')];
  if (!bar || !boxes.length) continue;
  const all = form.querySelector("[data-select-all]");
  const count = bar.querySelector("[data-count]");
  const wider = bar.querySelector("[data-across]");
  const clear = bar.querySelector("[data-clear]");
  const across = bar.querySelector('input[name="select_across"]');
  const choice = bar.querySelector("select");
  // Follows the box that was ticked last, so that the actions are one Tab and Enter away from any row.
  const toActions = document.createElement("button");
  toActions.type = "button";
  toActions.className = "to-actions";
  toActions.textContent = "Go to the actions";
  toActions.addEventListener("click", () => choice?.focus());
  // A very long list is not counted to the end.
  const total = Number(count?.dataset.total ?? Number.POSITIVE_INFINITY);
  let last = -1;

  function show() {
    const selected = boxes.filter((box) => box.checked).length;
    const whole = selected === boxes.length;
    if (!whole) across.value = "0";
    const every = across.value === "1";
    if (all) {
      all.checked = whole;
      all.indeterminate = selected > 0 && !whole;
    }
    bar.classList.toggle("shown", selected > 0);
    if (count) count.textContent = !selected ? "" : every ? (Number.isFinite(total) ? `All ${total.toLocaleString()} selected` : "All selected") : `${selected} of ${boxes.length} selected`;
    if (wider) wider.hidden = !whole || every || total <= boxes.length;
    if (clear) clear.hidden = !selected;
  }
  function set(from, to, checked) {
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) boxes[i].checked = checked;
  }

  all?.addEventListener("change", () => {
    across.value = "0";
    set(0, boxes.length - 1, all.checked);
    show();
  });
  boxes.forEach((box, index) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        set(last, index, box.checked);
        getSelection()?.removeAllRanges();
      }
      last = index;
      show();
      if (box.checked) box.closest("td").append(toActions);
      else toActions.remove();
    });
  });
  wider?.addEventListener("click", () => {
    across.value = "1";
    show();
    clear?.focus();
  });
  clear?.addEventListener("click", () => {
    across.value = "0";
    set(0, boxes.length - 1, false);
    last = -1;
    show();
    toActions.remove();
    boxes[0].focus();
  });
  addEventListener("pageshow", show); // the browser may have kept what was ticked
  show();
}
