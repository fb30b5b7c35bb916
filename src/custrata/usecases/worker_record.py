"""What the store knows of periodic work: when a job was due, who began it, how it ended. Told by the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from custrata.core.errors import CustrataError, Problem
from custrata.core.schedule.due import latest_due, next_due
from custrata.core.schedule.rhythm import Rhythm
from custrata.core.store import AuditEntry
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace, lock_at_once

#: `seen`: from now on this rhythm is watched; `stopped`: somebody ended the worker, or another one was writing.
State = Literal["seen", "started", "done", "failed", "stopped"]

WHO, VERB = "custrata worker", "job"
#: A job that fails is tried again, so often in all; one that dies with its worker (for want of memory, say) more often.
ATTEMPTS, STARTS = 3, 10
_READ = 60
"""Entries of a job that are read: more than one due time can have."""


@dataclass(frozen=True)
class Noted:
    """One entry about a job."""

    at: datetime
    state: State
    due: datetime | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class JobRecord:
    """What is known of a job, the newest first. Its rhythm is watched `since` then: what was due before, nobody missed.
    Null where no worker has seen this rhythm yet."""

    job: str
    rhythm: Rhythm
    zone: str
    since: datetime | None
    noted: Sequence[Noted]

    def of(self, due: datetime) -> list[Noted]:
        return [n for n in self.noted if n.due == due]

    def known(self, now: datetime) -> bool:
        """Whether a worker has seen this rhythm by now. One that the clock, which was wrong then, says was seen in the
        future was not: the job would wait until that day."""
        return self.since is not None and self.since <= now

    def pending(self, now: datetime, pause: timedelta) -> datetime | None:
        """The due time for which the job is to be done now. Of several that were missed only the latest counts; null
        where it is done, has failed too often, or waits for the pause after a failure to end."""
        due = latest_due(self.rhythm, self.zone, now)
        if self.since is None or due <= self.since or self.given_up(due):
            return None
        own = self.of(due)
        if any(n.state == "done" for n in own):
            return None
        failed = [n.at for n in own if n.state == "failed"]
        return due if not failed or _over(failed[0], pause, now) else None

    def given_up(self, due: datetime) -> bool:
        """Whether it failed, or died, so often that it is left until the next due time."""
        states = [n.state for n in self.of(due)]
        begun = states.count("started") - states.count("stopped") - states.count("failed")
        return "done" not in states and (states.count("failed") >= ATTEMPTS or begun >= STARTS)

    def next(self, now: datetime, pause: timedelta) -> datetime:
        """When the job is to be done next: in the past where it is due."""
        pending = self.pending(now, pause)
        if pending is not None:
            return pending
        due = latest_due(self.rhythm, self.zone, now)
        own = self.of(due)
        done = any(n.state == "done" for n in own)
        if own and own[0].state == "failed" and not done and not self.given_up(due):
            return own[0].at + pause
        return next_due(self.rhythm, self.zone, now)

    def interrupted(self, due: datetime) -> Noted | None:
        """An attempt that began and nobody ended: its worker was killed."""
        own = self.of(due)
        return own[0] if own and own[0].state == "started" else None

    def waiting(self, now: datetime, pause: timedelta) -> tuple[str, datetime] | None:
        """The plan that the job has made and somebody has to approve, with its due time; null where there is none, or
        where making it hold has failed too often or just now."""
        told = [n for n in self.noted if n.state in ("done", "failed") and n.due is not None]
        plan = told[0].detail.get("waits") if told else None
        if plan is None or told[0].due is None:
            return None
        failed = [n.at for n in told if n.state == "failed" and n.detail.get("waits") == plan]
        if len(failed) >= ATTEMPTS or (failed and not _over(failed[0], pause, now)):
            return None
        return str(plan), told[0].due


def read_record(store: Store, job: str, rhythm: Rhythm, zone: str) -> JobRecord:
    noted = [_noted(entry) for entry in store.audit(f"schedule.{job}", limit=_READ) if entry.verb == VERB]
    same = bool(noted) and (noted[0].detail.get("rhythm"), noted[0].detail.get("zone")) == (str(rhythm), zone)
    return JobRecord(job, rhythm, zone, _moment(noted[0].detail["since"]) if same else None, noted)


def note(store: Store, record: JobRecord, state: State, at: datetime, due: datetime | None, **more: Any) -> None:
    """Adds an entry. Every entry says which rhythm is watched since when, so the newest is enough to know it."""
    detail = {
        "state": state, "rhythm": str(record.rhythm), "zone": record.zone,
        "since": (record.since or at).astimezone(UTC).isoformat(),
        **({"due": due.isoformat()} if due is not None else {}), **{k: v for k, v in more.items() if v is not None},
    }  # fmt: skip
    with store.transaction():
        store.record(AuditEntry(at, WHO, VERB, f"schedule.{record.job}", detail))


def _over(since: datetime, pause: timedelta, now: datetime) -> bool:
    """Whether a pause has ended; where the clock was put back, nobody waits until it is that late again."""
    return now >= since + pause or now < since


def _noted(entry: AuditEntry) -> Noted:
    detail = dict(entry.detail)
    due = detail.get("due")
    return Noted(entry.at, detail["state"], _moment(due) if due else None, detail)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@contextmanager
def turn(workspace: Workspace) -> Iterator[bool]:
    """Whether it is this worker's turn: no other one is at a job in this workspace, and none begins until it is left.
    The operating system holds the lock, so it ends with its process, however that ends."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    with (workspace.home / "worker.lock").open("a+", encoding="utf-8") as handle:
        try:
            lock_at_once(handle)
        except OSError:
            yield False
            return
        yield True


def problems_of(error: BaseException) -> tuple[Problem, ...]:
    """What went wrong, for the log and the record."""
    if isinstance(error, CustrataError):
        return error.problems
    if isinstance(error, MemoryError):
        return (Problem("E-ENGINE-002", "", {"why": "out of memory"}),)
    if isinstance(error, OSError):
        values = {"why": error.strerror or str(error), "path": str(error.filename or "")}
        return (Problem("E-RUN-006", str(error.filename or ""), values),)
    what = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    return (Problem("E-BUG-001", "", {"what": what}),)
