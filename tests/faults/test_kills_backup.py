"""Killed while a backup is written or restored: the older backup stays, no half workspace appears, the same command
carries on, and nothing is left lying about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fault_shops import Corner, planned, refused
from killing import Point, killed_at

from corner_shops import database
from custrata.store import open_store
from custrata.store.copy import StoreCopies
from custrata.usecases.backup import backup
from custrata.usecases.backup_restore import restore
from custrata.usecases.workspace import lock_at_once
from servers import Server

pytestmark = pytest.mark.slow

STORE = "custrata.store.store:DjangoStore."
RESTORING = {
    "a file is unpacked": Point("custrata.usecases.backup_restore:copy_out", "after", 6),
    "all of it is unpacked": Point("custrata.usecases.backup_restore:replace_file", "before"),
    "it is about to move in": Point("custrata.usecases.backup_restore:_move_in", "before"),
    "the data is in its place": Point("custrata.usecases.backup_restore:_move", "after", 2),
    "only the scheme is missing": Point("custrata.usecases.backup_restore:_move", "before", 3),
}


@pytest.mark.parametrize("point", RESTORING)
def test_a_killed_restoring_leaves_no_workspace_and_is_carried_on(
    tmp_path: Path, a_copy: Callable[..., Corner], point: str
) -> None:
    shop = a_copy(planned)
    made = backup(shop.workspace, StoreCopies(None), shop.clock, tmp_path / "b.zip", with_data=True)
    target = tmp_path / "again"
    target.mkdir()
    (target / "notes.txt").write_text("mine", "utf-8")
    killed_at(RESTORING[point], lambda: restore(made.path, target, StoreCopies(None)))
    assert not (target / "scheme.yaml").exists()
    found = restore(made.path, target, StoreCopies(None))
    assert (found.files, found.runs) == (made.files, 2)
    assert sorted(p.name for p in target.iterdir()) == [".custrata", "data", "notes.txt", "scheme.yaml"]
    again = Corner(target, shop.now)
    again.require_sound()
    assert again.seen() == shop.seen() and again.plans() == shop.plans()
    with refused("E-BACKUP-003"):
        restore(made.path, target, StoreCopies(None))


#: With the store on a server, which commits by itself.
FILLING = {
    "all of it is unpacked": Point("custrata.store.copy:StoreCopies.load", "before"),
    "half of the store is filled": Point("custrata.store.copy_rows:_add", "after", 2),
    "the store is about to be filled": Point(STORE + "transaction", "ending"),
    "the store is filled": Point(STORE + "transaction", "ended"),
    "nobody has noted it": Point("custrata.store.copy:StoreCopies.load", "after"),
    "a file is in its place": Point("custrata.usecases.backup_restore:_move", "before"),
}


_SOON = [("nobody has noted it", "server"), ("half of the store is filled", "file")]


@pytest.mark.parametrize("point, origin", [
    pytest.param(point, origin, marks=[] if (point, origin) in _SOON else [pytest.mark.sweep])
    for point in FILLING for origin in ("server", "file")
])  # fmt: skip
def test_a_killed_restoring_into_a_server_is_carried_on(
    tmp_path: Path, seeds: Any, postgres: Server, point: str, origin: str
) -> None:
    shop = seeds(planned, postgres if origin == "server" else None).copy(tmp_path / "shop")
    made = backup(shop.workspace, StoreCopies(shop.url), shop.clock, tmp_path / "b.zip", with_data=True)
    url, target = database(postgres.url("postgres")), tmp_path / "again"
    killed_at(FILLING[point], lambda: restore(made.path, target, StoreCopies(url)))
    assert not (target / "scheme.yaml").exists()
    found = restore(made.path, target, StoreCopies(url))
    assert (found.files, found.runs) == (made.files, 2)
    assert sorted(p.name for p in target.iterdir()) == [".custrata", "data", "scheme.yaml"]
    again = Corner(target, shop.now, url)
    again.require_sound()
    assert again.seen() == shop.seen() and again.plans() == shop.plans()
    assert not list(again.home.glob("*.jsonl")) and not list(again.home.glob("store.sqlite3*"))
    again.apply()
    again.remove()


def test_a_store_that_somebody_used_since_a_killed_restoring_is_left_alone(
    tmp_path: Path, seeds: Any, postgres: Server
) -> None:
    shop = seeds(planned, postgres).copy(tmp_path / "shop")
    made = backup(shop.workspace, StoreCopies(shop.url), shop.clock, tmp_path / "b.zip")
    url, target = database(postgres.url("postgres")), tmp_path / "again"
    killed_at(FILLING["nobody has noted it"], lambda: restore(made.path, target, StoreCopies(url)))
    with closing(open_store(url, target)) as store, store.transaction():
        store.mark_plan(store.plans()[0].id, "rejected")
    with refused("E-BACKUP-006"):
        restore(made.path, target, StoreCopies(url))
    assert not (target / "scheme.yaml").exists()


def test_what_a_killed_restoring_left_is_never_written_over(tmp_path: Path, a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    made = backup(shop.workspace, StoreCopies(None), shop.clock, tmp_path / "b.zip")
    target = tmp_path / "again"
    killed_at(RESTORING["it is about to move in"], lambda: restore(made.path, target, StoreCopies(None)))
    (target / "scheme.yaml").write_text("mine", "utf-8")
    with refused("E-BACKUP-009"):
        restore(made.path, target, StoreCopies(None))
    assert (target / "scheme.yaml").read_text("utf-8") == "mine"


BACKING_UP = {
    "the store is copied": Point("custrata.store.copy:StoreCopies.dump", "after"),
    "half of it is packed": Point("custrata.usecases.backup:add", "after", 5),
    "it is about to be on the disk": Point("os:fsync", "before"),
}


@pytest.mark.parametrize("point", BACKING_UP)
def test_a_killed_backup_leaves_the_older_one(tmp_path: Path, a_copy: Callable[..., Corner], point: str) -> None:
    shop = a_copy(planned)
    target = tmp_path / "b.zip"
    first = backup(shop.workspace, StoreCopies(None), shop.clock, target)
    older = target.read_bytes()
    killed_at(BACKING_UP[point], lambda: backup(shop.workspace, StoreCopies(None), shop.clock, target))
    assert target.read_bytes() == older and len(list(tmp_path.glob(".*.new"))) == 1
    assert backup(shop.workspace, StoreCopies(None), shop.clock, target).files == first.files
    assert not list(tmp_path.glob(".*")), "what the killed one left is gone"


def test_a_backup_leaves_alone_what_another_is_at(tmp_path: Path, a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    other = shop.copy(tmp_path / "elsewhere" / "shop")
    targets = [tmp_path / "b.zip", tmp_path / "c.zip"]
    for one, target in zip((shop, other), targets, strict=True):
        killed_at(
            BACKING_UP["half of it is packed"],
            lambda one=one, target=target: backup(one.workspace, StoreCopies(None), one.clock, target),  # type: ignore[misc]
        )
    left = sorted(tmp_path.glob(".*.new"))
    assert len(left) == 2
    with (shop.home / "backup.lock").open("a+") as held:
        lock_at_once(held)  # another backup of this workspace is at work
        backup(shop.workspace, StoreCopies(None), shop.clock, targets[0])
        assert sorted(tmp_path.glob(".*.new")) == left
    backup(shop.workspace, StoreCopies(None), shop.clock, targets[0])
    assert sorted(tmp_path.glob(".*.new")) == left[1:], "that of another workspace stays"
