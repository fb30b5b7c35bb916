"""What the pages say of numbers holds: their worked examples, computed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from docs_pages import DOCS

from custrata import Scheme, evaluate
from custrata.core.windows import parse_window


def customers(scheme: str, rows: list[tuple[Any, ...]], names: str, **more: Any) -> dict[str, dict[str, Any]]:
    table = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names.split())})
    with evaluate(Scheme.parse(f"scheme: Claim\n{scheme}"), orders=table, **more) as result:
        return {row["customer_id"]: row for row in result.table().to_pylist()}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_windows(lang: str) -> None:
    page = (DOCS / lang / "guide" / "windows.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \| ([^|]*) \| ([^|]*) \|$", page, re.MULTILINE)
    assert len(rows) >= 15
    above = ""
    for first, also, days in rows:
        written = map(parse_window, re.findall(r"`([^`]+)`", first + also))
        windows = {w.days_of(date(2021, 5, 15), date(2024, 3, 15)) for w in written}
        assert len(windows) == 1, (first, windows)
        found = windows.pop()
        assert found is not None
        start, end = found
        this_year = start is None or start.year == 2024
        shown = [f"{day:%m-%d}" if this_year else f"{day}" for day in (start, end) if day is not None]
        above = above if days in ("the same", "同上") else days
        assert " … ".join(shown) in above, (first, shown, days)


def test_spend_is_450_because_a_refund_lowers_the_order_it_names() -> None:
    rows = [("ann", "1", date(2024, 11, 5), 300), ("ann", "2", date(2024, 11, 20), 200)]
    rows.append(("bob", "3", date(2024, 12, 31), 1))
    returns = pa.table({"order_id": ["2"], "returned_at": [date(2024, 12, 3)], "amount": [50]})
    found = customers(
        "metrics: {spend: {monetary: last month}}", rows, "customer_id order_id ordered_at amount", returns=returns
    )
    assert found["ann"]["spend"] == 450


def test_three_receipts_of_a_day_are_three_orders_and_one_visit() -> None:
    rows = [("ann", str(i), date(2024, 11, 5), 10) for i in range(3)]
    scheme = "metrics: {orders: {frequency: lifetime}, visits: {frequency: lifetime, count: day}}"
    found = customers(scheme, rows, "customer_id order_id ordered_at amount")["ann"]
    assert (found["orders"], found["visits"]) == (3, 1)


def test_an_order_that_came_back_whole_leaves_the_average_alone() -> None:
    day = date(2024, 11, 5)
    rows = [("ann", "1", day, 100, 0), ("ann", "2", day, 50, 0), ("ann", "3", day, 80, 80)]
    scheme = "metrics: {basket: {average_order_value: 90 days}}"
    assert customers(scheme, rows, "customer_id order_id ordered_at amount refunded")["ann"]["basket"] == 75


def test_abc_of_60_25_10_and_5() -> None:
    rows = [(name, date(2024, 1, 1), amount) for name, amount in (("a", 60), ("b", 25), ("c", 10), ("d", 5))]
    found = customers("segments: {abc: {share: spend}}", rows, "customer_id ordered_at amount")
    assert [found[c]["abc"] for c in "abcd"] == ["A", "A", "B", "C"]


def test_bounds_at_the_boundary() -> None:
    rows = [("a", date(2024, 1, 1), 10_000), ("b", date(2024, 1, 1), 5_000), ("c", date(2024, 1, 1), 4999.99)]
    scheme = "segments: {t: {thresholds: spend, classes: {High: above 10000, Middle: from 5000, Low: else}}}"
    found = customers(scheme, rows, "customer_id ordered_at amount")
    assert [found[c]["t"] for c in "abc"] == ["Middle", "Middle", "Low"]


def test_size_by_the_lower_and_by_the_higher() -> None:
    rows = [("a", str(i), date(2024, 1, 1), 7_500) for i in range(8)]
    scheme = (
        "segments:\n  low: {size: {spend: [5000, 50000], orders: [5, 20]}}\n"
        "  high: {size: {spend: [5000, 50000], orders: [5, 20]}, by: higher}"
    )
    found = customers(scheme, rows, "customer_id order_id ordered_at amount")["a"]
    assert (found["low"], found["high"]) == ("Middle", "Large")


def test_a_customer_at_the_quantile_cut_belongs_to_the_lower_side() -> None:
    rows = [(f"c{i}", date(2024, 1, 1), i) for i in range(1, 11)]
    scheme = "segments: {q: {quantile: spend, classes: {Top: top 10%, Middle: middle 80%, Bottom: bottom 10%}}}"
    found = customers(scheme, rows, "customer_id ordered_at amount")
    assert [found[f"c{i}"]["q"] for i in (1, 2, 9, 10)] == ["Bottom", "Middle", "Middle", "Top"]


def test_one_of_thirty_buyers_is_the_top_of_the_pyramid() -> None:
    rows = [(f"c{i}", date(2024, 1, 1), i) for i in range(1, 31)]
    found = customers("segments: {p: {pyramid: spend}}", rows, "customer_id ordered_at amount")
    assert [c for c, row in found.items() if row["p"] == "Top"] == ["c30"]


def test_buying_only_in_the_last_month_of_a_window_is_a_full_share_of_active_months() -> None:
    rows = [("a", date(2024, 12, 1), 10), ("b", date(2024, 1, 15), 10), ("b", date(2024, 12, 31), 10)]
    scheme = "metrics: {active: {stability: active months, window: 12 months}}"
    found = customers(scheme, rows, "customer_id ordered_at amount")
    assert found["a"]["active"] == 1 and found["b"]["active"] == pytest.approx(2 / 12)


def test_a_missing_number_neither_holds_nor_fails() -> None:
    rows = [("a", "1", date(2024, 1, 1), 10, 10), ("b", "2", date(2024, 1, 1), 10, 0)]
    scheme = "segments: {r: {rules: {Late: not (recency > 60), Silent: recency is missing, Others: else}}}"
    found = customers(scheme, rows, "customer_id order_id ordered_at amount refunded")
    assert (found["a"]["r"], found["b"]["r"]) == ("Silent", "Late")
