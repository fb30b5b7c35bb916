"""The aggregates of SQL metrics: one value a customer from the rows in which a condition holds."""

from __future__ import annotations

from typing import Any

import ibis
from sqlglot import exp

from custrata.core import arithmetic
from custrata.core.arithmetic import Shape
from custrata.core.sql.refusal import SqlError
from custrata.core.sql.term import Rows, Term, derived, wanted

AGGREGATES = ("sum", "count", "count(distinct …)", "avg", "min", "max", "… filter (where …)")
KINDS = (exp.Sum, exp.Count, exp.Avg, exp.Min, exp.Max)
#: No customer has more rows than nine digits can count.
ROWS = Shape(9)


def count_rows(where: Term | None) -> Term:
    def make(rows: Rows) -> Any:
        return arithmetic.cast(rows.table.count(where=_where(where, rows)), ROWS).value

    return Term("number", make, ROWS, 2)


def count_values(a: Term, distinct: bool, where: Term | None) -> Term:
    def make(rows: Rows) -> Any:
        return arithmetic.cast(_of(a, "nunique" if distinct else "count", where, rows), ROWS).value

    return _per_customer(derived("number", make, [a, *_given(where)], ROWS))


def aggregate(node: Any, a: Term, where: Term | None) -> Term:
    """Sum, mean, smallest or largest value."""
    if not a.reads:
        raise SqlError("constant", node)
    if isinstance(node, (exp.Min, exp.Max)) and (a.kind == "text" or a.kind == "date"):
        method = "min" if isinstance(node, exp.Min) else "max"
        return _per_customer(derived(a.kind, lambda rows: _of(a, method, where, rows), [a, *_given(where)]))
    wanted(a, node, "number")
    return _per_customer(_number(node, a, where))


def _per_customer(term: Term) -> Term:
    return Term(term.kind, term.make, term.shape, term.size)


def _given(where: Term | None) -> list[Term]:
    return [] if where is None else [where]


def _where(where: Term | None, rows: Rows) -> Any:
    return None if where is None else where.make(rows)


def _of(a: Term, method: str, where: Term | None, rows: Rows) -> Any:
    return getattr(a.make(rows), method)(where=_where(where, rows))


def _number(node: Any, a: Term, where: Term | None) -> Term:
    """A sum, mean, smallest or largest number. Where a number of some row could have more than 15 digits before the
    point, and has, the result is unknown: null."""
    inner = arithmetic.bounded_shape(a.shape)
    total = Shape(inner.digits + ROWS.digits, inner.places)
    wide = inner != a.shape and (not a.shape.exact or a.shape.digits > inner.digits)

    def make(rows: Rows) -> Any:
        whole, given = a.number(rows), _where(where, rows)
        value = arithmetic.bounded(whole)
        if isinstance(node, (exp.Min, exp.Max)):
            found = value.value.min(where=given) if isinstance(node, exp.Min) else value.value.max(where=given)
            result = arithmetic.cast(found, inner)
        else:
            result = arithmetic.cast(value.value.sum(where=given), total)
        if isinstance(node, exp.Avg):
            # A mean of doubles would depend on the order in which threads add them up.
            result = arithmetic.compute("/", result, arithmetic.cast(value.value.count(where=given), ROWS))
        if not wide:
            return result.value
        lost = (whole.value.notnull() & value.value.isnull()).any(where=given)
        return ibis.ifelse(lost, ibis.null(result.shape.type), result.value)

    shape = inner if isinstance(node, (exp.Min, exp.Max)) else total
    if isinstance(node, exp.Avg):
        shape = arithmetic.combined("/", total, ROWS)
    return derived("number", make, [a, *_given(where)], shape, times=6)
