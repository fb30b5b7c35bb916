"""The cross table of two or three dimensions of a published run: customers and spend in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from custrata.charts.heatmap import tone
from custrata.locale import Lang
from custrata.usecases.look import Result


@dataclass(frozen=True)
class Cell:
    """What falls into one combination of classes; `tone` 0..6 is its step of colour by what is shown."""

    customers: int = 0
    spend: Decimal = Decimal(0)
    tone: int = 0


@dataclass(frozen=True)
class Cross:
    """`axes` are the classes that occur of each dimension, in order, as (label in use, label for the reader)."""

    dimensions: tuple[str, ...]
    axes: tuple[tuple[tuple[str, str], ...], ...]
    cells: dict[tuple[str, ...], Cell]
    customers: int
    spend: Decimal

    def at(self, *labels: str) -> Cell:
        return self.cells.get(labels, Cell())

    def sum(self, axis: int, label: str) -> Cell:
        """The margin of one class."""
        own = [c for labels, c in self.cells.items() if labels[axis] == label]
        return Cell(sum(c.customers for c in own), sum((c.spend for c in own), Decimal(0)))


def cross(result: Result, dimensions: Sequence[str], lang: Lang, by: str = "customers") -> Cross:
    """Counts every combination of classes of some segments or ladders; the darkest cell has most customers, or `by`
    spend the greatest spend."""
    t, spend = result.labelled(*dimensions), result.scheme.basis("monetary")
    found = result.engine.rows(t.group_by(list(dimensions)).aggregate(customers=t.count(), spend=t[spend].sum()))
    amounts = {tuple(r[d] for d in dimensions): (r["customers"], Decimal(str(r["spend"] or 0))) for r in found}
    weigh = {k: (v[0] if by == "customers" else int(max(v[1], Decimal(0)))) for k, v in amounts.items()}
    most = max(weigh.values(), default=0)
    cells = {k: Cell(n, s, tone(weigh[k], most)) for k, (n, s) in amounts.items()}
    axes = []
    for i, name in enumerate(dimensions):
        classes, missing = result.segment_class_labels(name)
        here = {k[i] for k in amounts}
        listed = {c.label(result.scheme.lang): c.label(lang) for c in [*classes, missing]}
        listed |= {label: label for label in sorted(here - set(listed))}
        axes.append(tuple((label, shown) for label, shown in listed.items() if label in here))
    return Cross(
        tuple(dimensions), tuple(axes), cells, sum(n for n, _ in amounts.values()),
        sum((s for _, s in amounts.values()), Decimal(0)),
    )  # fmt: skip


def rows_of(found: Cross) -> list[tuple[str, ...]]:
    """The combinations of all dimensions but the second, which stands across: the third outside, the first inside."""
    inner = [label for label, _ in found.axes[0]]
    if len(found.axes) < 3:
        return [(label,) for label in inner]
    return list(product((label for label, _ in found.axes[2]), inner))
