"""Killed at every named point of a command: the workspace opens, the run of before or the new one is current, never a
mixture, and the same command carries on to what an undisturbed workspace has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fault_shops import SCHEME, Corner, applied, kept, lived, planned, refused, replanned
from killing import Point, killed_at, killed_before_change

from custrata.usecases.levels.kept import store_of
from custrata.usecases.workspace import lock_at_once
from servers import Server

WORKSPACE, STORE = "custrata.usecases.workspace:Workspace.", "custrata.store.store:DjangoStore."
FACTS, LEVELS = "custrata.engines.duckdb.store:DuckDBStore.", "custrata.usecases.levels."

#: A load is at its beginning, amid its transaction, at its end, and over.
LOADING = {
    "work begins": Point(WORKSPACE + "scratch", "begun"),
    "facts are read": Point("custrata.usecases.load.load:take_in", "after"),
    "facts are derived": Point("custrata.usecases.load.load:write_state", "before"),
    "facts are about to be kept": Point(FACTS + "transaction", "ending"),
    "facts are kept": Point(FACTS + "transaction", "ended"),
}
PUBLISHING = {
    "the store is about to hear of it": Point(STORE + "add_run", "before"),
    "the store has half of it": Point(STORE + "add_run", "after"),
    "the store is about to decide": Point(STORE + "transaction", "ending"),
    "the store has decided": Point(STORE + "transaction", "ended"),
    "it is about to be placed": Point(WORKSPACE + "place", "before"),
    "it is placed": Point(WORKSPACE + "place", "after"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
    "older runs are about to make room": Point("custrata.usecases.retention:outdated", "after"),
}
KEPT = {"facts are kept": LOADING["facts are kept"]}
DECIDING = {n: PUBLISHING[n] for n in ("the store is about to decide", "the store has decided", "it is placed")}
RUN = {
    **KEPT,
    "it is evaluated": Point("custrata.usecases.run:classify", "after"),
    "the first file is written": Point(FACTS + "write_parquet", "after"),
    "all files are written": Point("custrata.usecases.run:stage", "after"),
    "it waits": Point("custrata.usecases.levels.kept:waiting_folder", "after"),
    **PUBLISHING,
    "a run is marked as thinned": Point("custrata.usecases.retention:replace_file", "after"),
    "the first file of it is gone": Point("pathlib:Path.unlink", "after", 2),
}
PLAN = {
    **KEPT,
    "levels are reckoned": Point(LEVELS + "plan:reckoned", "after"),
    "all files but its own are written": Point(LEVELS + "plan:seal", "before"),
    "the plan lies in its place": Point(STORE + "transaction", "begun"),
    "the plan of before is discarded": Point(STORE + "mark_plan", "after"),
    "the store has half of it": Point(STORE + "add_plan", "after"),
    "the store is about to have it": Point(STORE + "transaction", "ending"),
    "the store has it": Point(STORE + "transaction", "ended"),
    "it has tidied up": Point(LEVELS + "plan:tidy", "after", 2),
}
APPLY = {
    "it is found to hold": Point(LEVELS + "apply:require_sound", "after"),
    "the record is half written": Point("os:fsync", "before"),
    "the record is written": Point(LEVELS + "apply:_stamp", "after"),
    **PUBLISHING,
    "the plan is marked": Point(STORE + "mark_plan", "after"),
    "it is written down who did it": Point(STORE + "record", "after"),
}
BACK = {
    "the others are marked": Point(STORE + "make_current", "after"),
    "the store is about to decide": Point(STORE + "transaction", "ending"),
    "the store has decided": Point(STORE + "transaction", "ended"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
}


class Story:
    """A workspace before a command, and what readers see before and after it."""

    def __init__(self, folder: Path, shop: Corner, command: Callable[[Corner], Any]) -> None:
        self.folder, self.shop, self.command = folder, shop, command
        self.before = self.shop.seen()
        undisturbed = self.shop.copy(folder / "undisturbed")
        command(undisturbed)
        self.after = undisturbed.seen()
        self._killed: Corner | None = None

    def another(self) -> Corner:
        if self._killed is not None:
            self._killed.remove()
        self._killed = self.shop.copy(self.folder / "killed")
        return self._killed


def _first(path: Path, url: str | None) -> Corner:
    return Corner.opened(path, url=url)


def _first_plan(path: Path, url: str | None) -> Corner:
    shop = Corner.opened(path, url=url)
    shop.plan()
    return shop


def _back(shop: Corner) -> str:
    return shop.back_to(shop.workspace.run_ids()[0])


#: The first review of a workspace, in which there is no run yet, and the later ones.
COMMANDS: dict[str, tuple[Callable[[Path, str | None], Corner], Callable[[Corner], Any], dict[str, Point]]] = {
    "load": (lived, Corner.load, LOADING),
    "run": (lived, Corner.run, RUN),
    "plan": (replanned, Corner.plan, PLAN),
    "apply": (planned, Corner.apply, APPLY),
    "rollback": (applied, _back, BACK),
    "first run": (_first, Corner.run, DECIDING),
    "first apply": (_first_plan, Corner.apply, DECIDING),
}
#: These take longest; by default they are killed at one point after the other, and then carried on.
LONG = ("load", "run", "plan")
POINTS = [
    pytest.param(name, point, id=f"{name}: {point}", marks=[pytest.mark.slow] if name in LONG else [])
    for name in COMMANDS for point in COMMANDS[name][2]
]  # fmt: skip
SLOW = pytest.mark.slow


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, seeds: Any) -> Callable[..., Story]:
    made: dict[tuple[str, bool], Story] = {}

    def story(name: str, server: Server | None = None) -> Story:
        key = (name, server is not None)
        if key not in made:
            shop, command, _ = COMMANDS[name]
            made[key] = Story(tmp_path_factory.mktemp("story"), seeds(shop, server), command)
        return made[key]

    return story


@pytest.mark.parametrize("name, point", POINTS)
def test_a_kill_leaves_the_old_or_the_new_and_the_command_carries_on(
    stories: Callable[..., Story], name: str, point: str
) -> None:
    killed_once(stories(name), name, point)


@pytest.mark.slow
@pytest.mark.parametrize("name, point", [p.values for p in POINTS], ids=[p.id for p in POINTS])
def test_a_kill_leaves_the_old_or_the_new_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str, point: str
) -> None:
    killed_once(stories(name, postgres), name, point)


def killed_once(story: Story, name: str, point: str) -> None:
    shop = story.another()
    killed_at(COMMANDS[name][2][point], lambda: story.command(shop))
    carries_on(name, story, shop)


@pytest.mark.parametrize("name", LONG)
def test_killed_at_one_point_after_the_other_it_carries_on(stories: Callable[..., Story], name: str) -> None:
    killed_everywhere(stories(name), name)


@pytest.mark.parametrize("name", ["apply", *(pytest.param(n, marks=SLOW) for n in COMMANDS if n != "apply")])
def test_killed_at_one_point_after_the_other_it_carries_on_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str
) -> None:
    killed_everywhere(stories(name, postgres), name)


def killed_everywhere(story: Story, name: str) -> None:
    shop = story.another()
    for point in COMMANDS[name][2].values():
        if shop.seen() != story.before:
            shop = story.another()
        killed_at(point, lambda shop=shop: story.command(shop))  # type: ignore[misc]
        shop.require_sound()
        assert shop.seen() in (story.before, story.after), f"a mixture: {point}"
    carries_on(name, story, shop)


def carries_on(name: str, story: Story, shop: Corner) -> None:
    shop.require_sound()
    seen = shop.seen()
    assert seen in (story.before, story.after), "a mixture"
    if name.endswith("apply") and "applied" in shop.plans()[:1]:
        assert seen == story.after
        with refused("E-PLAN-006"):
            shop.apply()
    elif name == "rollback" and seen == story.after:
        with refused("E-RUN-010"):
            story.command(shop)
    else:
        story.command(shop)
    shop.require_sound()
    assert shop.seen() == story.after
    if name.endswith("apply"):
        shop.require_opens()
    if name == "plan":
        assert shop.plans()[0] == "open" and shop.plans().count("open") == 1
        shop.apply()
        assert shop.levels()["bob"] == "VIP"
        shop.require_sound()
    if name != "load":
        assert shop.left_over() == []


@pytest.mark.parametrize("name", ["rollback", *(pytest.param(n, marks=SLOW) for n in COMMANDS if n != "rollback")])
def test_a_kill_before_any_change_of_a_file_whatever_makes_it(stories: Callable[..., Story], name: str) -> None:
    killed_before_every_change(stories(name), name)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_before_any_change_of_a_file_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str
) -> None:
    killed_before_every_change(stories(name, postgres), name)


def killed_before_every_change(story: Story, name: str) -> None:
    n = 1
    while True:
        shop = story.another()
        if not killed_before_change(n, shop.path, lambda shop=shop: story.command(shop)):  # type: ignore[misc]
            break
        carries_on(name, story, shop)
        n += 1
    assert n > 4


@pytest.mark.parametrize("point", ["all files but its own are written", "the plan lies in its place",
                                   "the store has half of it", "the store is about to have it"])  # fmt: skip
def test_no_half_plan_can_be_applied(a_copy: Callable[..., Corner], point: str) -> None:
    shop = a_copy(lived)
    killed_at(PLAN[point], shop.plan)
    with refused("E-PLAN-006"):
        shop.apply()
    assert shop.levels()["bob"] == "plain"


def test_a_plan_of_the_very_second_of_one_that_was_killed_takes_its_place(a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(lived)
    moment = shop.now
    killed_at(PLAN["the plan lies in its place"], shop.plan)
    assert len(list((shop.home / "plans").iterdir())) == 1
    shop.now = moment
    shop.review()
    shop.require_sound()


PROGRAM = """
import sys
from killing import Point, arm
arm(Point(*sys.argv[1:3]))
sys.argv[1:] = sys.argv[3:]
from custrata.cli.main import main
main()
"""


def test_the_command_line_that_is_killed_is_carried_on_by_the_next(a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "CUSTRATA_LANG": "en"}

    def command(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *args], env=env, capture_output=True, text=True, timeout=60)

    point = APPLY["the store has decided"]
    dead = command("-c", PROGRAM, point.function, point.when, "apply", "-w", str(shop.path))
    assert dead.returncode == -signal.SIGKILL, dead
    again = command("-c", "from custrata.cli.main import main; main()", "apply", "-w", str(shop.path))
    assert (again.returncode, again.stderr[:10]) == (1, "E-PLAN-006"), again
    assert shop.levels()["bob"] == "VIP"
    shop.require_sound()


def test_a_killed_apply_is_seen_by_whoever_opens_the_store_next(a_copy: Callable[..., Corner]) -> None:
    shop = a_copy(planned)
    killed_at(APPLY["the store has decided"], shop.apply)
    assert shop.workspace.current_id == shop.workspace.run_ids()[-1] and shop.levels()["bob"] == "plain"
    with store_of(shop.workspace, kept) as store:
        current = store.current()
    assert current is not None and shop.workspace.current_id == current.id and shop.levels()["bob"] == "VIP"
    assert shop.at(date(2024, 6, 13)).review() == shop.workspace.current_id


#: Where there are no levels, no store decides.
PLACING = {
    "it is noted": Point("custrata.usecases.workspace:replace_file", "after"),
    "it is placed": Point(WORKSPACE + "place", "after"),
    "readers are about to be pointed to it": Point(WORKSPACE + "point_to", "before"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
}


@pytest.mark.parametrize("runs", [0, 1])
@pytest.mark.parametrize("point", PLACING)
def test_a_run_that_was_killed_without_a_store_was_current_or_is_not_listed(
    tmp_path: Path, point: str, runs: int
) -> None:
    shop = Corner.opened(tmp_path / "shop", SCHEME)
    made = [shop.run() for _ in range(runs)]
    killed_at(PLACING[point], shop.run)
    with (shop.home / "lock").open("a+") as held:
        lock_at_once(held)  # somebody else writes, so that nothing can be completed
        assert [state for _, state in shop.listed()] in (["current"], ["current", "superseded"], [])
        assert [run for run, state in shop.listed() if state == "current"] == [shop.workspace.current_id] * bool(
            shop.listed()
        )
    placed = point != "it is noted"
    listed = shop.listed()
    assert len(listed) == runs + placed and [state for _, state in listed] == ["current", "superseded"][: len(listed)]
    assert shop.workspace.run_ids() == [run for run, _ in listed[::-1]]
    if placed and runs:
        shop.back_to(made[0])
        assert [state for _, state in shop.listed()] == ["superseded", "current"]
    newest = shop.run()
    assert shop.listed()[0] == (newest, "current") and shop.left_over() == []
    assert not (shop.home / "publishing").exists()


def test_whoever_writes_next_completes_what_was_killed(tmp_path: Path) -> None:
    shop = Corner.opened(tmp_path / "shop", SCHEME)
    first = shop.run()
    killed_at(PLACING["it is placed"], shop.run)
    assert shop.workspace.current_id == first
    shop.load()
    assert shop.workspace.current_id == shop.workspace.run_ids()[-1] != first
