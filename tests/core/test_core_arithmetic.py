"""Arithmetic in rules: exact as long as 37 digits hold it, never too large for an engine, and no customer is reckoned
otherwise than his equal."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.arithmetic import Shape, TooLarge, alike, bounded, combined, common, compute, literal, of, shape_of
from custrata.core.conditions import parse
from shops import backend, classes, spends, the_problem

HUGE = "99999999999999.99"
#: Column → type: what metrics are made of.
TYPES = {
    "money": pa.decimal128(18, 4), "sum": pa.decimal128(38, 4), "ratio": pa.decimal128(38, 9), "count": pa.int64(),
    "small": pa.int8(),
}  # fmt: skip
NAMES = list(TYPES)
PRECISE = Context(prec=500)


@pytest.mark.parametrize("condition, who", [
    ("spend * spend > 1", {"huge", "rich"}), ("spend * spend * spend * spend > 1", {"huge", "rich"}),
    ("spend * spend = 10000000000", {"rich"}), ("spend + spend > 199999999999999", {"huge"}),
    ("spend * 999999999999999999 > 1", {"huge", "rich", "cent"}),
    ("spend / 0.000000000001 > 99999999999999000", {"huge", "rich"}), ("spend * spend * spend / spend / spend = spend",
    {"rich", "cent"}), ("spend - spend - spend < -99999999999999", {"huge"}),
    ("999999999999999999 * 999999999999999999 > spend", {"huge", "rich", "cent", "none"}),
    ("spend * spend * spend > 0.000000000001", {"huge", "rich", "cent"}), ("spend / spend is missing", {"none"}),
    ("spend * 1.1 = 110000", {"rich"}), ("spend * spend in (0.0001, 10000000000)", {"rich", "cent"}),
    ("spend - -spend > 1", {"huge", "rich"}), ("1 / (spend - 0.01) is missing", {"cent"}),
])  # fmt: skip
def test_no_product_is_too_large_for_a_rule(condition: str, who: set[str]) -> None:
    shop = spends({"huge": HUGE, "rich": 100_000, "cent": "0.01", "none": 0})
    found = classes(f'{{rules: {{yes: "{condition}", no: else}}}}', shop)
    assert {name for name, c in found.items() if c == "yes"} == who


def test_a_product_that_nothing_can_hold_is_refused_with_its_line() -> None:
    product = " * ".join(["spend"] * 20)
    problem = the_problem(f'scheme: Shop\nsegments:\n  it:\n    rules:\n      yes: "{product} > 1"\n      no: else\n')
    assert (problem.code, problem.place) == ("E-SCHEME-043", "scheme.yaml:5 segments.it.rules.yes")
    assert problem.values["what"].startswith("spend * spend * ")


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    edges = st.sampled_from([0, 1, -1, most, -most, 10**places])
    return (edges | st.integers(-most, most)).map(lambda n: Decimal(n).scaleb(-places))


CUSTOMER = st.fixed_dictionaries({
    "money": decimals(18, 4), "sum": decimals(19, 4), "ratio": decimals(24, 9),
    "count": st.integers(-(10**15) + 1, 10**15 - 1),
    "small": st.integers(-128, 127),
})  # fmt: skip


@st.composite
def sums(draw: Any, depth: int = 4) -> str:
    """Arithmetic as a rule writes it."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return str(draw(st.sampled_from([*NAMES, "0", "1", "0.05", "1000000", "0.000000000001", "9" * 18])))
    return f"({draw(sums(depth - 1))} {draw(st.sampled_from('+-*/'))} {draw(sums(depth - 1))})"


def exact(operand: Any, row: dict[str, Any]) -> Decimal:
    """The true value of an expression without quotients."""
    if not hasattr(operand, "op"):
        return Decimal(row[operand.name]) if hasattr(operand, "name") else operand.value
    a, b = exact(operand.left, row), exact(operand.right, row)
    return {"+": PRECISE.add, "-": PRECISE.subtract, "*": PRECISE.multiply}[operand.op](a, b)


def shapes(operand: Any, table: Any) -> list[Shape]:
    """The shapes of all parts."""
    inner = [*shapes(operand.left, table), *shapes(operand.right, table)] if hasattr(operand, "op") else []
    return [operand.number(table).shape, *inner]


@given(st.lists(CUSTOMER, min_size=1, max_size=3), sums(), sums())
def test_whatever_is_reckoned_comes_to_a_number_or_null_and_equals_are_equal(
    rows: list[dict[str, Any]], left: str, right: str
) -> None:
    condition: Any = parse(f"{left} > {right}")
    table = ibis.memtable(pa.table({n: pa.array([r[n] for r in rows] * 2, t) for n, t in TYPES.items()}))
    number = condition.left.number(table)
    asked = table.select(value=number.value.cast("string"), holds=condition.expression(table))
    found = backend().to_pyarrow(asked).to_pylist()
    assert found[: len(rows)] == found[len(rows) :]
    if "/" not in left:
        assert None not in [f["value"] for f in found]
        if not any(s.digits > 28 or s.places > 9 for s in shapes(condition.left, table)):
            assert [Decimal(f["value"]) for f in found[: len(rows)]] == [exact(condition.left, row) for row in rows]


@given(decimals(18, 4), decimals(18, 4))
def test_money_is_added_and_multiplied_to_the_last_digit(a: Decimal, b: Decimal) -> None:
    for sign, true in (("+", a + b), ("-", a - b), ("*", PRECISE.multiply(a, b))):
        found = compute(sign, literal(a), literal(b))  # type: ignore[arg-type]
        assert found.shape.exact
        assert backend().to_pyarrow(found.value).as_py() == true


@given(st.integers(1, 28), st.integers(0, 12), st.integers(1, 28), st.integers(0, 12), st.sampled_from("+-*/"))
def test_a_shape_has_room_for_the_largest_result(d: int, p: int, e: int, q: int, sign: Any) -> None:
    a, b = Shape(d, p), Shape(e, q)
    most = {
        "+": Decimal(10) ** max(d, e) * 2, "-": Decimal(10) ** max(d, e) * 2, "*": Decimal(10) ** (d + e),
        "/": Decimal(10) ** (d + q),
    }[sign]  # fmt: skip
    assert Decimal(10) ** combined(sign, a, b).digits >= most
    assert combined(sign, a, b).width <= 38 or not combined(sign, a, b).exact


def test_a_shape_grows_until_a_double_cannot_hold_it() -> None:
    shape = Shape(18, 9)
    with pytest.raises(TooLarge):
        for _ in range(20):
            shape = combined("*", shape, Shape(18, 9))
    assert 250 < shape.digits <= 301


def test_numbers_of_all_types_stand_under_one_shape() -> None:
    assert common([Shape(14, 4), Shape(3)]) == Shape(14, 4)
    assert common([Shape(30, 4), Shape(3, 12)]) == Shape(30, 12, exact=False)
    one, other = alike([literal(Decimal("1.50")), literal(Decimal(200))])
    assert one.value.type() == other.value.type()
    assert shape_of(Decimal("0.000000000001")).places == 12


def test_what_is_no_number_of_any_company_is_null() -> None:
    table = ibis.memtable(pa.table({"a": pa.array([Decimal(10) ** 15, Decimal(10) ** 15 - 1], pa.decimal128(38, 9))}))
    assert backend().to_pyarrow(of(table.a).value.name("a")).to_pylist() == [None, Decimal(10) ** 15 - 1]
    square = compute("*", of(table.a), of(table.a))
    assert not square.shape.exact
    assert backend().to_pyarrow(bounded(square).value.name("a")).to_pylist() == [None, None]
    infinite = ibis.memtable(pa.table({"a": [float("inf"), 1e300, 1.5]}))
    assert backend().to_pyarrow(of(infinite.a).value.name("a")).to_pylist() == [None, None, Decimal("1.5")]
