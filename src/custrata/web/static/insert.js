// A name that is chosen from a list goes into the condition that was edited last.
"use strict";

let edited = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-condition]")) edited = event.target;
});

document.addEventListener("click", (event) => {
  const word = event.target.closest("[data-insert]");
  if (!word) return;
  const field = edited?.isConnected ? edited : document.querySelector("[data-condition]");
  const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  const before = field.value.slice(0, start);
  const gap = before && !/[\s(]$/.test(before) ? " " : "";
  field.setRangeText(gap + word.dataset.insert + " ", start, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
