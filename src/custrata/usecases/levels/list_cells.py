"""Cells of the lists in workbooks about levels: keys in words, numbers by their units, rows in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.scheme.model import Scheme

_ROWS = 50_000
"""Customers in memory at a time."""
#: Unit of a metric → how its cells are written.
_STYLES = {"money": "money", "count": "number", "days": "count", "ratio": "percent"}


def style_of(scheme: Scheme, name: str, kind: Any) -> str:
    """How the cells of an input of a ladder are written: a metric by its unit, anything else is text; `kind` is the
    type of its column, null where it has none."""
    if name not in scheme.metrics or kind is None:
        return "text"
    if kind.is_date():
        return "date"
    if not kind.is_numeric():
        return "text"
    metric = scheme.metrics[name]
    style = _STYLES.get(getattr(metric, "unit_", metric.unit), "number")
    return "count" if kind.is_integer() and style == "number" else style


def styled(value: Any, style: str) -> Any:
    """A number that lies there as text, as a cell of that style."""
    return value.cast("date") if style == "date" else value if style == "text" else value.cast("float64")


def worded(column: Any, words: Mapping[str, str]) -> Any:
    """A key in words; one that has none stays as it is."""
    return column.cases(*words.items(), else_=column) if words else column


def by_pair(before: Any, level: Any, words: Mapping[tuple[str | None, str | None], str]) -> Any:
    """What is said of who goes from one level to another."""
    if not words:
        return ibis.null(dt.string)
    branches = (
        (before.identical_to(_text(a)) & level.identical_to(_text(b)), ibis.literal(said))
        for (a, b), said in words.items()
    )
    return ibis.cases(*branches, else_=ibis.null(dt.string))


def batches_of(file: Path) -> Callable[[], Iterator[Any]]:
    """The rows of a Parquet file, read anew each time."""

    def read() -> Iterator[Any]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as opened:
            yield from opened.iter_batches(_ROWS)

    return read


def _text(value: str | None) -> Any:
    return ibis.null(dt.string) if value is None else ibis.literal(value)
