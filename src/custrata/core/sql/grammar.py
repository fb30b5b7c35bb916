"""The grammar of SQL metrics: which parts there are, where each may stand, and what it makes of its operands."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import ibis
from sqlglot import exp

from custrata.core import arithmetic
from custrata.core.arithmetic import Shape, Sign, TooLarge
from custrata.core.conditions.operands import fits
from custrata.core.sql.aggregates import AGGREGATES, KINDS, aggregate, count_rows, count_values
from custrata.core.sql.columns import Base, column_of
from custrata.core.sql.functions import OF_ONE, OF_SEVERAL, SCALARS, cases, nullif
from custrata.core.sql.refusal import SqlError, no_column
from custrata.core.sql.term import Rows, Term, alike, derived, numeric, wanted

_SIGNS: dict[type[exp.Expr], Sign] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_COMPARISONS: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
}
_CONNECTIVES: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.And: lambda a, b: a & b,
    exp.Or: lambda a, b: a | b,
}
#: What a part may hold beside `this`. Whatever else it holds (`trim(both 'x' from …)`, `between symmetric`) would be
#: left out of the result without a word, so it is refused.
_HOLDS: dict[type[exp.Expr], tuple[str, ...]] = {
    **dict.fromkeys((*_SIGNS, *_COMPARISONS, *_CONNECTIVES, exp.Is, exp.Nullif), ("expression",)),
    **dict.fromkeys(OF_ONE, ()), **dict.fromkeys(OF_SEVERAL, ("expressions", "ignore_nulls")),
    **dict.fromkeys((exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Paren, exp.Not, exp.Neg, exp.Boolean), ()),
    exp.Round: ("decimals",), exp.Count: ("big_int",), exp.Filter: ("expression",), exp.Literal: ("is_string",),
    exp.Between: ("low", "high"), exp.In: ("expressions",), exp.Like: ("expression", "negate"),
    exp.Case: ("ifs", "default"), exp.If: ("true", "false"), exp.Null: (), exp.Column: (),
}  # fmt: skip
#: Days between two dates.
_DAYS = Shape(7)
MOST_PARTS = 2000


class Reader:
    """Reads a tree of sqlglot into terms over the columns of one base."""

    def __init__(self, base: Base) -> None:
        self.base: Base = base
        self.names: dict[str, None] = {}
        """Columns that the expression reads, in order."""

    def term(self, node: Any, inside: bool) -> Term:
        """`inside` an aggregate a term has a value for every row, outside for every customer."""
        holds = _HOLDS.get(type(node))
        if holds is None:
            raise SqlError("unknown", node, aggregates=", ".join(AGGREGATES), functions=", ".join(SCALARS))
        if any(value not in (None, False, "", []) for key, value in node.args.items() if key not in {"this", *holds}):
            raise SqlError("table" if isinstance(node, exp.Column) else "option", node)
        try:
            term = self._term(node, inside)
        except TooLarge:
            raise SqlError("too_large", node) from None
        if term.size > MOST_PARTS:
            raise SqlError("too_long", node)
        return term

    def _term(self, node: Any, inside: bool) -> Term:
        kind = type(node)
        if kind is exp.Filter or isinstance(node, KINDS):
            return self._aggregate(node, inside)
        if kind in _SIGNS:
            return self._arithmetic(node, *self._pair(node, inside))
        if kind in _COMPARISONS:
            return self._comparison(node, *self._pair(node, inside))
        if kind in _CONNECTIVES:
            both = [wanted(t, node, "truth") for t in self._pair(node, inside)]
            return derived("truth", lambda rows: _CONNECTIVES[kind](*(t.make(rows) for t in both)), both)
        if kind in OF_ONE:
            return OF_ONE[kind](node, self.term(node.this, inside))
        if kind in OF_SEVERAL:
            return OF_SEVERAL[kind](node, [self.term(a, inside) for a in (node.this, *node.expressions)])
        found: Term = getattr(self, f"_{kind.__name__.lower()}")(node, inside)
        return found

    def _pair(self, node: Any, inside: bool) -> tuple[Term, Term]:
        return self.term(node.this, inside), self.term(node.expression, inside)

    # Values

    def _column(self, node: Any, inside: bool) -> Term:
        if node.name == "as_of" and not isinstance(node.this, exp.Star):
            return Term("date", lambda rows: ibis.literal(rows.as_of))
        found = None if isinstance(node.this, exp.Star) else column_of(self.base, node.name)
        if found is None:
            raise no_column(node.name, self.base)
        name, column = found
        if not inside:
            raise SqlError("outside", node, column=name)
        self.names[name] = None
        return Term(column.kind, lambda rows: column.read(rows.table, name), column.shape, 3, reads=True)

    def _literal(self, node: Any, _: bool) -> Term:
        if node.is_string:
            return Term("word", lambda _: ibis.literal(node.name), word=node.name)
        try:
            value = Decimal(node.name)
        except InvalidOperation:
            value = None
        if value is None or not fits(value):
            raise SqlError("digits", node)
        return Term("number", lambda _: arithmetic.literal(value).value, arithmetic.shape_of(value))

    def _boolean(self, node: Any, _: bool) -> Term:
        return Term("truth", lambda _: ibis.literal(bool(node.this)))

    def _null(self, _node: Any, _: bool) -> Term:
        return Term("null", lambda _: ibis.null())

    def _paren(self, node: Any, inside: bool) -> Term:
        return self.term(node.this, inside)

    # Operators

    def _arithmetic(self, node: Any, a: Term, b: Term) -> Term:
        sign = _SIGNS[type(node)]
        if sign == "-" and "date" in (a.kind, b.kind):
            _, _, (to, since) = alike([wanted(a, node, "date", "text"), wanted(b, node, "date", "text")], node)

            def days(rows: Rows) -> Any:
                return arithmetic.cast(to.make(rows).delta(since.make(rows), unit="day"), _DAYS).value

            return derived("number", days, [to, since], _DAYS)
        wanted(a, node, "number")
        wanted(b, node, "number")
        shape = arithmetic.combined(sign, a.shape, b.shape)
        return numeric([a, b], lambda x, y: arithmetic.compute(sign, x, y), shape)

    def _neg(self, node: Any, inside: bool) -> Term:
        a = wanted(self.term(node.this, inside), node, "number")
        return numeric([a], arithmetic.negative, a.shape)

    def _not(self, node: Any, inside: bool) -> Term:
        a = wanted(self.term(node.this, inside), node, "truth")
        return derived("truth", lambda rows: ~a.make(rows), [a])

    def _comparison(self, node: Any, a: Term, b: Term) -> Term:
        same = self._comparable(node, a, b)
        if same[0].kind == "truth" and type(node) not in (exp.EQ, exp.NEQ):
            raise SqlError("wanted", node, "truth", "number")
        return derived("truth", lambda rows: _COMPARISONS[type(node)](*(t.make(rows) for t in same)), same)

    def _comparable(self, node: Any, *terms: Term) -> list[Term]:
        if any(t.kind == "null" for t in terms):
            raise SqlError("null", node)
        return alike(terms, node)[2]

    def _between(self, node: Any, inside: bool) -> Term:
        parts = [self.term(part, inside) for part in (node.this, node.args["low"], node.args["high"])]
        a, low, high = self._comparable(node, *parts)
        if a.kind == "truth":
            raise SqlError("wanted", node, "truth", "number")
        return derived("truth", lambda rows: a.make(rows).between(low.make(rows), high.make(rows)), [a, low, high])

    def _in(self, node: Any, inside: bool) -> Term:
        if not node.expressions:
            raise SqlError("option", node)
        parts = [self.term(part, inside) for part in (node.this, *node.expressions)]
        a, *values = self._comparable(node, *parts)
        return derived("truth", lambda rows: a.make(rows).isin([v.make(rows) for v in values]), [a, *values])

    def _is(self, node: Any, inside: bool) -> Term:
        a = self.term(node.this, inside)
        if not isinstance(node.expression, exp.Null) or a.kind == "null":
            raise SqlError("null", node)
        return derived("truth", lambda rows: a.make(rows).isnull(), [a])

    def _like(self, node: Any, inside: bool) -> Term:
        a = wanted(self.term(node.this, inside), node, "text")
        if not isinstance(node.expression, exp.Literal) or not node.expression.is_string:
            raise SqlError("pattern", node)
        pattern, negated = node.expression.name, bool(node.args.get("negate"))
        if "\\" in pattern:
            # To some engines it takes the meaning from the sign behind it, to others it is a sign like any other.
            raise SqlError("pattern", node)

        def make(rows: Rows) -> Any:
            found = a.make(rows).like(pattern)
            return ~found if negated else found

        return derived("truth", make, [a])

    def _nullif(self, node: Any, inside: bool) -> Term:
        return nullif(node, self._pair(node, inside))

    def _if(self, node: Any, inside: bool) -> Term:
        default = node.args.get("false")
        return cases(node, [self._branch(node, None, inside)], None if default is None else self.term(default, inside))

    def _case(self, node: Any, inside: bool) -> Term:
        subject = None if node.this is None else self.term(node.this, inside)
        default = node.args.get("default")
        branches = [self._branch(branch, subject, inside) for branch in node.args["ifs"]]
        return cases(node, branches, None if default is None else self.term(default, inside))

    def _branch(self, node: Any, subject: Term | None, inside: bool) -> tuple[Term, Term]:
        test = self.term(node.this, inside)
        if subject is not None:
            same = self._comparable(node, subject, test)
            test = derived("truth", lambda rows: same[0].make(rows) == same[1].make(rows), same)
        return wanted(test, node, "truth"), self.term(node.args["true"], inside)

    # Aggregates

    def _aggregate(self, node: Any, inside: bool) -> Term:
        if inside:
            raise SqlError("nested", node)
        where = None
        if isinstance(node, exp.Filter):
            where = wanted(self.term(node.expression.this, inside=True), node, "truth")
            self._allowed(node.this)
            node = node.this
        if isinstance(node, exp.Count):
            return self._count(node, where)
        if isinstance(node.this, (exp.Distinct, exp.Star)):
            raise SqlError("distinct" if isinstance(node.this, exp.Distinct) else "constant", node)
        return aggregate(node, self.term(node.this, inside=True), where)

    def _allowed(self, node: Any) -> None:
        """What `filter` stands behind is an aggregate in its plain form."""
        if not isinstance(node, KINDS):
            raise SqlError("filter", node)
        if any(v not in (None, False, "", []) for k, v in node.args.items() if k not in {"this", *_HOLDS[type(node)]}):
            raise SqlError("option", node)

    def _count(self, node: Any, where: Term | None) -> Term:
        inner = node.this
        if isinstance(inner, exp.Star) or (isinstance(inner, exp.Literal) and not inner.is_string):
            return count_rows(where)
        distinct = isinstance(inner, exp.Distinct)
        if inner is None or (distinct and (len(inner.expressions) != 1 or inner.args.get("on"))):
            raise SqlError("option", node)
        a = self.term(inner.expressions[0] if distinct else inner, inside=True)
        if not a.reads:
            raise SqlError("constant", node)
        return count_values(a, distinct, where)
