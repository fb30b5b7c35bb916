"""Levels that are earned and kept by the year of each customer: his membership year, or the year of his level."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from loyalty_shops import Shop

from custrata import Problem, Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.check import check_data
from custrata.usecases.run import run

pytestmark = pytest.mark.slow

ORDERS = "  orders: {file: data/*.csv, columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid}}"
PEOPLE = "  customers: {file: people.csv, columns: {customer_id: who, joined_at: since}}"
BY_LEVEL = f"""
scheme: Shop
timezone: UTC
sources:
{ORDERS}
metrics:
  spend_12m: {{monetary: 12 months}}
levels:
  member:
    VIP: {{enter: "spend_12m >= 300", keep: "spend_12m >= 150"}}
    plain: {{}}
    review: anniversary of level
    down: {{at: at review}}
"""
BY_MEMBERSHIP = f"""
scheme: Shop
timezone: UTC
sources:
{ORDERS}
{PEOPLE}
metrics:
  this_year: {{monetary: membership year}}
  last_year: {{monetary: last membership year}}
levels:
  member:
    VIP: {{enter: "this_year >= 300 or last_year >= 300", keep: "this_year >= 150 or last_year >= 150"}}
    gold: {{enter: "this_year >= 100 or last_year >= 100"}}
    plain: {{}}
    review: anniversary of joining
    down: {{at: at review}}
"""


def vips(shop: Shop) -> set[str]:
    return {who for who, level in shop.levels().items() if level == "VIP"}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop.opened(tmp_path)


def test_at_the_anniversary_of_a_level_twelve_months_are_the_year_after_the_day_that_brought_it(shop: Shop) -> None:
    """Whoever reached VIP with the purchases up to 1 June 2024 is looked at again on 1 June 2025: from 2 June 2024 on
    every purchase counts for keeping it, that of the review day with them, and no purchase counts twice."""
    shop.scheme(BY_LEVEL)
    rows = "".join(f"{who}0,{who},2024-06-01,300\n" for who in ("ann", "bob", "cid", "dan"))
    rows += "a1,ann,2024-06-02,75\na2,ann,2025-06-01,75\nb1,bob,2024-06-02,149\nc1,cid,2025-06-02,150\n"
    shop.sells("a", rows + "d1,dan,2025-06-01,150\n")
    assert shop.reviewed(date(2024, 6, 1)) == {(None, "VIP", "initial"): 4}
    assert shop.reviewed(date(2025, 5, 31)) == {}, "their years are not over"
    assert shop.reviewed(date(2025, 6, 1)) == {("VIP", "plain", "downgrade"): 2}
    assert vips(shop) == {"ann", "dan"}
    # Who stayed stays for another year; what he spends from the day after the review on decides then.
    assert shop.reviewed(date(2026, 5, 31)) == {}
    assert shop.reviewed(date(2026, 6, 1)) == {("VIP", "plain", "downgrade"): 2}


def people(shop: Shop, **joined: str) -> None:
    rows = "".join(f"{who},{day}\n" for who, day in joined.items())
    (shop.path / "people.csv").write_text("who,since\n" + rows, "utf-8")


def test_a_level_is_earned_in_one_membership_year_and_kept_for_the_next_by_what_was_spent_in_it(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP)
    people(shop, ann="2021-05-15", bob="2020-02-29", new="2024-04-01")
    shop.sells("a", "1,ann,2022-05-14,1000\n2,ann,2023-05-15,100\n3,ann,2024-05-14,200\n4,bob,2023-02-28,300\n"
                    "5,new,2024-04-01,10\n6,ann,2024-05-15,149\n")  # fmt: skip
    assert shop.reviewed(date(2024, 2, 27)) == {(None, "VIP", "initial"): 1, (None, "gold", "initial"): 1}
    assert vips(shop) == {"bob"}, "the year of bob, who joined on a leap day, began on 28 February"
    assert shop.reviewed(date(2024, 2, 28)) == {}
    assert shop.reviewed(date(2024, 2, 29)) == {}, "a new year: he keeps what he earned in the one that is over"
    # On the last day of her year ann earns it; the next day is her anniversary.
    assert shop.reviewed(date(2024, 5, 14)) == {("gold", "VIP", "upgrade"): 1, (None, "plain", "initial"): 1}
    assert shop.reviewed(date(2024, 5, 15)) == {}
    assert vips(shop) == {"ann", "bob"}
    # Bob's next year passed without a purchase; it does not matter when exactly after his day he is looked at.
    assert shop.reviewed(date(2025, 3, 3)) == {("VIP", "plain", "downgrade"): 1}
    assert shop.reviewed(date(2025, 5, 14)) == {}
    assert shop.reviewed(date(2025, 5, 20)) == {("VIP", "gold", "downgrade"): 1}, "149 from anniversary to anniversary"
    assert vips(shop) == set()


def test_without_a_joining_day_a_customer_is_reviewed_on_the_anniversary_of_the_first_purchase(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP.replace(PEOPLE + "\n", ""))
    shop.sells("a", "1,ann,2023-06-10,300\n2,bob,2023-01-01,10\n")
    assert shop.reviewed(date(2024, 6, 9))[(None, "VIP", "initial")] == 1
    assert shop.reviewed(date(2024, 6, 10)) == {}
    assert shop.reviewed(date(2025, 6, 9)) == {}
    assert shop.reviewed(date(2025, 6, 10)) == {("VIP", "plain", "downgrade"): 1}


def test_what_is_asked_of_a_customer_says_until_when_the_membership_year_counts(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP)
    people(shop, ann="2021-05-15", bob="")
    shop.sells("a", "1,ann,2024-05-20,120\n2,bob,2024-06-01,400\n")
    shop.reviewed(date(2024, 6, 1))
    asked = shop.standing("ann").asked["next"][0]
    assert (asked.gap, asked.value, asked.until) == (180, 120, date(2025, 5, 14))
    this, last = shop.standing("bob").asked["keep"]
    assert (this.until, last.until) == (date(2025, 5, 31), None)


def test_a_plan_and_a_look_at_the_files_tell_of_customers_without_a_joining_day(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP)
    people(shop, ann="2021-05-15", bob="", cat="")
    shop.sells("a", "1,ann,2024-05-20,120\n2,bob,2024-05-30,400\n")
    assert [(n.code, n.values) for n in shop.plan(None).notes] == [("E-RUN-012", {"n": 2, "of": 3})]
    seen: list[Problem] = []
    check_data(Scheme.load(shop.path / "scheme.yaml"), shop.path, duckdb_engine, notes=seen)
    assert [(n.code, n.values) for n in seen] == [("E-RUN-012", {"n": 2, "of": 3})]
    shop.scheme(BY_LEVEL)
    assert shop.plan(None).notes == (), "nothing counts by membership years"


def test_a_published_run_tells_the_days_of_each_customers_own_year(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP)
    people(shop, ann="2021-05-15", bob="")
    shop.sells("a", "1,ann,2024-05-20,120\n2,bob,2024-05-30,400\n3,bob,2024-06-01,1\n")
    found = run(shop.workspace, duckdb_store, shop.clock)
    assert [(n.code, n.values) for n in found.notes] == [("E-RUN-012", {"n": 1, "of": 2})]
    with shop.look() as (result, _):
        told = {who: {m.name: (m.first, m.last) for m in result.explain(who).metrics} for who in ("ann", "bob")}
        note = result.metric_note("this_year", "en")
    as_of = date(2024, 6, 1)
    assert told["ann"]["this_year"] == (date(2024, 5, 15), as_of)
    assert told["ann"]["last_year"] == (date(2023, 5, 15), date(2024, 5, 14))
    assert told["bob"]["this_year"] == (as_of - timedelta(days=2), as_of)
    assert told["bob"]["last_year"] == (None, None)
    assert (note.window, note.own) == (None, True)


def test_where_all_joining_days_are_known_nothing_is_noted(shop: Shop) -> None:
    shop.scheme(BY_MEMBERSHIP)
    people(shop, ann="2021-05-15")
    shop.sells("a", "1,ann,2024-05-20,120\n")
    assert run(shop.workspace, duckdb_store, shop.clock).notes == ()
