"""Thresholds, size, preference, attribute and matrix at every boundary, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from shops import AS_OF, MONEY, classes, classify, column, sales, spends

SPEND = {"just above": "10000.01", "ten": 10000, "just below": "9999.99", "five": 5000, "under": "4999.99", "none": 0}


def test_above_ten_thousand_leaves_ten_thousand_out_and_from_five_thousand_takes_it_in() -> None:
    found = classes("{thresholds: spend, classes: {high: above 10000, middle: from 5000, low: else}}", spends(SPEND))
    assert found == {
        "just above": "high", "ten": "middle", "just below": "middle", "five": "middle", "under": "low", "none": "low",
    }  # fmt: skip


def test_below_and_up_to() -> None:
    found = classes("{thresholds: spend, classes: {low: below 5000, middle: up to 10000, high: else}}", spends(SPEND))
    assert found == {
        "just above": "high", "ten": "middle", "just below": "middle", "five": "middle", "under": "low", "none": "low",
    }  # fmt: skip


@pytest.mark.parametrize("high, middle", [
    ("above 10000", "from 5000"), ("> 10,000", ">= 5,000"), ("大于 1万", "不低于5000"), ("超过1万", "满 5千"),
    ("高于 0.0001亿", "≥ 5000"),
])  # fmt: skip
def test_a_bound_may_be_written_in_many_ways(high: str, middle: str) -> None:
    body = f"{{thresholds: spend, classes: {{h: '{high}', m: '{middle}', l: else}}, label: 档}}"
    found = classes(body, spends(SPEND))
    assert {w: c for w, c in found.items() if c == "h"} == {"just above": "h"}
    assert [w for w, c in sorted(found.items()) if c == "l"] == ["none", "under"]


@pytest.mark.parametrize(
    "cut", ["0.5", "99.9", "99.99", "99.999", "99.9999", "99.99999", "0.000000000001", "99999999999999999.5"]
)
def test_a_bound_may_have_any_number_of_decimals(cut: str) -> None:
    amounts = {"a": 0, "b": "99.98", "c": "99.99", "d": 100}
    above = {who for who, amount in amounts.items() if Decimal(str(amount)) > Decimal(cut)}
    body = f"{{thresholds: spend, classes: {{up: above {cut}, down: else}}}}"
    assert {who for who, c in classes(body, spends(amounts)).items() if c == "up"} == above


def test_orders_per_month_ten_and_five() -> None:
    rows = [(f"n{n}", "2024-02-10", 1) for n in (11, 10, 5, 4) for _ in range(n)]
    body = """
metrics: {orders: {frequency: last month}}
segments: {it: {thresholds: orders, classes: {often: above 10, some: from 5, seldom: else}}}
"""
    found = classify(body, sales(*rows), as_of=AS_OF)
    assert column(found, "it") == {"n11": "often", "n10": "some", "n5": "some", "n4": "seldom"}


def test_no_purchase_in_the_window_is_zero_spend_zero_orders_and_no_recency() -> None:
    body = """
metrics:
  spend: {monetary: month}
  orders: {frequency: month}
  recency: {recency: days, window: month}
  basket: {average_order_value: month}
segments:
  tier: {thresholds: spend, classes: {some: above 0, none: else}}
  fresh: {thresholds: recency, classes: {fresh: up to 30, stale: else}}
  basket_tier: {thresholds: basket, classes: {big: above 5, small: else}, missing: nothing}
"""
    row = classify(body, sales(("old", "2024-01-01", 9), ("new", "2024-03-31", 9)))["old"]
    assert (row["spend"], row["orders"], row["recency"], row["basket"]) == (0, 0, None, None)
    assert (row["tier"], row["fresh"], row["basket_tier"]) == ("none", "No data", "nothing")


def test_size_takes_the_lower_or_the_higher_of_its_numbers() -> None:
    both, edge = [("both", AS_OF, 100), ("both", AS_OF, 0)], [("edge", AS_OF, 10), ("edge", AS_OF, 0)]
    rows = sales(*both, ("rich", AS_OF, 100), *edge, ("small", AS_OF, "9.99"))
    body = "{size: {spend: [10, 100], orders: [1, 2]}%s}"
    assert classes(body % "", rows) == {"both": "Large", "rich": "Middle", "edge": "Middle", "small": "Small"}
    assert classes(body % ", by: higher", rows) == {
        "both": "Large",
        "rich": "Large",
        "edge": "Large",
        "small": "Middle",
    }


def test_size_without_a_number_is_missing_whatever_the_others_say() -> None:
    rows = sales(("back", AS_OF, -5), ("fine", AS_OF, 5))
    body = "metrics: {basket: {average_order_value: lifetime}}\n"
    body += "segments: {it: {size: {basket: [1, 2], orders: [0, 1]}, by: higher}}"
    assert column(classify(body, rows), "it") == {"back": "No data", "fine": "Large"}


def kinds(*rows: tuple[str, str | None, Any]) -> pa.Table:
    """Lines of one order each: customer, kind, amount."""
    return pa.table({
        "customer_id": [r[0] for r in rows], "ordered_at": [AS_OF] * len(rows),
        "amount": pa.array([Decimal(str(r[2])) for r in rows], MONEY),
        "kind": pa.array([r[1] for r in rows], pa.string()),
    })  # fmt: skip


def test_products_services_or_both() -> None:
    rows = kinds(
        ("p60", "product", 60), ("p60", "service", 40), ("p59", "product", "59.99"), ("p59", "服务", "40.01"),
        ("s60", "商品", 40), ("s60", "Service", 60), ("all", "goods", 5), ("other", "tax", 5), ("mixed", "tax", 50),
        ("mixed", "product", 50), ("gone", "product", -5), ("blank", None, 5),
    )  # fmt: skip
    assert classes("{preference: kind}", rows) == {
        "p60": "Products", "p59": "Both", "s60": "Services", "all": "Products", "other": "No preference",
        "mixed": "Both", "gone": "No preference", "blank": "No preference",
    }  # fmt: skip


def test_where_half_is_enough_an_even_customer_leans_to_products() -> None:
    rows = kinds(("even", "product", 50), ("even", "service", 50), ("less", "product", 49), ("less", "service", 51))
    assert classes("{preference: kind, at_least: 50%}", rows) == {"even": "Products", "less": "Services"}


def test_a_preferred_category_is_the_first_with_enough_and_ties_go_by_the_alphabet() -> None:
    rows = kinds(
        ("tea", "tea", 60), ("tea", "rice", 40), ("tie", "rice", 50), ("tie", "ink", 50), ("mix", "tea", 40),
        ("mix", "ink", 30), ("mix", "rice", 30), ("none", "tea", -1), ("unknown", None, 9),
    ).rename_columns(["customer_id", "ordered_at", "amount", "category"])  # fmt: skip
    assert classes("{preference: category}", rows) == {
        "tea": "tea", "tie": "Mixed", "mix": "Mixed", "none": "No preference", "unknown": "No preference",
    }  # fmt: skip
    assert classes("{preference: category, at_least: 50%, labels: {ink: Pens}}", rows)["tie"] == "Pens"


def test_a_returned_category_no_longer_counts() -> None:
    rows = kinds(("a", "tea", 60), ("a", "rice", 40), ("a", "tea", -60)).rename_columns(
        ["customer_id", "ordered_at", "amount", "category"]
    )
    assert classes("{preference: category}", rows) == {"a": "rice"}


def people(**columns: Any) -> pa.Table:
    return pa.table(columns)


SHOP = sales(("a", AS_OF, 1), ("b", AS_OF, 1), ("c", AS_OF, 1), ("d", AS_OF, 1))
TRADE = people(customer_id=["a", "b", "c", "e"], trade=["机械", "电子", "餐饮", None], staff=["49", "50", "many", None])
FIELDS = "sources: {customers: {columns: {customer_id: customer_id, trade: trade, staff: staff, birthday: born}}}\n"


def attribute(segment: str, given: pa.Table = TRADE, as_of: date = AS_OF) -> dict[str, str]:
    mapped = ", ".join(f"{'birthday' if c == 'born' else c}: {c}" for c in given.column_names)
    body = f"sources: {{customers: {{columns: {{{mapped}}}}}}}\nlanguage: en\nsegments: {{it: {segment}}}"
    return column(classify(body, SHOP, customers=given, as_of=as_of), "it")


def test_an_attribute_as_it_is_grouped_and_in_ranges() -> None:
    assert attribute("{attribute: trade}") == {
        "a": "机械",
        "b": "电子",
        "c": "餐饮",
        "d": "Not given",
        "e": "Not given",
    }
    assert attribute("{attribute: trade, groups: {make: [机械, 电子]}}") == {
        "a": "make", "b": "make", "c": "Other", "d": "Not given", "e": "Not given",
    }  # fmt: skip
    assert attribute("{attribute: trade, groups: {make: 机械}, else: rest, missing: unknown}") == {
        "a": "make", "b": "rest", "c": "rest", "d": "unknown", "e": "unknown",
    }  # fmt: skip
    assert attribute("{attribute: staff, ranges: {small: below 50, large: else}}") == {
        "a": "small", "b": "large", "c": "Not given", "d": "Not given", "e": "Not given",
    }  # fmt: skip


def test_a_customer_who_only_stands_in_the_files_is_classified_too() -> None:
    mapped = "{customers: {columns: {customer_id: customer_id, trade: trade}}}"
    found = classify(f"sources: {mapped}\nsegments: {{rfm: {{rfm: [recency, orders, spend]}}}}", SHOP, customers=TRADE)
    assert (found["e"]["spend"], found["e"]["orders"], found["e"]["recency"]) == (0, 0, None)
    assert found["e"]["rfm"] == "No purchase"


@pytest.mark.parametrize("born, as_of, age", [
    ("1994-03-31", "2024-03-31", 30), ("1994-04-01", "2024-03-31", 29), ("1994-03-30", "2024-03-31", 30),
    ("2000-02-29", "2024-02-29", 24), ("2000-02-29", "2023-02-28", 22), ("2000-02-29", "2023-03-01", 23),
    ("1999-12-31", "2024-01-01", 24),
])  # fmt: skip
def test_a_customer_is_a_year_older_on_the_birthday(born: str, as_of: str, age: int) -> None:
    table = people(customer_id=["a"], born=[date.fromisoformat(born)])
    shop_day = date.fromisoformat(as_of)
    body = f"""
sources: {{customers: {{columns: {{birthday: born}}}}}}
segments:
  it: {{attribute: birthday, age: true, ranges: {{younger: below {age}, exactly: up to {age}, older: else}}}}
"""
    assert column(classify(body, sales(("a", shop_day, 1)), customers=table, as_of=shop_day), "it") == {"a": "exactly"}


def test_a_matrix_has_a_cell_for_everybody_even_where_a_part_is_missing() -> None:
    body = """
metrics: {recency: {recency: days}}
segments:
  tier: {thresholds: spend, classes: {big: above 5, small: else}}
  fresh: {thresholds: recency, classes: {fresh: up to 5, stale: else}, missing: never}
  both: {matrix: [tier, fresh]}
"""
    found = classify(body, sales(("a", AS_OF, 9), ("b", AS_OF, -9), ("c", "2024-01-01", 9)))
    assert column(found, "both") == {"a": "big × fresh", "b": "small × never", "c": "big × stale"}
