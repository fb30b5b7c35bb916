"""Periodic work: done once when it is due, whatever fails, whoever else watches, whatever is killed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from care_shops import BOTH, LEVELS, NIGHTLY, SCHEME, Night, codes, kept

from custrata import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases import worker_jobs
from custrata.usecases.levels.apply import decide
from custrata.usecases.levels.plan import plan
from custrata.usecases.levels.rollback import rollback
from custrata.usecases.worker import Worker
from custrata.usecases.worker_record import WHO, turn

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Night:
    return Night.watched(tmp_path / "shop", NIGHTLY)


@pytest.fixture
def ladder(tmp_path: Path) -> Night:
    """The same with levels, which are reviewed every night."""
    return Night.watched(tmp_path / "shop", BOTH, LEVELS)


def test_what_was_due_before_anybody_watched_was_not_missed(shop: Night) -> None:
    assert shop.workspace.run_ids() == [] and shop.states() == ["seen"]
    job = shop.jobs()["run"]
    assert (job.state, job.last, job.next) == ("never", None, datetime(2024, 6, 2, 2, 30, tzinfo=UTC))


def test_a_job_is_done_once_when_it_is_due(shop: Night) -> None:
    assert shop.at(2, 2, 29).look() == []
    assert shop.at(2, 2, 31).look() == ["started run", "done run"]
    assert shop.look() == [] and shop.at(3, 2, 29).look() == []
    assert shop.at(3, 2, 31).look() == ["started run", "done run"]
    job, runs = shop.jobs()["run"], shop.workspace.run_ids()
    assert len(runs) == 2
    assert (job.state, job.run, job.customers, job.codes) == ("done", runs[-1], 3, ())
    assert (job.due, job.next) == tuple(datetime(2024, 6, d, 2, 30, tzinfo=UTC) for d in (3, 4))
    assert job.seconds is not None and job.seconds > 0


def test_nights_that_were_missed_are_made_up_once(shop: Night) -> None:
    assert shop.at(9, 12).look() == ["started run", "done run"]
    assert shop.look() == [] and len(shop.workspace.run_ids()) == 1
    assert shop.jobs()["run"].due == datetime(2024, 6, 9, 2, 30, tzinfo=UTC)


def test_a_new_rhythm_counts_from_when_it_was_seen(shop: Night) -> None:
    shop.at(2, 3).look()
    shop.scheme(SCHEME + "schedule: {run: monthly on day 2 at 12:00}\n")
    assert shop.at(2, 13).look() == [], "its time today was before anybody could know it"
    assert shop.at(2, 13, month=7).look() == ["started run", "done run"]


def test_a_failed_job_is_tried_three_times_and_then_left_until_the_next_night(shop: Night) -> None:
    (shop.path / "data" / "a.csv").unlink()
    assert shop.at(2, 3).look() == ["started run", "failed run"]
    failed = shop.said[-2]
    assert failed.values["again"] is not None and [p.code for p in failed.values["problems"]] == ["E-FILE-001"]
    assert shop.look() == [], "a pause lies between"
    job = shop.jobs()["run"]
    assert (job.state, job.codes) == ("failed", ("E-FILE-001",)) and shop.now < job.next < datetime(
        2024, 6, 2, 3, 6, tzinfo=UTC
    )
    assert shop.at(2, 3, 10).look() == shop.at(2, 3, 20).look() == ["started run", "failed run"]
    assert shop.said[-2].values["again"] is None
    assert shop.at(2, 23).look() == []
    assert shop.jobs()["run"].next == datetime(2024, 6, 3, 2, 30, tzinfo=UTC)
    shop.sells("a", "1,ann,2024-01-05,250\n")
    assert shop.at(3, 3).look() == ["started run", "done run"]


def test_a_failure_that_was_mended_is_made_good_the_same_night(shop: Night) -> None:
    (shop.path / "data" / "a.csv").rename(shop.path / "a.csv")
    assert shop.at(2, 3).look() == ["started run", "failed run"]
    (shop.path / "a.csv").rename(shop.path / "data" / "a.csv")
    assert shop.at(2, 3, 10).look() == ["started run", "done run"]
    assert shop.at(2, 3, 30).look() == []


def test_levels_move_by_the_calendar(ladder: Night) -> None:
    assert ladder.at(2, 3).look() == ["started run", "done run", "started levels", "done levels"]
    assert ladder.levels() == {"ann": "VIP", "bob": "plain", "cid": "plain"}
    job = ladder.jobs()["levels"]
    assert (job.state, job.moves, job.waits, job.run) == ("done", 3, None, ladder.workspace.run().id)
    assert ladder.look() == []


def test_a_plan_that_trips_a_brake_waits_for_somebody(ladder: Night) -> None:
    ladder.at(2, 3).look()
    ladder.sells("a", "1,ann,2024-01-05,150\n2,bob,2024-05-01,50\n3,cid,2023-12-20,10\n4,dan,2024-06-02,1\n")
    ladder.scheme((SCHEME + LEVELS + BOTH).replace("fall: 40%", "fall: 10%"))
    assert ladder.at(3, 3).look() == ["started run", "done run", "started levels", "done levels"]
    job = ladder.jobs()["levels"]
    assert job.waits is not None and (job.run, job.moves, job.plan_state) == (None, 2, "open")
    assert ladder.levels() == {"ann": "VIP", "bob": "plain", "cid": "plain", "dan": None}, "nobody moves"
    assert ladder.look() == [], "it is not asked for every few seconds"
    decide(ladder.workspace, kept, ladder.clock, job.waits, True, who="boss")
    assert ladder.jobs()["levels"].plan_state == "approved"
    assert ladder.look() == ["approved levels", "done levels"], "it was approved"
    assert ladder.levels() == {"ann": "plain", "bob": "plain", "cid": "plain", "dan": "plain"}
    after = ladder.jobs()["levels"]
    assert (after.state, after.run, after.moves, after.waits) == ("done", job.waits, 2, None)
    assert [(e.verb, e.who) for e in ladder.told(job.waits)][::-1] == [
        ("plan", WHO), ("approve", "boss"), ("apply", WHO),
    ]  # fmt: skip
    assert ladder.look() == [], "once"


@pytest.fixture
def approved(ladder: Night) -> Night:
    return ladder.approve()


def test_an_approved_plan_that_no_longer_holds_is_told_once_and_left(approved: Night) -> None:
    approved.sells("c", "10,cid,2024-06-02,500\n")
    assert approved.look() == ["approved levels", "failed levels"]
    assert [p.code for p in approved.said[-2].values["problems"]] == ["E-PLAN-003"]
    job = approved.jobs()["levels"]
    assert (job.state, job.codes, job.next) == ("failed", ("E-PLAN-003",), datetime(2024, 6, 4, 2, 30, tzinfo=UTC))
    assert approved.at(3, 12).look() == [] and approved.levels()["bob"] == "plain"
    assert approved.at(4, 3).look() == ["started run", "done run", "started levels", "done levels"], "another plan"
    assert approved.jobs()["levels"].waits is not None


def test_a_plan_that_was_approved_and_could_not_be_applied_is_tried_again(
    approved: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(worker_jobs, "apply", full)
        assert approved.look() == ["approved levels", "failed levels"]
        assert [p.code for p in approved.said[-2].values["problems"]] == ["E-RUN-006"]
        assert approved.look() == [], "a pause lies between"
    approved.now += timedelta(minutes=6)
    assert approved.look() == ["approved levels", "done levels"] and approved.levels()["bob"] == "VIP"


def test_a_plan_that_somebody_made_by_hand_is_left_to_him(ladder: Night) -> None:
    ladder.scheme((SCHEME + LEVELS + BOTH).replace("fall: 40%", "rise: 1%"))
    ladder.at(2, 3).look()
    ladder.sells("b", "9,bob,2024-06-02,300\n")
    entry = plan(ladder.workspace, duckdb_store, kept, ladder.clock, who="li").entry
    decide(ladder.workspace, kept, ladder.clock, entry.id, True, who="boss")
    assert entry.brakes and ladder.look() == [] and ladder.levels()["bob"] == "plain"


def test_a_clock_that_was_years_ahead_holds_no_job_back(shop: Night) -> None:
    shop.at(2, 3).look()
    shop.now = datetime(2031, 1, 1, 12, tzinfo=UTC)
    shop.scheme(SCHEME + "schedule: {run: daily at 04:00}\n")
    assert shop.look() == [], "the new rhythm is watched since then"
    assert shop.at(3, 12).look() == [] and shop.jobs()["run"].next == datetime(2024, 6, 4, 4, tzinfo=UTC)
    assert shop.at(4, 5).look() == ["started run", "done run"]
    shop.now = datetime(2024, 6, 4, 4, 30, tzinfo=UTC)
    assert shop.look() == [], "put back by an hour, what was done stays done"


def test_a_pause_after_a_failure_does_not_last_until_a_wrong_clock_is_right(shop: Night) -> None:
    (shop.path / "data" / "a.csv").rename(shop.path / "a.csv")
    assert shop.at(2, 23).look() == ["started run", "failed run"]
    (shop.path / "a.csv").rename(shop.path / "data" / "a.csv")
    assert shop.at(2, 3).look() == ["started run", "done run"]


def test_somebody_who_ends_the_worker_waits_for_one_step_only(shop: Night) -> None:
    stop, steps = Event(), []

    class Eager(Worker):
        def _step(self, step: str, /, **values: Any) -> None:
            steps.append(step)
            stop.set()
            super()._step(step, **values)

    shop.at(2, 3)
    worker = shop.worker(stop)
    worker.__class__ = Eager
    worker.work(every=30)
    assert len(steps) == 1 and shop.workspace.run_ids() == []
    assert [h.kind for h in shop.said][-2:] == ["stopped", "ended"] and shop.states()[-1] == "stopped"
    assert shop.look() == ["started run", "done run"], "it does not count as a failure"


def test_of_two_workers_one_does_the_job(shop: Night) -> None:
    shop.at(2, 3)
    with turn(shop.workspace) as ours:
        assert ours and shop.look() == []
        with turn(shop.workspace) as theirs:
            assert not theirs
    first, second = shop.worker(), shop.worker()
    first.look()
    second.look()
    assert shop.states() == ["seen", "started", "done"]


def test_a_worker_waits_for_who_is_writing_and_notes_nothing(shop: Night) -> None:
    shop.at(2, 3)
    worker = shop.worker()
    with shop.workspace.writing(shop.now):
        shop.said.clear()
        assert worker.look() and worker.look()
    assert [(h.kind, [p.code for p in h.values["problems"]]) for h in shop.said if h.kind == "busy"] == [
        ("busy", ["E-RUN-005"])
    ], "told once"
    assert shop.states() == ["seen"]
    assert worker.look() and shop.states() == ["seen", "started", "done"]


def test_a_scheme_that_is_being_rewritten_ends_nothing(shop: Night) -> None:
    worker = shop.worker()
    worker.look()
    shop.said.clear()
    shop.scheme("scheme: [")
    assert not worker.look() and not worker.look()
    shop.scheme(SCHEME)
    assert not worker.look()
    assert [[p.code for p in h.values["problems"]] for h in shop.said] == [["E-SCHEME-001"], ["E-JOB-001"]]
    shop.scheme(SCHEME + NIGHTLY)
    shop.at(2, 3)
    assert worker.look() and len(shop.workspace.run_ids()) == 1


def test_a_worker_without_a_schedule_says_so(tmp_path: Path) -> None:
    shop = Night.shop(tmp_path / "shop")
    with pytest.raises(CustrataError) as error:
        shop.look()
    assert codes(error) == ["E-JOB-001"] and shop.jobs() == {}


def test_runs_of_before_the_worker_can_be_gone_back_to(shop: Night) -> None:
    first = shop.run()
    shop.at(2, 3).look()
    rollback(shop.workspace, kept, shop.clock, first, who="li", reason="wrong file")
    assert shop.workspace.run().id == first
    shop.jobs()
    assert shop.workspace.run().id == first
