"""The pages of error codes and of the audit's checks."""

from __future__ import annotations

import re

from _make.parts import cell, codes, filled, page, part, table, word
from custrata.core.audit.base import Check
from custrata.core.audit.finding import PARTS
from custrata.core.audit.running import checks
from custrata.core.audit.score import WEIGHTS
from custrata.locale import Lang, catalog


def errors_page(lang: Lang) -> str:
    """Every code with what it says, by area."""
    text = part(lang, "errors")
    areas: dict[str, list[tuple[str, str, str]]] = {}
    for code, entry in sorted(catalog("errors", lang).items()):
        area = code.split("-")[1].lower()
        areas.setdefault(area, []).append((f"`{code}`", _holes(entry["message"]), _holes(entry["mend"])))
    tables = {area: table([word(k, lang) for k in ("code", "wrong", "mend")], rows) for area, rows in areas.items()}
    return page(lang, filled(text, tables))


def checks_page(lang: Lang) -> str:
    """Every check of the audit, by the part of the score that it counts for: what it means, how it is reckoned."""
    said = catalog("audit", lang)
    weights = [(said["part"][p], f"{WEIGHTS[p]:.0%}", cell(said["part_means"][p])) for p in PARTS]
    blocks = {"weights": table([word(k, lang) for k in ("part", "weight", "meaning")], weights)}
    for part_ in PARTS:
        blocks[part_] = "\n\n".join(_check(c, lang) for c in checks() if c.part == part_)
    return page(lang, filled(part(lang, "checks"), blocks))


def _check(check: Check, lang: Lang) -> str:
    words = check.words(lang)
    kinds = [check.kind, check.zh] if lang == "en" else [check.zh, check.kind]
    told = [(word("formula", lang), words["formula"]), (word("mend", lang), words["mend"])]
    told.append((word("basis", lang), words["basis"]))
    if check.needs:
        told.append((word("needs", lang), codes(list(check.needs))))
    colon = "：" if lang == "zh" else ": "
    listed = "\n".join(f"- **{name}**{colon}{cell(text)}" for name, text in told)
    return f"### {words['title']} `{check.code}`\n\n{codes(kinds)}{colon}{cell(words['meaning'])}\n\n{listed}"


def _holes(text: str) -> str:
    return cell(re.sub(r"\{(\w+)\}", r"*\1*", text.replace("*", "\\*")))
