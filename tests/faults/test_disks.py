"""A full disk, a folder that cannot be written: a coded error that says what to do, the run of before is still current,
and once there is room the same command does it."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_shops import Corner, planned, refused, replanned
from full_disks import can_mount, filled, read_only, small_disk
from killing import forked

from custrata import CustrataError
from custrata.store.copy import StoreCopies
from custrata.usecases.backup import backup

pytestmark = pytest.mark.slow

#: What a full disk is told by: the facts, the store, the files of the workspace, a backup.
FULL = {"E-LOAD-001", "E-ENGINE-002", "E-STORE-004", "E-STORE-005", "E-RUN-006", "E-BACKUP-007"}
COMMANDS: dict[str, tuple[Callable[[Path], Corner], Callable[[Corner], Any]]] = {
    "run": (replanned, Corner.run), "plan": (replanned, Corner.plan), "apply": (planned, Corner.apply),
}  # fmt: skip
KB = 1024


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    found = tmp_path / "disk"
    found.mkdir()
    if not can_mount(found):
        pytest.skip("nothing can be mounted here")
    return found


@pytest.mark.parametrize("name", ["run", "apply", pytest.param("plan", marks=pytest.mark.sweep)])
def test_a_full_disk_is_told_and_nothing_is_lost(a_copy: Callable[..., Corner], disk: Path, name: str) -> None:
    made, command = COMMANDS[name]
    shop = a_copy(made)

    def story() -> None:
        small_disk(disk, 16 << 20)
        before, told = shop.seen(), set()
        for left in (0, 16, 64):
            here = shop.copy(disk / f"shop{left}")
            make_room = filled(disk, left * KB)
            try:
                command(here)
            except CustrataError as error:
                told |= {p.code for p in error.problems}
                make_room()
                here.require_sound()
                assert here.seen() == before
                command(here)
            else:
                make_room()
            here.require_sound()
            if name != "plan":
                assert here.levels() == {"ann": "VIP", "bob": "VIP" if name == "apply" else "plain", "cid": "plain"}
            shutil.rmtree(here.path)
        assert told and told <= FULL, told

    assert forked(story) == 0


@contextlib.contextmanager
def limited(size: int) -> Iterator[None]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_limit_on_the_size_of_files_is_told_like_a_full_disk(a_copy: Callable[..., Corner]) -> None:
    """Where nothing can be mounted, this stands for it: EFBIG instead of ENOSPC."""
    shop = a_copy(planned)
    before = shop.seen()

    def story() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for limit in (0, 100, 4 * KB):
            with limited(limit), refused(*FULL):
                shop.apply()

    assert forked(story) == 0
    shop.require_sound()
    assert shop.seen() == before
    shop.apply()
    assert shop.levels()["bob"] == "VIP"


def test_a_backup_for_which_there_is_no_room_leaves_the_older_one(a_copy: Callable[..., Corner], disk: Path) -> None:
    shop = a_copy(planned)

    def story() -> None:
        small_disk(disk, 4 << 20)
        first = backup(shop.workspace, StoreCopies(None), shop.clock, disk / "b.zip")
        older = first.path.read_bytes()
        filled(disk, 4 * KB)
        with refused("E-BACKUP-007"):
            backup(shop.workspace, StoreCopies(None), shop.clock, disk / "b.zip")
        assert first.path.read_bytes() == older and sorted(p.name for p in disk.iterdir()) == ["b.zip", "ballast"]

    assert forked(story) == 0


READ_ONLY = {"E-RUN-006", "E-STORE-004", "E-LOAD-001"}


def test_a_folder_that_cannot_be_written_is_told_by_every_command(a_copy: Callable[..., Corner], disk: Path) -> None:
    shop = a_copy(planned)
    levels, first = shop.levels(), shop.workspace.run_ids()[0]

    def story() -> None:
        read_only(shop.path)
        for command in (shop.load, shop.run, shop.plan, shop.apply, shop.listed, lambda: shop.back_to(first)):
            with refused(*READ_ONLY):
                command()
        assert shop.levels() == levels, "what was published is read"

    assert forked(story) == 0
    shop.require_sound()
    shop.apply()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_files_that_cannot_be_written_are_told(a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    for name in ("plans", "runs", "store.sqlite3"):
        path = shop.home / name
        mode = path.stat().st_mode
        path.chmod(0o500 if path.is_dir() else 0o400)
        try:
            with refused(*READ_ONLY):
                shop.apply()
        finally:
            path.chmod(mode)
    shop.apply()
    shop.require_sound()
