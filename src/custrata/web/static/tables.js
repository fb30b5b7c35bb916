// How wide and long tables are read. On a telephone a table that is wider than the screen becomes cards: a row is a card, each figure beside its heading.
// Whoever runs no script scrolls the table. Cross tables and files as they are read stay tables.
"use strict";
{
  const small = window.matchMedia("(max-width: 560px)");
  const STAYS = ".heat, .tones, .raw, .picking, .mapping, .rungs, .beside, .plain-table, .diff table";
  // Half of a card holds so many letters of the Latin kind; an ideograph takes two.
  const HALF = 22;

  const said = (cell) => {
    const copy = cell.cloneNode(true);
    for (const part of copy.querySelectorAll(".days, [aria-hidden]")) part.remove();
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  const room = (text) => [...text].reduce((n, sign) => n + (sign.codePointAt(0) > 0x2e7f ? 2 : 1), 0);

  const headings = (row) => [...row.cells].flatMap((cell) => [said(cell), ...Array(cell.colSpan - 1).fill("")]);

  const asCard = (row, names) => {
    row.setAttribute("role", "row");
    let [at, heading] = [0, ""];
    for (const cell of row.cells) {
      // A bar stands without its heading, which the figure beside it has.
      heading = names[at] || heading;
      at += cell.colSpan;
      const bar = cell.classList.contains("bar-cell");
      const name = bar || cell.colSpan > 1 ? "" : heading;
      if (!bar) heading = "";
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      cell.dataset.heading = name;
      const text = cell.textContent.trim();
      const drawn = cell.querySelector("svg, input, select, button, form, details");
      cell.classList.toggle("nothing", !text && !drawn);
      const wide = cell.colSpan > 1 || cell.querySelector("form, details, ul, ol, p") || room(name + text) > HALF;
      cell.classList.toggle("wide-cell", Boolean(wide));
    }
  };

  const fit = (table) => {
    const frame = table.closest(".scroll");
    if (!small.matches && !table.classList.contains("as-cards")) return;
    table.classList.remove("as-cards");
    if (!small.matches || frame.scrollWidth <= frame.clientWidth + 1 || frame.clientWidth === 0) return;
    const head = table.tHead;
    if (!head || head.rows.length !== 1 || table.querySelector("[rowspan]")) return;
    table.setAttribute("role", "table");
    for (const part of [head, ...table.tBodies, table.tFoot]) part?.setAttribute("role", "rowgroup");
    head.rows[0].setAttribute("role", "row");
    for (const cell of head.rows[0].cells) cell.setAttribute("role", "columnheader");
    const names = headings(head.rows[0]);
    for (const part of [...table.tBodies, table.tFoot]) for (const row of part?.rows ?? []) asCard(row, names);
    table.classList.toggle("sorts", head.querySelector("a") !== null);
    table.classList.add("as-cards");
  };

  const fitAll = () => {
    for (const table of document.querySelectorAll(".scroll > table")) if (!table.matches(STAYS)) fit(table);
  };

  // A long table that is no wider than its frame needs no frame to scroll in: its headings stay in view with the page.
  const TALL = 640;
  const pinAll = () => {
    for (const frame of document.querySelectorAll(".scroll")) {
      frame.classList.remove("pinned");
      const fits = frame.scrollWidth <= frame.clientWidth + 1;
      if (!small.matches && fits && frame.clientHeight > TALL) frame.classList.add("pinned");
    }
  };

  const settle = () => { fitAll(); pinAll(); };
  settle();
  small.addEventListener("change", settle);
  window.addEventListener("resize", settle);
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("toggle", (event) => { if (event.target.open) settle(); }, true);
}
