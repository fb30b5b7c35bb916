"""A list of customers as a workbook: one sheet that can be filtered and counted, one that says where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from custrata.charts.theme import LIGHT
from custrata.locale import Lang, text
from custrata.report.numbers import money_unit
from custrata.report.sheet import FONT, FORMATS, Sheet, Styles, sheet_names, width_of

MOST_ROWS = 1_048_575
"""Rows of a sheet, less the one of the headings."""
_LONGEST = 32_767
"""Characters that a cell holds; xlsxwriter leaves out what is longer."""
_MEASURED = 2_000
"""Rows that decide how wide a column is."""


@dataclass(frozen=True)
class Column:
    """One column: its name in the data, its heading, a style of `FORMATS`, and what it means."""

    name: str
    title: str
    style: str
    meaning: str
    unit: str = ""
    window: tuple[date, date] | None = None
    own: bool = False
    """Whether each customer has days of his own."""

    @property
    def heading(self) -> str:
        """With the currency, where there is one: the cells are bare numbers."""
        return f"{self.title} ({self.unit})" if self.style == "money" else self.title


@dataclass(frozen=True)
class About:
    """Where the figures of a list come from."""

    title: str
    currency: str
    as_of: date
    run_id: str
    published_at: datetime
    version: str
    customers: int
    segment: str | None
    classes: Sequence[str]
    """The classes it is limited to; empty for all."""
    ordered_by: str
    what: str = ""
    """Who is listed, where that is not a segment's classes."""
    order: str = ""
    """How they are sorted, where that is not by `ordered_by` from the top."""


@dataclass(frozen=True)
class Listing:
    """A list of customers as a sheet of its own: `rows` of them, in PyArrow batches that `batches` reads anew."""

    title: str
    columns: Sequence[Column]
    batches: Callable[[], Iterable[Any]]
    rows: int


def write_customers(path: Path, batches: Iterable[Any], columns: Sequence[Column], about: About, lang: Lang) -> None:
    """Writes the list row by row; a million customers need no more memory than a thousand.

    `batches` are PyArrow batches with the columns in this order, at most `MOST_ROWS` rows in all. Text stays text,
    whatever it begins with; numbers are numbers with a format.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": about.title, "comments": f"Custrata {about.version} {about.run_id}"})
        styles = Styles(book)
        list_name, about_name = sheet_names([text("report.customer_list", lang), text("report.about", lang)])
        write_list(book, book.add_worksheet(list_name), styles, batches, columns)
        _about(Sheet(book, about_name, styles), columns, about, lang)


def write_list(book: Any, sheet: Any, styles: Styles, batches: Iterable[Any], columns: Sequence[Column]) -> None:
    """One row a customer under frozen headings with filters; row by row, whatever their number."""
    base = {"font_name": FONT, "font_size": 10, "font_color": LIGHT["ink"]}
    formats = [book.add_format({**base, **FORMATS[c.style], "text_wrap": False}) for c in columns]
    put = [_writer(sheet, c.style) for c in columns]
    widths = [width_of(c.heading) + 3 for c in columns]
    sheet.set_row(0, 22)
    for j, column in enumerate(columns):
        right = column.style not in ("text", "wrap")
        sheet.write_string(0, j, column.heading, styles.head_right if right else styles.head)
    line = 1
    for batch in batches:
        cells = [_cells(values, c.style) for values, c in zip(batch.columns, columns, strict=True)]
        if line <= _MEASURED:
            for j, values in enumerate(cells):
                shown = (_width(v, columns[j].style) for v in values[:_MEASURED] if v is not None)
                widths[j] = max(widths[j], max(shown, default=0) + 2)
        for row in zip(*cells, strict=True):
            for j, value in enumerate(row):
                if value is not None:
                    put[j](line, j, value, formats[j])
            line += 1
    for j, width in enumerate(widths):
        sheet.set_column(j, j, min(46, max(8, width)), formats[j])
    sheet.freeze_panes(1, 2 if len(columns) > 1 and columns[1].style == "text" else 1)
    sheet.autofilter(0, 0, max(1, line - 1), len(columns) - 1)
    # An id is text even where it is made of digits: 007 is not 7.
    sheet.ignore_errors({"number_stored_as_text": f"A1:A{MOST_ROWS + 1}"})
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&9&A&R&9&P / &N")


def _writer(sheet: Any, style: str) -> Callable[[int, int, Any, Any], Any]:
    if style in ("text", "wrap"):
        return lambda line, column, value, form: sheet.write_string(line, column, value[:_LONGEST], form)
    return sheet.write_datetime if style == "date" else sheet.write_number  # type: ignore[no-any-return]


def _cells(values: Any, style: str) -> list[Any]:
    """Python values of one column of a batch; what is no finite number becomes an empty cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if style in ("text", "wrap"):
        return values.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
    if style == "date":
        return values.to_pylist()  # type: ignore[no-any-return]
    # By way of text: Arrow makes 87497.26000000001 of the decimal 87497.26.
    numbers = (values.cast(pa.string()) if pa.types.is_decimal(values.type) else values).cast(pa.float64())
    return pc.if_else(pc.is_finite(numbers), numbers, None).to_pylist()  # type: ignore[no-any-return]


def _width(value: Any, style: str) -> int:
    if style in ("text", "wrap"):
        return width_of(value[:100])
    if style == "date":
        return 10
    return len(f"{value:,.2f}") if style in ("money", "decimal") else len(f"{value:,.0f}") + 2


def _about(sheet: Sheet, columns: Sequence[Column], about: About, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    unit = money_unit(lang, about.currency)
    sheet.title(about.title)
    lines: list[tuple[str, object, str]] = [(t("list_of"), _what(about, lang), "text")]
    lines += [
        (t("customers"), about.customers, "count_left"),
        (t("ordered_by"), about.order or text("report.ordered_from_top", lang, metric=about.ordered_by), "text"),
        (t("as_of_label"), about.as_of, "date_left"),
        (t("currency"), unit, "text"),
        (t("run"), about.run_id, "text"),
        (t("published_at"), about.published_at.strftime("%Y-%m-%d %H:%M %Z").strip(), "text"),
        ("Custrata", about.version, "text"),
    ]
    for label, value, style in lines:
        sheet.row([label, value], ["bold", style])
    sheet.gap()
    sheet.header([t("column"), t("meaning"), t("unit"), t("from_day"), t("to_day")], numeric=[3, 4])
    for column in columns:
        first, last = column.window or (None, about.as_of if column.unit and not column.own else None)
        sheet.row(
            [column.title, column.meaning, column.unit or None, first, last], ["bold", "wrap", "text", "date", "date"]
        )
    sheet.finish(landscape=True)


def _what(about: About, lang: Lang) -> str:
    if about.what:
        return about.what
    if about.segment is None:
        return text("report.list_all", lang)
    if not about.classes:
        return text("report.list_by", lang, segment=about.segment)
    classes = text("report.comma", lang).join(about.classes)
    return text("report.list_some", lang, segment=about.segment, classes=classes)
