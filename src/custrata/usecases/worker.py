"""`custrata worker`: does what the schedule says when it is due, once, whoever else watches and whatever is killed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from custrata.core.errors import CustrataError, Problem
from custrata.core.schedule.rhythm import Rhythm
from custrata.core.scheme.model import Scheme
from custrata.usecases.levels.kept import store_of
from custrata.usecases.worker_jobs import JOBS, Outcome, Tools, apply_approved, there_is
from custrata.usecases.worker_record import JobRecord, State, note, problems_of, read_record, turn

#: How long to wait after a failure before the job is tried again, and between two looks at the clock.
PAUSE, EVERY = timedelta(minutes=5), 30.0

Kind = Literal["watching", "started", "resumed", "approved", "done", "failed", "stopped", "busy", "broken", "ended"]


@dataclass(frozen=True)
class Happening:
    """One line of the worker's log. `values` has what it did (`run`, `customers`, `moves`, `waits`), `seconds`, `due`,
    `next`, `again` (when it is tried again; null: not before `next`), `plan` (that was approved and is made to hold),
    and `problems`."""

    at: datetime
    kind: Kind
    job: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class Stop(Protocol):
    """Whether somebody wants the worker to end. `threading.Event` is one."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool:
        """Waits so many seconds, or until somebody wants it; whether somebody does."""


class Stopped(BaseException):
    """Somebody has ended the worker; raised between two steps of a job, which then has changed nothing."""


class Worker:
    """Watches the schedule of a workspace."""

    def __init__(
        self, tools: Tools, tell: Callable[[Happening], None], stop: Stop, *, pause: timedelta = PAUSE
    ) -> None:  # fmt: skip
        """`stop` ends the worker after the step that it is at; `pause` lies between a failure and the next attempt."""
        self._tools, self._tell, self._stop, self._pause = tools, tell, stop, pause
        self._watched: dict[str, Rhythm] = {}
        self._said = ""

    def work(self, *, once: bool = False, every: float = EVERY) -> bool:
        """Does what is due, until somebody stops it; with `once` only what is due now. Whether all of it went well.

        Errors, at the beginning only: E-JOB-001 the scheme has no schedule; those of reading it. Later on they are told
        and looked at again: a scheme that is being rewritten ends nothing.
        """
        self._jobs(self._tools.workspace.scheme())
        well = self.look()
        while not once and not self._stop.wait(every):
            well = self.look() and well
        self._say("ended")
        return well

    def look(self) -> bool:
        """Does what is due now, the evaluation before the levels; false where something failed."""
        try:
            scheme = self._tools.workspace.scheme()
            jobs = self._jobs(scheme)
        except CustrataError as error:
            return self._broken("", error)
        well = True
        for job, rhythm in jobs.items():
            if self._stop.is_set():
                break
            try:
                well = self._watch(scheme, job, rhythm) and well
            except Exception as error:
                well = self._broken(job, error)
        return well

    def _jobs(self, scheme: Scheme) -> Mapping[str, Rhythm]:
        jobs = scheme.schedule.jobs()
        if not jobs:
            raise CustrataError(Problem("E-JOB-001", scheme.path.name if scheme.path else "", {}))
        return jobs

    def _watch(self, scheme: Scheme, job: str, rhythm: Rhythm) -> bool:
        with turn(self._tools.workspace) as ours:
            if not ours:
                return True
            record = self._seen(job, rhythm, scheme.timezone)
            now = self._tools.clock()
            due = record.pending(now, self._pause)
            approved = None if due is not None else self._approved(record, now)
            if due is None and approved is None:
                return True
            try:
                # Whoever writes now, writes for long; nothing is noted until it is over.
                with self._tools.workspace.writing(now):
                    pass
            except CustrataError as error:
                self._once("busy", job, error)
                return True
            self._said = ""
            return self._do(record, due) if due is not None else self._make_hold(record, *(approved or ("", now)))

    def _approved(self, record: JobRecord, now: datetime) -> tuple[str, datetime] | None:
        """The plan that the job has made and that somebody has approved since, with its due time."""
        waiting = record.waiting(now, self._pause)
        if waiting is None:
            return None
        with store_of(self._tools.workspace, self._tools.open_store) as store:
            entry = store.plan(waiting[0])
        return waiting if entry is not None and entry.state == "approved" else None

    def _make_hold(self, record: JobRecord, plan: str, due: datetime) -> bool:
        """Applies a plan that was approved. One that no longer says what would happen is told and left: the next due
        time brings another."""
        started = self._tools.clock()
        self._say("approved", record.job, due=due, plan=plan)
        try:
            outcome = apply_approved(self._tools, plan, self._step)
        except Stopped:
            self._say("stopped", record.job, due=due)
            return True
        except Exception as error:
            return self._not_held(record, due, plan, started, error)
        return self._done(record, due, started, outcome)

    def _not_held(self, record: JobRecord, due: datetime, plan: str, started: datetime, error: Exception) -> bool:
        problems, now = problems_of(error), self._tools.clock()
        codes = [p.code for p in problems]
        if codes == ["E-RUN-005"]:
            self._once("busy", record.job, error)
            return True
        waits = None if any(c.startswith("E-PLAN-") for c in codes) else plan
        record = self._note(record, "failed", now, due, seconds=_seconds(started, now), codes=codes, waits=waits)
        again = now + self._pause if record.waiting(now + self._pause, self._pause) else None
        self._say("failed", record.job, due=due, problems=problems, again=again, next=record.next(now, self._pause),
                  error=error)  # fmt: skip
        return False

    def _seen(self, job: str, rhythm: Rhythm, zone: str) -> JobRecord:
        """The record of the job, in which its rhythm stands from now on."""
        with store_of(self._tools.workspace, self._tools.open_store) as store:
            record = read_record(store, job, rhythm, zone)
            if not record.known(self._tools.clock()):
                record = replace(record, since=None)
                note(store, record, "seen", self._tools.clock(), None)
                record = read_record(store, job, rhythm, zone)
        if self._watched.get(job) != rhythm:
            self._watched[job] = rhythm
            coming = record.next(self._tools.clock(), self._pause)
            self._say("watching", job, rhythm=rhythm, next=coming)
        return record

    def _do(self, record: JobRecord, due: datetime) -> bool:
        interrupted, started = record.interrupted(due), self._tools.clock()
        self._say("resumed" if interrupted else "started", record.job, due=due)
        # What an interrupted attempt has done is found by what there was before it, so the entry goes on telling that.
        before = interrupted.detail.get("before") if interrupted is not None else None
        self._note(record, "started", started, due, before=before or there_is(self._tools))
        try:
            outcome = JOBS[record.job](self._tools, before, self._step)
        except Stopped:
            self._note(record, "stopped", self._tools.clock(), due)
            self._say("stopped", record.job, due=due)
            return True
        except Exception as error:
            return self._failed(record, due, started, error)
        return self._done(record, due, started, outcome)

    def _done(self, record: JobRecord, due: datetime, started: datetime, outcome: Outcome) -> bool:
        now = self._tools.clock()
        seconds = _seconds(started, now)
        did = {k: v for k, v in asdict(outcome).items() if v is not None}
        record = self._note(record, "done", now, due, seconds=seconds, **did)
        self._say("done", record.job, due=due, seconds=seconds, next=record.next(now, self._pause), **did)
        return True

    def _failed(self, record: JobRecord, due: datetime, started: datetime, error: Exception) -> bool:
        problems, now = problems_of(error), self._tools.clock()
        seconds = _seconds(started, now)
        codes = [p.code for p in problems]
        if codes == ["E-RUN-005"]:  # somebody began to write between our look and the job
            self._note(record, "stopped", now, due)
            self._once("busy", record.job, error)
            return True
        record = self._note(record, "failed", now, due, seconds=seconds, codes=codes)
        again = None if record.given_up(due) else now + self._pause
        self._say("failed", record.job, due=due, seconds=seconds, problems=problems, again=again,
                  next=record.next(now, self._pause), error=error)  # fmt: skip
        return False

    def _note(self, record: JobRecord, state: State, at: datetime, due: datetime, **more: Any) -> JobRecord:
        with store_of(self._tools.workspace, self._tools.open_store) as store:
            note(store, record, state, at, due, **more)
            return read_record(store, record.job, record.rhythm, record.zone)

    def _step(self, step: str, /, **values: Any) -> None:
        # Publishing is short, and what was reckoned for it would be lost.
        if self._stop.is_set() and step != "publish":
            raise Stopped

    def _broken(self, job: str, error: Exception) -> bool:
        self._once("broken", job, error)
        return False

    def _once(self, kind: Kind, job: str, error: Exception) -> None:
        """What stays as it is, is told once."""
        problems = problems_of(error)
        said = f"{kind} {job} {[(p.code, p.place) for p in problems]}"
        if said != self._said:
            self._said = said
            self._say(kind, job, problems=problems, error=error)

    def _say(self, kind: Kind, job: str = "", **values: Any) -> None:
        self._tell(Happening(self._tools.clock(), kind, job, values))


def _seconds(started: datetime, now: datetime) -> float:
    """How long it took; a clock that was put back meanwhile makes it none, not less."""
    return max(0.0, round((now - started).total_seconds(), 3))
