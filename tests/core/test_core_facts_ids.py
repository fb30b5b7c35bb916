"""Numbers of customers, orders and products come as numbers here and as text there; they are the same where they read
the same, and never crash where they do not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.facts.ids import whole
from shops import AS_OF, backend, classify, column, evaluated, sales

TYPES = {
    "int64": pa.int64(), "int32": pa.int32(), "uint64": pa.uint64(), "text": pa.string(), "float": pa.float64(),
    "decimal": pa.decimal128(12, 0),
}  # fmt: skip
FAVOURITE = "metrics: {spend: {monetary: lifetime}, orders: {frequency: lifetime}, likes: {top: category}}"


def ids(kind: str, *numbers: int | None) -> pa.Array:
    if kind == "text":
        return pa.array([None if n is None else str(n) for n in numbers], pa.string())
    values: list[Any] = [None if n is None else Decimal(n) if kind == "decimal" else n for n in numbers]
    return pa.array(values, TYPES[kind])


def shop(orders: str, others: str) -> dict[str, pa.Table]:
    """Two customers; 7 gave back a part of order 71, and 8 something of no order."""
    return {
        "orders": pa.table({
            "customer_id": ids(orders, 7, 7, 8), "ordered_at": [date(2024, 3, 1)] * 3, "amount": [100, 50, 30],
            "order_id": ids(orders, 71, 72, 81), "product_id": ids(orders, 1, 2, 2),
        }),
        "returns": pa.table({
            "customer_id": ids(others, None, 8), "returned_at": [AS_OF] * 2, "amount": [60, 5],
            "order_id": ids(others, 71, None), "product_id": ids(others, 1, 2),
        }),
        "customers": pa.table({"customer_id": ids(others, 7, 9), "city": ["沪", "京"]}),
        "products": pa.table({"product_id": ids(others, 1, 2), "category": ["tea", "ink"]}),
    }  # fmt: skip


@pytest.mark.parametrize("orders, others", [
    *product(["int64", "text"], TYPES), ("int32", "int64"), ("uint64", "text"), ("float", "text"), ("decimal", "float"),
])  # fmt: skip
def test_a_customer_is_the_same_whatever_type_his_number_has(orders: str, others: str) -> None:
    found = classify(FAVOURITE, **shop(orders, others))
    assert list(found) == ["7", "8", "9"], "in the order of the numbers"
    assert column(found, "spend") == {"7": 90, "8": 25, "9": 0}
    assert column(found, "orders") == {"7": 2, "8": 1, "9": 0}
    assert column(found, "likes") == {"7": "ink", "8": "ink", "9": None}, "the tea came back"


@pytest.mark.parametrize("source", ["customers", "returns", "products"])
@pytest.mark.parametrize("orders", ["int64", "text", "float"])
def test_one_id_that_is_no_number_makes_nobody_somebody_else(orders: str, source: str) -> None:
    given_ = shop(orders, "text")
    key = "product_id" if source == "products" else "customer_id"
    odd = pa.table({**given_[source].slice(1).to_pydict(), key: ["0007" if source != "products" else "001"]})
    given_[source] = pa.concat_tables([given_[source], odd.cast(given_[source].schema)])
    found = classify(FAVOURITE, **given_)
    assert found["7"]["spend"] == 90
    assert set(found) == {"7", "8", "9"} | ({"0007"} if source != "products" else set())
    if source == "returns":
        assert (found["0007"]["spend"], found["0007"]["orders"]) == (-5, 0)


def test_a_returned_product_whose_number_is_a_word_is_no_crash() -> None:
    given_ = shop("int64", "text")
    given_["returns"] = given_["returns"].set_column(4, "product_id", [["A-1", "2"]])
    assert column(classify(FAVOURITE, **given_), "spend") == {"7": 90, "8": 25, "9": 0}


@pytest.mark.parametrize("number, refers", [*product(["int64", "text"], repeat=2), ("text", "float")])
def test_a_return_row_finds_its_order_whatever_type_the_numbers_have(number: str, refers: str) -> None:
    orders = pa.table({
        "customer_id": ["ann", "ann", "bob"], "ordered_at": [AS_OF] * 3, "amount": [100, -30, 7],
        "order_id": ids(number, 12, 13, 14), "refers_to": ids(refers, None, 12, None),
    })  # fmt: skip
    found = classify("segments: {}", orders)
    assert (found["ann"]["spend"], found["ann"]["orders"]) == (70, 1)


@pytest.mark.parametrize("orders, others", [("int64", "text"), ("text", "int64"), ("float", "text")])
def test_returns_from_both_files_come_together_whatever_type_their_numbers_have(orders: str, others: str) -> None:
    given_ = shop(orders, others)
    own = pa.table({
        "customer_id": ids(orders, 8), "ordered_at": [AS_OF], "amount": [-10], "order_id": ids(orders, 99),
        "product_id": ids(orders, 2), "refers_to": ids(orders, 81),
    })  # fmt: skip
    given_["orders"] = pa.concat_tables([given_["orders"], own], promote_options="default")
    found = classify(FAVOURITE, **given_)
    assert column(found, "spend") == {"7": 90, "8": 15, "9": 0}
    assert column(found, "likes") == {"7": "ink", "8": "ink", "9": None}


def test_zeros_in_front_make_another_customer() -> None:
    orders = pa.table({"customer_id": [12, 12], "ordered_at": [AS_OF] * 2, "amount": [1, 2], "order_id": [1, 2]})
    people = pa.table({"customer_id": ["12", "0012", "+12", "12.0"]})
    found = classify("segments: {}", orders, customers=people)
    assert column(found, "spend") == {"12": 3, "0012": 0, "+12": 0}, "12.0 is how a spreadsheet writes 12"


def test_numbers_stay_numbers_beside_returns_and_people_that_are_text() -> None:
    """Texts group half as fast: one return among ten million sales must not make texts of them."""
    with evaluated("segments: {}", **shop("int64", "text")) as result:
        headers = result._evaluation.facts.tables.orders
        assert headers.customer_id.type().is_integer()
        assert headers.order_id.type().is_integer()


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("back", [False, True])
def test_customers_stand_in_the_order_of_their_ids_wherever_these_were_read(as_text: bool, back: bool) -> None:
    numbers = [10, 9, 100, 2**40]
    orders = pa.table({"customer_id": ids("text" if as_text else "int64", *numbers), "ordered_at": [AS_OF] * 4,
                       "amount": [1, 2, 3, 4]})  # fmt: skip
    given_ = {"returns": pa.table({"customer_id": ["9"], "returned_at": [AS_OF], "amount": [1]})} if back else {}
    assert list(classify("segments: {}", orders, **given_)) == ["9", "10", "100", str(2**40)]
    one_word = pa.table({"customer_id": ["x"], "ordered_at": [AS_OF], "amount": [1]})
    more = pa.concat_tables([orders.cast(one_word.schema), one_word]) if as_text else orders
    wanted = ["10", "100", str(2**40), "9", "x"] if as_text else ["9", "10", "100", str(2**40)]
    assert list(classify("segments: {}", more, **given_)) == wanted


@pytest.mark.parametrize("written, order", [
    (["10", "9", "-3", "0"], ["-3", "0", "9", "10"]), (["10", "9", "09"], ["09", "10", "9"]),
    (["10", "9", str(2**63 - 1)], ["9", "10", str(2**63 - 1)]),
    (["10", "9", str(2**63)], None), (["10", "9", "-0"], None),
])  # fmt: skip
def test_only_whole_numbers_as_people_write_them_are_put_in_order_by_size(
    written: list[str], order: list[str] | None
) -> None:
    found = list(classify("segments: {}", sales(*((who, AS_OF, 1) for who in written))))
    assert found == (order if order is not None else sorted(written))


@given(st.lists(st.one_of(st.integers(-(2**70), 2**70).map(str), st.text("0123456789-+. xe", max_size=21)), min_size=1))
def test_a_text_is_a_whole_number_exactly_if_it_reads_as_that_number(written: list[str]) -> None:
    t = ibis.memtable(pa.table({"a": pa.array(written, pa.string())}))
    found = backend().to_pyarrow(t.select("a", n=whole(t.a))).to_pylist()
    for row in found:
        fits = row["a"].lstrip("-").isdecimal() and -(2**63) <= int(row["a"]) < 2**63
        assert row["n"] == (int(row["a"]) if fits and str(int(row["a"])) == row["a"] else None)


@pytest.mark.parametrize("typed", ["ＫＨ００３７", "KH００３７", "　ＫＨ0037 "])
def test_an_id_that_a_chinese_keyboard_wrote_wide_is_the_same_customer(typed: str) -> None:
    orders = pa.table({
        "customer_id": ["KH0037", typed, "KH0038"], "ordered_at": [date(2024, 3, 1)] * 3, "amount": [100, 50, 30],
    })  # fmt: skip
    people = pa.table({"customer_id": ["KH0037", "ＫＨ００３８"], "city": ["北京", "上海"]})
    body = "metrics: {spend: {monetary: lifetime}}\nsegments: {place: {attribute: city}}"
    result = classify(body, orders, customers=people)
    assert column(result, "spend") == {"KH0037": 150, "KH0038": 30}
    assert column(result, "place") == {"KH0037": "北京", "KH0038": "上海"}
