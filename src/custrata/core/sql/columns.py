"""The columns that an SQL metric may read: of order headers, order lines and interactions, each with its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core import arithmetic
from custrata.core.arithmetic import ONE, Shape

Base = Literal["orders", "lines", "interactions"]
Kind = Literal["number", "text", "date", "truth"]
TYPES: Mapping[str, Any] = {"text": dt.string, "date": dt.date, "truth": dt.boolean}


@dataclass(frozen=True)
class Column:
    kind: Kind
    shape: Shape = ONE
    """Of a number."""

    def read(self, table: ir.Table, name: str) -> Any:
        """The column as its kind and shape promise it, whatever type the source gave it."""
        column = table[name]
        if self.kind == "number":
            return arithmetic.cast(arithmetic.of(column).value, self.shape).value
        return column if column.type() == TYPES[self.kind] else column.cast(TYPES[self.kind])


#: Amounts and quantities of one row have four decimals; sums of them over an order have more digits.
_AMOUNT, _SUM, _COUNT = Column("number", Shape(14, 4)), Column("number", Shape(15, 4)), Column("number", Shape(15))
_TEXT, _DATE, _TRUTH = Column("text"), Column("date"), Column("truth")
COLUMNS: Mapping[Base, Mapping[str, Column]] = {
    "orders": {
        "order_id": _TEXT, "day": _DATE, "purchase": _TRUTH, "gross": _AMOUNT, "refunded": _AMOUNT, "net": _AMOUNT,
        "lines": _COUNT, "discount": _SUM, "quantity": _SUM, "returned_quantity": _SUM, "channel": _TEXT,
    },
    "lines": {
        "order_id": _TEXT, "day": _DATE, "purchase": _TRUTH, "is_return": _TRUTH, "amount": _AMOUNT,
        "quantity": _AMOUNT, "price": _AMOUNT, "discount": _AMOUNT, "freight": _AMOUNT, "refunded": _AMOUNT,
    },
    "interactions": {
        "id": _TEXT, "day": _DATE, "kind": _TEXT, "closed_at": _DATE, "open": _TRUTH, "status": _TEXT,
        "value": _AMOUNT, "product_id": _TEXT,
    },
}  # fmt: skip
#: Lines and interactions have whatever further columns the source maps, as text.
OPEN: frozenset[Base] = frozenset({"lines", "interactions"})


def column_of(base: Base, name: str) -> tuple[str, Column] | None:
    """A column and its name as the facts spell it; null where there can be none of that name."""
    known = COLUMNS[base]
    found = name if name in known else next((n for n in known if n == name.casefold()), None)
    if found is not None:
        return found, known[found]
    return (name, _TEXT) if base in OPEN and not name.startswith("_") else None
