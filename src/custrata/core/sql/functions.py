"""The scalar functions of SQL metrics: what each takes and how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis
from sqlglot import exp

from custrata.core import arithmetic
from custrata.core.arithmetic import Number, Shape
from custrata.core.sql.refusal import SqlError
from custrata.core.sql.term import Rows, Term, alike, derived, numeric, wanted

SCALARS = (
    "abs", "round", "floor", "ceil", "sqrt", "ln", "lower", "upper", "length", "trim", "year", "month", "day",
    "coalesce", "greatest", "least", "nullif", "case when", "if", "in", "between", "is null", "like",
)  # fmt: skip
_COUNTED = Shape(9)


def _abs(node: Any, a: Term) -> Term:
    wanted(a, node, "number")
    return numeric([a], lambda x: Number(x.value.abs(), x.shape), a.shape)


def _rounded(how: Callable[[Any], Any]) -> Callable[[Any, Term], Term]:
    return lambda node, a: _bounded(node, a, lambda room: Number(how(room.value), Shape(room.shape.digits)), 0)


def _round(node: Any, a: Term) -> Term:
    places = _whole(node.args.get("decimals"), node)
    if places >= arithmetic.bounded_shape(a.shape).places:
        return _bounded(node, a, lambda room: room, places)
    if places >= 0:
        return _bounded(node, a, lambda room: Number(room.value.round(places), room.shape), places)
    # To tens, hundreds …: as many places are moved behind the point and back.
    down, up = (arithmetic.literal(Decimal(1).scaleb(n)) for n in (places, -places))

    def compute(room: Number) -> Number:
        moved = arithmetic.compute("*", room, down)
        whole = arithmetic.cast(moved.value.round(0), Shape(room.shape.digits))
        return Number(arithmetic.compute("*", whole, up).value, Shape(room.shape.digits - places))

    return _bounded(node, a, compute, places)


def _bounded(node: Any, a: Term, how: Callable[[Number], Number], places: int) -> Term:
    """A rounded number. Rounding can carry to one digit more; a double is first brought to a decimal, where every
    engine rounds alike."""
    wanted(a, node, "number")
    inner = arithmetic.bounded_shape(a.shape)
    room = Shape(inner.digits + 1, inner.places)
    shape = Shape(max(room.digits, 1 - places), max(0, min(places, inner.places)))

    def compute(x: Number) -> Number:
        return arithmetic.cast(how(arithmetic.cast(arithmetic.bounded(x).value, room)).value, shape)

    return numeric([a], compute, shape, times=3)


def _whole(node: Any, whole: Any) -> int:
    """The number of decimals to round to: a whole number from −9 to 9."""
    if node is None:
        return 0
    negative = isinstance(node, exp.Neg)
    literal = node.this if negative else node
    digit = isinstance(literal, exp.Literal) and not literal.is_string and len(literal.name) == 1
    if not digit or not literal.name.isdecimal():
        raise SqlError("decimals", whole)
    return -int(literal.name) if negative else int(literal.name)


def _root(node: Any, a: Term) -> Term:
    # Outside their domain null, as for a division by 0: some engines fail there, others give NaN.
    wanted(a, node, "number")
    return _inexact(a, lambda x: ibis.ifelse(x >= 0, x, ibis.null(x.type())).sqrt(), a.shape.digits // 2 + 1)


def _ln(node: Any, a: Term) -> Term:
    wanted(a, node, "number")
    return _inexact(a, lambda x: ibis.ifelse(x > 0, x, ibis.null(x.type())).ln(), 3)


def _inexact(a: Term, how: Callable[[Any], Any], digits: int) -> Term:
    def compute(x: Number) -> Number:
        return arithmetic.settled(how(x.value.cast("float64")), digits)

    return numeric([a], compute, arithmetic.settled_shape(digits), times=2)


def _length(node: Any, a: Term) -> Term:
    wanted(a, node, "text")
    return derived("number", lambda rows: arithmetic.cast(a.make(rows).length(), _COUNTED).value, [a], _COUNTED)


def _text(method: str) -> Callable[[Any, Term], Term]:
    def build(node: Any, a: Term) -> Term:
        wanted(a, node, "text")
        return derived("text", lambda rows: getattr(a.make(rows), method)(), [a])

    return build


def _part_of_date(method: str) -> Callable[[Any, Term], Term]:
    shape = Shape(4)

    def build(node: Any, a: Term) -> Term:
        wanted(a, node, "date")
        return derived("number", lambda rows: arithmetic.cast(getattr(a.make(rows), method)(), shape).value, [a], shape)

    return build


def _several(build: Callable[..., Any], nulls: bool) -> Callable[[Any, Sequence[Term]], Term]:
    """A function of values of one kind, to a value of that kind."""

    def apply(node: Any, terms: Sequence[Term]) -> Term:
        if not nulls and any(t.kind == "null" for t in terms):
            raise SqlError("null", node)
        kind, shape, same = alike(terms, node)
        if kind == "truth" and build is not ibis.coalesce:
            raise SqlError("wanted", node, "truth", "number")
        return derived(kind, lambda rows: build(*(t.make(rows) for t in same)), same, shape)

    return apply


def nullif(node: Any, terms: Sequence[Term]) -> Term:
    if any(t.kind == "null" for t in terms):
        raise SqlError("null", node)
    kind, shape, (a, b) = alike(terms, node)
    return derived(kind, lambda rows: a.make(rows).nullif(b.make(rows)), [a, b], shape)


def cases(node: Any, branches: Sequence[tuple[Term, Term]], default: Term | None, times: int = 1) -> Term:
    """`case when … then …` and `if(…)`: conditions and values, and the value where no condition holds."""
    values = [v for _, v in branches] + [default or Term("null", lambda _: ibis.null())]
    kind, shape, same = alike(values, node)

    def make(rows: Rows) -> Any:
        pairs = [(c.make(rows), v.make(rows)) for (c, _), v in zip(branches, same[:-1], strict=True)]
        return ibis.cases(*pairs, else_=same[-1].make(rows))

    return derived(kind, make, [*(c for c, _ in branches), *same], shape, times)


#: Function → what it makes of its one argument.
OF_ONE: Mapping[type[exp.Expr], Callable[[Any, Term], Term]] = {
    exp.Abs: _abs,
    exp.Round: _round,
    exp.Floor: _rounded(lambda value: value.floor()),
    exp.Ceil: _rounded(lambda value: value.ceil()),
    exp.Sqrt: _root,
    exp.Ln: _ln,
    exp.Lower: _text("lower"),
    exp.Upper: _text("upper"),
    exp.Trim: _text("strip"),
    exp.Length: _length,
    exp.Year: _part_of_date("year"),
    exp.Month: _part_of_date("month"),
    exp.Day: _part_of_date("day"),
}
#: Function → what it makes of its arguments, one or more.
OF_SEVERAL: Mapping[type[exp.Expr], Callable[[Any, Sequence[Term]], Term]] = {
    exp.Coalesce: _several(ibis.coalesce, nulls=True),
    exp.Greatest: _several(ibis.greatest, nulls=False),
    exp.Least: _several(ibis.least, nulls=False),
}
