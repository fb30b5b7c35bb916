// Files dropped on a form go into its file field; what is too large is told before it is sent.
"use strict";

for (const form of document.querySelectorAll("[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  const said = form.querySelector("[role=alert]");
  const chooser = form.querySelector("label[for=files]");

  const check = () => {
    const most = Number(form.dataset.largest) * 1048576;
    const large = [...field.files].filter((file) => file.size > most);
    said.hidden = large.length === 0;
    said.textContent = large.length ? form.dataset.tooLarge + large.map((file) => file.name).join(", ") : "";
    return large.length === 0 && field.files.length > 0;
  };
  const send = () => { if (check()) form.requestSubmit(); };

  field.addEventListener("change", send);
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; send(); }
  });
  form.addEventListener("submit", (event) => {
    if (!check()) { event.preventDefault(); return; }
    chooser.textContent = form.dataset.uploading;
    form.setAttribute("aria-busy", "true");
  });
}
