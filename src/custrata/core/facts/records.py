"""Customers and products as one row a key: identical rows collapse, differing ones leave one and are reported."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def distinct_records(t: ir.Table, key: str) -> ir.Table:
    """One row for every key; of differing rows the first in the order of their texts, whatever order they came in."""
    plain = t.select(key, *[c for c in t.columns if c != key and not c.startswith("_")]).distinct()
    return _placed(plain, key).filter(lambda r: r["_place"] == 0).drop("_place")


def duplicate_rows(t: ir.Table, key: str) -> ir.Table:
    """The differing rows that `distinct_records` leaves out."""
    plain = t.select(key, *[c for c in t.columns if c != key and not c.startswith("_")]).distinct()
    return _placed(plain, key).filter(lambda r: r["_place"] > 0).drop("_place")


def _placed(t: ir.Table, key: str) -> ir.Table:
    # Missing cells come last: of two rows the one that says more is kept.
    order: list[Any] = []
    for c in t.columns:
        if c != key:
            order += [t[c].isnull(), t[c].cast(dt.string)]
    return t.mutate(_place=ibis.row_number().over(ibis.window(group_by=key, order_by=order or [t[key]])))
