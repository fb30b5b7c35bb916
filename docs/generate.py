"""Writes the reference pages of the documentation, in both languages, from what the program itself knows.

`python docs/generate.py` writes, `python docs/generate.py --check` only tells which pages are out of date. Options,
defaults, units and columns come from the models, error sentences from the catalogues, commands from Typer; meaning,
formula, example and source of each kind stand in `_parts/<language>/{metrics,segments}/<kind>.md`, written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from _make.parts import DOCS, ROOT
from _make.site import CONFIGS, config, pages

from custrata.locale import LANGS


def outdated() -> list[Path]:
    """Files that differ from what would be generated, and pages of kinds that are gone."""
    made = pages()
    found = [DOCS / p for p, text in made.items() if not (DOCS / p).is_file() or (DOCS / p).read_text("utf-8") != text]
    found += [ROOT / CONFIGS[lang] for lang in LANGS if (ROOT / CONFIGS[lang]).read_text("utf-8") != config(lang)]
    for lang in LANGS:
        there = (DOCS / lang / "reference").rglob("*.md")
        found += [p for p in there if p.relative_to(DOCS) not in made]
    return found


def write() -> None:
    made = pages()
    for path, text in made.items():
        target = DOCS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    for gone in outdated():
        if gone.suffix == ".md":
            gone.unlink()
    for lang in LANGS:
        (ROOT / CONFIGS[lang]).write_text(config(lang), "utf-8")


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        write()
        return 0
    stale = outdated()
    for path in stale:
        sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: python docs/generate.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
