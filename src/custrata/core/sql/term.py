"""A part of an SQL expression that has been checked: its kind, how large it can be, and how it is built with Ibis."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from custrata.core import arithmetic
from custrata.core.arithmetic import ONE, Number, Shape
from custrata.core.sql.columns import TYPES, Kind
from custrata.core.sql.refusal import SqlError

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Rows:
    """What an expression is computed from."""

    table: ir.Table
    as_of: date


Make = Callable[[Rows], Any]


@dataclass(frozen=True)
class Term:
    """`make` gives an Ibis value of the kind; for a number, of the type of its `shape`.

    A `word` (a text in quotes) is a text, or a date beside a date. `null` is of any kind. `size` is how many parts the
    expression has once it is written out, where some parts are written more than once.
    """

    kind: Kind | Literal["word", "null"]
    make: Make
    shape: Shape = ONE
    size: int = 1
    reads: bool = False
    """Whether it depends on a column of the facts."""
    word: str = ""

    def number(self, rows: Rows) -> Number:
        return Number(self.make(rows), self.shape)


def derived(kind: Kind, make: Make, parts: Sequence[Term], shape: Shape = ONE, times: int = 1) -> Term:
    """A term made of others, each of which it writes out so many times."""
    return Term(kind, make, shape, 1 + times * sum(p.size for p in parts), any(p.reads for p in parts))


def numeric(parts: Sequence[Term], of: Callable[..., Number], shape: Shape, times: int = 1) -> Term:
    """A number made of numbers."""
    return derived("number", lambda rows: of(*(p.number(rows) for p in parts)).value, parts, shape, times)


def wanted(term: Term, node: Any, *kinds: str) -> Term:
    """The term, where it is of one of the kinds; a word counts as a text."""
    if term.kind in kinds or (term.kind == "word" and "text" in kinds):
        return term
    raise SqlError("wanted", node, term.kind, kinds[0])


def alike(terms: Sequence[Term], node: Any) -> tuple[Kind, Shape, list[Term]]:
    """The terms under one kind and shape: words as dates beside dates, numbers of one type, nulls of that type."""
    kinds = list(dict.fromkeys(t.kind for t in terms if t.kind not in ("null", "word")))
    if any(t.kind == "word" for t in terms) and kinds != ["date"]:
        kinds = list(dict.fromkeys([*kinds, "text"]))
    if not kinds:
        raise SqlError("null", node)
    if len(kinds) > 1:
        raise SqlError("differ", node, *kinds[:2])
    kind: Any = kinds[0]
    shape = arithmetic.common([t.shape for t in terms if t.kind != "null"]) if kind == "number" else ONE
    return kind, shape, [_as(t, kind, shape, node) for t in terms]


def _as(term: Term, kind: Kind, shape: Shape, node: Any) -> Term:
    if term.kind == "null":
        return Term(kind, lambda _: ibis.null(shape.type if kind == "number" else TYPES[kind]), shape)
    if term.kind == "word" and kind == "date":
        day = day_of(term.word, node)
        return Term("date", lambda _: ibis.literal(day))
    if kind == "number":
        make = lambda rows: arithmetic.cast(term.make(rows), shape).value  # noqa: E731
        return Term(kind, make, shape, term.size, term.reads)
    return term


def day_of(word: str, node: Any) -> date:
    """2024-01-31 and nothing else: 20240131 is as likely an order number."""
    try:
        if not _ISO.fullmatch(word):
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        raise SqlError("no_date", node, value=word[:40]) from None
