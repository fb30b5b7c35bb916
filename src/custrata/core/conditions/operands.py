"""What a condition compares: names, constants and arithmetic over them, each as an expression and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core import arithmetic
from custrata.core.arithmetic import Number, Shape, Sign
from custrata.core.facts.parse import parse
from custrata.core.facts.spelled import DateOrder
from custrata.core.strict import Bilingual
from custrata.locale import Lang

_BINDS: dict[Sign, int] = {"+": 1, "-": 1, "*": 2, "/": 2}
Value = Decimal | str | date


@dataclass(frozen=True)
class Name:
    """A metric, attribute or segment. An attribute is text; `read` says that it is compared as what it spells."""

    name: str
    read: Literal["as it is", "number", "date"] = "as it is"
    dates: DateOrder = "ymd"
    """How the customers source writes dates."""
    label: Bilingual | None = field(default=None, compare=False)
    """What people call it."""

    def expression(self, table: ir.Table) -> Any:
        column = column_of(table, self.name)
        if self.read == "as it is":
            return column
        return as_number(column) if self.read == "number" else as_date(column, self.dates)

    def number(self, table: ir.Table) -> Number:
        return arithmetic.of(self.expression(table))

    def shape(self) -> Shape:
        return arithmetic.ANY

    def names(self) -> Iterator[str]:
        yield self.name

    def text(self, lang: Lang) -> str:
        return self.name if self.label is None else self.label.in_(lang)


@dataclass(frozen=True)
class Constant:
    value: Value
    percent: bool = False
    written: str = field(default="", compare=False)
    """A number as it was written: the class 011 is not called 11."""
    label: Bilingual | None = field(default=None, compare=False)
    """What people call the class that it is."""

    def expression(self, _: ir.Table) -> Any:
        if isinstance(self.value, Decimal):
            return number(self.value)
        return ibis.literal(self.value)

    def number(self, _: ir.Table) -> Number:
        assert isinstance(self.value, Decimal)
        return arithmetic.literal(self.value)

    def shape(self) -> Shape:
        return arithmetic.shape_of(self.value) if isinstance(self.value, Decimal) else arithmetic.ANY

    def names(self) -> Iterator[str]:
        return iter(())

    def text(self, lang: Lang) -> str:
        if self.label is not None:
            return self.label.in_(lang)
        if isinstance(self.value, Decimal):
            return f"{plain(self.value * 100)}%" if self.percent else plain(self.value)
        return str(self.value)


@dataclass(frozen=True)
class Arithmetic:
    op: Sign
    left: Operand
    right: Operand

    def expression(self, table: ir.Table) -> Any:
        return self.number(table).value

    def number(self, table: ir.Table) -> Number:
        return arithmetic.compute(self.op, self.left.number(table), self.right.number(table))

    def shape(self) -> Shape:
        """What the result can be at most; raises `TooLarge` where no engine could hold it."""
        return arithmetic.combined(self.op, self.left.shape(), self.right.shape())

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()

    def text(self, lang: Lang) -> str:
        """With as few brackets as read back to the same."""

        def side(o: Operand, weakest: int) -> str:
            loose = isinstance(o, Arithmetic) and _BINDS[o.op] < weakest
            return f"({o.text(lang)})" if loose else o.text(lang)

        return f"{side(self.left, _BINDS[self.op])} {self.op} {side(self.right, _BINDS[self.op] + 1)}"


Operand = Name | Constant | Arithmetic


def column_of(table: ir.Table, name: str) -> Any:
    """A metric or segment by its name; an attribute of the customer stands under `@name`, for a segment may be
    called as the attribute is that it is made from."""
    return table[name] if name in table.columns else table[f"@{name}"]


def as_number(column: Any) -> Any:
    """An attribute as a number with four decimals: `1,200`, `¥50`, `１２`; null where it spells none."""
    return parse(column, "number").value


def as_date(column: Any, dates: DateOrder = "ymd") -> Any:
    """An attribute as a date: `2024-03-05`, `2024/3/5`, `2024年3月5日`; null where it spells none."""
    read = parse(column, "day", dates=dates)
    return read.value if read.unreadable is None else ibis.ifelse(read.unreadable, ibis.null(dt.date), read.value)


def fits(value: Decimal) -> bool:
    """Whether every engine can hold a number beside money: at most 18 digits before the point and 12 behind it.

    >>> fits(Decimal("1E+17")), fits(Decimal("1E+18")), fits(Decimal("0.5")), fits(Decimal("1E-13"))
    (True, False, True, False)
    """
    return not value or (value.adjusted() < 18 and int(value.as_tuple().exponent) >= -12)


def number(value: Decimal) -> Any:
    """A decimal literal that keeps all its digits (Ibis alone would cut it to three decimals).

    Its scale is that of money or of a ratio: Ibis does not compare money with decimals of fewer places and more digits.
    """
    digits = -int(value.as_tuple().exponent)
    if digits <= 0:
        return ibis.literal(int(value))
    scale = next((s for s in (4, 9) if digits <= s), digits)
    return ibis.literal(value, type=dt.Decimal(18 if scale == 4 and value.adjusted() < 14 else 38, scale))


def plain(value: Decimal) -> str:
    """A number as people write it: 12000, 0.5, 1234.5678; no exponent, no trailing zeros.

    >>> plain(Decimal("10000.0000")), plain(Decimal("0.50"))
    ('10,000', '0.5')
    """
    return _trimmed(f"{value:,f}")


def typed(value: Decimal) -> str:
    """The same as one types it, without grouping.

    >>> typed(Decimal("1E+4")), typed(Decimal("0.50")), typed(Decimal(100))
    ('10000', '0.5', '100')
    """
    return _trimmed(f"{value:f}")


def _trimmed(shown: str) -> str:
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
