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
  // A chart laid out for a wide screen has tiny letters when it is shrunk to A4: lay it out anew for the paper.
  const PAPER = 820;
  addEventListener("beforeprint", () => wide.forEach((view) => view.width(PAPER).run()));
  addEventListener("afterprint", () => dispatchEvent(new Event("resize")));
})();
