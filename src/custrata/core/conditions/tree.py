"""What a condition is once it is read: a tree of comparisons, and how each becomes an expression and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir

from custrata.core import arithmetic
from custrata.core.conditions.operands import (
    Arithmetic,
    Constant,
    Name,
    Operand,
    column_of,
    fits,
    number,
    plain,
)
from custrata.locale import Lang, text

__all__ = [
    "Among",
    "Arithmetic",
    "Both",
    "Compare",
    "Condition",
    "Constant",
    "Missing",
    "Name",
    "Not",
    "Operand",
    "column_of",
    "fits",
    "number",
    "plain",
]
Op = Literal[">", ">=", "<", "<=", "=", "!="]
_WORDS = {">=": "≥", "<=": "≤", "!=": "≠"}


@dataclass(frozen=True)
class Compare:
    left: Operand
    op: Op
    right: Operand

    def expression(self, table: ir.Table) -> Any:
        if isinstance(self.left, Arithmetic) or isinstance(self.right, Arithmetic):
            a, b = (n.value for n in arithmetic.alike([self.left.number(table), self.right.number(table)]))
        else:
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
        operands: list[Operand] = [self.left, *self.values]
        if isinstance(self.left, Arithmetic):
            left, *values = (n.value for n in arithmetic.alike([o.number(table) for o in operands]))
        else:
            left, *values = (o.expression(table) for o in operands)
        found = left.isin(values)
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
