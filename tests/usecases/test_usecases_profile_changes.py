"""Corrections of profiles in a run: classes go by what people know, until the source knows it too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custrata.core.store import ProfileChange
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.customers.corrections import corrected, merged_ids
from custrata.usecases.identity_decide import merge
from custrata.usecases.levels.kept import has_store
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
SCHEME = """scheme: Shop
sources:
  orders: {file: sales.csv}
  customers: {file: people.csv, columns: {customer_id: customer_id, name: name, region: region, phone: phone}}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  region: {attribute: region}
"""
PEOPLE = "customer_id,name,region,phone\nann,Ann,north,1\nbob,Bob,north,2\ncay,Cay,south,3\n"
MANY = "".join(f"x{i},{i},2024-05-{1 + i % 28:02},5\n" for i in range(20))


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    sales = "customer_id,order_id,ordered_at,amount\nann,a1,2024-05-01,200\nbob,b1,2024-05-02,20\ndan,d1,2024-05-03,7\n"
    (tmp_path / "sales.csv").write_text(sales + MANY, "utf-8")
    return Workspace.at(tmp_path)


def opens(folder: Path) -> Any:
    return open_store(None, folder)


def says(shop: Workspace, who: str, column: str, new: str | None, old: str | None = None, **more: Any) -> None:
    store = opens(shop.home)
    with store.transaction():
        at = NOW + timedelta(minutes=store.latest_profile_change())
        store.add_profile_change(ProfileChange(0, who, column, old, new, "li", at, "rang up", **more))
    store.close()


def changes(shop: Workspace) -> list[ProfileChange]:
    store = opens(shop.home)
    try:
        return list(store.profile_changes())
    finally:
        store.close()


def ran(shop: Workspace) -> Any:
    return run(shop, duckdb_store, lambda: NOW, open_store=opens)


@contextmanager
def looked_at(shop: Workspace) -> Iterator[Result]:
    with open_run(shop, duckdb_engine, shop.path) as result:
        yield result


def regions(shop: Workspace) -> dict[str, Any]:
    with looked_at(shop) as result:
        return {r["customer_id"]: r["region"] for r in result.engine.rows(result.customers)}


def test_a_corrected_region_is_the_class_of_the_next_run_and_is_told_with_who_and_why(shop: Workspace) -> None:
    ran(shop)
    says(shop, "bob", "region", "south", "north")
    found = ran(shop)
    assert regions(shop)["bob"] == "south" and regions(shop)["ann"] == "north"
    assert found.run.record["corrections"] == {"used": 1}
    assert found.run.record["evaluated"]["customers"] == 1, "nobody else was worked out anew"
    with looked_at(shop) as result:
        told = result.explain("bob", "en").corrections
        assert [(c["column"], c["value"], c["source"], c["who"], c["reason"]) for c in told] == [
            ("region", "south", "north", "li", "rang up")
        ]
        assert result.explain("ann", "en").corrections == []
    says(shop, "bob", "region", None, "south", withdrawn=True)
    found = ran(shop)
    assert regions(shop)["bob"] == "north" and found.run.record["corrections"] == {"used": 0}


def test_a_run_after_a_correction_is_as_one_of_a_workspace_that_begins_anew(shop: Workspace) -> None:
    ran(shop)
    says(shop, "bob", "region", "south")
    says(shop, "ann", "region", None)
    refreshed = (ran(shop).run.folder / "customers.parquet").read_bytes()
    shutil.rmtree(shop.home / "runs")
    (shop.home / "facts.duckdb").unlink()
    fresh = ran(shop).run
    assert (fresh.folder / "customers.parquet").read_bytes() == refreshed
    assert fresh.record["corrections"] == {"used": 2}
    assert regions(shop)["bob"] == "south" and regions(shop)["ann"] == "Not given"


def test_who_is_in_no_source_can_be_given_a_region_and_nobody_is_invented(shop: Workspace) -> None:
    says(shop, "dan", "region", "west")
    says(shop, "nobody", "region", "west")
    ran(shop)
    assert regions(shop)["dan"] == "west" and "nobody" not in regions(shop)


def test_a_correction_ends_when_the_source_says_the_same(shop: Workspace) -> None:
    says(shop, "bob", "region", "south", "north")
    ran(shop)
    (shop.path / "people.csv").write_text(PEOPLE.replace("Bob,north", "Bob,south"), "utf-8")
    ran(shop)
    last = changes(shop)[-1]
    assert last.withdrawn and last.who == "" and last.customer_id == "bob"
    (shop.path / "people.csv").write_text(PEOPLE.replace("Bob,north", "Bob,east"), "utf-8")
    assert ran(shop).run.record["corrections"] == {"used": 0}
    assert regions(shop)["bob"] == "east", "the source speaks again"


def test_a_correction_holds_though_the_source_says_something_else_later(shop: Workspace) -> None:
    says(shop, "bob", "region", "south", "north")
    (shop.path / "people.csv").write_text(PEOPLE.replace("Bob,north", "Bob,east"), "utf-8")
    ran(shop)
    assert regions(shop)["bob"] == "south" and len(changes(shop)) == 1
    with looked_at(shop) as result:
        assert result.explain("bob", "en").corrections[0]["source"] == "east"


def test_a_correction_that_was_taken_back_shows_the_source_before_the_next_run(shop: Workspace) -> None:
    says(shop, "bob", "name", "Robert")
    ran(shop)
    says(shop, "bob", "name", None, "Robert", withdrawn=True)
    with looked_at(shop) as result:
        now = corrected(result, changes(shop), merged_ids(shop, result))
        assert now.people is not None
        names = {r["customer_id"]: r["name"] for r in now.engine.rows(now.people)}
    assert names["bob"] == "Bob" and names["ann"] == "Ann"


def test_the_correction_of_a_merged_customer_is_one_of_the_customer_who_is_left(shop: Workspace) -> None:
    ran(shop)
    says(shop, "cay", "region", "west", "south")
    merge(shop, lambda: NOW, ["bob", "cay"], "li", "the same", min, {"bob", "cay"})
    ran(shop)
    assert regions(shop)["bob"] == "west"


def test_what_was_taken_back_of_one_customer_before_a_merge_leaves_the_correction_of_the_other(shop: Workspace) -> None:
    ran(shop)
    says(shop, "bob", "region", "east", "north")
    says(shop, "cay", "region", "west", "south")
    says(shop, "cay", "region", None, "west", withdrawn=True)
    merge(shop, lambda: NOW, ["bob", "cay"], "li", "the same", min, {"bob", "cay"})
    ran(shop)
    assert regions(shop)["bob"] == "east"
    says(shop, "bob", "region", None, "east", withdrawn=True)
    ran(shop)
    assert regions(shop)["bob"] == "north"


def test_what_is_taken_back_after_a_merge_is_all_that_was_said_of_either(shop: Workspace) -> None:
    ran(shop)
    says(shop, "bob", "region", "east", "north")
    says(shop, "cay", "region", "west", "south")
    merge(shop, lambda: NOW, ["bob", "cay"], "li", "the same", min, {"bob", "cay"})
    ran(shop)
    assert regions(shop)["bob"] == "west"
    says(shop, "bob", "region", None, "west", withdrawn=True)
    ran(shop)
    assert regions(shop)["bob"] == "north"


def test_a_workspace_without_a_store_opens_none(shop: Workspace) -> None:
    def never(folder: Path) -> Any:
        raise AssertionError(folder)

    found = run(shop, duckdb_store, lambda: NOW, open_store=never)
    assert found.run.record["corrections"] == {"used": 0} and not has_store(shop)
