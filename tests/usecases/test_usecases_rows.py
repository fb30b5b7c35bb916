"""No row is lost without a word: each is used, excluded by a rule that is named, or in quarantine with its fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata import CustrataError, evaluate
from custrata.locale import catalog
from shops import AS_OF, evaluated, returns, sales, scheme, well_told

pytestmark = pytest.mark.slow

PLAIN = "segments: {}"
HEADER = "customer_id,order_id,ordered_at,amount,quantity"


def told(result: Any) -> list[tuple[Any, ...]]:
    """(source, row, column, value, code) of every fault, in the order of the file."""
    rows = result.quarantine().to_pylist()
    return sorted(((r["source"], r["row"], r["column"], r["value"], r["code"]) for r in rows), key=str)


def shop(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "sales.csv"
    file.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return file


def test_every_fault_of_a_row_is_named_with_row_column_and_value(tmp_path: Path) -> None:
    file = shop(
        tmp_path, "ann,1,2024-03-01,10,1", ",2,2024-03-01,10,1", "bob,3,yesterday,10,1", "bob,4,2024-03-01,ten,1",
        "bob,,2024-03-01,10,1", "bob,5,,,1", "bob,6,2024-02-30,1.2.3,x", "1.2E+11,7,2024-03-01,5,1",
    )  # fmt: skip
    with evaluated(PLAIN, file) as result:
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined, rows.excluded) == (8, 1, 7, 0)
        assert {Path(r["file"]).name for r in result.quarantine().to_pylist()} == {"sales.csv"}
        assert told(result) == sorted([
            ("orders", 3, "customer_id", None, "E-ROW-005"), ("orders", 4, "ordered_at", "yesterday", "E-ROW-003"),
            ("orders", 5, "amount", "ten", "E-ROW-002"), ("orders", 6, "order_id", None, "E-ROW-001"),
            ("orders", 7, "ordered_at", None, "E-ROW-001"), ("orders", 7, "amount", None, "E-ROW-001"),
            ("orders", 8, "ordered_at", "2024-02-30", "E-ROW-003"), ("orders", 8, "amount", "1.2.3", "E-ROW-002"),
            ("orders", 8, "quantity", "x", "E-ROW-002"), ("orders", 9, "customer_id", "1.2E+11", "E-ROW-004"),
        ], key=str)  # fmt: skip


def test_quarantine_names_the_file_and_the_header_as_the_company_has_them(tmp_path: Path) -> None:
    for name, cell in (("一月.csv", "10"), ("二月.csv", "很多")):
        (tmp_path / name).write_text(f"会员号,日期,实收\nann,2024-03-01,{cell}\n", "utf-8")
    body = "sources: {orders: {columns: {customer_id: 会员号, ordered_at: 日期, amount: 实收}}}"
    with evaluated(body, str(tmp_path / "*.csv")) as result:
        (fault,) = result.quarantine().to_pylist()
    assert Path(fault["file"]).name == "二月.csv"
    assert (fault["row"], fault["column"], fault["value"], fault["code"]) == (2, "实收", "很多", "E-ROW-002")


def test_lines_that_do_not_split_into_fields_are_quarantined_too(tmp_path: Path) -> None:
    file = shop(tmp_path, "ann,1,2024-03-01,10,1", "bob,2,2024-03-01,10,1,too,many", 'eve,3,2024-03-01,"10,1')
    with evaluated(PLAIN, file) as result:
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined) == (3, 1, 2)
        assert [(row, code) for _, row, _, _, code in told(result)] == [(3, "E-ROW-901"), (4, "E-ROW-902")]


def test_rules_exclude_and_say_which_rule() -> None:
    orders = sales(
        ("ann", AS_OF, 1), ("ann", AS_OF, 2), ("walk-in", AS_OF, 3), (None, AS_OF, 4), ("ann", "2024-04-02", 5)
    )
    orders = orders.append_column("status", [["paid", "draft", "paid", "paid", "paid"]])
    body = "sources: {orders: {count: [paid], anonymous: [walk-in, empty]}}"
    with evaluated(body, orders, as_of=AS_OF) as result:
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined, rows.excluded) == (5, 1, 0, 4)
        assert dict(rows.excluded_by) == {"status": 1, "anonymous": 2, "after_as_of": 1}
        assert result.quarantine().num_rows == 0


def test_a_row_that_a_rule_leaves_out_needs_no_mending() -> None:
    orders = sales(("ann", AS_OF, 1), (None, AS_OF, 2)).append_column("status", [["paid", "draft"]])
    with evaluated("sources: {orders: {count: paid}}", orders) as result:
        assert (result.rows["orders"].quarantined, dict(result.rows["orders"].excluded_by)) == (0, {"status": 1})


def test_a_return_of_an_unknown_order_without_a_customer_is_quarantined_with_its_row() -> None:
    back = returns(
        ("ann", AS_OF, 1, "A1"), (None, AS_OF, 2, "nowhere"), (None, AS_OF, 3, None), ("ann", AS_OF, 4, "nowhere")
    )
    with evaluated(PLAIN, sales(("ann", AS_OF, 10, "A1")), returns=back) as result:
        rows = result.rows["returns"]
        assert (rows.read, rows.used, rows.quarantined) == (4, 2, 2)
        assert {(row, code) for _, row, _, _, code in told(result)} == {(2, "E-ROW-007"), (3, "E-ROW-007")}
        assert [value for _, _, _, value, _ in told(result)] == ["nowhere", None]
        assert result.table()["spend"].to_pylist() == [5]


def test_a_return_of_somebody_elses_order_is_quarantined_with_its_row() -> None:
    orders = sales(("ann", AS_OF, 10, "A1"), ("bob", AS_OF, 20, "B1"))
    back = returns(("ann", AS_OF, 1, "A1"), ("ann", AS_OF, 2, "B1"))
    with evaluated(PLAIN, orders, returns=back) as result:
        assert told(result) == [("returns", 2, "order_id", "B1", "E-ROW-008")]
        assert (result.rows["returns"].used, result.rows["returns"].quarantined) == (1, 1)
        assert result.table()["spend"].to_pylist() == [9, 20]


def test_a_return_of_an_order_in_quarantine_waits_with_it() -> None:
    orders = sales(("ann", AS_OF, 10, "A1"), (None, AS_OF, 90, "A2"))
    with evaluated(PLAIN, orders, returns=returns(("ann", AS_OF, 90, "A2"))) as result:
        assert (result.rows["orders"].quarantined, dict(result.rows["returns"].excluded_by)) == (
            1,
            {"order_excluded": 1},
        )
        assert result.table()["spend"].to_pylist() == [10]


def test_a_return_of_an_order_that_a_rule_leaves_out_is_left_out_too() -> None:
    orders = sales(("ann", AS_OF, 10, "A1"), ("ann", AS_OF, 90, "A2")).append_column("status", [["paid", "draft"]])
    with evaluated("sources: {orders: {count: paid}}", orders, returns=returns(("ann", AS_OF, 90, "A2"))) as result:
        assert dict(result.rows["returns"].excluded_by) == {"order_excluded": 1}
        assert result.table()["spend"].to_pylist() == [10]


def test_a_return_row_of_an_excluded_order_counts_where_it_stands() -> None:
    """Both files can hold returns; each row is excluded under its own source."""
    orders = sales(("ann", AS_OF, 10, "A1"), ("ann", AS_OF, 90, "A2"), ("ann", AS_OF, -90, "TA2"))
    orders = orders.append_column("status", [["paid", "draft", "paid"]])
    body = "sources: {orders: {count: paid, returns: {prefix: T}}}"
    with evaluated(body, orders, returns=returns(("ann", AS_OF, 1, "A1"))) as result:
        assert dict(result.rows["orders"].excluded_by) == {"status": 1, "order_excluded": 1}
        assert dict(result.rows["returns"].excluded_by) == {}
        assert result.table()["spend"].to_pylist() == [9]


def test_customers_and_products_with_two_truths_are_quarantined_and_identical_rows_are_one(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("customer_id,name\nann,Ann\nann,Ann\nann,Anne\nbob,Bob\n", "utf-8")
    goods = tmp_path / "goods.csv"
    goods.write_text("product_id,category\np1,tea\np1,ink\np2,tea\np2,tea\n", "utf-8")
    orders = sales(("ann", AS_OF, 1), ("bob", AS_OF, 1)).append_column("product_id", [["p1", "p2"]])
    with evaluated("metrics: {top: {top: category}}", orders, customers=people, products=goods) as result:
        people_rows, goods_rows = result.rows["customers"], result.rows["products"]
        assert (people_rows.read, people_rows.used, people_rows.quarantined) == (4, 2, 1)
        assert dict(people_rows.excluded_by) == {"duplicate": 1}
        assert (goods_rows.read, goods_rows.used, goods_rows.quarantined) == (4, 2, 1)
        assert dict(goods_rows.excluded_by) == {"duplicate": 1}
        assert told(result) == [
            ("customers", 4, "customer_id", "ann", "E-ROW-006"), ("products", 2, "product_id", "p1", "E-ROW-006"),
        ]  # fmt: skip
        assert result.table()["top"].to_pylist() == ["ink", "tea"]


ORDERS_OF_PARTS = {
    "ymd": [("25/03/2024", "E-ROW-010"), ("03/25/2024", "E-ROW-011"), ("05/03/2024", "E-ROW-003"),
            ("31/02/2024", "E-ROW-003"), ("25.03.2024 10:00", "E-ROW-010"), ("soon", "E-ROW-003"), ("12", "E-ROW-003")],
    "dmy": [("03/25/2024", "E-ROW-011"), ("31/02/2024", "E-ROW-003")],
    "mdy": [("25/03/2024", "E-ROW-010"), ("02/30/2024", "E-ROW-003")],
}  # fmt: skip


@pytest.mark.parametrize("dates", list(ORDERS_OF_PARTS))
def test_a_date_written_in_another_order_is_told_which(dates: str) -> None:
    wrong = ORDERS_OF_PARTS[dates]
    days = ["2024-03-01", *(written for written, _ in wrong)]
    orders = pa.table({"customer_id": ["ann"] * len(days), "ordered_at": days, "amount": ["1"] * len(days)})
    with evaluated(f"sources: {{orders: {{dates: {dates}}}}}", orders) as result:
        found = {r["value"]: r["code"] for r in result.quarantine().to_pylist()}
        assert found == dict(wrong)
    mends = {code: catalog("errors", "en")[code]["mend"] for code in ("E-ROW-010", "E-ROW-011")}
    assert "dates: dmy" in mends["E-ROW-010"]
    assert "dates: mdy" in mends["E-ROW-011"]


def test_a_number_that_is_too_large_is_not_told_to_be_no_number(tmp_path: Path) -> None:
    file = shop(tmp_path, "ann,1,2024-03-01,10,1", "ann,2,2024-03-01,690123456789012345,1", "ann,3,2024-03-01,1,9e20")
    with evaluated(PLAIN, file) as result:
        assert told(result) == [
            ("orders", 3, "amount", "690123456789012345", "E-ROW-009"), ("orders", 4, "quantity", "9e20", "E-ROW-009"),
        ]  # fmt: skip


def test_where_no_status_counts_those_that_are_there_are_told_with_their_numbers() -> None:
    statuses = ["已付款"] * 3 + ["draft"] * 2 + [None]
    orders = sales(*(("ann", AS_OF, 1) for _ in statuses)).append_column("status", [statuses])
    with pytest.raises(CustrataError) as caught:
        evaluate(scheme("sources: {orders: {count: [paid, 完成]}}"), orders=orders)
    (problem,) = well_told(caught.value.problems)
    assert problem.code == "E-DATA-006"
    assert problem.values["reasons"] == "3 × status '已付款'; 2 × status 'draft'; 1 × status ''"
    assert "3 × status '已付款'" in problem.mend("zh")


@pytest.mark.parametrize(
    ("count", "there", "near"),
    [
        ("已完成", ["完成", "已取消"], "已完成 → 完成"), ("Paid", ["PAID ", "draft"], "Paid → PAID"),
        ("成交", ["交易关闭", "已发货"], "已发货"), ("成交", ["x1", "x2"], ""),
    ],
)  # fmt: skip
def test_a_status_that_no_row_has_brings_up_what_the_file_calls_it(count: str, there: list[str], near: str) -> None:
    orders = sales(*(("ann", AS_OF, 1) for _ in there)).append_column("status", [there])
    with pytest.raises(CustrataError) as caught:
        evaluate(scheme(f"sources: {{orders: {{count: [{count}]}}}}"), orders=orders)
    (problem,) = well_told(caught.value.problems)
    assert problem.values["suggestion"] == near
    assert near in problem.mend("zh") and (not near or "可能是指" in problem.mend("zh"))


good = st.tuples(st.sampled_from("abc"), st.sampled_from("123"), st.just("2024-03-01"), st.integers(1, 99).map(str),
                 st.just("paid"))  # fmt: skip
cell = st.sampled_from(
    [
        "",
        "x",
        "2024-13-01",
        "1,00",
        "NaN",
        "1E+12",
        "--",
        " ",
        "paid",
        "draft",
        "2024-03-01",
        "2024/3/5",
        "12",
        "01.02.2024",
    ]
)
any_row = st.tuples(st.sampled_from(["a", "", "9E+11", "guest"]), st.sampled_from(["1", "", "2E+9"]), cell, cell, cell)


@given(st.lists(good, min_size=1, max_size=4), st.lists(any_row, max_size=12))
def test_read_rows_are_used_excluded_or_quarantined_and_nothing_else(fine: Any, mixed: Any) -> None:
    rows = [*fine, *mixed]
    names = ["customer_id", "order_id", "ordered_at", "amount", "status"]
    orders = pa.table({n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(names)})
    checked = scheme("metrics: {n: {sql: sum(lines), empty: 0}}\nsources: {orders: {count: paid, anonymous: guest}}")
    with evaluated(checked, orders, as_of=date(2025, 1, 1)) as result:
        counts = result.rows["orders"]
        assert counts.read == len(rows)
        assert counts.read == counts.used + counts.quarantined + counts.excluded
        assert counts.excluded == sum(dict(counts.excluded_by).values())
        lost = {r["row"] for r in result.quarantine().to_pylist()}
        assert len(lost) == counts.quarantined
        assert all(r["code"] and r["column"] in names for r in result.quarantine().to_pylist())
        # What is used is what the customers' numbers are made of: every line of it, and no other.
        assert sum(result.table()["n"].to_pylist()) == counts.used
        not_paid = sum(r[4].strip() != "paid" for r in rows)
        assert dict(counts.excluded_by).get("status", 0) == not_paid


who = st.sampled_from(["ann", "bob", "guest", None])
number = st.sampled_from(["1", "2", "3", "4"])
row = st.tuples(who, number, st.integers(-9, 9), st.none() | number, st.sampled_from(["paid", "paid", "draft"]))
refund = st.tuples(who, st.integers(1, 9), st.none() | st.sampled_from(["1", "2", "3", "5"]))


@given(st.lists(row, max_size=14), st.lists(refund, max_size=8), st.sampled_from(["", "anonymous: [guest, empty]"]))
def test_every_return_is_counted_once_wherever_it_stands_and_whatever_it_names(rows: Any, back: Any, rule: str) -> None:
    """Return rows and refund documents that name orders of their own customer, of others, of nobody, or none."""
    sold = [("ann", "9", 9, None, "paid"), *rows]
    orders = sales(*((r[0], AS_OF, r[2], r[1]) for r in sold))
    orders = orders.append_column("refers_to", pa.array([r[3] for r in sold], pa.string()))
    orders = orders.append_column("status", [[r[4] for r in sold]])
    body = (
        f"metrics: {{n: {{sql: count(amount), from: lines, empty: 0}}}}\nsources: {{orders: {{count: paid, {rule}}}}}"
    )
    given_ = {"returns": returns(*((r[0], AS_OF, r[1], r[2]) for r in back))} if back else {}
    with evaluated(body, orders, **given_) as result:
        counts, lost = result.rows, result.quarantine().to_pylist()
        assert counts["orders"].read == len(sold)
        for source, c in counts.items():
            assert c.read == c.used + c.quarantined + c.excluded
            assert c.excluded == sum(dict(c.excluded_by).values())
            assert len({r["row"] for r in lost if r["source"] == source}) == c.quarantined
        assert sum(result.table()["n"].to_pylist()) == sum(c.used for c in counts.values())
        if rule:
            assert "guest" not in result.table()["customer_id"].to_pylist()
