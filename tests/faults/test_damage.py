"""Damaged files: told by a code with what to do, and there is a way on that loses nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fault_shops import Corner, applied, kept, planned, refused

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import read_plan, require_sound
from custrata.usecases.levels.standing import standing
from custrata.usecases.opened import open_run


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def torn(file: Path) -> None:
    """Amid the pages, where the columns can still be read."""
    found = bytearray(file.read_bytes())
    for at in range(4, min(len(found) // 3, 400)):
        found[at] ^= 0xFF
    file.write_bytes(found)


def empty(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES = [cut, torn, empty, Path.unlink]


def look(shop: Corner, run: str | None = None) -> None:
    """All that a reader asks for."""
    with (
        store_of(shop.workspace, kept) as store,
        open_run(shop.workspace, duckdb_engine, shop.path / "scratch", run) as result,
    ):  # fmt: skip
        result.summary("tier")
        result.explain("bob")
        standing(shop.workspace, store, result, "bob", "en")


@pytest.fixture
def shop(a_copy: Callable[..., Corner]) -> Corner:
    return a_copy(applied)


RUN_DAMAGES = [
    *(("customers.parquet", damage) for damage in DAMAGES), ("params.json", cut), ("params.json", Path.unlink),
    ("moves.parquet", torn), ("moves.parquet", Path.unlink), ("orders.parquet", cut),
]  # fmt: skip


@pytest.mark.parametrize("file, damage", RUN_DAMAGES)
def test_a_damaged_file_of_the_current_run_is_told_and_the_next_run_is_sound(
    shop: Corner, file: str, damage: object
) -> None:
    damage(shop.workspace.run().folder / file)  # type: ignore[operator]
    with refused("E-RUN-007", "E-FILE-019"):
        look(shop)
    assert [state for _, state in shop.listed()] == ["current", "superseded", "superseded"]
    shop.run()
    with open_run(shop.workspace, duckdb_engine, shop.path / "scratch") as result:
        assert sum(row.customers for row in result.summary("tier")) == 3


@pytest.mark.parametrize("text", ["{", "[]", '{"as_of": "soon", "published_at": 7, "customers": 3}'])
def test_a_record_that_cannot_be_read_stops_nobody_from_going_on(shop: Corner, text: str) -> None:
    current, first = shop.workspace.current_id, shop.workspace.run_ids()[0]
    (shop.workspace.run().folder / "record.json").write_text(text, "utf-8")
    with refused("E-RUN-007"):
        look(shop)
    assert shop.listed()[0] == (current, "damaged")
    look(shop, first)
    newest = shop.run()
    look(shop)
    assert [state for _, state in shop.listed()][:2] == ["current", "damaged"] and shop.workspace.current_id == newest
    shop.back_to(first)
    shop.require_opens()


def test_damaged_levels_are_gone_back_from(shop: Corner) -> None:
    """They are what the next levels are reckoned from, so another run does not mend them."""
    torn(shop.workspace.run().folder / "levels.parquet")
    for command in (shop.run, lambda: shop.plan(date(2024, 6, 20))):
        with refused("E-RUN-007", "E-FILE-019"):
            command()
    shop.back_to(shop.workspace.run_ids()[0])
    shop.review(date(2024, 6, 20))
    shop.require_sound()
    assert shop.levels() == {"ann": "VIP", "bob": "VIP", "cid": "plain"}


PLAN_DAMAGES = [
    *(("levels.parquet", damage) for damage in DAMAGES), ("customers.parquet", torn), ("moves.parquet", cut),
    ("plan.json", cut), ("plan.json", Path.unlink), ("params.json", empty), ("record.json", cut),
    ("record.json", Path.unlink), ("orders.parquet", cut),
]  # fmt: skip


@pytest.mark.parametrize("file, damage", PLAN_DAMAGES)
def test_a_damaged_plan_is_never_applied(a_copy: Callable[..., Corner], file: str, damage: object) -> None:
    shop = a_copy(planned)
    (folder,) = (shop.home / "plans").iterdir()
    damage(folder / file)  # type: ignore[operator]
    before = shop.seen()
    with refused("E-PLAN-004"):
        shop.apply()
    assert shop.seen() == before and shop.plans()[0] == "open"
    if damage is cut:
        shop.review()
        assert shop.levels()["bob"] == "VIP"


def test_a_plan_of_before_its_files_were_noted_can_be_applied(a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    (folder,) = (shop.home / "plans").iterdir()
    told = json.loads((folder / "plan.json").read_text("utf-8"))
    del told["files"]
    (folder / "plan.json").write_text(json.dumps(told), "utf-8")
    with store_of(shop.workspace, kept) as store:
        require_sound(read_plan(shop.workspace, store.plans()[0]))
    shop.apply()
    assert shop.levels()["bob"] == "VIP"


@pytest.mark.parametrize("where", [0, 0.3, 0.6, 0.9])
def test_damaged_facts_are_told_and_made_anew_once_they_are_removed(shop: Corner, where: float) -> None:
    found = bytearray(shop.workspace.facts.read_bytes())
    at = int(len(found) * where)
    found[at : at + 40_000] = bytes(len(found[at : at + 40_000]))
    shop.workspace.facts.write_bytes(found)
    before = shop.seen()
    shop.sells("d", "11,cid,2024-06-12,5\n")
    try:
        shop.run()
    except Exception:
        with refused("E-LOAD-001", "E-ENGINE-001", "E-ENGINE-002"):
            shop.run()
        assert shop.seen() == before, "what was published stands for itself"
    for file in shop.home.glob("facts.duckdb*"):
        file.unlink()
    shop.run()
    shop.require_sound()
    assert [float(r["spend_12m"]) for r in shop.seen()["rows"]] == [250.0, 250.0, 15.0]
