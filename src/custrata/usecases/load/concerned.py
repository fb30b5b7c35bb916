"""Which orders, and which files with returns that wait in quarantine, a load concerns."""

from __future__ import annotations

from functools import reduce

import ibis.expr.types as ir

from custrata.usecases.load.derived import LINKS, NUMBER, faulty, numbers_of
from custrata.usecases.load.rows import ROWS, UNIT
from custrata.usecases.ports import FactStore


def numbers_in(store: FactStore, name: str, units: ir.Table | None, first_new: int = 0) -> ir.Table | None:
    """The order numbers in rows of some units, or of those from `first_new` on, computed."""
    if ROWS(name) not in store.kept_names():
        return None
    rows = store.kept(ROWS(name))
    rows = rows.filter(rows[UNIT] >= first_new) if units is None else rows.semi_join(units, UNIT)
    return store.materialise(f"numbers_{name}", numbers_of(rows))


def together(store: FactStore, parts: list[ir.Table | None]) -> ir.Table:
    """The order numbers of several tables as one."""
    found = [t for t in parts if t is not None]
    if len(found) == 1:
        return found[0]
    return store.materialise("touched", reduce(lambda a, b: a.union(b), found).distinct())


def lost_units(store: FactStore, numbers: ir.Table) -> ir.Table | None:
    """Units of returns of these orders that wait in quarantine."""
    if LINKS not in store.kept_names():
        return None
    links = faulty(store.kept(LINKS))
    named = links.semi_join(numbers, links.refers_to == numbers[NUMBER]).select(UNIT)
    return store.materialise("lost", named.union(links.filter(links.refers_to.isnull()).select(UNIT)).distinct())


def either(store: FactStore, a: ir.Table | None, b: ir.Table | None) -> ir.Table:
    """The units of one table or the other."""
    found = [t for t in (a, b) if t is not None]
    if not found:
        return store.from_rows("lost", [], {UNIT: "int64"})
    return store.materialise("lost", reduce(lambda x, y: x.union(y), found).distinct())


def size(store: FactStore, t: ir.Table) -> int:
    """How many rows a table has."""
    return int(store.rows(t.aggregate(n=t.count()))[0]["n"])
