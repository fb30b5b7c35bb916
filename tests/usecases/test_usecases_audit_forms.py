"""The audit takes sales in every form that a scheme does: without order numbers, with returns among them, with whole
numbers for ids, with hardly any column at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from audit_shops import SCHEME, TYPES, Shop, audited, clean_shop, copied, line, told

pytestmark = pytest.mark.slow

CLEAN = clean_shop()
BARE = """
scheme: Till roll
as_of: 2024-12-31
segments:
  tier: {thresholds: spend, classes: {big: above 3000, small: else}}
"""


def till_roll() -> Shop:
    """One row a sale, without a number: who, when, how much."""
    shop = Shop()
    sums: dict[str, dict[str, Any]] = {}
    for r in CLEAN.orders:
        sale = sums.setdefault(
            r["order_id"],
            {"customer_id": r["customer_id"], "ordered_at": r["ordered_at"], "amount": Decimal(0)},
        )
        sale["amount"] += r["amount"]
    shop.orders = list(sums.values())
    return shop


def test_three_columns_are_enough_and_what_cannot_be_checked_is_told() -> None:
    found = audited(till_roll(), BARE)
    assert told(found) == {}
    skipped = {s.code for s in found.skipped}
    assert {"A-DUP-003", "A-DUP-004", "A-CON-001", "A-VAL-005", "A-COM-004", "A-CON-005"} <= skipped
    assert [c.column for c in found.columns] == ["customer_id", "ordered_at", "amount"]


def test_without_order_numbers_equal_rows_are_still_found_and_counted_once() -> None:
    shop = till_roll()
    again = [dict(r) for r in shop.orders[300:340]]
    shop.orders += again
    finding = told(audited(shop, BARE))["A-DUP-001"]
    assert (finding.rows, finding.severity, finding.hints) == (40, "warning", ("single_lines",))
    assert finding.spend == sum(r["amount"] for r in again)
    assert finding.effects is not None
    assert {(e.file, e.column) for e in finding.examples} == {("sales.csv", "amount")}


def test_a_large_sale_without_a_number_is_shown_by_its_row() -> None:
    shop = till_roll()
    shop.orders[77]["amount"] *= 500
    finding = told(audited(shop, BARE))["A-VAL-004"]
    assert [(e.file, e.row) for e in finding.examples] == [("sales.csv", 79)]


def test_returns_among_the_sales_find_their_orders_by_prefix() -> None:
    shop = copied(CLEAN)
    shop.returns = []
    number = shop.orders[1000]["order_id"]
    day = shop.orders[1000]["ordered_at"]
    for i, (named, when) in enumerate(
        [(number, day + timedelta(days=3)), (number, day - timedelta(days=9)), ("s0", day)]
    ):
        shop.orders.append(line("c00", when, f"TH{named}", "p01", -1, Decimal(12)))
        shop.orders[-1]["customer_id"] = shop.orders[1000]["customer_id"]
        shop.orders[-1]["product_id"] = f"p0{i + 1}"
    prefixed = SCHEME.replace("count: [done]", "count: [done], returns: {prefix: TH}")
    found = told(audited(shop, prefixed))
    assert found["A-CON-006"].rows == 1
    assert found["A-CON-005"].rows == 1
    assert [(e.source, e.value) for e in found["A-CON-005"].examples] == [("orders", "THs0")]


def test_a_prefix_behind_which_no_order_stands_is_no_missing_order() -> None:
    shop = copied(CLEAN)
    shop.returns = []
    for i, r in enumerate(shop.orders[1000:1020]):
        shop.orders.append(line(r["customer_id"], r["ordered_at"], f"TH9{i:04}", r["product_id"], -1, Decimal(12)))
    prefixed = SCHEME.replace("count: [done]", "count: [done], returns: {prefix: TH}")
    finding = told(audited(shop, prefixed))["A-CON-005"]
    assert (finding.rows, finding.severity, finding.hints) == (20, "notice", ("prefix",))


def test_sales_without_a_number_under_a_name_are_told_apart_from_walk_in_sales() -> None:
    shop = copied(CLEAN)
    for i, r in enumerate(shop.orders):
        r["customer_name"] = f"Person {r['customer_id']}" if i % 50 else None
        r["customer_id"] = None if i % 100 < 2 else r["customer_id"]
    lost = [r for r in shop.orders if r["customer_id"] is None and r["customer_name"]]
    finding = told(audited(shop, SCHEME.replace("[walk-in]", "[walk-in, empty]")))["A-COM-003"]
    assert (finding.severity, finding.hints) == ("warning", ("named",))
    assert (finding.values["named"], finding.values["column"]) == (len(lost), "customer_name")
    assert finding.values["named_spend"] == sum(r["amount"] for r in lost)


def test_what_came_of_a_sale_whose_amount_is_empty_is_reckoned_as_a_load_reckons_it() -> None:
    shop = copied(CLEAN)
    for r in shop.orders:
        r["customer_name"] = None
    lost = shop.orders[300]
    lost |= {"customer_id": None, "customer_name": "Person", "quantity": 2, "price": Decimal(50)}
    lost |= {"discount": Decimal(10), "amount": None}
    finding = told(audited(shop, SCHEME.replace("[walk-in]", "[walk-in, empty]")))["A-COM-003"]
    assert finding.values["named_spend"] == 90


def test_a_firm_under_another_legal_form_is_the_same_one_and_its_group_is_not() -> None:
    shop = copied(CLEAN)
    names = ["上海远达商贸有限公司", "上海远达商贸公司", "上海远达商贸集团有限公司", "公司", "责任公司"]
    for customer, name in zip(shop.customers[4:], names, strict=False):
        customer["name"] = name
    found = told(audited(shop))["A-DUP-005"]
    assert (found.values["customers"], found.values["sets"]) == (2, 1)
    assert found.details is not None and [r[2] for r in found.details.rows] == ["上海远达商贸公司"]


def test_ids_that_are_whole_numbers_give_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    shop = copied(CLEAN)
    for r in (*shop.orders, *shop.returns, *shop.customers):
        r["customer_id"] = int(r["customer_id"][1:])
        if "order_id" in r:
            r["order_id"] = int(r["order_id"][1:])
    for name in ("customer_id", "order_id"):
        monkeypatch.setitem(TYPES, name, pa.int64())
    shop.orders += [{**r, "order_id": r["order_id"] + 900_000} for r in shop.orders[:60]]
    shop.customers[7] |= {"name": "Person 06", "phone": shop.customers[6]["phone"]}
    shop.returns.append({**shop.returns[9], "order_id": 777_777})
    scheme = SCHEME.replace(", anonymous: [walk-in]", "")
    found = told(audited(shop, scheme))
    assert set(found) == {"A-DUP-004", "A-DUP-005", "A-CON-005"}
    assert found["A-DUP-005"].details is not None
    assert found["A-DUP-005"].details.rows == (("7", "6", "Person 06"),)
    assert all(f.effects is not None for f in (found["A-DUP-004"], found["A-DUP-005"]))
    assert {e.value for e in found["A-CON-005"].examples} == {"777777"}


def test_a_shop_whose_sales_all_came_back_is_audited_too() -> None:
    shop = Shop()
    shop.orders = [line("c1", date(2024, 5, 1), "s1", "p1", 1, Decimal(10))]
    shop.returns = [{"order_id": "s1", "customer_id": "c1", "returned_at": date(2024, 5, 9), "amount": Decimal(10)}]
    found = audited(shop, BARE.replace("2024-12-31", "2024-05-31"))
    assert told(found) == {}
    assert found.months == []
