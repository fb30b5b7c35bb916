"""What sets a class, and those who left, apart in a terminal: in both languages and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SCHEME = """scheme: Shop
as_of: 2024-12-31
sources: {orders: {file: sales.csv}}
segments: {tier: {thresholds: spend, classes: {big: above 200, small: else}}}
metrics: {spend: {monetary: lifetime}, orders: {frequency: lifetime}, recency: {recency: days}}
"""


@pytest.fixture
def store(tmp_path: Path, call: Any) -> Path:
    """Every third customer buys monthly for 50, the others every third month for 5 and stop in September."""
    lines = ["customer_id,order_id,ordered_at,amount"]
    for i in range(150):
        months = range(1, 13) if i % 3 == 0 else range(1, 10, 2)
        lines += [f"k{i},{i}-{m},2024-{m:02}-{1 + i % 25:02},{50 if i % 3 == 0 else 5}" for m in months]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    assert call("run", tmp_path).status == 0
    return tmp_path


def test_a_class_is_told_in_both_languages(store: Path, call: Any) -> None:
    said = call("apart", "tier=big", "-w", store, "--lang", "en")
    assert said.status == 0
    assert "tier = big: 50 customers, and 100 others." in said.out
    assert "of such customers 100.0% are big" in said.out and "Left out: spend." in said.out
    assert "属于“big”" in call("apart", "TIER=big", "-w", store, "--lang", "zh").out
    found = call("apart", "tier=big", "-w", store, "--without", "recency", "--json").json
    assert (found["class"], found["left_out"], found["right"]) == ("big", ["spend", "recency"], 1)
    assert [r["metric"] for r in found["rules"][0]["ranges"]] == ["orders"]


def test_those_who_left_are_told_by_what_was_known_then(store: Path, call: Any) -> None:
    found = call("apart", "--leavers", "-w", store, "--json").json
    assert (found["own"], found["customers"]) == (100, 150)
    assert {r["metric"] for rule in found["rules"] for r in rule["ranges"]} <= {"spend", "orders", "recency"}
    assert "bought nothing in the 90" in call("apart", "--leavers", "-w", store, "--lang", "en").out.replace("\n", " ")


def test_what_is_not_asked_rightly_is_refused(store: Path, call: Any) -> None:
    for asked in ((), ("tier",), ("tier=big", "--leavers")):
        assert "E-PREDICT-054" in call("apart", *asked, "-w", store).err
    assert "E-PREDICT-051" in call("apart", "tier=big", "-w", store, "--without", "orders", "--without", "recency").err
    assert "E-PREDICT-053" in call("apart", "--leavers", "--days", "300", "-w", store).err
