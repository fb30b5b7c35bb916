"""The ids on a page of a list, without sorting everybody.

Engines sort to reach a page; the further it is, the more of the list. So far pages are found by the values at their two
ends, which an engine finds without sorting, and only the customers between the two are sorted.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.usecases.ports import Engine

#: Up to this place an engine keeps the first ones at hand while it reads all.
_NEAR = 2_000


def ids_at(engine: Engine, t: ir.Table, value: Any, id: str, down: bool, offset: int, n: int) -> list[str]:
    """The ids of `n` rows from the place `offset` (from 0) on, of a table sorted by a `value` of its own, from the
    largest down or up: those without a value last, equal ones by their `id`, a text."""
    if value.equals(t[id]):
        return _by_id(engine, t.select(_id=t[id]), down, offset, n)
    t = t.select(_id=t[id], _value=value)
    if offset + n <= _NEAR:
        return _sorted(engine, t, down, offset, n)
    told = int(engine.rows(t.aggregate(n=t["_value"].count()))[0]["n"])
    if offset >= told:
        return _by_id(engine, t.filter(t["_value"].isnull()), False, offset - told, n)
    first, last = offset + 1, min(offset + n, told)
    ranks = (told - last + 1, told - first + 1) if down else (first, last)
    low, high = engine.rows(t.aggregate(ends=engine.at_ranks(t["_value"], ranks, told)))[0]["ends"]
    before = t["_value"] > high if down else t["_value"] < low
    passed = offset - int(engine.rows(t.aggregate(n=t.count(where=before)))[0]["n"])
    if low == high and last == offset + n:
        # All of them are equal, so their ids alone sort them.
        return _by_id(engine, t.filter(t["_value"] == low), False, passed, n)
    band = t["_value"].between(low, high)
    if last < offset + n:
        band = band | t["_value"].isnull()
    return _sorted(engine, t.filter(band), down, passed, n)


def _by_id(engine: Engine, t: ir.Table, down: bool, offset: int, n: int) -> list[str]:
    """The same of a table sorted by its ids, of which no two are equal."""
    t = t.select(_id=t["_id"], _value=t["_id"])
    if offset + n > _NEAR:
        size = int(engine.rows(t.aggregate(n=t.count()))[0]["n"])
        first, last = offset + 1, min(offset + n, size)
        if first > last:
            return []
        ranks = (size - last + 1, size - first + 1) if down else (first, last)
        low, high = engine.rows(t.aggregate(ends=engine.at_ranks(t["_id"], ranks, size)))[0]["ends"]
        t, offset = t.filter(t["_id"].between(low, high)), 0
    return _sorted(engine, t, down, offset, n)


def _sorted(engine: Engine, t: ir.Table, down: bool, offset: int, n: int) -> list[str]:
    first = ibis.desc(t["_value"], nulls_first=False) if down else ibis.asc(t["_value"], nulls_first=False)
    ordered = t.order_by([first, ibis.asc(t["_id"])])
    return [r["_id"] for r in engine.rows(ordered.select("_id").limit(n, offset=offset))]
