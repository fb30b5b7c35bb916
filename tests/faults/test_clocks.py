"""A clock that was wrong, and one that is put back: runs come in the order in which they were made, nobody's grace or
hold is negative, and nothing that should be kept is removed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fault_shops import LEVELS, SCHEME, Corner, kept, refused

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.standing import standing
from custrata.usecases.opened import open_run
from custrata.usecases.retention import prune

pytestmark = pytest.mark.slow

GRACE = LEVELS.replace("    brakes", "    down: {after: 30 days of grace, hold: 10 days}\n    brakes")


@pytest.mark.parametrize("levels", ["", LEVELS], ids=["without levels", "with levels"])
def test_a_run_that_was_made_later_is_the_newer_one_whatever_the_clock_says(tmp_path: Path, levels: str) -> None:
    shop = Corner.opened(tmp_path / "shop", SCHEME + levels)
    made = [shop.at(date(2024, 6, day)).run() for day in (1, 2)]
    made += [shop.at(date(2023, 1, 1)).run() for _ in range(2)]
    shop.now = datetime(2023, 1, 1, 9, tzinfo=UTC)
    made.append(shop.run())
    made.append(shop.at(date(2024, 6, 3)).run())
    assert len(set(made)) == 6
    assert [run for run, _ in shop.listed()] == made[::-1] and shop.workspace.run_ids() == made
    assert shop.listed()[0] == (made[-1], "current")
    (shop.home / "current").unlink()
    assert shop.workspace.run().id == made[-1]


@pytest.mark.parametrize("levels", ["", LEVELS], ids=["without levels", "with levels"])
def test_runs_of_a_clock_that_was_put_back_are_not_the_first_to_make_room(tmp_path: Path, levels: str) -> None:
    shop = Corner.opened(tmp_path / "shop", SCHEME + levels)
    made = [shop.at(date(2024, 6, day)).run() for day in (1, 2)]
    shop.scheme(SCHEME + levels + "keep: {runs: 2}\n")
    made += [shop.at(date(2023, 1, day)).run() for day in (1, 2)]
    assert shop.workspace.run_ids() == made[2:], "the last two that were made"
    shop.scheme(SCHEME + levels + "keep: {runs: 1 month}\n")
    assert prune(shop.workspace, kept, shop.clock) == []


def test_a_plan_that_was_made_before_a_run_is_published_after_it(tmp_path: Path) -> None:
    shop = Corner.opened(tmp_path / "shop")
    found = shop.plan()
    between = shop.run()
    shop.apply(found.entry.id)
    assert shop.listed() == [(found.entry.id, "current"), (between, "superseded")]
    shop.back_to(between)
    assert shop.listed() == [(found.entry.id, "rolled back"), (between, "current")]
    assert shop.seen()["moves"] == []


def test_levels_are_not_reckoned_backwards_after_a_day_in_the_future_was_applied(tmp_path: Path) -> None:
    shop = Corner.opened(tmp_path / "shop", SCHEME + GRACE + "as_of: today\n")
    first = shop.review()
    wrong = shop.at(date(2024, 12, 31)).review()
    shop.at(date(2024, 6, 3))
    before = shop.seen()
    with refused("E-PLAN-002"):
        shop.plan()
    assert shop.run() > wrong, "numbers go on"
    assert shop.levels() == {r["customer_id"]: r["member"] for r in before["rows"]}
    shop.back_to(first)
    shop.review()
    shop.require_sound()


@pytest.mark.parametrize("today", [date(2024, 6, 12), date(2023, 1, 1), date(2031, 1, 1)])
def test_grace_and_hold_go_by_the_days_of_the_facts(tmp_path: Path, today: date) -> None:
    """The clock is put back, or is years ahead: what a customer is told is the same."""
    shop = Corner.opened(tmp_path / "shop", SCHEME + GRACE)
    shop.review(date(2024, 6, 1))
    shop.sells("a", "1,ann,2024-01-05,150\n2,bob,2024-05-01,50\n3,cid,2023-12-20,10\n")
    shop.at(today).review(date(2024, 6, 12))
    with (
        store_of(shop.workspace, kept) as store,
        open_run(shop.workspace, duckdb_engine, shop.path / "scratch") as result,
    ):  # fmt: skip
        (told,) = standing(shop.workspace, store, result, "ann", "en")
    assert (told.level, told.failing, told.grace_ends) == ("VIP", date(2024, 6, 12), date(2024, 7, 12))
    shop.review(date(2024, 7, 12))
    shop.require_sound()
    assert shop.levels()["ann"] == "plain"


def test_a_level_given_by_hand_while_the_clock_was_wrong_counts(tmp_path: Path) -> None:
    from custrata.usecases.levels.by_hand import Given, give

    shop = Corner.opened(tmp_path / "shop")
    shop.review(date(2024, 6, 1))
    shop.at(date(2023, 1, 1))
    with open_run(shop.workspace, duckdb_engine, shop.path / "scratch") as result:
        given = Given("bob", "VIP", reason="because")
        made = give(shop.workspace, kept, shop.clock, result, given, who="li")
    assert made.starts == date(2023, 1, 1)
    shop.review(date(2024, 6, 2))
    shop.require_sound()
    assert shop.levels()["bob"] == "VIP"
