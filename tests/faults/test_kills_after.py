"""What the next command and the next reader find after a kill: no half plan, no run that was never published."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fault_shops import SCHEME, Corner, kept, lived, planned, refused
from kill_points import APPLY, PLACING, PLAN
from killing import killed_at

from custrata.usecases.levels.kept import store_of
from custrata.usecases.workspace import lock_at_once

pytestmark = pytest.mark.slow


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
