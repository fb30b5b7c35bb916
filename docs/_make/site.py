"""All generated pages together, and the navigation that stands in the configuration of each language."""

from __future__ import annotations

from pathlib import Path

from _make.commands import commands_page
from _make.kinds import FAMILIES, index_page, kind_page
from _make.parts import DOCS, ROOT
from _make.scheme import scheme_page
from _make.told import checks_page, errors_page
from custrata.locale import LANGS, Lang

GUIDE = (
    "sources", "windows", "conditions", "sql", "missing", "classes", "levels", "predictions", "report", "python",
    "files", "web", "operations",
)  # fmt: skip
NAV_TITLES = {
    "en": ("Start", "Guide", "Reference", "Metrics", "Segments"),
    "zh": ("入门", "指南", "参考", "指标", "客群"),
}
CONFIGS = {"en": "zensical.toml", "zh": "zensical.zh.toml"}
_MARKS = ("# nav: begin", "# nav: end")


def pages() -> dict[Path, str]:
    """Every generated page, by its path below `docs/`."""
    made: dict[Path, str] = {}
    for lang in LANGS:
        base = Path(lang) / "reference"
        for name in ("extra.css", "language.js"):
            made[Path(lang) / name] = (DOCS / "_parts" / name).read_text("utf-8")
        made[base / "scheme.md"] = scheme_page(lang)
        made[base / "errors.md"] = errors_page(lang)
        made[base / "commands.md"] = commands_page(lang)
        made[base / "checks.md"] = checks_page(lang)
        for family, registry in FAMILIES.items():
            made[base / family / "index.md"] = index_page(family, lang)
            for kind, model in registry.all().items():
                made[base / family / f"{kind}.md"] = kind_page(family, model, lang)
    return made


def nav(lang: Lang) -> str:
    """The navigation of one language as TOML, titles taken from the pages."""
    made = pages()
    start, guide, reference, metrics, segments = NAV_TITLES[lang]

    def entry(path: str) -> str:
        key = Path(lang) / path
        text = made.get(key) or (DOCS / key).read_text("utf-8")
        title = next(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
        return f'{{ "{title}" = "{path}" }}'

    def group(title: str, entries: list[str]) -> str:
        return f'{{ "{title}" = [\n' + "".join(f"    {e},\n" for e in entries) + "  ] }"

    families = [
        f'{{ "{title}" = [' + ", ".join(entry(f"reference/{f}/{k}.md") for k in ("index", *FAMILIES[f].all())) + "] }"
        for f, title in (("metrics", metrics), ("segments", segments))
    ]
    scheme = entry("reference/scheme.md")
    groups = [
        group(start, [entry("index.md"), entry("quickstart.md")]),
        group(guide, [entry(f"guide/{name}.md") for name in GUIDE]),
        group(reference, [scheme, *families, *(entry(f"reference/{p}.md") for p in ("commands", "checks", "errors"))]),
    ]
    return "nav = [\n" + "".join(f"  {g},\n" for g in groups) + "]"


def config(lang: Lang) -> str:
    """The configuration of one language with its navigation up to date."""
    text = (ROOT / CONFIGS[lang]).read_text("utf-8")
    begin, end = _MARKS
    head, rest = text.split(begin, 1)
    return f"{head}{begin}\n{nav(lang)}\n{end}{rest.split(end, 1)[1]}"
