"""Periodic work of a worker that is killed: carried on by the next one, and never done twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from care_shops import BOTH, LEVELS, NIGHTLY, SCHEME, Night

from custrata.usecases import worker_jobs
from custrata.usecases.worker_record import note
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """The process is gone."""


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def noted_unless_done(store: Any, record: Any, state: Any, *rest: Any, **more: Any) -> None:
    if state == "done":
        raise Killed
    note(store, record, state, *rest, **more)


KILLS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "while it evaluates": lambda patch: patch.setattr("custrata.usecases.run.stage", killed),
    "before the run is current": lambda patch: patch.setattr(Workspace, "point_to", killed),
    "before it is noted": lambda patch: patch.setattr("custrata.usecases.worker.note", noted_unless_done),
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Night:
    return Night.watched(tmp_path / "shop", NIGHTLY)


@pytest.fixture
def ladder(tmp_path: Path) -> Night:
    """The same with levels, which are reviewed every night."""
    return Night.watched(tmp_path / "shop", BOTH, LEVELS)


@pytest.mark.parametrize("point", KILLS)
def test_a_killed_evaluation_is_carried_on_and_never_done_twice(
    shop: Night, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    with monkeypatch.context() as patch:
        KILLS[point](patch)
        with pytest.raises(Killed):
            shop.at(2, 3).look()
    assert shop.jobs()["run"].state == "interrupted"
    before = shop.workspace.run_ids()
    assert shop.look() == ["resumed run", "done run"]
    assert shop.look() == []
    wanted = before[-1] if point == "before it is noted" else None
    assert shop.jobs()["run"].run == shop.workspace.run().id
    assert wanted is None or wanted == shop.workspace.run().id, "what was published is not published again"


@pytest.mark.parametrize("point", ["plan", "apply", "point_to", "note"])
def test_a_killed_review_of_levels_is_carried_on_and_moves_everybody_once(
    ladder: Night, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    ladder.scheme(SCHEME + LEVELS + "schedule: {levels: daily at 02:30}\n")
    ladder.look()
    with monkeypatch.context() as patch:
        if point == "point_to":
            patch.setattr(Workspace, "point_to", killed)
        elif point == "note":
            KILLS["before it is noted"](patch)
        else:
            patch.setattr(worker_jobs, point, killed)
        with pytest.raises(Killed):
            ladder.at(2, 3).look()
    assert ladder.look() == ["resumed levels", "done levels"]
    assert ladder.levels() == {"ann": "VIP", "bob": "plain", "cid": "plain"}
    assert [(m.level, m.cause) for m in ladder.history("ann")] == [("VIP", "initial")]
    assert len(ladder.workspace.run_ids()) == 1 and ladder.look() == []


def test_a_worker_that_dies_of_its_job_gives_up_at_last(shop: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker_jobs, "run", killed)
        shop.at(2, 3)
        for _ in range(10):
            with pytest.raises(Killed):
                shop.look()
        assert shop.look() == []
    assert shop.at(3, 3).look() == ["started run", "done run"]


@pytest.mark.parametrize("point", ["point_to", "note"])
def test_a_killed_worker_applies_what_was_approved_once(
    ladder: Night, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    approved = ladder.approve()
    with monkeypatch.context() as patch:
        if point == "note":
            KILLS["before it is noted"](patch)
        else:
            patch.setattr(Workspace, point, killed)
        with pytest.raises(Killed):
            approved.look()
    assert approved.look() == [] and approved.levels()["bob"] == "VIP"
    assert [m.level for m in approved.history("bob")] == ["plain", "VIP"]
    assert approved.jobs()["levels"].plan_state == "applied"


def test_a_run_of_a_clock_that_was_ahead_is_not_taken_for_the_one_that_was_interrupted(
    shop: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.now = datetime(2031, 1, 1, 12, tzinfo=UTC)
    wrong = shop.run()
    with monkeypatch.context() as patch:
        patch.setattr(worker_jobs, "run", killed)
        with pytest.raises(Killed):
            shop.at(2, 3).look()
    assert shop.look() == ["resumed run", "done run"]
    assert shop.workspace.current_id != wrong == shop.workspace.run_ids()[0]


#: A worker whose clock starts at a moment and goes sixty times as fast; it ends when there is
#: nothing left to do.
PROGRAM = """
import sys, time
from datetime import datetime, timedelta
from pathlib import Path
from care_shops import kept
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.levels.rollback import rollback
from custrata.usecases.worker import Worker
from custrata.usecases.worker_jobs import Tools
from custrata.usecases.workspace import Workspace
began, first = time.monotonic(), datetime.fromisoformat(sys.argv[2])
def clock():
    return first + timedelta(seconds=60 * (time.monotonic() - began))
class Stop:
    idle = 0
    def is_set(self): return False
    def wait(self, seconds): time.sleep(0.02); Stop.idle += 1; return Stop.idle > 20
def tell(h):
    Stop.idle = 0
    print(h.kind, h.job, flush=True)
Worker(Tools(Workspace.at(Path(sys.argv[1])), duckdb_store, kept, clock), tell, Stop()).work()
"""


def night(shop: Night) -> subprocess.Popen[str]:
    here = Path(__file__).resolve().parent
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(shop.path), "2024-06-02T02:31:00+00:00"], text=True, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{here}:{here.parent}"},
    )  # fmt: skip


OFTEN = ["watching run", "begins run", "begins run", "done run", "begins levels", "begins levels"]


@pytest.mark.parametrize(
    "kills", [["begins run", "begins levels"], pytest.param(OFTEN, marks=pytest.mark.sweep)], ids=["twice", "often"]
)
def test_a_worker_that_is_killed_again_and_again_has_done_everything_once(ladder: Night, kills: list[str]) -> None:
    for line in kills:
        with night(ladder) as process:
            assert process.stdout is not None
            begun = (re.sub("^(started|resumed)", "begins", said.strip()) for said in process.stdout)
            assert line in begun, "it comes that far"
            process.send_signal(signal.SIGKILL)
    with night(ladder) as process:
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 0, said
    for job in ("run", "levels"):
        done = [e.detail for e in ladder.noted(job) if e.detail["state"] == "done"]
        assert [d["due"] for d in done] == ["2024-06-02T02:30:00+00:00"], (job, ladder.states(job))
    assert ladder.levels() == {"ann": "VIP", "bob": "plain", "cid": "plain"}
    assert len(ladder.history("ann")) == 1
    ladder.at(2, 23)
    assert ladder.look() == []
