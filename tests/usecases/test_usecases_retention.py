"""Older runs make room, and the history of levels stays whole."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from care_shops import LEVELS, SCHEME, Night, codes, kept

from custrata import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.rollback import rollback
from custrata.usecases.opened import open_run
from custrata.usecases.retention import Links, Retired, prune
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Night:
    return Night.shop(tmp_path / "shop")


@pytest.fixture
def ladder(tmp_path: Path) -> Night:
    return Night.shop(tmp_path / "shop", levels=LEVELS)


def pruned(shop: Night, dry_run: bool = False) -> list[Retired]:
    return prune(shop.workspace, kept, shop.clock, dry_run=dry_run)


def test_everything_is_kept_unless_the_scheme_says_otherwise(shop: Night) -> None:
    made = [shop.run() for _ in range(3)]
    assert pruned(shop) == [] and shop.workspace.run_ids() == made


def test_so_many_runs_are_kept(shop: Night) -> None:
    made = [shop.run() for _ in range(2)]
    shop.scheme(SCHEME + "keep: {runs: 2}\n")
    made.append(shop.run())
    assert shop.workspace.run_ids() == made[1:], "publishing ends with it"
    assert not list((shop.workspace.home / "staging").glob("*"))
    shop.scheme(SCHEME + "keep: {runs: 1}\n")
    told = pruned(shop, dry_run=True)
    assert [(r.id, r.gone, r.day) for r in told] == [(made[1], True, date(2024, 6, 1))] and told[0].size > 1000
    assert shop.workspace.run_ids() == made[1:]
    assert pruned(shop) == told and shop.workspace.run_ids() == made[2:]


def test_runs_of_so_long_are_kept_and_the_current_one_always(shop: Night) -> None:
    made = []
    for month in (1, 2, 3):
        made.append(shop.at(31 if month != 2 else 29, 3, month=month).run())
    shop.scheme(SCHEME + "keep: {runs: 1 month}\n")
    assert [r.id for r in pruned(shop.at(28, 3, month=3), dry_run=True)] == [made[0]]
    assert [r.id for r in pruned(shop.at(1, 3, month=9))] == made[:2]
    assert shop.workspace.run().id == made[2]


def test_a_run_that_somebody_rolled_back_to_stays(ladder: Night) -> None:
    made = [ladder.run() for _ in range(4)]
    rollback(ladder.workspace, kept, ladder.clock, made[0], who="li", reason="wrong file")
    ladder.scheme(SCHEME + LEVELS + "keep: {runs: 1}\n")
    assert pruned(ladder) == []
    assert ladder.workspace.run().id == made[0] and ladder.workspace.run_ids() == made
    newest = ladder.run()
    assert ladder.workspace.run_ids() == [newest], "it is no longer the current one"


def test_the_history_of_levels_stays_whole(ladder: Night) -> None:
    first = ladder.at(1, 3).review()
    ladder.sells("b", "7,bob,2024-06-02,300\n")
    ladder.at(3, 3).review()
    ladder.sells("c", "8,cid,2024-06-04,300\n")
    ladder.at(5, 3).run()
    last = ladder.at(6, 3).review()
    before = {c: ladder.history(c) for c in ("ann", "bob", "cid")}
    assert [len(found) for found in before.values()] == [1, 2, 2]
    full = ladder.workspace.run(first).folder
    size = sum(f.stat().st_size for f in full.iterdir())
    ladder.scheme(SCHEME + LEVELS + "keep: {runs: 1}\n")
    told = pruned(ladder)
    assert [r.gone for r in told] == [False, False, True] and 0 < told[0].size < size
    assert sorted(f.name for f in full.iterdir() if f.suffix != ".json") == ["levels.parquet", "moves.parquet"]
    assert ladder.workspace.run().id == last
    assert {c: ladder.history(c) for c in before} == before
    assert pruned(ladder) == [], "it is done"
    ladder.sells("d", "9,ann,2024-06-07,1\n")
    assert ladder.at(8, 3).review() == ladder.workspace.run().id, "and levels are reckoned on"
    assert ladder.levels() == {"ann": "VIP", "bob": "VIP", "cid": "VIP"}


def test_a_file_that_runs_share_is_free_with_the_last_of_its_names(tmp_path: Path) -> None:
    links = Links()
    (tmp_path / "a").write_text("orders" * 100, "utf-8")
    for name in ("b", "c"):
        os.link(tmp_path / "a", tmp_path / name)
    assert [links.freed(tmp_path / name) for name in ("a", "b", "c")] == [0, 0, 600]
    (tmp_path / "d").write_text("its own", "utf-8")
    assert (links.freed(tmp_path / "d"), links.freed(tmp_path / "nowhere")) == (7, 0)


def test_orders_that_a_kept_run_shares_are_not_counted_as_freed(ladder: Night) -> None:
    ladder.run()
    made = [ladder.run() for _ in range(2)]
    first, second = (ladder.workspace.run(run).folder / "orders.parquet" for run in made)
    assert first.stat().st_ino == second.stat().st_ino
    ladder.scheme(SCHEME + LEVELS + "keep: {runs: 1}\n")
    told = {r.id: r.size for r in pruned(ladder, dry_run=True)}
    whole = sum(f.stat().st_size for f in first.parent.iterdir())
    assert told[made[0]] == whole - first.stat().st_size
    assert {r.id: r.size for r in pruned(ladder)} == told and second.is_file()


def test_whoever_asks_for_what_was_removed_is_told(ladder: Night) -> None:
    first = ladder.at(1, 3).review()
    ladder.sells("b", "7,bob,2024-06-02,300\n")
    ladder.scheme(SCHEME + LEVELS + "keep: {runs: 1}\n")
    ladder.at(3, 3).review()
    assert ladder.workspace.run(first).thinned
    with (
        pytest.raises(CustrataError) as error,
        open_run(ladder.workspace, duckdb_engine, ladder.path / "scratch", first),
    ):
        pass
    assert codes(error) == ["E-RUN-011"] and "2024-06-03" in error.value.problems[0].text("zh")
    with pytest.raises(CustrataError) as error:
        rollback(ladder.workspace, kept, ladder.clock, first, who="li", reason="because")
    assert codes(error) == ["E-RUN-011"]


def test_a_kill_while_thinning_is_made_good_by_the_next(ladder: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ladder.at(1, 3).review()
    ladder.sells("b", "7,bob,2024-06-02,300\n")
    ladder.at(3, 3).review()
    ladder.scheme(SCHEME + LEVELS + "keep: {runs: 1}\n")

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("custrata.usecases.retention.Path.unlink", killed)
        with pytest.raises(Killed):
            pruned(ladder)
    assert (ladder.workspace.run(first).folder / "customers.parquet").is_file()
    assert ladder.workspace.run(first).thinned
    assert [r.id for r in pruned(ladder)] == [first]
    assert not (ladder.workspace.run(first).folder / "customers.parquet").is_file()


def test_a_damaged_run_stays_for_somebody_to_look_at(shop: Night) -> None:
    made = [shop.run() for _ in range(2)]
    (shop.workspace.run(made[0]).folder / "record.json").write_text("{", "utf-8")
    shop.scheme(SCHEME + "keep: {runs: 1}\n")
    newest = shop.run()
    assert shop.workspace.run_ids() == [made[0], newest]


def test_nobody_prunes_while_another_writes(shop: Night) -> None:
    shop.run()
    with shop.workspace.writing(shop.now), pytest.raises(CustrataError) as error:
        pruned(shop)
    assert codes(error) == ["E-RUN-005"]


def test_a_scheme_that_lost_its_levels_is_known_where_the_store_is_on_a_server(ladder: Night) -> None:
    """Then there is no file of a store here; a file elsewhere stands for the server."""
    server = ladder.path / "server"
    ladder.open_store = lambda _: kept(server)
    ladder.at(1, 3).review()
    ladder.scheme(SCHEME)
    newest = ladder.at(2, 3).run()
    assert not (ladder.workspace.home / "store.sqlite3").exists() and (server / "store.sqlite3").is_file()
    with store_of(ladder.workspace, ladder.open_store) as store:
        assert [r.id for r in store.runs()][:1] == [newest], "the store has heard of it"
    assert ladder.workspace.current_id == newest, "and the run of before is not shown again"


def test_a_scheme_that_lost_its_levels_still_publishes_what_is_shown(ladder: Night) -> None:
    ladder.at(1, 3).review()
    ladder.scheme(SCHEME)
    newest = ladder.at(2, 3).run()
    assert [e.detail for e in ladder.noted()] == [], "opening the store shows what it says is current"
    assert Workspace.at(ladder.path).run().id == newest
