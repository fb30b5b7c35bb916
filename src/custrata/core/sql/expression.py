"""One SQL expression of a scheme: read, checked, and built over the facts of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import sqlglot
from sqlglot import exp

from custrata.core import arithmetic
from custrata.core.arithmetic import Number, Shape
from custrata.core.sql.columns import TYPES, Base, Kind
from custrata.core.sql.grammar import Reader
from custrata.core.sql.refusal import SqlError
from custrata.core.sql.term import Rows, Term, alike

_MOST_CHARACTERS = 2000
#: What is nested deeper is too deep for the SQL that is written from it.
_MOST_LEVELS, _MOST_BRACKETS = 40, 20


@dataclass(frozen=True)
class Expression:
    """A checked expression: the kind of its result and the columns that it reads."""

    kind: Kind
    columns: tuple[str, ...]
    term: Term

    def type(self, *others: Shape) -> Any:
        """The Ibis type of the result, with room for other numbers beside it."""
        if self.kind in ("text", "date"):
            return TYPES[self.kind]
        own = arithmetic.bounded_shape(self.term.shape) if self.kind == "number" else Shape(1)
        shape = arithmetic.common([own, *others])
        return shape.type if shape.places else dt.int64

    def value(self, table: ir.Table, as_of: date) -> Any:
        """The aggregate over a table of facts: a text, a date, or a number of at most 15 digits before the point and
        nine decimals, null where it would have more; whether something holds is 1 or 0."""
        made = self.term.make(Rows(table, as_of))
        return made if self.kind != "number" else arithmetic.bounded(Number(made, self.term.shape)).value


@lru_cache(maxsize=256)
def check(text: str, base: Base = "orders") -> Expression:
    """An expression in which every part is on the lists, stands where it may, and is of the kind that is wanted there.

    Whatever passes can be computed over any facts of the base that have its columns. Raises `SqlError`.

    >>> check("sum(net) filter (where channel = '线上') / sum(net)").columns
    ('channel', 'net')
    >>> check("(select 1)")
    Traceback (most recent call last):
    ...
    custrata.core.sql.refusal.SqlError: E-SCHEME-032: '(SELECT 1)' cannot stand in an SQL expression: ...
    """
    if len(text) > _MOST_CHARACTERS or _brackets(text) > _MOST_BRACKETS:
        raise SqlError("too_long", text)
    try:
        tree = sqlglot.parse_one(text, into=exp.Condition, dialect="duckdb")
    except RecursionError:
        raise SqlError("too_long", text) from None
    except (sqlglot.errors.SqlglotError, ValueError):
        raise SqlError("syntax", text) from None
    if not isinstance(tree, exp.Expr) or _levels(tree) > _MOST_LEVELS:
        raise SqlError("too_long", text)
    reader = Reader(base)
    term = reader.term(tree, inside=False)
    kind, _, (term,) = alike([term], tree)
    if not any(isinstance(node, exp.AggFunc) for node in tree.walk()):
        raise SqlError("none", tree)
    return Expression(kind, tuple(reader.names), term)


def _brackets(text: str) -> int:
    """How many brackets are open at most, texts in quotes left out."""
    depth = deepest = 0
    for sign in re.sub(r"'[^']*'", "", text):
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _levels(tree: Any) -> int:
    """How deep the tree is, brackets left out; found without recursion, for it may be deeper than Python goes."""
    deepest, todo = 0, [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        step = 0 if isinstance(node, (exp.Paren, exp.Column)) else 1
        todo += [(child, depth + step) for child in node.iter_expressions()]
    return deepest
