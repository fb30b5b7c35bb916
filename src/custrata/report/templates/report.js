// Draws every chart of the page from the spec that stands beside it.
(() => {
  const options = {
    actions: false,
    renderer: "svg",
    mode: "vega-lite",
    defaultStyle: false,
    tooltip: { theme: "report", disableDefaultStyle: true },
  };
  const wide = [];
  for (const box of document.querySelectorAll("[data-spec]")) {
    const spec = JSON.parse(document.getElementById(box.dataset.spec).textContent);
    vegaEmbed(box, spec, options)
      .then(({ view }) => {
        if (!box.closest(".parts")) wide.push(view);
      })
      .catch((problem) => {
        box.classList.add("failed");
        console.error(problem);
      });
  }
  // Whether there is more to the right, and whether something has been scrolled away to the left.
  const measure = (box) => {
    const scroll = box.querySelector(".scroll");
    const hidden = scroll.scrollWidth - scroll.clientWidth;
    box.classList.toggle("wider", hidden > 1);
    box.classList.toggle("more", hidden > 1 && scroll.scrollLeft < hidden - 1);
    box.classList.toggle("moved", scroll.scrollLeft > 1);
    if (hidden > 1) scroll.tabIndex = 0;
    else scroll.removeAttribute("tabindex");
  };
  const watch = new ResizeObserver((found) => found.forEach(({ target }) => measure(target.closest(".wide-table"))));
  for (const box of document.querySelectorAll(".wide-table")) {
    const scroll = box.querySelector(".scroll");
    scroll.addEventListener("scroll", () => measure(box), { passive: true });
    watch.observe(scroll);
    watch.observe(scroll.firstElementChild);
  }
  // A chart laid out for a wide screen has tiny letters when it is shrunk to A4: lay it out anew for the paper.
  const PAPER = 820;
  addEventListener("beforeprint", () => wide.forEach((view) => view.width(PAPER).run()));
  addEventListener("afterprint", () => dispatchEvent(new Event("resize")));
})();
