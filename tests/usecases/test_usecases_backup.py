"""What a backup holds and a restore makes of it: the same answers, or a refusal that has written nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from care_shops import LEVELS, SCHEME, Night, codes, kept

from custrata import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.store.copy import StoreCopies
from custrata.usecases.backup import Backup, backup
from custrata.usecases.backup_restore import Restored, restore
from custrata.usecases.levels.by_hand import Given, give
from custrata.usecases.levels.kept import store_of
from custrata.usecases.opened import open_run

COPIES = StoreCopies(None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A workspace with two applied plans, a level given by hand and a backup of it with its data, for looking at."""
    shop = Night.shop(tmp_path_factory.mktemp("made") / "shop", levels=LEVELS).at(1, 3)
    shop.review()
    shop.sells("b", "7,bob,2024-06-02,300\n")
    shop.at(3, 3).review()
    with open_run(shop.workspace, duckdb_engine, shop.path / "scratch") as result:
        give(shop.workspace, kept, shop.clock, result, Given("cid", "VIP", reason="a promise"), who="li")
    kept_backup(shop, shop.path.parent / "whole.zip", with_data=True)
    return shop


@pytest.fixture
def archive(made: Night) -> Path:
    return made.path.parent / "whole.zip"


def kept_backup(shop: Night, target: Path, **more: Any) -> Backup:
    return backup(shop.workspace, COPIES, shop.clock, target, **more)


def summary(shop: Night) -> list[Any]:
    with open_run(shop.workspace, duckdb_engine, shop.path / "scratch") as result:
        return [*result.summary("tier"), *result.summary("member")]


@contextmanager
def refused(code: str, folder: Path) -> Iterator[None]:
    """Refused with this code in both languages, and nothing was written."""
    before = sorted(folder.rglob("*")) if folder.exists() else None
    with pytest.raises(CustrataError) as error:
        yield
    assert codes(error) == [code], error.value
    assert all("{" not in error.value.problems[0].text(lang) for lang in ("en", "zh"))  # type: ignore[arg-type]
    assert (sorted(folder.rglob("*")) if folder.exists() else None) == before


def test_a_restored_workspace_gives_the_same_answers(made: Night, archive: Path, tmp_path: Path) -> None:
    done = restore(archive, tmp_path / "new", COPIES)
    assert (done.runs, done.store, done.with_data, done.with_facts) == (2, "sqlite", True, False)
    again = Night(tmp_path / "new", made.now)
    assert again.levels() == made.levels()
    assert [again.history(c) for c in ("ann", "bob")] == [made.history(c) for c in ("ann", "bob")]
    assert summary(again) == summary(made)
    with store_of(again.workspace, kept) as ours, store_of(made.workspace, kept) as theirs:
        assert ours.overrides() == theirs.overrides() and ours.audit() == theirs.audit()
        assert ours.runs() == theirs.runs() and len(ours.overrides()) == 1
    assert not (again.workspace.home / "facts.duckdb").exists(), "they are made anew"
    again.at(4, 3).review()
    assert again.levels() == {"ann": "VIP", "bob": "VIP", "cid": "VIP"}, "the promise holds"


def test_a_backup_says_what_it_holds_and_is_its_owners(made: Night, archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        names = {m["path"] for m in manifest["files"]}
        assert names | {"manifest.json"} == set(packed.namelist()) and packed.testzip() is None
    assert {"workspace/scheme.yaml", "workspace/data/a.csv", "workspace/.custrata/store.sqlite3"} <= names
    assert not [n for n in names if "facts" in n or "lock" in n or "-wal" in n or "staging" in n]
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert (manifest["format"], manifest["store"]["form"]) == (1, "sqlite")


def test_a_folder_gets_a_file_of_its_own_and_data_is_left_out(made: Night, tmp_path: Path) -> None:
    found = kept_backup(made, tmp_path / "backups")
    assert found.path.parent == tmp_path / "backups" and found.path.name.startswith("shop-2024")
    assert [p.name for p in found.path.parent.iterdir()] == [found.path.name]
    done = restore(found.path, tmp_path / "new", COPIES)
    assert not (done.path / "data").exists() and not done.with_data


def test_neither_the_key_of_sessions_nor_uploads_leave_with_a_backup(made: Night, tmp_path: Path) -> None:
    (made.workspace.home / "secret").write_text("k" * 64)
    (made.workspace.home / "web").mkdir()
    (made.workspace.home / "web" / "upload.xlsx").write_bytes(b"PK")
    kept_backup(made, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not [n for n in archive.namelist() if "secret" in n or "/web/" in n]


def test_a_backup_that_fails_leaves_the_one_of_before(
    made: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.zip"
    kept_backup(made, target)
    before = target.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("custrata.usecases.backup.add_manifest", full)
    with refused("E-BACKUP-007", tmp_path):
        kept_backup(made, target)
    assert target.read_bytes() == before


def test_a_backup_does_not_lie_in_what_it_is_made_of(made: Night, tmp_path: Path) -> None:
    with refused("E-BACKUP-008", tmp_path):
        kept_backup(made, made.workspace.home / "backups")
    inside = kept_backup(made, made.path / "data" / "b.zip", with_data=True)
    again = kept_backup(made, made.path / "data" / "b.zip", with_data=True)
    inside.path.unlink()
    assert inside.files == again.files, "it does not hold itself"


def test_a_running_writer_does_not_matter_but_for_the_facts(made: Night, tmp_path: Path) -> None:
    with made.workspace.writing(made.now), store_of(made.workspace, kept) as store, store.transaction():
        kept_backup(made, tmp_path / "b.zip")
        with refused("E-RUN-005", tmp_path):
            kept_backup(made, tmp_path / "c.zip", with_facts=True)
    assert restore(tmp_path / "b.zip", tmp_path / "new", COPIES).runs == 2
    whole = kept_backup(made, tmp_path / "c.zip", with_data=True, with_facts=True)
    done = restore(whole.path, tmp_path / "newer", COPIES)
    assert done.with_facts and (done.path / ".custrata" / "facts.duckdb").is_file()


def test_the_store_is_copied_whole_while_others_write(made: Night, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        from custrata.core.store import AuditEntry

        with store_of(made.workspace, kept) as store:
            while not done.is_set():
                with store.transaction():
                    store.record(AuditEntry(made.now, "x", "pair", "pair"))
                    store.record(AuditEntry(made.now, "x", "pair", "pair"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            (tmp_path / str(n)).mkdir()
            assert COPIES.dump(made.workspace.home, tmp_path / str(n))[0] == "sqlite"
    finally:
        done.set()
        writer.join()
    counts = []
    for n in range(5):
        connection = sqlite3.connect(tmp_path / str(n) / "store.sqlite3")
        counts.append(connection.execute("SELECT count(*) FROM store_auditentry WHERE verb = 'pair'").fetchone()[0])
        connection.close()
    assert all(n % 2 == 0 for n in counts) and counts == sorted(counts)


def test_files_that_vanish_while_they_are_copied_make_it_begin_again(
    made: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from custrata.usecases import backup as module

    real, calls = module.add, []

    def add(archive: zipfile.ZipFile, name: str, file: Path) -> Any:
        calls.append(name)
        if len(calls) == 3:
            raise FileNotFoundError(file)
        return real(archive, name, file)

    monkeypatch.setattr(module, "add", add)
    found = kept_backup(made, tmp_path / "b.zip")
    assert len(calls) == 3 + found.files and restore(found.path, tmp_path / "new", COPIES).runs == 2


def test_a_damaged_store_is_told_when_it_is_backed_up(tmp_path: Path) -> None:
    shop = Night.shop(tmp_path / "shop", levels=LEVELS)
    shop.run()
    file = shop.workspace.home / "store.sqlite3"
    file.write_bytes(file.read_bytes()[:5000])
    with refused("E-STORE-001", tmp_path / "none"):
        kept_backup(shop, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_workspace_without_levels_has_no_store_and_is_backed_up_too(tmp_path: Path) -> None:
    shop = Night.shop(tmp_path / "shop")
    shop.run()
    assert kept_backup(shop, tmp_path / "b.zip").store == "none"
    done = restore(tmp_path / "b.zip", tmp_path / "new", COPIES)
    assert (done.store, done.runs) == ("none", 1)


@pytest.mark.parametrize("there", [".custrata/current", "scheme.yaml", "方案.yaml"])
def test_a_folder_with_a_workspace_is_left_alone(archive: Path, tmp_path: Path, there: str) -> None:
    file = tmp_path / "new" / there
    file.parent.mkdir(parents=True)
    file.write_text("mine", "utf-8")
    with refused("E-BACKUP-003", tmp_path):
        restore(archive, tmp_path / "new", COPIES)


def test_files_in_the_way_are_never_replaced(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("mine", "utf-8")
    with refused("E-BACKUP-009", tmp_path):
        restore(archive, tmp_path, COPIES)
    (tmp_path / "data" / "a.csv").rename(tmp_path / "data" / "z.csv")
    assert restore(archive, tmp_path, COPIES).runs == 2
    assert sorted(f.name for f in (tmp_path / "data").iterdir()) == ["a.csv", "b.csv", "z.csv"]


def tampered(archive: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of a backup after somebody changed its members."""
    with zipfile.ZipFile(archive) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target


def listed(members: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def also(name: str) -> Callable[[dict[str, bytes]], None]:
    """A member of that name which the manifest tells of."""
    import hashlib

    def change(members: dict[str, bytes]) -> None:
        members[name] = b"evil"
        entry = {"path": name, "size": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}
        listed(members, lambda m: m["files"].append(entry))

    return change


SCHEME_FILE = "workspace/scheme.yaml"
TAMPERED: dict[str, tuple[str, Callable[[dict[str, bytes]], None]]] = {
    "a changed file": ("E-BACKUP-005", lambda m: m.update({SCHEME_FILE: m[SCHEME_FILE].replace(b"100", b"900")})),
    "a longer file": ("E-BACKUP-005", lambda m: m.update({SCHEME_FILE: m[SCHEME_FILE] * 1000})),
    "a file less": ("E-BACKUP-001", lambda m: m.pop(SCHEME_FILE)),
    "a file more": ("E-BACKUP-001", lambda m: m.update({"workspace/new.txt": b""})),
    "no manifest": ("E-BACKUP-001", lambda m: m.pop("manifest.json")),
    "a broken manifest": ("E-BACKUP-001", lambda m: m.update({"manifest.json": b"{"})),
    "an empty manifest": ("E-BACKUP-001", lambda m: m.update({"manifest.json": b'{"format": 1}'})),
    "no moment": ("E-BACKUP-001", lambda m: listed(m, lambda d: d.pop("made_at"))),
    "an unknown store": ("E-BACKUP-001", lambda m: listed(m, lambda d: d["store"].update(form="x"))),
    "a newer form": ("E-BACKUP-002", lambda m: listed(m, lambda d: d.update(format=2))),
    "a newer store": ("E-STORE-002", lambda m: listed(m, lambda d: d["store"].update(tables="0999_later"))),
    "a way out": ("E-BACKUP-004", also("workspace/../../evil.txt")),
    "a way to the root": ("E-BACKUP-004", also("/evil.txt")),
    "another drive": ("E-BACKUP-004", also("workspace/C:/evil.txt")),
    "a way out on Windows": ("E-BACKUP-004", also("workspace/..\\..\\evil.txt")),
    "a place of its own": ("E-BACKUP-004", also("elsewhere/evil.txt")),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_backup_is_refused_and_writes_nothing(archive: Path, tmp_path: Path, what: str) -> None:
    code, change = TAMPERED[what]
    bad = tampered(archive, tmp_path / "bad.zip", change)
    if what == "a newer store":
        (tmp_path / "new").mkdir()
    with refused(code, tmp_path):
        restore(bad, tmp_path / "new", COPIES)


def test_a_link_in_a_backup_is_refused(archive: Path, tmp_path: Path) -> None:
    bad = tampered(archive, tmp_path / "bad.zip", lambda m: listed(m, lambda d: d["files"].append(
        {"path": "workspace/link", "size": 4, "sha256": "x"})))  # fmt: skip
    info = zipfile.ZipInfo("workspace/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(bad, "a") as packed:
        packed.writestr(info, "/etc")
    with refused("E-BACKUP-004", tmp_path):
        restore(bad, tmp_path / "new", COPIES)


@pytest.mark.parametrize("what", ["text", "cut", "none"])
def test_what_is_no_backup_is_told(archive: Path, tmp_path: Path, what: str) -> None:
    content = {"text": b"hello", "cut": archive.read_bytes()[: archive.stat().st_size // 2], "none": None}[what]
    if content is not None:
        (tmp_path / "bad.zip").write_bytes(content)
    with refused("E-BACKUP-001", tmp_path):
        restore(tmp_path / "bad.zip", tmp_path / "new", COPIES)


def test_every_flipped_byte_is_found(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    for place in range(100, len(whole), len(whole) // 40):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x55
        (tmp_path / "bad.zip").write_bytes(bytes(spoilt))
        try:
            done: Restored | None = restore(tmp_path / "bad.zip", tmp_path / f"new{place}", COPIES)
        except CustrataError as error:
            assert all(p.code.startswith("E-BACKUP") for p in error.problems)
            assert not (tmp_path / f"new{place}").exists()
            done = None
        if done is not None:  # a byte that says nothing, such as a time of a file
            assert Night(done.path).levels() == {"ann": "VIP", "bob": "VIP", "cid": "plain"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with refused("E-BACKUP-007", tmp_path):
        restore(archive, tmp_path / "locked" / "new", COPIES)


def test_the_scheme_goes_along_as_it_is_even_where_it_cannot_be_read(tmp_path: Path) -> None:
    shop = Night.shop(tmp_path / "shop")
    shop.scheme("scheme: [")
    kept_backup(shop, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new", COPIES)
    assert (tmp_path / "new" / "scheme.yaml").read_text("utf-8") == "scheme: ["
    assert SCHEME not in (tmp_path / "new" / "scheme.yaml").read_text("utf-8")
