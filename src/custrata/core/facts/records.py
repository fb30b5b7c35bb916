"""Records as one row a key, such as customers: identical rows collapse, differing ones leave one and are reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def distinct_records(t: ir.Table, key: str | Sequence[str]) -> ir.Table:
    """One row for every key; of differing rows the first in the order of their texts, whatever order they came in."""
    return _placed(t, key).filter(lambda r: r["_place"] == 0).drop("_place")


def duplicate_rows(t: ir.Table, key: str | Sequence[str]) -> ir.Table:
    """The differing rows that `distinct_records` leaves out."""
    return _placed(t, key).filter(lambda r: r["_place"] > 0).drop("_place")


def _placed(t: ir.Table, key: str | Sequence[str]) -> ir.Table:
    keys = [key] if isinstance(key, str) else list(key)
    t = t.select(*keys, *[c for c in t.columns if c not in keys and not c.startswith("_")]).distinct()
    # Missing cells come last: of two rows the one that says more is kept.
    order: list[Any] = []
    for c in t.columns:
        if c not in keys:
            order += [t[c].isnull(), t[c].cast(dt.string)]
    return t.mutate(_place=ibis.row_number().over(ibis.window(group_by=keys, order_by=order or [t[keys[0]]])))
