"""Numbers of customers in types no wider than they need, for questions that look at everybody.

A sum has 38 digits, because some company's may; to sort or select among numbers of 32 or 64 bits takes half the time
and less. The values stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

#: Decimals of so many digits are numbers of 32 and of 64 bits inside.
_DIGITS = (9, 18)
_WHOLE = 2**31
#: Before the name of a column: its least and its greatest value.
LOW, HIGH = "#low ", "#high "


def extremes(table: ir.Table, names: Iterable[str]) -> dict[str, Any]:
    """The aggregates of which `narrowed` wants the answers."""
    found: dict[str, Any] = {}
    for name in names:
        if table[name].type().is_numeric():
            found |= {LOW + name: table[name].min(), HIGH + name: table[name].max()}
    return found


def narrowed(table: ir.Table, names: Iterable[str], found: Mapping[str, Any]) -> dict[str, Any]:
    """These columns of the table as narrow as the extremes of all their values allow."""
    columns = {}
    for name in names:
        column, low, high = table[name], found.get(LOW + name), found.get(HIGH + name)
        if low is None or high is None or column.type().is_floating():
            columns[name] = column
        else:
            columns[name] = _narrow(column, max(abs(Decimal(str(low))), abs(Decimal(str(high)))))
    return columns


def _narrow(column: Any, most: Decimal) -> Any:
    kind = column.type()
    if kind.is_integer():
        return column.cast(dt.int32) if kind.nbytes > 4 and most < _WHOLE else column
    if not kind.is_decimal() or kind.scale is None:
        return column
    for digits in _DIGITS:
        if (kind.precision or 38) > digits >= kind.scale and most < Decimal(10) ** (digits - kind.scale):
            return column.cast(dt.Decimal(digits, kind.scale))
    return column
