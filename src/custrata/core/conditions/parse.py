"""Text → condition tree, in either language; what does not parse is told with the place in the text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from custrata.core.conditions.tokens import SCALE, ConditionError, Token, tokens
from custrata.core.conditions.tree import (
    Among,
    Arithmetic,
    Both,
    Compare,
    Condition,
    Constant,
    Missing,
    Name,
    Not,
    Operand,
    fits,
)

_MAX_DEPTH = 50
#: What is nested deeper is too deep for the SQL that is written from it.
_MAX_SIGNS, _MAX_LEVELS = 50, 20


def parse(source: Any) -> Condition:
    """A condition from text or from nested `{all: […]}`, `{any: […]}`, `{not: …}`.

    >>> parse("spend >= 1万 and return_rate < 10%").text("en")
    'spend ≥ 10,000 and return_rate < 10%'
    >>> parse({"any": ["rfm is 重要价值", {"not": "recency > 90"}]}).text("zh")
    'rfm = 重要价值 或 非 (recency > 90)'
    >>> parse("spend >")
    Traceback (most recent call last):
    ...
    custrata.core.conditions.tokens.ConditionError: at character 8: found the end, expected a number, a name or a text
    """
    condition = _nested(source, 0)
    if _levels(condition) > _MAX_LEVELS:
        raise ConditionError(1, "conditions nested more than twenty deep", "fewer levels")
    return condition


def _levels(condition: Condition) -> int:
    parts = condition.parts if isinstance(condition, Both) else (condition.part,) if isinstance(condition, Not) else ()
    return 1 + max(map(_levels, parts), default=0)


def _nested(source: Any, depth: int) -> Condition:
    if depth > _MAX_DEPTH:
        raise ConditionError(1, "conditions nested more than twenty deep", "fewer levels")
    if isinstance(source, Mapping) and len(source) == 1:
        ((key, parts),) = source.items()
        word = {"all": "and", "全部": "and", "any": "or", "任一": "or", "not": "not", "非": "not"}.get(str(key))
        if word == "not":
            return Not(_nested(parts, depth + 1))
        if word and isinstance(parts, list | tuple) and parts:
            read = tuple(_nested(p, depth + 1) for p in parts)
            return read[0] if len(read) == 1 else Both(word, read)  # type: ignore[arg-type]
    if not isinstance(source, str):
        raise ConditionError(1, repr(source)[:40], "a condition, or {all: […]}, {any: […]}, {not: …}")
    return _Reader(source).whole()


class _Reader:
    """Recursive descent, or > and > not > comparison > sum > product > value."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.i = 0
        self.depth = 0

    def whole(self) -> Condition:
        if sum(t.kind == "op" and t.value in ("+", "-", "*", "/") for t in self.tokens) > _MAX_SIGNS:
            raise ConditionError(1, "more than fifty signs of arithmetic", "a metric of its own (sql)")
        result = self.any_of()
        if self.peek().kind != "end":
            raise self.unexpected("and, or, or the end")
        return result

    def any_of(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self.one))

    def _joined(self, word: Any, read: Any) -> Condition:
        parts = [read()]
        while self.take(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def one(self) -> Condition:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.unexpected("fewer levels of nesting")
        try:
            if self.take("not"):
                return Not(self.one())
            if self.peek().value == "(" and self._holds_condition():
                self.take("(")
                inner = self.any_of()
                self.need(")")
                return inner
            return self.comparison()
        finally:
            self.depth -= 1

    def _holds_condition(self) -> bool:
        """Whether the bracket opens a condition rather than a sum: it holds a comparison before it closes."""
        level = 0
        for token in self.tokens[self.i :]:
            level += (token.value == "(") - (token.value == ")")
            if level == 0:
                return False
            if token.kind == "word" or token.value in (">", ">=", "<", "<=", "=", "!="):
                return True
        return False

    def comparison(self) -> Condition:
        left = self.sum()
        for op in (">=", "<=", "!=", ">", "<", "="):
            if self.take(op):
                return Compare(left, op, self.sum())
        if self.take("is not"):
            return Missing(left, negated=True) if self.take("missing") else Compare(left, "!=", self.sum())
        if self.take("is"):
            negated = self.take("not")
            if self.take("missing"):
                return Missing(left, negated)
            if self.take("in"):
                return Among(left, self.values(), negated)
            return Compare(left, "!=" if negated else "=", self.sum())
        if self.take("missing"):
            return Missing(left)
        if self.take("not in"):
            return Among(left, self.values(), negated=True)
        negated = self.take("not")
        if self.take("in"):
            return Among(left, self.values(), negated)
        if self.take("between") and not negated:
            low = self.sum()
            self.need("and")
            return Both("and", (Compare(left, ">=", low), Compare(left, "<=", self.sum())))
        raise self.unexpected("a comparison such as >=, <, is, in")

    def values(self) -> tuple[Constant, ...]:
        closing = ")" if self.take("(") else "]" if self.take("[") else None
        if closing is None:
            raise self.unexpected("( or [")
        values = [self._value()]
        while self.take(","):
            values.append(self._value())
        self.need(closing)
        return tuple(values)

    def _value(self) -> Constant:
        if self.peek().kind == "number" and "," in self.peek().value:
            # In a list 1,200 may be one number or two.
            raise self.unexpected("a number without commas, or a space after the comma")
        operand = self.value()
        if isinstance(operand, Name):
            return Constant(operand.name)
        if not isinstance(operand, Constant):
            raise self.unexpected("a value")
        return operand

    def sum(self) -> Operand:
        left = self.product()
        while (op := self.peek().value) in ("+", "-") and self.take(op):
            left = Arithmetic(op, left, self.product())  # type: ignore[arg-type]
        return left

    def product(self) -> Operand:
        left = self.value()
        while (op := self.peek().value) in ("*", "/") and self.take(op):
            left = Arithmetic(op, left, self.value())  # type: ignore[arg-type]
        return left

    def value(self) -> Operand:
        token = self.peek()
        if token.value == "(":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.unexpected("fewer levels of nesting")
            self.i += 1
            inner = self.sum()
            self.need(")")
            self.depth -= 1
            return inner
        if token.value == "-":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.unexpected("fewer signs")
            self.i += 1
            inner = self.value()
            self.depth -= 1
            if isinstance(inner, Constant) and isinstance(inner.value, Decimal):
                return Constant(-inner.value, inner.percent, f"-{inner.written}")
            return Arithmetic("-", Constant(Decimal(0)), inner)
        if token.kind not in ("number", "string", "date", "name"):
            raise self.unexpected("a number, a name or a text")
        self.i += 1
        if token.kind == "number":
            return _number(token)
        if token.kind == "string":
            return Constant(token.value[1:-1])
        if token.kind == "date":
            try:
                return Constant(date.fromisoformat(token.value))
            except ValueError:
                raise ConditionError(token.at, f"'{token.value}'", "a date that exists") from None
        return Name(token.value)

    def peek(self) -> Token:
        return self.tokens[self.i]

    def take(self, value: str) -> bool:
        token = self.peek()
        if token.kind in ("op", "word") and token.value == value:
            self.i += 1
            return True
        return False

    def need(self, value: str) -> None:
        if not self.take(value):
            raise self.unexpected(f"'{value}'")

    def unexpected(self, expected: str) -> ConditionError:
        token = self.peek()
        return ConditionError(token.at, "the end" if token.kind == "end" else f"'{token.written}'", expected)


def _number(token: Token) -> Constant:
    scale = token.value[-1] if token.value[-1] in SCALE else ""
    try:
        value = Decimal(token.value.removesuffix(scale).strip().replace(",", ""))
    except InvalidOperation:
        raise ConditionError(token.at, f"'{token.value}'", "a number") from None
    if not fits(value * SCALE.get(scale, 1)):
        raise ConditionError(token.at, f"'{token.value[:40]}'", "at most 18 digits before the point and 12 behind it")
    return Constant(value * SCALE.get(scale, 1), scale in ("%", "％"), token.value)
