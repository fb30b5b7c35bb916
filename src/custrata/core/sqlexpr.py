"""A user's own metric: one SQL expression over the facts, read into a tree, checked against a list, built with Ibis.

Nothing is passed to an engine as text, so what is not on the lists below cannot be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import sqlglot
from sqlglot import exp

from custrata.core.conditions.tree import fits, number, quotient

_EXACT = dt.Decimal(38, 9)
_MAX_LENGTH, _MAX_NODES = 2000, 400

_BINARY: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: _days(a, b) if _both_dates(a, b) else a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: quotient(a, b),
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.And: lambda a, b: a & b,
    exp.Or: lambda a, b: a | b,
}
_AGGREGATES: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.Sum: lambda a, where: a.sum(where=where),
    # A mean of floats depends on the order in which threads add them up.
    exp.Avg: lambda a, where: quotient(a.cast(_EXACT).sum(where=where), a.count(where=where)),
    exp.Min: lambda a, where: a.min(where=where),
    exp.Max: lambda a, where: a.max(where=where),
}
_SCALARS: dict[type[exp.Expression], Callable[..., Any]] = {
    exp.Abs: lambda a: a.abs(),
    exp.Round: lambda a, n=None: a.cast("float64").round(n if n is not None else 0),
    exp.Floor: lambda a: a.floor(),
    exp.Ceil: lambda a: a.ceil(),
    # Outside their domain null, as for a division by 0: some engines fail there, others give NaN.
    exp.Sqrt: lambda a: ibis.ifelse(a >= 0, a.cast("float64"), ibis.null(dt.float64)).sqrt(),
    exp.Ln: lambda a: ibis.ifelse(a > 0, a.cast("float64"), ibis.null(dt.float64)).ln(),
    exp.Lower: lambda a: a.lower(),
    exp.Upper: lambda a: a.upper(),
    exp.Length: lambda a: a.length(),
    exp.Trim: lambda a: a.strip(),
    exp.Year: lambda a: a.year(),
    exp.Month: lambda a: a.month(),
    exp.Day: lambda a: a.day(),
}
_VARIADIC: dict[type[exp.Expression], Callable[..., Any]] = {
    exp.Coalesce: ibis.coalesce,
    exp.Greatest: ibis.greatest,
    exp.Least: ibis.least,
}
AGGREGATES = ("sum", "count", "count(distinct …)", "avg", "min", "max", "… filter (where …)")
SCALARS = (
    "abs", "round", "floor", "ceil", "sqrt", "ln", "lower", "upper", "length", "trim", "year", "month", "day",
    "coalesce", "greatest", "least", "nullif", "case when", "in", "between", "is null", "like",
)  # fmt: skip


class SqlError(ValueError):
    """`part` is the piece that is not allowed or not known; `columns` is filled when it is an unknown column."""

    def __init__(self, part: str, columns: tuple[str, ...] = ()) -> None:
        self.part, self.columns = part, columns
        super().__init__(part)


def check(text: str) -> exp.Expression:
    """The tree of an expression in which every node is on the lists, with exactly one level of aggregates.

    >>> check("sum(net) filter (where channel = '线上') / sum(net)").sql()
    "SUM(net) FILTER(WHERE channel = '线上') / SUM(net)"
    >>> check("(select 1)")
    Traceback (most recent call last):
    ...
    custrata.core.sqlexpr.SqlError: (SELECT 1)
    """
    if len(text) > _MAX_LENGTH:
        raise SqlError(text[:40] + "…")
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise SqlError(text[:80]) from error
    if not isinstance(tree, exp.Expression) or sum(1 for _ in tree.walk()) > _MAX_NODES:
        raise SqlError(text[:80])
    _check(tree, in_aggregate=False)
    if not any(_is_aggregate(node) for node in tree.walk()):
        raise SqlError(text)
    return tree


def column_names(tree: exp.Expression) -> Iterator[str]:
    """Fact columns that the expression reads."""
    for node in tree.find_all(exp.Column):
        yield node.name


def build(tree: exp.Expression, table: ir.Table, as_of: date) -> Any:
    """The Ibis aggregate of a checked tree over a table of facts; `as_of` may be used as a name."""
    return _Builder(table, as_of).value(tree, None)


def _is_aggregate(node: exp.Expr) -> bool:
    return type(node) in _AGGREGATES or isinstance(node, exp.Count)


def _check(node: exp.Expression, in_aggregate: bool) -> None:
    if _is_aggregate(node):
        if in_aggregate:
            raise SqlError(node.sql("duckdb"))
        in_aggregate = True
    elif isinstance(node, exp.Column):
        if node.table or (not in_aggregate and node.name != "as_of"):
            raise SqlError(node.sql("duckdb"))
    elif isinstance(node, exp.Filter):
        _check(node.this, in_aggregate)
        _check(node.expression.this, True)
        return
    elif type(node) not in _ALLOWED:
        raise SqlError(node.sql("duckdb"))
    elif isinstance(node, exp.Literal) and not node.is_string:
        _check_number(node.name)
    for child in node.iter_expressions():
        _check(child, in_aggregate)


def _check_number(shown: str) -> None:
    try:
        good = fits(Decimal(shown))
    except InvalidOperation:
        good = False
    if not good:
        raise SqlError(shown[:40])


_ALLOWED = {
    *_BINARY, *_SCALARS, *_VARIADIC, exp.Not, exp.Neg, exp.Paren, exp.Literal, exp.Boolean, exp.Null, exp.Case, exp.If,
    exp.In, exp.Between, exp.Is, exp.Like, exp.Nullif, exp.Distinct, exp.Star, exp.Identifier, exp.Where,
}  # fmt: skip


class _Builder:
    def __init__(self, table: ir.Table, as_of: date) -> None:
        self.table, self.as_of = table, as_of

    def value(self, node: Any, where: Any) -> Any:
        kind = type(node)
        if kind in _BINARY:
            return _BINARY[kind](self.value(node.this, where), self.value(node.expression, where))
        if kind in _AGGREGATES:
            return _AGGREGATES[kind](self.value(node.this, None), where)
        if kind in _SCALARS:
            return _SCALARS[kind](*self._arguments(node, where))
        if kind in _VARIADIC:
            return _VARIADIC[kind](*(self.value(a, where) for a in [node.this, *node.expressions]))
        build = getattr(self, f"_{kind.__name__.lower()}", None)
        if build is None:
            raise SqlError(node.sql("duckdb"))
        return build(node, where)

    def _arguments(self, node: Any, where: Any) -> list[Any]:
        values = [self.value(node.this, where)]
        if isinstance(node, exp.Round) and node.args.get("decimals") is not None:
            values.append(int(node.args["decimals"].name))
        return values

    def _count(self, node: Any, where: Any) -> Any:
        inner = node.this
        if isinstance(inner, exp.Star):
            return self.table.count(where=where)
        if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
            return self.value(inner.expressions[0], None).nunique(where=where)
        return self.value(inner, None).count(where=where)

    def _filter(self, node: Any, where: Any) -> Any:
        condition = self.value(node.expression.this, None)
        return self.value(node.this, condition if where is None else where & condition)

    def _column(self, node: Any, _: Any) -> Any:
        if node.name == "as_of":
            return ibis.literal(self.as_of)
        if node.name not in self.table.columns:
            raise SqlError(node.name, tuple(self.table.columns))
        return self.table[node.name]

    def _literal(self, node: Any, _: Any) -> Any:
        if node.is_string:
            try:
                return ibis.literal(date.fromisoformat(node.name))
            except ValueError:
                return ibis.literal(node.name)
        return number(Decimal(node.name))

    def _boolean(self, node: Any, _: Any) -> Any:
        return ibis.literal(bool(node.this))

    def _null(self, _node: Any, _: Any) -> Any:
        return ibis.null()

    def _paren(self, node: Any, where: Any) -> Any:
        return self.value(node.this, where)

    def _not(self, node: Any, where: Any) -> Any:
        return ~self.value(node.this, where)

    def _neg(self, node: Any, where: Any) -> Any:
        return -self.value(node.this, where)

    def _case(self, node: Any, where: Any) -> Any:
        subject = self.value(node.this, where) if node.this is not None else None
        branches = []
        for branch in node.args["ifs"]:
            test = self.value(branch.this, where)
            branches.append((test if subject is None else subject == test, self.value(branch.args["true"], where)))
        default = node.args.get("default")
        return ibis.cases(*branches, else_=None if default is None else self.value(default, where))

    def _in(self, node: Any, where: Any) -> Any:
        return self.value(node.this, where).isin([self.value(v, where) for v in node.expressions])

    def _between(self, node: Any, where: Any) -> Any:
        return self.value(node.this, where).between(
            self.value(node.args["low"], where), self.value(node.args["high"], where)
        )

    def _is(self, node: Any, where: Any) -> Any:
        if not isinstance(node.expression, exp.Null):
            raise SqlError(node.sql("duckdb"))
        return self.value(node.this, where).isnull()

    def _like(self, node: Any, where: Any) -> Any:
        return self.value(node.this, where).like(node.expression.name)

    def _nullif(self, node: Any, where: Any) -> Any:
        return self.value(node.this, where).nullif(self.value(node.expression, where))


def _both_dates(a: Any, b: Any) -> bool:
    return bool(a.type().is_date() and b.type().is_date())


def _days(a: Any, b: Any) -> Any:
    return a.delta(b, unit="day")
