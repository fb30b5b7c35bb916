"""Copies of a store for backups: from a file or a server, into a file or a server, to the microsecond."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from store_places import NOON, Place, override, plan, refused, run

from custrata.core.store import AuditEntry, Verdict
from custrata.store.copy import StoreCopies

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore


def filled(place: Place) -> DjangoStore:
    store = place.open()
    with store.transaction():
        for n in range(3):
            store.add_run(run(f"r{n}", date(2026, 3, n + 1), base=f"r{n - 1}" if n else None, plan="p1"))
        store.make_current("r1")
        store.add_plan(plan("p1", "approved"))
        store.add_verdict(Verdict("p1", True, "boss", NOON, "好\u2028的"))
        for customer in ("C7", "C8"):
            store.add_override(override(customer, until=date(2027, 1, 1)))
        store.end_override(1, NOON, "li")
        store.record(AuditEntry(NOON, "li", "plan", "p1", {"moves": 3, "名": [1.5, None, True]}))
    return store


def content(store: DjangoStore) -> list[Any]:
    return [store.runs(), store.plans(), store.verdicts("p1"), store.overrides(), store.audit(), store.current()]


def copied(source: Place, target: Place, room: Path) -> DjangoStore:
    """The store of one place put into another, as a backup does."""
    room.mkdir()
    form, tables = StoreCopies(source.url).dump(source.folder, room)
    copies = StoreCopies(target.url)
    target.folder.mkdir(exist_ok=True)
    copies.require_empty(target.folder)
    if form == "sqlite":  # a file goes where the backup has it
        (room / "store.sqlite3").rename(target.folder / "store.sqlite3")
        room = target.folder
    copies.load(form, tables, room, target.folder)
    return target.open()


def goes_on(store: DjangoStore) -> None:
    """New rows get numbers of their own, and what is fixed stays so."""
    with store.transaction():
        assert store.add_override(override("C9")).id == 3
        store.add_run(run("r9"))
        store.record(AuditEntry(NOON, "li", "plan", "p2"))
    assert [r.id for r in store.runs(2)] == ["r9", "r2"] and [e.id for e in store.audit()] == [2, 1]


def test_a_copy_of_a_store_is_the_store(place: Place, tmp_path: Path) -> None:
    store = filled(place)
    target = Place("sqlite", tmp_path / "new")
    try:
        again = copied(place, target, tmp_path / "room")
        assert content(again) == content(store)
        goes_on(again)
        with refused("E-STORE-018"), again.transaction():
            again.end_override(1, NOON, "li")
    finally:
        target.close()


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
def test_a_store_can_move_to_an_empty_server(
    source: str, server_place: Place, tmp_path: Path, store_server: Any
) -> None:
    origin = Place("sqlite", tmp_path / "old")
    if source == "postgresql":
        store_server.run("DROP SCHEMA IF EXISTS two CASCADE; CREATE SCHEMA two;", "custrata_store")
        url = store_server.url("custrata_store") + "?options=-csearch_path%3Dtwo"
        origin = Place("postgresql", tmp_path / "old", url)
    try:
        store = filled(origin)
        again = copied(origin, server_place, tmp_path / "room")
        assert content(again) == content(store)
        goes_on(again)
        with refused("E-BACKUP-006"):
            StoreCopies(server_place.url).require_empty(tmp_path)
        with refused("E-BACKUP-006"):
            copied(origin, server_place, tmp_path / "again")
    finally:
        origin.close()


def test_rows_that_cannot_be_read_leave_the_store_empty(server_place: Place, tmp_path: Path) -> None:
    filled(Place("sqlite", tmp_path / "old")).close()
    room = tmp_path / "room"
    room.mkdir()
    (room / "run.jsonl").write_text('{"seq": 1, "key": "r", "as_of": "2026-01-01", "more": 1}\n', "utf-8")
    with refused("E-BACKUP-001"):
        StoreCopies(server_place.url).load("rows", "0001_initial", room, tmp_path)
    (room / "run.jsonl").write_text('{"seq": 1, "key": "r", "as_of": "tomorrow"}\n', "utf-8")
    with refused("E-BACKUP-001"):
        StoreCopies(server_place.url).load("rows", "0001_initial", room, tmp_path)
    assert server_place.open().runs() == []
