"""A plan that waits is told to hold no longer by what changed since, without reading any data."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from loyalty_shops import SCHEME, Shop

from corner_shops import codes, kept
from custrata import CustrataError
from custrata.core.store import PlanEntry, ProfileChange
from custrata.usecases.levels.apply import decide
from custrata.usecases.levels.kept import store_of, waiting_folder
from custrata.usecases.levels.stale import changed_since

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    found = Shop.opened(tmp_path)
    found.reviewed(date(2024, 6, 1))
    return found


def changed(shop: Shop, entry: PlanEntry) -> list[str]:
    with store_of(shop.workspace, kept) as store:
        return changed_since(shop.workspace, store, entry, datetime(2024, 7, 1, tzinfo=UTC))


def test_a_plan_holds_while_nothing_has_changed_and_not_after_an_import(shop: Shop) -> None:
    entry = shop.plan(date(2024, 6, 2)).entry
    assert changed(shop, entry) == []
    file = next((shop.workspace.path / "data").glob("*.csv"))
    later = file.stat().st_mtime + 90
    os.utime(file, (later, later))
    assert changed(shop, entry) == [], "a file that was only touched says what it said"
    text = file.read_bytes()
    file.write_bytes(text.replace(b"0", b"1", 1))
    os.utime(file, (later + 1, later + 1))
    assert changed(shop, entry) == ["facts"], "another file of the same size"
    file.write_bytes(text)
    assert changed(shop, entry) == []
    shop.sells("b", "9,bob,2024-05-02,200\n")
    assert changed(shop, entry) == ["facts"]
    with pytest.raises(CustrataError) as error:
        decide(shop.workspace, kept, lambda: datetime.now(UTC), entry.id, True, who="eve")
    assert codes(error) == ["E-PLAN-003"], "nobody approves what can no longer be applied"
    decide(shop.workspace, kept, lambda: datetime.now(UTC), entry.id, False, who="eve", comment="too old")


def test_a_file_that_is_there_again_as_it_was_holds_nothing_up(shop: Shop) -> None:
    entry = shop.plan(date(2024, 6, 2)).entry
    file = next((shop.workspace.path / "data").glob("*.csv"))
    text = file.read_bytes()
    file.write_bytes(text + b"99,dan,2024-05-02,5\n")
    shop.run()
    assert changed(shop, entry) == ["facts"]
    file.write_bytes(text)
    shop.run()
    assert changed(shop, entry) == []
    shop.apply(entry.id)


def test_each_thing_that_a_plan_stands_on_is_told(shop: Shop) -> None:
    entry = shop.plan(date(2024, 6, 2)).entry
    shop.scheme(SCHEME.replace("门店会员", "Members"))
    assert changed(shop, entry) == [], "another name is no other rule"
    shop.scheme(SCHEME.replace(">= 200", ">= 220"))
    shop.give("cid", "VIP")
    assert changed(shop, entry) == ["rules", "overrides"]
    shop.scheme("no scheme at all")
    assert changed(shop, entry) == ["rules"]
    shop.scheme(SCHEME)
    with store_of(shop.workspace, kept) as store, store.transaction():
        for name, column in (("ann", "note"), ("ann", "joined_at")):
            told = changed_since(shop.workspace, store, entry, datetime.now(UTC))
            assert "facts" not in told, "what no level reads changes none"
            store.add_profile_change(ProfileChange(0, name, column, None, "2024-01-01", "eve", datetime.now(UTC)))
    assert changed(shop, entry) == ["facts", "overrides"]


def test_a_newer_plan_takes_the_place_of_one_that_holds_no_longer_even_where_it_was_approved(shop: Shop) -> None:
    old = shop.plan(date(2024, 6, 2)).entry
    decide(shop.workspace, kept, lambda: datetime.now(UTC), old.id, True, who="eve")
    same = shop.plan(date(2024, 6, 2)).entry
    with store_of(shop.workspace, kept) as store:
        assert store.plan(old.id).state == "approved", "nothing has changed"  # type: ignore[union-attr]
    shop.apply(same.id)
    assert changed(shop, old) == ["levels"]
    shop.plan(date(2024, 6, 2) + timedelta(days=1))
    with store_of(shop.workspace, kept) as store:
        assert store.plan(old.id).state == "discarded"  # type: ignore[union-attr]
    assert not waiting_folder(shop.workspace, old.id).exists()
    assert changed(shop, old) == ["files"]
