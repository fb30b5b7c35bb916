"""Two processes at once: one writes, the other is told who; both read, and both make known what was decided."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fault_shops import Corner, kept, planned, refused
from killing import Point, die, fork, forked, killed_at

from custrata import CustrataError
from custrata.usecases.levels.kept import show, store_of
from custrata.usecases.workspace import Workspace


@pytest.fixture
def shop(a_copy: Callable[..., Corner]) -> Corner:
    return a_copy(planned)


@contextmanager
def writing(shop: Corner) -> Iterator[int]:
    """Another process that holds the workspace until it is killed."""
    child = fork()
    if child == 0:
        with shop.workspace.writing(shop.now):
            (shop.path / "held").touch()
            time.sleep(60)
        os._exit(0)
    try:
        while not (shop.path / "held").exists():
            time.sleep(0.002)
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_whoever_comes_second_is_told_who_holds_the_workspace(shop: Corner) -> None:
    first, levels = shop.workspace.run_ids()[0], shop.levels()
    with writing(shop) as holder:
        for command in (shop.load, shop.run, shop.plan, shop.apply, shop.approve, lambda: shop.back_to(first)):
            with pytest.raises(CustrataError) as error:
                command()
            (problem,) = error.value.problems
            assert (problem.code, problem.values["pid"]) == ("E-RUN-005", holder)
        assert shop.levels() == levels and shop.listed() and shop.plans() == ["open", "applied"]
    shop.apply()
    assert shop.levels()["bob"] == "VIP"


@pytest.mark.parametrize("left", ["", "not json", '{"pid": 1, "since": "2031-01-01T00:00:00+00:00"}'])
def test_a_lock_that_somebody_left_holds_nobody_back(shop: Corner, left: str) -> None:
    (shop.home / "lock").write_text(left, "utf-8")
    shop.apply()
    shop.require_sound()


def test_of_many_who_apply_at_the_same_time_one_does(shop: Corner) -> None:
    """They start together, and each tries until nobody holds it."""
    children = []
    for _ in range(4):
        child = fork()
        if child == 0:
            done = 1
            for _ in range(400):
                try:
                    shop.apply()
                    done = 0
                except CustrataError as error:
                    if {p.code for p in error.problems} <= {"E-RUN-005"}:
                        time.sleep(0.01)
                        continue
                    done = 2 if [p.code for p in error.problems] == ["E-PLAN-006"] else 3
                break
            os._exit(done)
        children.append(child)
    ended = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert ended == [0, 2, 2, 2]
    shop.require_sound()
    assert shop.plans() == ["applied", "applied"] and shop.levels()["bob"] == "VIP"


def test_two_readers_who_find_the_pointer_behind_both_bring_it_up_to_date(
    shop: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at(Point("custrata.store.store:DjangoStore.transaction", "ended"), shop.apply)
    quicker, place = [], Workspace.place

    def placed(self: Workspace, staged: Path, run: str) -> Path:
        if not quicker:
            quicker.append(run)
            show(shop.workspace, run)  # another reader, between our look and our deed
        return place(self, staged, run)

    monkeypatch.setattr(Workspace, "place", placed)
    with store_of(shop.workspace, kept) as store:
        current = store.current()
    assert current is not None and quicker == [current.id] == [shop.workspace.current_id]
    monkeypatch.undo()
    shop.require_sound()
    assert not list(shop.home.glob("*.new"))


def test_a_reader_sees_one_run_or_the_other_while_somebody_applies(shop: Corner) -> None:
    """It reads again and again what a process that is killed at last writes."""
    before = shop.levels()
    child = fork()
    if child == 0:
        shop.apply()
        die()
    seen = []
    while not os.waitpid(child, os.WNOHANG)[0]:
        seen.append(shop.levels())
    seen.append(shop.levels())
    assert all(levels in (before, {**before, "bob": "VIP"}) for levels in seen) and seen[-1]["bob"] == "VIP"


def test_somebody_who_reads_the_facts_elsewhere_is_no_end_of_a_run(shop: Corner) -> None:
    """A viewer of databases, for one, holds the file."""
    import duckdb

    child_has_it = shop.path / "held"
    child = fork()
    if child == 0:
        with duckdb.connect(str(shop.workspace.facts)):
            child_has_it.touch()
            time.sleep(60)
    try:
        while not child_has_it.exists():
            time.sleep(0.002)
        with refused("E-LOAD-001"):
            shop.run()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    shop.run()
    assert forked(shop.require_sound) == 0
