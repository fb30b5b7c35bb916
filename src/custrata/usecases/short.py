"""Long decimals as short ones where all of them fit, for tables that are kept and read many times.

A sum may have 34 digits before its point, and hardly any has more than 14. An engine reads, compares and sorts decimals
of up to 18 digits as one number, longer ones many times as slowly.
"""

from __future__ import annotations

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.usecases.ports import Engine

_DIGITS = 18


def shortened(t: ir.Table, engine: Engine) -> ir.Table:
    """A computed table, its long decimals as short ones in each column where nothing is lost."""
    short = {c: t[c].try_cast(kind) for c, k in t.schema().items() if (kind := _short(k)) is not None}
    if not short:
        return t
    lost = {c: t.count(where=t[c].notnull() & value.isnull()) for c, value in short.items()}
    found = engine.rows(t.aggregate(**lost))[0]
    return t.mutate(**{c: value for c, value in short.items() if not found[c]})


def lengthened(t: ir.Table, types: ir.Table) -> ir.Table:
    """The columns of a table as `types` has them."""
    return t.mutate(**{c: t[c].cast(k) for c, k in types.schema().items() if t[c].type() != k})


def same_but_for_length(a: ir.Table, b: ir.Table) -> bool:
    """Whether two tables have the same columns of the same types, long and short decimals being one type."""
    first, second = ({c: _short(k) or k(nullable=True) for c, k in t.schema().items()} for t in (a, b))
    return first == second


def _short(kind: dt.DataType) -> dt.DataType | None:
    """The short decimal for a long one; null for what is no long decimal."""
    if not isinstance(kind, dt.Decimal) or kind.scale is None or kind.scale > _DIGITS:
        return None
    return dt.Decimal(_DIGITS, kind.scale) if (kind.precision or 0) > _DIGITS else None
