// Changing the language stays on the page: both languages have the same ones.
document.querySelectorAll("a.md-select__link[hreflang]").forEach((link) => {
  link.href = location.href.replace(/\/(en|zh)\/(?!.*\/(en|zh)\/)/, `/${link.getAttribute("hreflang")}/`);
});
