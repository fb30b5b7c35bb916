"""The migration between two days as a matrix: rows are the levels at first, columns those at last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang, text


@dataclass(frozen=True)
class Cell:
    """Customers who went from the row's level to the column's; `depth` 0..1 is how dark the cell is."""

    customers: int
    style: str
    depth: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[Cell]
    total: int


@dataclass(frozen=True)
class Grid:
    """The migration matrix: rows are levels at first, columns those at last; `totals` end with that of everybody."""

    across: Sequence[str]
    rows: Sequence[Row]
    totals: Sequence[int]


def matrix_of(report: MovementReport, lang: Lang) -> Grid:
    """The migration as rows and columns in the order of levels; who was or is on none comes last, if anybody is.

    >>> from datetime import date
    >>> day = date(2024, 6, 1)
    >>> pairs = {("VIP", "VIP"): 3, ("VIP", "plain"): 1, (None, "plain"): 2}
    >>> grid = matrix_of(MovementReport("s", "l", day, day, ["VIP", "plain"], [], pairs, [], ""), "en")
    >>> grid.across, [(r.name, [c.customers for c in r.cells], r.total) for r in grid.rows], grid.totals
    (['VIP', 'plain'], [('VIP', [3, 1], 4), ('plain', [0, 0], 0), ('None yet', [0, 2], 2)], [3, 3, 6])
    """
    levels = [*report.levels, *dict.fromkeys(x for p in report.pairs for x in p if x and x not in report.levels)]
    down: list[str | None] = [*levels, *([None] if any(a is None for a, _ in report.pairs) else [])]
    across: list[str | None] = [*levels, *([None] if any(b is None for _, b in report.pairs) else [])]
    most = max((n for (a, b), n in report.pairs.items() if a != b), default=1)
    rows = []
    for a in down:
        cells = [_cell(levels, a, b, report.pairs.get((a, b), 0), most) for b in across]
        name = a if a is not None else text("levels_report.nowhere", lang)
        rows.append(Row(name, cells, sum(c.customers for c in cells)))
    sums = [sum(r.cells[i].customers for r in rows) for i in range(len(across))]
    names = [b if b is not None else text("levels_report.nowhere_after", lang) for b in across]
    return Grid(names, rows, [*sums, sum(sums)])


def _cell(levels: Sequence[str], a: str | None, b: str | None, n: int, most: int) -> Cell:
    if not n:
        return Cell(0, "zero")
    if a == b:
        return Cell(n, "stayed")
    if a is None or b is None:
        return Cell(n, "none")
    up = levels.index(b) < levels.index(a)
    return Cell(n, "tone-up" if up else "tone-down", f"{max(0.15, sqrt(n / most)):.2f}")
