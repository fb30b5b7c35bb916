"""Drift as a workbook: what it says, the indexes, the bins behind them, and who went where."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from custrata.core.measure.drift import DriftReport
from custrata.locale import Lang, text
from custrata.report import drift_words as words
from custrata.report.sheet import Sheet, Styles, sheet_names


def write(found: DriftReport, path: Path, lang: Lang) -> None:
    """Writes the workbook; text never becomes a formula or a link."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": f"{text('drift.title', lang)} · {found.title}"})
        styles = Styles(book)
        keys = ("title", "bins_title", "moves_heading")
        names = sheet_names([text(f"drift.{key}", lang) for key in keys])
        _summary(Sheet(book, names[0], styles), found, lang)
        _bins(Sheet(book, names[1], styles), found, lang)
        if found.moves:
            _moves(Sheet(book, names[2], styles), found, lang)


def write_drift(sheet: Sheet, found: DriftReport, lang: Lang) -> None:
    """What has moved since the run before, below other figures."""
    sheet.subtitle(text("drift.heading", lang))
    for said in (words.head(found, lang), *words.lead(found, lang), *words.lost(found, lang)):
        sheet.note(said)
    sheet.subheader(words.headings(lang), [1])
    _indexes(sheet, found, lang)


def _summary(sheet: Sheet, found: DriftReport, lang: Lang) -> None:
    sheet.title(f"{text('drift.title', lang)} · {found.title}")
    for said in (words.head(found, lang), *words.lead(found, lang), *words.lost(found, lang)):
        sheet.note(said)
    if found.left_out:
        sheet.note(words.left_out(found, lang))
    sheet.gap()
    sheet.header(words.headings(lang), numeric=[1])
    _indexes(sheet, found, lang)
    sheet.gap()
    sheet.subtitle(text("drift.means_title", lang))
    for name, meaning in words.meanings(lang):
        sheet.note(f"{name}{text('report.colon', lang)}{meaning}")
    sheet.finish()


def _indexes(sheet: Sheet, found: DriftReport, lang: Lang) -> None:
    every = found.of("metric", "segment", "ladder")
    for drift, row in zip(every, words.rows(every, lang), strict=True):
        where = row.most + (text("drift.noted", lang, note=row.note) if row.note else "")
        sheet.row([row.title, drift.psi, row.word, where], ["bold", "decimal", "text", "text"])


def _bins(sheet: Sheet, found: DriftReport, lang: Lang) -> None:
    sheet.title(text("drift.bins_title", lang))
    sheet.header([text("drift.name", lang), *words.part_headings(lang)[:3]], numeric=[2, 3])
    for drift in found.of("metric", "segment", "ladder"):
        for part, before, now in drift.shares():
            sheet.row([drift.title, part.label, before, now], ["text", "text", "percent", "percent"])
    sheet.filter()
    sheet.finish()


def _moves(sheet: Sheet, found: DriftReport, lang: Lang) -> None:
    sheet.title(text("drift.moves_heading", lang))
    for moves in found.moves:
        grid = words.matrix(moves, lang)
        sheet.note(words.moves_title(moves, lang))
        width = len(grid.across) + 1
        sheet.subheader(["", *grid.across, text("drift.total", lang)], range(1, width + 1))
        for row in grid.rows:
            sheet.row([row.name, *(c.customers for c in row.cells), row.total], ["bold", *["count"] * width])
        sheet.row([text("drift.total", lang), *grid.totals], ["bold", *["count"] * width])
        sheet.gap()
    sheet.finish()
