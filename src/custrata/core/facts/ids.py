"""Numbers of customers, orders and products: which of two sources' are the same, and how whole numbers stay whole.

An id is a whole number of 64 bits or a text. Two ids are the same where people write them alike: the number 12 is the
text `12`, and neither is `0012`. Whole numbers group twice as fast as texts, so they stay whole as long as nothing that
they are compared with is anything else.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

#: How people write a whole number: no plus, no zeros in front. 64 bits hold at most 19 digits.
_WHOLE = r"^(0|-?[1-9]\d{0,18})$"


def whole(column: Any) -> Any:
    """The id as a number of 64 bits; null where it is not written as one."""
    if column.type().is_integer():
        return column
    return ibis.ifelse(column.re_search(_WHOLE), column.try_cast(dt.int64), ibis.null(dt.int64))


def others(column: Any) -> Any:
    """How many ids of a column are no whole numbers: an aggregate."""
    return column.count(where=whole(column).isnull())


def like(column: Any, kind: dt.DataType) -> Any:
    """An id as another source's are, a whole number or a text; null where none of them can be the same."""
    if kind.is_integer():
        return whole(column)
    return column if column.type().is_string() else column.cast(dt.string)


def rows_of(table: ir.Table, customer_id: str) -> ir.Table:
    """The rows of one customer, whether the table has the ids as whole numbers or as texts."""
    return table.filter(like(table.customer_id, dt.string) == customer_id)


def as_text(table: ir.Table, name: str) -> Any:
    """A column of ids as text; null where the table has no such column."""
    return like(table[name], dt.string) if name in table.columns else ibis.null(dt.string)
