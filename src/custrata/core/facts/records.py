"""Records as one row a key, such as customers: identical rows collapse, differing ones leave one and are reported.

Where rows say of which day they tell, later ones go before earlier ones instead, cell by cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def distinct_records(t: ir.Table, key: str | Sequence[str]) -> ir.Table:
    """One row for every key; of differing rows the first in the order of their texts, whatever order they came in."""
    return _placed(t, key).filter(lambda r: r["_place"] == 0).drop("_place")


def latest_records(t: ir.Table, key: str, day: str) -> ir.Table:
    """One row for every key: of each column the value of the latest `day` that has one, of one day the largest as text.
    Rows without a day come before all others. The column `day` itself goes.

    >>> from datetime import date
    >>> kinds = {"id": "string", "at": "date", "name": "string", "phone": "string"}
    >>> rows = [("C1", date(2024, 1, 5), "Ann", "1"), ("C1", date(2024, 3, 1), "Ann Lee", None)]
    >>> latest_records(ibis.memtable(rows, schema=kinds), "id", "at").to_pyarrow().to_pylist()
    [{'id': 'C1', 'name': 'Ann Lee', 'phone': '1'}]
    """
    told = t[day].strftime("%Y-%m-%d").fill_null("0000-00-00")
    columns = {c: t[c] for c in t.columns if c not in (key, day) and not c.startswith("_")}
    # Day and value as one text: the largest of them is the latest, whatever order the rows came in, on every engine.
    found = t.group_by(key).aggregate(**{c: (told + v.cast(dt.string)).max() for c, v in columns.items()})
    return found.select(key, **{c: found[c].substr(10).cast(v.type()) for c, v in columns.items()})


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
