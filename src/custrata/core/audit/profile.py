"""How full each column is, and between what it lies: one aggregate a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from custrata.core.audit.base import Over
from custrata.core.audit.facts import SourceFacts
from custrata.core.audit.faults import RECORDS, RETURNS
from custrata.core.audit.model import ColumnProfile

_MISSING = ("E-ROW-001", "E-ROW-005")
#: Faults of a row as a whole, under a header that only says where.
_OF_ROWS = (*RECORDS, *RETURNS)


def question(source: SourceFacts) -> Over:
    """What is asked of the usable rows of a source."""
    rows: Any = source.rows
    asked: dict[str, Any] = {"_rows": rows.count(where=source.good), "_bad": rows.count(where=rows["_bad"])}
    for column in _columns(source):
        cell = rows[column]
        asked[f"n_{column}"] = cell.count(where=source.good)
        asked[f"bad_{column}"] = cell.isnull().sum(where=rows["_bad"])
        if cell.type().is_date() or cell.type().is_decimal():
            asked |= {f"low_{column}": cell.min(where=source.good), f"high_{column}": cell.max(where=source.good)}
    return Over(rows, asked)


def profiles(
    source: SourceFacts, row: Mapping[str, Any], faults: Sequence[Mapping[str, Any]],
    emptied: Sequence[Mapping[str, Any]] = (),
) -> list[ColumnProfile]:  # fmt: skip
    """One profile a column; `faults` are the cells at fault by source, column (the header) and code, `emptied` those of
    rows that are used."""
    found = []
    for column in _columns(source):
        header = source.header(column)
        own = [f for f in faults if f["source"] == source.name and f["column"] == header]
        missing = sum(f["cells"] for f in own if f["code"] in _MISSING)
        unreadable = sum(f["cells"] for f in own if f["code"] not in (*_MISSING, *_OF_ROWS))
        # Of a column that may be empty the quarantine does not tell where it is.
        missing = missing or max(0, int(row[f"bad_{column}"] or 0) - unreadable)
        lost = sum(f["cells"] for f in emptied if f["source"] == source.name and f["column"] == header)
        empty, unreadable = row["_rows"] - row[f"n_{column}"] - lost + missing, unreadable + lost
        low, high = _plain(row.get(f"low_{column}")), _plain(row.get(f"high_{column}"))
        rows = row["_rows"] + row["_bad"]
        found.append(ColumnProfile(source.name, column, header, rows, empty, unreadable, low, high))
    return found


def _columns(source: SourceFacts) -> list[str]:
    own = ("order_id",) if source.own_orders else ()
    return [source.inside(c) for c in source.columns if c not in own]


def _plain(value: Any) -> date | Decimal | None:
    return value if value is None or isinstance(value, date) else Decimal(str(value))
