"""What proves every row of a source usable without reading the rows: the statistics that a Parquet file keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from custrata.core.facts.clean import NEEDED_IF_MAPPED
from custrata.core.facts.columns import columns_for
from custrata.core.facts.parse import parse, plausible
from custrata.core.scheme.sources import Orders, Source


def evidence(raw: ir.Table, source: str, config: Source, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Aggregates that a Parquet file's own statistics answer and that can prove every row usable: the number of values
    in each column that needs one, and the first and last day. Null where only reading the rows can tell (text, floats,
    rules that leave rows out)."""
    if not isinstance(config, Orders) or config.count is not None or config.anonymous:
        return None
    asked: dict[str, Any] = {"read": raw.count()}
    for column in columns_for(source):
        if column.name not in names or column.type == "text":
            continue
        cell = raw[names[column.name]]
        kind = cell.type()
        if column.type == "day":
            if not (kind.is_date() or (kind.is_timestamp() and kind.timezone is None)):
                return None
            asked |= {"first": cell.min(), "last": cell.max()}
        elif parse(cell, column.type, dates=config.dates).unreadable is not None or kind.is_string():
            return None
        if column.required or column.name in (*NEEDED_IF_MAPPED.get(source, ()), "amount"):
            asked[f"n_{column.name}"] = cell.count()
    return asked if "amount" in names and "freight" not in names and config.amount == "after discount" else None


def proves(found: Mapping[str, Any]) -> bool:
    """Whether what was asked as `evidence` shows every row to be usable."""
    first, last = found["first"], found["last"]
    if first is None or not plausible(first) or not plausible(last):
        return False
    return all(n == found["read"] for key, n in found.items() if key.startswith("n_"))
