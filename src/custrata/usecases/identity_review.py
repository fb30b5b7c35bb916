"""The review list as a file that people fill in, and their decisions read back from it: XLSX or CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.features import FIELDS
from custrata.locale import LANGS, Lang, text
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.cells import safe_cell, unguarded
from custrata.usecases.identity import Doubt
from custrata.usecases.identity_decide import Decision
from custrata.usecases.identity_words import cell, evidence, why_left
from custrata.usecases.ports import Engine

#: Between the two ids of a pair: text, so that no spreadsheet takes 007 for a number.
BETWEEN = " | "
#: What a person writes before the first pair's own columns.
_ASKED = ("decision", "reason", "who")
_WORDS = {
    "merge": ("merge", "same", "yes", "y", "合并", "同一", "同一客户", "是", "一样"),
    "apart": ("apart", "different", "no", "n", "keep apart", "不合并", "不同", "否", "不是", "分开"),
}
_WIDTHS = {"pair": 26, "evidence": 60, "why": 24, "reason": 24}


def columns(fields: Sequence[str]) -> list[str]:
    """The columns of a review list by name: what is asked, what is known, then each field of both records side by
    side."""
    shown = [f for f in (*FIELDS, "joined_at") if f in fields or f == "joined_at"]
    return [
        "pair",
        *_ASKED,
        "probability",
        "why",
        "evidence",
        "a",
        "b",
        *(f"{f}_{s}" for f in shown for s in ("a", "b")),
    ]


def heading(name: str, lang: Lang) -> str:
    """A column's heading in the reader's language."""
    field, _, side = name.rpartition("_")
    if side in ("a", "b") and field:
        return text("identity.of_side", lang, field=text(f"identity.field.{field}", lang), side=side.upper())
    return text(f"identity.column.{name}", lang)


def rows(doubts: Sequence[Doubt], fields: Sequence[str], lang: Lang) -> Iterator[list[Any]]:
    """One row a pair, in the order of `columns`; the decision is left empty."""
    shown = columns(fields)
    for d in doubts:
        known: dict[str, Any] = {
            "pair": f"{d.a}{BETWEEN}{d.b}", "decision": "", "reason": "", "who": "", "probability": d.probability,
            "why": why_left(d, lang), "evidence": text("identity.semicolon", lang).join(evidence(d, lang)),
            "a": d.a, "b": d.b,
        }  # fmt: skip
        for side, record in zip(("a", "b"), d.records, strict=True):
            known |= {f"{f}_{side}": cell(record, f) for f in (*fields, "joined_at")}
        yield [known.get(name, "") for name in shown]


def write_review(path: Path, doubts: Sequence[Doubt], fields: Sequence[str], lang: Lang) -> None:
    """Writes the list as XLSX or CSV by its ending (E-ID-009 for any other). No cell is ever taken for a formula."""
    names = columns(fields)
    headings = [heading(n, lang) for n in names]
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise CustrataError(Problem("E-ID-009", str(path), {"ending": path.suffix or path.name}))
    if kind == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([safe_cell(h) for h in headings])
            writer.writerows([[safe_cell(v) for v in row] for row in rows(doubts, fields, lang)])
        return
    _write_xlsx(path, names, headings, list(rows(doubts, fields, lang)), lang)


def _write_xlsx(path: Path, names: list[str], headings: list[str], found: list[list[Any]], lang: Lang) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(text("identity.sheet", lang))
        bold = book.add_format({"bold": True, "bg_color": "#E8EDF3", "text_wrap": True, "valign": "top"})
        asked = book.add_format({"bg_color": "#FFF7DB"})
        percent = book.add_format({"num_format": "0.0%"})
        for i, name in enumerate(names):
            sheet.set_column(i, i, _WIDTHS.get(name, 16))
            sheet.write_string(0, i, headings[i], bold)
        sheet.freeze_panes(1, 4)
        choices = [text("identity.merge", lang), text("identity.apart", lang)]
        last = max(1, len(found))
        sheet.data_validation(1, 1, last, 1, {"validate": "list", "source": choices})
        for at, row in enumerate(found, 1):
            for i, value in enumerate(row):
                if names[i] == "probability":
                    sheet.write_number(at, i, value, percent)
                elif names[i] in _ASKED:
                    sheet.write_blank(at, i, None, asked)
                elif value != "":
                    sheet.write_string(at, i, safe_cell(value))
        sheet.autofilter(0, 0, last, len(names) - 1)


def read_review(path: Path, engine: Engine, scratch: Path) -> list[Decision]:
    """The decisions that people have written into a review list, whatever its language and whichever program saved it.

    Rows without a decision are passed over. A file without the columns of a review list is E-ID-010; a word that is no
    decision E-ID-011 and a pair that cannot be read E-ID-012, each with its row.
    """
    opened = open_files(FileSpec([str(path.resolve())], encoding="auto"), path.parent, scratch)
    of = {h: n for n in columns(FIELDS) for lang in LANGS for h in (heading(n, lang), n)}
    found = {of[c.strip()]: c for c in opened.columns if c.strip() in of}
    if not {"pair", "decision"} <= set(found):
        values = {"known": ", ".join(opened.columns[:20])}
        raise CustrataError(Problem("E-ID-010", path.name, values))
    t = engine.numbered(opened.scan)
    decisions: list[Decision] = []
    problems: list[Problem] = []
    wanted = {n: found[n] for n in ("pair", "decision", "reason", "who", "a", "b") if n in found}
    for r in sorted(engine.rows(t.select("_row", **wanted)), key=lambda r: r["_row"]):
        word = str(r["decision"] or "").strip()
        if not word:
            continue
        place = f"{path.name}:{r['_row']}"
        verb = next((v for v, known in _WORDS.items() if word.casefold() in known), None)
        ids = _ids(r)
        if verb is None:
            words = f"{text('identity.merge', 'zh')} / {text('identity.apart', 'zh')} / merge / apart"
            problems.append(Problem("E-ID-011", place, {"value": word, "known": words}))
        elif ids is None:
            problems.append(Problem("E-ID-012", place, {"value": str(r["pair"] or "")}))
        else:
            said = {k: str(r.get(k) or "").strip() for k in ("reason", "who")}
            decisions.append(Decision(verb, *ids, reason=said["reason"], who=said["who"], place=place))
    if problems:
        raise CustrataError.all(problems)
    return decisions


def _ids(row: dict[str, Any]) -> tuple[str, str] | None:
    """The two ids of a row: from the pair, or from their own columns where an id holds what stands between them."""
    parts = unguarded(str(row["pair"] or "").strip()).split(BETWEEN)
    if len(parts) == 2 and all(parts):
        return parts[0], parts[1]
    a, b = (unguarded(str(row.get(s) or "").strip()) for s in ("a", "b"))
    return (a, b) if a and b and f"{a}{BETWEEN}{b}" == BETWEEN.join(parts) else None
