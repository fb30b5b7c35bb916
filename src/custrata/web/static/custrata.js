// The little that a page needs beside htmx: dialogs, a key for the search, forms that send themselves, questions first.
"use strict";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  }
  const closer = event.target.closest("[data-close]");
  if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const find = document.querySelector("[data-find]");
    if (find) { event.preventDefault(); find.focus(); find.select(); }
  }
});

// A menu closes with the Escape key, and where something else is chosen.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && (event.target.closest(".menu[open]") ?? document.querySelector(".menu[open]"));
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A form with a question is sent once it is answered. Whoever runs no script is asked by a page instead.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const dialog = document.getElementById("ask");
  if (!form.dataset.ask || form.dataset.answered || !dialog) { delete form.dataset.answered; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  const sender = event.submitter;
  const yes = dialog.querySelector("[data-yes]");
  dialog.querySelector("h2").textContent = form.dataset.ask;
  yes.textContent = sender?.textContent.trim() || yes.textContent;
  yes.onclick = () => { dialog.close(); form.dataset.answered = "1"; form.requestSubmit(sender); };
  dialog.showModal();
}, true);

// A connection that is lost is told as long as it is; what was typed stays.
const offline = (lost) => {
  const told = document.querySelector("[data-offline]");
  if (told) told.hidden = !lost;
};
document.addEventListener("htmx:error", () => offline(true));
document.addEventListener("htmx:after:request", (event) => { if (event.detail?.ctx?.response) offline(false); });
window.addEventListener("offline", () => offline(true));
window.addEventListener("online", () => offline(false));
