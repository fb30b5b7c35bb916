"""How every sheet of the workbook is built: styles, safe text, widths that fit Chinese, frozen heads, print setup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname

from custrata.charts.theme import LIGHT

_LONGEST = 31
_WIDEST = 46
FONT = "Microsoft YaHei"
FORMATS: Mapping[str, dict[str, object]] = {
    "text": {},
    "text_right": {"align": "right"},
    "wrap": {"text_wrap": True},
    "bold": {"bold": True},
    "count": {"num_format": "#,##0"},
    "count_bold": {"num_format": "#,##0", "bold": True},
    "money": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0%"},
    "decimal": {"num_format": "0.00"},
    "number": {"num_format": "#,##0.00"},
    "date": {"num_format": "yyyy-mm-dd", "align": "right"},
    "count_left": {"num_format": "#,##0", "align": "left"},
    "date_left": {"num_format": "yyyy-mm-dd", "align": "left"},
}


class Styles:
    """The cell formats of one workbook, each made once; `total` ones carry the line above the last row."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        base: dict[str, object] = {"font_name": FONT, "font_size": 10, "font_color": LIGHT["ink"], "valign": "vcenter"}
        line: dict[str, object] = {"bottom": 1, "bottom_color": LIGHT["line"]}
        total: dict[str, object] = {"bold": True, "top": 1, "top_color": LIGHT["muted"]}
        self.cells = {name: book.add_format({**base, **line, **own}) for name, own in FORMATS.items()}
        self.totals = {name: book.add_format({**base, **own, **total}) for name, own in FORMATS.items()}
        head = {**base, "bold": True, "bottom": 1, "bottom_color": LIGHT["muted"], "bg_color": LIGHT["tone-0"]}
        head |= {"text_wrap": True}
        self.head = book.add_format(head)
        self.head_right = book.add_format({**head, "align": "right"})
        self.title = book.add_format({**base, "font_size": 16, "bold": True, "valign": "vcenter"})
        self.subtitle = book.add_format({**base, "font_size": 12, "bold": True})
        self.note = book.add_format({**base, "font_color": LIGHT["muted"]})
        self.link = book.add_format({**base, **line, "font_color": LIGHT["spend"], "underline": 1})


class Sheet:
    """One sheet, written from the top down; `line` is the next free row."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, styles: Styles) -> None:
        self.book, self.name, self.styles = book, name, styles
        self.sheet: Any = book.add_worksheet(name)
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(18)
        self.line = 0
        self.widths: dict[int, int] = {}
        self.head: tuple[int, int] = (0, 0)  # the row of the headings, and how many there are

    def title(self, said: str) -> None:
        self.sheet.set_row(0, 30)
        self.sheet.write_string(0, 0, said, self.styles.title)
        self.line = 1

    def subtitle(self, said: str) -> None:
        self.sheet.write_string(self.line, 0, said, self.styles.subtitle)
        self.line += 1

    def note(self, said: str) -> None:
        """A sentence that may run over the cells to its right."""
        self.sheet.write_string(self.line, 0, said, self.styles.note)
        self.line += 1

    def gap(self) -> None:
        self.line += 1

    def header(self, names: Sequence[str], numeric: Sequence[int]) -> None:
        """The headings, frozen with all above them; numeric columns are headed to the right, as their figures stand."""
        self.sheet.set_row(self.line, 22)
        for column, name in enumerate(names):
            style = self.styles.head_right if column in numeric else self.styles.head
            self.sheet.write_string(self.line, column, name, style)
            self._widen(column, width_of(name) + 3)  # room for the filter's arrow
        self.head = (self.line, len(names))
        self.sheet.freeze_panes(self.line + 1, 1)
        self.line += 1

    def subheader(self, names: Sequence[str], numeric: Sequence[int]) -> None:
        """The headings of a further table, which scroll with it."""
        for column, name in enumerate(names):
            style = self.styles.head_right if column in numeric else self.styles.head
            self.sheet.write_string(self.line, column, name, style)
            self._widen(column, width_of(name))
        self.line += 1

    def row(self, values: Sequence[object], styles: Sequence[str], *, total: bool = False) -> None:
        """One row: each value by its type, null as an empty cell."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True)):
            self.cell(self.line, column, value, style, total=total)
        self.line += 1

    def cell(self, line: int, column: int, value: object, style: str, *, total: bool = False) -> None:
        form = (self.styles.totals if total else self.styles.cells)[style]
        if value is None:
            self.sheet.write_blank(line, column, None, form)
            return
        if isinstance(value, date):
            self.sheet.write_datetime(line, column, value, form)
            self._widen(column, 11)
        elif isinstance(value, (int, float, Decimal)):
            self.sheet.write_number(line, column, value, form)
            self._widen(column, len(f"{value:,.2f}") if style == "money" else len(f"{value:,.0f}") + 2)
        else:
            self.sheet.write_string(line, column, str(value), form)
            self._widen(column, width_of(str(value)))

    def link(self, said: str, sheet: str, text_beside: str) -> None:
        """A line that leads to another sheet."""
        target = f"internal:{quote_sheetname(sheet)}!A1"
        self.sheet.write_url(self.line, 0, target, self.styles.link, said)
        self.cell(self.line, 1, text_beside, "text")
        self._widen(0, width_of(said))
        self.line += 1

    def filter(self) -> None:
        """Filter arrows over the rows from the headings down to here."""
        top, columns = self.head
        self.sheet.autofilter(top, 0, max(top, self.line - 1), columns - 1)

    def bars(self, column: int, first: int, last: int, color: str) -> None:
        """Bars inside the cells of a column of shares."""
        bar = {"type": "data_bar", "bar_color": color, "min_type": "num", "max_type": "num"}
        self.sheet.conditional_format(first, column, last, column, {**bar, "min_value": 0, "max_value": 1})

    def finish(self, *, landscape: bool = True, pages: int = 0) -> None:
        """Set widths and how the sheet prints: A4, as wide as the page, on so many pages (0: as many as it takes)."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, min(_WIDEST, width) + 2)
        self.sheet.set_paper(9)
        if landscape:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, pages)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.set_footer("&L&9&A&R&9&P / &N")
        self.sheet.repeat_rows(self.head[0])

    def _widen(self, column: int, width: int) -> None:
        self.widths[column] = max(self.widths.get(column, 8), width)


def width_of(said: str) -> int:
    """How many columns of a fixed face a text takes; an ideograph takes two.

    >>> width_of("高消费 VIP")
    10
    """
    return max((sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in said.splitlines()), default=0)


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel takes, in the same order: none of []:*?/\\, at most 31 UTF-16 units, no two alike.

    >>> sheet_names(["a/b", "A:B", "", "History", "'quoted'"])
    ['a_b', 'A_B (2)', '_', 'History_', 'quoted']
    """
    taken: set[str] = set()
    names = []
    for name in wanted:
        clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip().strip("'").strip() or "_"
        clean = f"{clean}_" if clean.casefold() == "history" else clean
        unique, turn = _cut(clean, _LONGEST), 1
        while unique.casefold() in taken:
            turn += 1
            ending = f" ({turn})"
            unique = _cut(clean, _LONGEST - len(ending)) + ending
        taken.add(unique.casefold())
        names.append(unique)
    return names


def _cut(name: str, units: int) -> str:
    """At most so many UTF-16 units, never half a letter, and no apostrophe at the end."""
    while len(name.encode("utf-16-le")) // 2 > units:
        name = name[:-1]
    return name.rstrip("' ")
