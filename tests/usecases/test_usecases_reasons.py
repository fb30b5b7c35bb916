"""Why a customer is where he is: each move with what decided it then, and what protects his level now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from loyalty_shops import SCHEME, Shop

from custrata.core.measure.levels import Weighed
from custrata.usecases.customers.veil import veiled
from custrata.usecases.levels.standing import standing

CALM = SCHEME.replace("fall: 40%", "fall: 100%")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop.opened(tmp_path, CALM)


def test_a_move_is_told_with_the_numbers_and_the_rules_of_its_day(shop: Shop) -> None:
    shop.scheme(CALM.replace("30 days of grace", "0"))
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 1, 5))
    shop.scheme(CALM.replace("200", "300").replace("spend_12m >= 150", "orders_12m >= 2"))
    shop.reviewed(date(2025, 1, 6))
    placed, fell, *_ = shop.standing("ann").history
    assert placed.weighed == (Weighed("spend_12m", "250", "≥ 200", True),)
    assert fell.weighed == (Weighed("spend_12m", "0", "≥ 150", False),), "a year later the rules are others"


def test_a_level_given_by_hand_is_told_with_its_reason_also_once_it_has_ended(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.give("bob", "VIP", reason="opening gift", until=date(2024, 6, 2))
    shop.reviewed(date(2024, 6, 2))
    shop.reviewed(date(2024, 6, 3))
    assert [(m.cause, m.note, bool(m.weighed)) for m in shop.standing("bob").history] == [
        ("initial", "", True), ("override", "opening gift — li", False), ("override expired", "", False),
    ]  # fmt: skip


def test_a_promise_that_is_over_is_not_told(shop: Shop) -> None:
    shop.scheme(CALM.replace("{after: 30 days of grace", "{hold: 10 days, after: 2 days of grace"))
    shop.reviewed(date(2024, 6, 1))
    assert shop.standing("ann").promised == date(2024, 6, 11)
    shop.reviewed(date(2024, 6, 11))
    assert shop.standing("ann").promised is None


def test_a_level_is_kept_until_grace_and_hold_are_over(shop: Shop) -> None:
    shop.scheme(CALM.replace("{after: 30 days of grace", "{hold: 1 year, after: 2 days of grace"))
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 1, 5))
    told = shop.standing("ann")
    assert (told.failing, told.grace_ends) == (date(2025, 1, 5), date(2025, 6, 1))


def test_where_nobody_falls_no_level_is_failing(shop: Shop) -> None:
    shop.scheme(CALM.replace("down: {after: 30 days of grace, by: one step}", "down: never"))
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 1, 5))
    told = shop.standing("ann")
    assert (told.level, told.failing, told.grace_ends) == ("VIP", None, None)


def test_who_sees_personal_columns_masked_sees_them_masked_in_reasons_too(shop: Shop) -> None:
    customers = "  customers: {file: people.csv, columns: {customer_id: who, phone: phone}}\nmetrics:"
    gate = """VIP: {enter: 'phone = "13800001234"'"""
    text = CALM.replace("metrics:", customers)
    text = text.replace('VIP: {enter: "spend_12m >= 200", keep: "spend_12m >= 150"', gate)
    (shop.path / "people.csv").write_text("who,phone\nann,13800001234\nbob,13900005678\n", "utf-8")
    shop.scheme(text)
    shop.reviewed(date(2024, 6, 1))
    with shop.look() as (result, store):
        seen = standing(shop.workspace, store, veiled(result), "ann", "en")[0].history[0].weighed[0]
        full = standing(shop.workspace, store, result, "ann", "en")[0].history[0].weighed[0]
    assert full.value == "13800001234" and seen.value == "138****1234"
