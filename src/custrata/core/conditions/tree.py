"""What a condition is once it is read: a tree of comparisons, and how each becomes an expression and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.locale import Lang, text

Op = Literal[">", ">=", "<", "<=", "=", "!="]
Value = Decimal | str | date
_WORDS = {">=": "≥", "<=": "≤", "!=": "≠"}


@dataclass(frozen=True)
class Name:
    """A metric, attribute or segment."""

    name: str

    def expression(self, table: ir.Table) -> Any:
        return column_of(table, self.name)

    def names(self) -> Iterator[str]:
        yield self.name

    def text(self, _: Lang) -> str:
        return self.name


@dataclass(frozen=True)
class Constant:
    value: Value
    percent: bool = False

    def expression(self, _: ir.Table) -> Any:
        if isinstance(self.value, Decimal):
            return number(self.value)
        return ibis.literal(self.value)

    def names(self) -> Iterator[str]:
        return iter(())

    def text(self, _: Lang) -> str:
        if isinstance(self.value, Decimal):
            return f"{plain(self.value * 100)}%" if self.percent else plain(self.value)
        return str(self.value)


@dataclass(frozen=True)
class Arithmetic:
    op: Literal["+", "-", "*", "/"]
    left: Operand
    right: Operand

    def expression(self, table: ir.Table) -> Any:
        a, b = self.left.expression(table), self.right.expression(table)
        if self.op == "+":
            return a + b
        if self.op == "-":
            return a - b
        if self.op == "*":
            return a * b
        return quotient(a, b)

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()

    def text(self, lang: Lang) -> str:
        def side(o: Operand) -> str:
            return f"({o.text(lang)})" if isinstance(o, Arithmetic) else o.text(lang)

        return f"{side(self.left)} {self.op} {side(self.right)}"


Operand = Name | Constant | Arithmetic


@dataclass(frozen=True)
class Compare:
    left: Operand
    op: Op
    right: Operand

    def expression(self, table: ir.Table) -> Any:
        a, b = self.left.expression(table), self.right.expression(table)
        return {
            ">": lambda: a > b, ">=": lambda: a >= b, "<": lambda: a < b,
            "<=": lambda: a <= b, "=": lambda: a == b, "!=": lambda: a != b,
        }[self.op]()  # fmt: skip

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()

    def text(self, lang: Lang) -> str:
        return f"{self.left.text(lang)} {_WORDS.get(self.op, self.op)} {self.right.text(lang)}"

    def atoms(self) -> Iterator[Condition]:
        yield self


@dataclass(frozen=True)
class Among:
    left: Operand
    values: tuple[Constant, ...]
    negated: bool = False

    def expression(self, table: ir.Table) -> Any:
        found = self.left.expression(table).isin([v.expression(table) for v in self.values])
        return ~found if self.negated else found

    def names(self) -> Iterator[str]:
        yield from self.left.names()

    def text(self, lang: Lang) -> str:
        word = text("conditions.not_in" if self.negated else "conditions.in", lang)
        sep = "、" if lang == "zh" else ", "
        return f"{self.left.text(lang)} {word} ({sep.join(v.text(lang) for v in self.values)})"

    def atoms(self) -> Iterator[Condition]:
        yield self


@dataclass(frozen=True)
class Missing:
    left: Operand
    negated: bool = False

    def expression(self, table: ir.Table) -> Any:
        value = self.left.expression(table)
        return value.notnull() if self.negated else value.isnull()

    def names(self) -> Iterator[str]:
        yield from self.left.names()

    def text(self, lang: Lang) -> str:
        return f"{self.left.text(lang)} {text('conditions.present' if self.negated else 'conditions.missing', lang)}"

    def atoms(self) -> Iterator[Condition]:
        yield self


@dataclass(frozen=True)
class Both:
    """All of the parts (`and`) or any of them (`or`)."""

    op: Literal["and", "or"]
    parts: tuple[Condition, ...]

    def expression(self, table: ir.Table) -> Any:
        result = self.parts[0].expression(table)
        for part in self.parts[1:]:
            other = part.expression(table)
            result = (result & other) if self.op == "and" else (result | other)
        return result

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()

    def text(self, lang: Lang) -> str:
        word = f" {text(f'conditions.{self.op}', lang)} "
        return word.join(f"({p.text(lang)})" if isinstance(p, Both) else p.text(lang) for p in self.parts)

    def atoms(self) -> Iterator[Condition]:
        for part in self.parts:
            yield from part.atoms()


@dataclass(frozen=True)
class Not:
    part: Condition

    def expression(self, table: ir.Table) -> Any:
        return ~self.part.expression(table)

    def names(self) -> Iterator[str]:
        yield from self.part.names()

    def text(self, lang: Lang) -> str:
        return f"{text('conditions.not', lang)} ({self.part.text(lang)})"

    def atoms(self) -> Iterator[Condition]:
        yield from self.part.atoms()


Condition = Compare | Among | Missing | Both | Not


def column_of(table: ir.Table, name: str) -> Any:
    """A metric or segment by its name; an attribute of the customer stands under `@name`, for a segment may be
    called as the attribute is that it is made from."""
    return table[name] if name in table.columns else table[f"@{name}"]


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


def quotient(top: Any, bottom: Any) -> Any:
    """top ÷ bottom to nine decimals, null where bottom is 0: a decimal, as ratios among the metrics are, so that
    what is equal there is equal here, on every engine."""
    divided = top.cast("float64") / ibis.ifelse(bottom == 0, ibis.null(dt.float64), bottom.cast("float64"))
    return divided.round(9).cast(dt.Decimal(38, 9))


def plain(value: Decimal) -> str:
    """A number as people write it: 12000, 0.5, 1234.5678; no exponent, no trailing zeros.

    >>> plain(Decimal("10000.0000")), plain(Decimal("0.50"))
    ('10,000', '0.5')
    """
    shown = f"{value:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
