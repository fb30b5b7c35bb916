"""A condition as rows and groups that people fill in, and back: what the rule builder shows and what it means.

What rows cannot show (arithmetic, one number beside another) stays as it was written, in a row of text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from custrata.core.conditions import Condition, ConditionError, Field
from custrata.core.conditions.operands import Constant, Name
from custrata.core.conditions.tree import Among, Both, Compare, Missing, Not
from custrata.core.conditions.write import constant, quoted, written
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked, condition
from custrata.usecases.look import Result

Join = Literal["all", "any", "none", "not_all"]
JOINS: tuple[Join, ...] = ("all", "any", "none", "not_all")
#: What may be asked of a field of each type; an attribute is text that may spell a number.
OPS: Mapping[str, tuple[str, ...]] = {
    "number": (">=", ">", "<", "<=", "between", "=", "!=", "missing", "present"),
    "date": (">=", ">", "<", "<=", "between", "=", "!=", "missing", "present"),
    "class": ("in", "not_in"),
    "text": ("=", "!=", "in", "not_in", ">=", ">", "<", "<=", "missing", "present"),
}
#: Operators that compare with nothing.
BARE = ("missing", "present")
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*[%％万千亿]?")
_SWAPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "=", "!=": "!="}


@dataclass(frozen=True)
class Row:
    """One comparison. It counts when it has a value, or both bounds of `between`, or needs none."""

    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        said = sum(bool(v.strip()) for v in self.values)
        return bool(self.field and self.op and (self.op in BARE or said >= (2 if self.op == "between" else 1)))


@dataclass(frozen=True)
class Words:
    """A part of a condition that rows cannot show, as text."""

    text: str

    @property
    def complete(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True)
class Group:
    """Parts of which all, any, none or not all shall hold."""

    join: Join = "all"
    parts: tuple[Node, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return any(p.complete for p in self.parts)


Node = Row | Words | Group


def shown(found: Condition, fields: Mapping[str, Field], lang: Lang) -> Group:
    """A condition, bound or as parsed, as rows and groups."""
    node = _node(found, fields, lang)
    return node if isinstance(node, Group) else Group("all", (node,))


def said(node: Node, fields: Mapping[str, Field], place: str = "") -> Any:
    """What rows and groups mean, as nested values that `asked.condition` reads; null where nothing is complete.

    Raises E-WEB-032 for a value that is no number or date where one is wanted, E-WEB-033 for a field that is not there.
    """
    if isinstance(node, Words):
        return node.text
    if isinstance(node, Row):
        return _row_said(node, fields, place)
    of_all = node.join in ("all", "not_all")
    parts: list[Any] = []
    for i, part in enumerate(node.parts):
        here = f"{place}.{i}" if place else str(i)
        if isinstance(part, Row) and part.complete and part.op == "between" and of_all:
            # Two of the parts of which all shall hold: no brackets are needed around them.
            parts += [_row_said(bound, fields, here) for bound in _bounds(part)]
        elif part.complete:
            parts.append(said(part, fields, here))
    if not parts:
        return None
    joined = {"any" if node.join in ("any", "none") else "all": parts}
    return {"not": joined} if node.join in ("none", "not_all") else joined


def understood(result: Result, node: Group, fields: Mapping[str, Field]) -> Condition | None:
    """The condition that rows and groups make; null where nothing is complete."""
    found = said(node, fields)
    return None if found is None else condition(result, found, "")


@dataclass(frozen=True)
class Met:
    """Of how many customers a condition holds, what they spend, and of how many there are."""

    customers: int
    spend: Decimal
    all_customers: int
    all_spend: Decimal


def met(result: Result, found: Condition) -> Met:
    """Counts those of whom a condition holds, in one question; null is no yes."""
    spend = result.scheme.basis("monetary")
    t = asked(result, {*found.names(), spend})
    holds = found.expression(t).fill_null(False)
    row = result.engine.rows(
        t.aggregate(
            customers=t.count(where=holds), spend=t[spend].sum(where=holds), n=t.count(), total=t[spend].sum()
        )
    )[0]
    return Met(row["customers"], Decimal(str(row["spend"] or 0)), row["n"], Decimal(str(row["total"] or 0)))


def _node(c: Condition, fields: Mapping[str, Field], lang: Lang) -> Node:
    if isinstance(c, Both):
        parts = [_node(p, fields, lang) for p in c.parts]
        if c.op == "and":
            parts = _with_bounds(parts)
            # Bounds of one number are one row, wherever they stand.
            return parts[0] if len(parts) == 1 else Group("all", tuple(parts))
        return Group("any", tuple(parts))
    if isinstance(c, Not):
        inner = _node(c.part, fields, lang)
        if isinstance(inner, Group) and inner.join in ("all", "any"):
            return Group("none" if inner.join == "any" else "not_all", inner.parts)
        return Group("none", (inner,))
    return _row(c, fields) or Words(written(c, lang))


def _bounds(row: Row) -> tuple[Row, Row]:
    return Row(row.field, ">=", row.values[:1]), Row(row.field, "<=", row.values[1:2])


def _with_bounds(parts: list[Node]) -> list[Node]:
    """A row of the least beside a row of the most of the same field as one row with both bounds."""
    found: list[Node] = []
    for part in parts:
        last = found[-1] if found else None
        pair = isinstance(last, Row) and isinstance(part, Row) and last.field == part.field
        if pair and isinstance(last, Row) and isinstance(part, Row) and (last.op, part.op) == (">=", "<="):
            found[-1] = Row(part.field, "between", (*last.values, *part.values))
        else:
            found.append(part)
    return found


def _row(c: Condition, fields: Mapping[str, Field]) -> Row | None:
    """A comparison of a field with fixed values; null for any other."""
    if isinstance(c, Compare) and isinstance(c.left, Constant):
        c = Compare(c.right, _SWAPPED[c.op], c.left)  # type: ignore[arg-type]
    assert isinstance(c, Compare | Among | Missing)
    if not isinstance(c.left, Name) or (known := fields.get(c.left.name)) is None:
        return None
    name, kind = c.left.name, known.type
    if isinstance(c, Missing):
        if kind == "class" and known.missing is not None:
            return Row(name, "not_in" if c.negated else "in", (known.missing,))
        return Row(name, "present" if c.negated else "missing")
    if isinstance(c, Among):
        if kind not in ("class", "text") or not all(_is_word(v, known) for v in c.values):
            return None
        return Row(name, "not_in" if c.negated else "in", tuple(_word(v, known) for v in c.values))
    right = Constant(c.right.name) if isinstance(c.right, Name) and c.right.name not in fields else c.right
    if not isinstance(right, Constant):
        return None
    if kind == "class":
        ops = {"=": "in", "!=": "not_in"}
        return Row(name, ops[c.op], (_word(right, known),)) if c.op in ops else None
    if kind == "text" and (isinstance(right.value, str) != (c.op in ("=", "!="))):
        return None
    return Row(name, c.op, (right.value if isinstance(right.value, str) else constant(right),))


def _is_word(value: Constant, known: Field) -> bool:
    return known.type == "class" or isinstance(value.value, str)


def _word(value: Constant, known: Field) -> str:
    """What a class is called in the result, where the constant is one of its spellings."""
    word = value.written or str(value.value)
    return (known.classes or {}).get(word, word)


def _row_said(row: Row, fields: Mapping[str, Field], place: str) -> str:
    known = fields.get(row.field)
    if known is None:
        raise CustrataError(Problem("E-WEB-033", place, {"name": row.field}))
    values = [v.strip() for v in row.values if v.strip()]
    if row.op in BARE:
        return f"{row.field} is {'' if row.op == 'missing' else 'not '}missing"
    if row.op not in OPS[known.type] or not values or (row.op == "between" and len(values) < 2):
        raise CustrataError(Problem("E-WEB-032", place, {"name": row.field, "value": row.op}))
    if row.op == "between":
        low, high = (_value(v, known, row, place) for v in values[:2])
        return f"{row.field} between {low} and {high}"
    if row.op in ("in", "not_in"):
        one = len(values) == 1
        sign = ("=" if row.op == "in" else "!=") if one else "in" if row.op == "in" else "not in"
        words = ", ".join(_quoted(v, row, place) for v in values)
        return f"{row.field} {sign} {words}" if one else f"{row.field} {sign} ({words})"
    worded = known.type == "text" and row.op in ("=", "!=")
    return f"{row.field} {row.op} {_quoted(values[0], row, place) if worded else _value(values[0], known, row, place)}"


def _quoted(value: str, row: Row, place: str) -> str:
    try:
        return quoted(value)
    except ConditionError:
        raise CustrataError(Problem("E-WEB-032", place, {"name": row.field, "value": value})) from None


def _value(value: str, known: Field, row: Row, place: str) -> str:
    """A number or date as the grammar reads it."""
    if known.type != "number":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            if known.type == "date":
                raise CustrataError(Problem("E-WEB-032", place, {"name": row.field, "value": value})) from None
    if _NUMBER.fullmatch(value) is None:
        raise CustrataError(Problem("E-WEB-032", place, {"name": row.field, "value": value}))
    return value
