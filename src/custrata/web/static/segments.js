// Sliders beside their number fields, the condition beside the form that saves it, and line numbers of the scheme.
"use strict";

document.addEventListener("input", (event) => {
  const pair = event.target.dataset.pair && document.getElementById(event.target.dataset.pair);
  if (pair) pair.value = event.target.value;
  if (event.target.matches("textarea.code")) numbered(event.target);
});

// A form that saves the condition takes it as it is shown now.
document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll("[data-mirror]")) {
    const shown = document.getElementById(field.dataset.mirror);
    if (shown) field.value = shown.textContent;
  }
}, true);

// A button of the rule builder leads on to what it made: the new condition, or the one before that which is gone.
let leads = null;
document.addEventListener("submit", (event) => {
  if (event.target.id !== "rule") return;
  leads = event.submitter?.value || null;
}, true);

document.addEventListener("htmx:after:swap", () => {
  if (!leads) return;
  const [what, place] = leads.split(":");
  leads = null;
  const parts = (at) => Number(document.querySelector(`[name="parts.${at}"]`)?.value ?? 0);
  const last = (at) => `${at}.${parts(at) - 1}`;
  const first = { row: () => `field.${last(place)}`, group: () => `field.${last(place)}.0` }[what];
  const above = place.split(".").slice(0, -1).join(".");
  const found = document.getElementById(first ? first() : `field.${last(above)}`) ?? document.getElementById("row:r");
  found?.focus();
});

// What is typed in the rows stands in the text as well, unless that is being edited.
document.addEventListener("htmx:after:swap", () => {
  const [shown, text] = [document.getElementById("where-now"), document.getElementById("where")];
  if (shown && text && text !== document.activeElement) text.value = shown.textContent;
});

document.addEventListener("click", (event) => {
  const to = event.target.closest("[data-line]");
  const text = document.querySelector("textarea.code");
  if (!to || !text) return;
  const lines = text.value.split("\n");
  const line = Math.min(Number(to.dataset.line), lines.length);
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + lines[line - 1].length);
  text.scrollTop = Math.max(0, (line - 6) * (text.scrollHeight / lines.length));
});

function numbered(text) {
  const gutter = text.parentElement.querySelector(".gutter");
  if (!gutter) return;
  const n = text.value.split("\n").length;
  if (gutter.childElementCount !== 1 || Number(gutter.dataset.lines) !== n) {
    const inner = document.createElement("div");
    inner.textContent = Array.from({ length: n }, (_, i) => i + 1).join("\n");
    gutter.replaceChildren(inner);
    gutter.dataset.lines = String(n);
  }
  gutter.scrollTop = text.scrollTop;
}

for (const text of document.querySelectorAll("textarea.code")) {
  numbered(text);
  text.addEventListener("scroll", () => numbered(text));
}
