"""The customers on a page of a list, without sorting everybody.

Engines sort to reach a page; the further it is, the more of the list. So far pages are found by the values at the two
ends of the block of pages that they are in, which an engine finds without sorting, and only the customers between the
two are sorted. The ends of a block serve all of its pages, so an engine that remembers answers finds them once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.usecases.ports import Engine

#: Up to this place an engine keeps the first ones at hand while it reads all.
_NEAR = 2_000
#: Customers in a block.
_BLOCK = 1_000

Rows = list[dict[str, Any]]


def rows_at(
    engine: Engine, t: ir.Table, value: Any, id: str, down: bool, offset: int, n: int, shown: Mapping[str, Any]
) -> Rows:
    """`n` rows from the place `offset` (from 0) on, of a table sorted by a `value` of its own, from the largest down or
    up: those without a value last, equal ones by their `id`, a text. They have `_id`, and what is `shown` of the table
    by its name."""
    by_id = value.equals(t[id])
    t = t.select(_id=t[id], _value=value, **shown)
    if by_id:
        return _by_id(engine, t, shown, down, offset, n)
    if offset + n <= _NEAR:
        return _sorted(engine, t, shown, down, offset, n)
    told = int(engine.rows(t.aggregate(n=t["_value"].count()))[0]["n"])
    if offset >= told:
        return _by_id(engine, t.filter(t["_value"].isnull()), shown, False, offset - told, n)
    first, last = _block(offset, n, told)
    low, high = _ends(engine, t, down, first, last, told)
    before = t["_value"] > high if down else t["_value"] < low
    passed = offset - int(engine.rows(t.aggregate(n=t.count(where=before)))[0]["n"])
    if low == high and last >= offset + n:
        # All of them are equal, so their ids alone sort them.
        return _by_id(engine, t.filter(t["_value"] == low), shown, False, passed, n)
    band = t["_value"].between(low, high)
    if last < offset + n:
        band = band | t["_value"].isnull()
    return _sorted(engine, t.filter(band), shown, down, passed, n)


def ids_at(engine: Engine, t: ir.Table, value: Any, id: str, down: bool, offset: int, n: int) -> list[str]:
    """The ids of the same rows."""
    return [r["_id"] for r in rows_at(engine, t, value, id, down, offset, n, {})]


def _block(offset: int, n: int, size: int) -> tuple[int, int]:
    """The places, from 1, of the first and the last of the block that a page begins in, and all of the page."""
    start = offset - offset % _BLOCK
    return start + 1, min(start + _BLOCK + n, size)


def _ends(engine: Engine, t: ir.Table, down: bool, first: int, last: int, size: int) -> tuple[Any, Any]:
    """The lowest and the highest value between two places of a list of `size` values."""
    ranks = (size - last + 1, size - first + 1) if down else (first, last)
    low, high = engine.rows(t.aggregate(ends=engine.at_ranks(t["_value"], ranks, size)))[0]["ends"]
    return low, high


def _by_id(engine: Engine, t: ir.Table, shown: Mapping[str, Any], down: bool, offset: int, n: int) -> Rows:
    """The same of a table sorted by its ids, of which no two are equal."""
    t = t.mutate(_value=t["_id"])
    if offset + n > _NEAR:
        size = int(engine.rows(t.aggregate(n=t.count()))[0]["n"])
        if offset >= size:
            return []
        first, last = _block(offset, n, size)
        low, high = _ends(engine, t, down, first, last, size)
        t, offset = t.filter(t["_id"].between(low, high)), offset - first + 1
    return _sorted(engine, t, shown, down, offset, n)


def _sorted(engine: Engine, t: ir.Table, shown: Mapping[str, Any], down: bool, offset: int, n: int) -> Rows:
    first = ibis.desc(t["_value"], nulls_first=False) if down else ibis.asc(t["_value"], nulls_first=False)
    ordered = t.order_by([first, ibis.asc(t["_id"])])
    return engine.rows(ordered.select("_id", *shown).limit(n, offset=offset))
