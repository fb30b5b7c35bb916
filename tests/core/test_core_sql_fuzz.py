"""Whatever passes the check of SQL metrics runs on an engine, whatever the facts hold; the rest is refused by code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custrata.core.errors import Refusal
from custrata.core.sql import check
from custrata.core.sql.columns import COLUMNS
from shops import backend, well_told

EXAMPLES = settings().max_examples
MOST, HUGE = Decimal("99999999999999.9999"), Decimal(10) ** 14
DAYS = [date(1900, 1, 1), date(2199, 12, 31), date(2024, 2, 29), None]
#: Customer a has the largest numbers there can be, b the smallest, c nothing but nulls, d ordinary ones, e one row.
ROWS: dict[str, list[Any]] = {
    "customer_id": ["a", "a", "b", "b", "c", "d", "d", "d", "e"],
    "order_id": ["1", "2", "1", "", None, "x%_", "线上", "A1", "1"], "day": [DAYS[0], *DAYS, *DAYS],
    "purchase": [True, False, None, True, None, True, False, True, True],
    "gross": [MOST, MOST, -MOST, -MOST, None, Decimal("0.0001"), Decimal(0), Decimal("12.5"), Decimal(1)],
    "refunded": [MOST, Decimal(0), -MOST, MOST, None, Decimal("0.0001"), Decimal(0), Decimal("12.5"), Decimal(1)],
    "net": [MOST, MOST, -MOST, MOST, None, Decimal("-0.0001"), Decimal(0), Decimal("-12.5"), Decimal(1)],
    "lines": [10**14, 1, 0, 0, None, 1, 2, 3, 1],
    "discount": [HUGE, None, Decimal(0), HUGE**2, None, Decimal(1), Decimal(2), None, Decimal(1)],
    "quantity": [HUGE, None, Decimal(0), -(HUGE**2), None, Decimal(1), Decimal(2), None, Decimal(1)],
    "returned_quantity": [Decimal(0)] * 9, "channel": ["online", None, "线上", "", None, "a'b", "x" * 99, "A", "1"],
}  # fmt: skip
TYPES: dict[str, Any] = {
    **dict.fromkeys(("gross", "refunded", "net"), pa.decimal128(18, 4)), "lines": pa.int64(), "day": pa.date32(),
    **dict.fromkeys(("discount", "quantity", "returned_quantity"), pa.decimal128(38, 4)), "purchase": pa.bool_(),
}  # fmt: skip


@lru_cache
def orders() -> Any:
    assert set(COLUMNS["orders"]) <= set(ROWS)
    table = pa.table({n: pa.array(v, TYPES.get(n, pa.string())) for n, v in ROWS.items()})
    return backend().create_table("fuzzed_orders", table, overwrite=True)


#: What may stand where a value of a kind is wanted, inside an aggregate; braces hold the kinds of the operands.
INSIDE = {
    "n": ["net", "gross", "lines", "discount", "quantity", "{n} + {n}", "{n} - {n}", "{n} * {n}", "{n} / {n}", "-{n}",
          "({n})", "abs({n})", "round({n}, 2)", "round({n})", "round({n}, -3)", "floor({n})", "ceil({n})", "sqrt({n})",
          "ln({n})", "length({t})", "year({d})", "month({d})", "day({d})", "{d} - {d}", "coalesce({n}, {n})",
          "greatest({n}, {n})", "least({n}, 0)", "nullif({n}, {n})", "case when {b} then {n} else {n} end",
          "case when {b} then {n} end", "if({b}, {n}, null)", "case {t} when {t} then {n} end", "1", "0", "0.5",
          "999999999999999999", "0.000000000001", "net", "net"],
    "t": ["order_id", "channel", "'a'", "''", "'%'", "lower({t})", "upper({t})", "trim({t})", "coalesce({t}, 'x')",
          "if({b}, {t}, {t})", "greatest({t}, 'm')", "nullif({t}, 'online')"],
    "d": ["day", "as_of", "'2024-01-01'", "coalesce(day, as_of)", "least({d}, day)", "if({b}, day, '1999-12-31')"],
    "b": ["purchase", "true", "{n} > {n}", "{n} = {n}", "{t} = {t}", "{t} <> {t}", "{d} >= {d}", "{b} and {b}",
          "{b} or not {b}", "{n} between {n} and {n}", "{n} in ({n}, {n})", "{t} not in ('a', {t})", "{n} is null",
          "{t} is not null", "{t} like 'o%'", "{t} not like '_'", "{d} between '2024-01-01' and as_of", "{b} = {b}"],
}  # fmt: skip
AGGREGATES = {
    "n": ["sum({n})", "avg({n})", "min({n})", "max({n})", "count(*)", "count({t})", "count(distinct {n})",
          "count(distinct {t})", "sum({n}) filter (where {b})", "count(*) filter (where {b})", "count(1)",
          "avg({n}) filter (where {b})", "max({n}) filter (where {b})", "count({b})"],
    "t": ["min({t})", "max({t}) filter (where {b})"], "d": ["min({d})", "max({d}) filter (where {b})"],
    "b": ["count(*) > 1", "max(net) is null"],
}  # fmt: skip
ROW_ONLY = {"net", "gross", "lines", "discount", "quantity", "order_id", "channel", "day", "purchase"}


@st.composite
def written(draw: Any, kind: str, depth: int, inside: bool) -> str:
    """An expression of a kind: mostly as it should be, now and then with an operand of another kind."""
    aggregated = not inside and (depth <= 0 or draw(st.integers(0, 3)) == 0)
    options = AGGREGATES[kind] if aggregated else INSIDE[kind]
    if not inside and not aggregated:
        options = [o for o in options if o not in ROW_ONLY and "day" not in o]
    if depth <= 0:
        options = [o for o in options if "{" not in o] if not aggregated else options
    form = draw(st.sampled_from(options))
    for wanted in "ntdb":
        while f"{{{wanted}}}" in form:
            other = draw(st.sampled_from("ntdb")) if draw(st.integers(0, 25)) == 0 else wanted
            form = form.replace(f"{{{wanted}}}", draw(written(other, depth - 1, inside or aggregated)), 1)
    return form


@given(st.sampled_from("nnntdb").flatmap(lambda kind: written(kind, 4, inside=False)))
@settings(max_examples=EXAMPLES * 4)
@example("sum(net * net * net) / sum(net)")
@example("round(max(net) * max(net), -9)")
@example("ceil(max(gross)) * 999999999999999999 * ceil(max(gross))")
@example("avg(sqrt(discount * quantity)) - min(-lines)")
@example("sum(quantity * quantity * quantity * 999999999999999999)")
@example("ln(sum(net) / 0.000000000001 * 999999999999999999) * sum(net)")
@example("count(distinct coalesce(day, as_of) - '1900-01-01') + sum(if(purchase, net, null))")
def test_what_is_checked_runs_and_what_is_not_is_told(expression: str) -> None:
    try:
        checked = check(expression)
    except Refusal as refusal:
        well_told([refusal.problem("scheme.yaml:1")])
        return
    value = checked.value(orders(), date(2024, 3, 31)).cast(checked.type())
    asked = orders().group_by("customer_id").aggregate(value=value)
    found = {r["customer_id"]: r["value"] for r in backend().to_pyarrow(asked).to_pylist()}
    assert set(found) == set("abcde")
    for got in found.values():
        assert got is None or isinstance(got, {"text": str, "date": date}.get(checked.kind, (int, Decimal)))
        assert not isinstance(got, Decimal) or abs(got) < 10**16


PIECES = [
    "sum(", "count(*)", "net", ")", "(", "+", "/", "distinct ", "filter (where ", "over ()", "'x'", "null", ",",
    "case ", "when ", "then 1 ", "end", " and ", "not ", "like ", " in (", "--", "/*", ";", "\\", "\x00", "select ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@settings(max_examples=EXAMPLES * 4)
def test_scraps_of_sql_are_an_expression_or_told(text: str) -> None:
    try:
        checked = check(text)
    except Refusal as refusal:
        well_told([refusal.problem("scheme.yaml:1")])
        return
    backend().to_pyarrow(orders().group_by("customer_id").aggregate(value=checked.value(orders(), date(2024, 3, 31))))


def test_the_deepest_expressions_that_pass_are_written_out() -> None:
    forms = ("abs({})", "sqrt({})", "round({}, 1)", "({} + 1)", "-{}", "coalesce({}, 1)", "if({} > 1, 1, 2)", "1 / {}")
    for deep in forms:
        expression, passed = "sum(net)", "sum(net)"
        for _ in range(45):
            expression = deep.format(expression)
            try:
                check(expression)
            except Refusal:
                break
            passed = expression
        assert passed != "sum(net)"
        value = check(passed).value(orders(), date(2024, 3, 31))
        backend().to_pyarrow(orders().group_by("customer_id").aggregate(value=value))
    chain = "sum(net)" + " + 1" * 38
    assert ibis.to_sql(orders().aggregate(value=check(chain).value(orders(), date(2024, 3, 31))))
