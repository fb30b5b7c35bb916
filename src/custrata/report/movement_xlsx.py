"""The movement report as a workbook: one sheet a ladder with what each level won and lost, and the migration matrix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang, text
from custrata.report import levels_words
from custrata.report.migration_matrix import matrix_of
from custrata.report.numbers import day
from custrata.report.sheet import Sheet, Styles, sheet_names


def write(reports: Sequence[MovementReport], path: Path, lang: Lang) -> None:
    """Writes the workbook; every figure is a number, and at last = at first + won − lost stands as a formula too."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": reports[0].title, "comments": f"Custrata {reports[0].version}"})
        styles = Styles(book)
        for report, name in zip(reports, sheet_names([r.ladder for r in reports]), strict=True):
            sheet = Sheet(book, name, styles)
            _period(sheet, report, lang)
            write_movement(sheet, report, lang, freeze=True)
            write_matrix(sheet, report, lang)
            _plans(sheet, report, lang)
            sheet.finish()


def _period(sheet: Sheet, report: MovementReport, lang: Lang) -> None:
    sheet.title(f"{text('levels_report.movement', lang)} · {report.title} · {report.ladder}")
    first, last = day(report.first, lang), day(report.last, lang)
    sheet.note(text("levels_report.period", lang, first=first, last=last))
    sheet.gap()


def write_movement(sheet: Sheet, report: MovementReport, lang: Lang, *, freeze: bool = False) -> None:
    """One row a level: at first, won and lost by ground (two columns each, where both occur), at last."""

    def t(key: str) -> str:
        return text(f"levels_report.{key}", lang)

    grounds = levels_words.grounds_of(report.rows)
    sides = [
        (g, side) for g in grounds for side in (1, -1)
        if any(g in (m.won if side > 0 else m.lost) for m in report.rows)
    ]  # fmt: skip
    both = {g for g in grounds if (g, 1) in sides and (g, -1) in sides}
    heads = [
        f"{levels_words.ground_word(g, lang)}{(' +' if side > 0 else ' −') if g in both else ''}" for g, side in sides
    ]
    headings = [t("level"), t("opening"), *heads, t("closing"), t("change")]
    numeric = range(1, len(headings))
    (sheet.header if freeze else sheet.subheader)(headings, numeric)
    styles = ["bold", "count", *("count" for _ in sides), "count", "count"]
    first = sheet.line
    for m in report.rows:
        moved = [m.won.get(g, 0) if side > 0 else -m.lost.get(g, 0) for g, side in sides]
        sheet.row([m.level, m.opening, *moved, m.closing, m.closing - m.opening], styles)
        # The balance, so that whoever changes a figure sees what it does; the value beside it is for simple readers.
        cells = f"{xl_rowcol_to_cell(sheet.line - 1, 1)}:{xl_rowcol_to_cell(sheet.line - 1, 1 + len(sides))}"
        column = 2 + len(sides)
        form = sheet.styles.cells["count"]
        sheet.sheet.write_formula(sheet.line - 1, column, f"=SUM({cells})", form, m.closing)
    last = sheet.line - 1
    if freeze:
        sheet.filter()
    sums = [m.opening for m in report.rows]
    sheet.row([t("total"), sum(sums), *(None for _ in sides), None, None], styles, total=True)
    totals = [
        sum(m.won.get(g, 0) if side > 0 else -m.lost.get(g, 0) for m in report.rows) for g, side in sides
    ]  # fmt: skip
    closing = sum(m.closing for m in report.rows)
    for column, value in enumerate([sum(sums), *totals, closing, closing - sum(sums)], 1):
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.sheet.write_formula(sheet.line - 1, column, f"=SUM({cells})", sheet.styles.totals["count"], value)
    sheet.note(t("balance"))


def write_matrix(sheet: Sheet, report: MovementReport, lang: Lang) -> None:
    """The migration, rows at first and columns at last; nothing where nobody was on a level."""
    if not report.pairs:
        return
    grid = matrix_of(report, lang)
    total = text("levels_report.total", lang)
    sheet.gap()
    sheet.subtitle(text("levels_report.matrix", lang))
    sheet.subheader([text("levels_report.matrix_from", lang), *grid.across, total], range(1, len(grid.across) + 2))
    for row in grid.rows:
        styles = ["bold", *("count_bold" if c.style == "stayed" else "count" for c in row.cells), "count"]
        sheet.row([row.name, *(c.customers for c in row.cells), row.total], styles)
    sheet.row([total, *grid.totals], ["bold", *("count" for _ in grid.totals)], total=True)
    sheet.note(text("levels_report.matrix_note", lang))


def _plans(sheet: Sheet, report: MovementReport, lang: Lang) -> None:
    if not report.runs:
        return

    def t(key: str) -> str:
        return text(f"levels_report.{key}", lang)

    sheet.gap()
    sheet.subtitle(t("plans"))
    sheet.subheader([t("as_of"), t("moving"), t("run")], [1])
    for as_of, run, moves in report.runs:
        sheet.row([as_of, moves, run], ["date_left", "count", "text"])
