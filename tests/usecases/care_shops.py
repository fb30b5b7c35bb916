"""The corner shop by night: workers that look after it, what they tell, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import corner_shops
from corner_shops import SCHEME, Corner, codes, kept
from custrata.core.store import AuditEntry
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.levels.apply import decide
from custrata.usecases.levels.history import History, Moved
from custrata.usecases.levels.kept import store_of
from custrata.usecases.opened import open_run
from custrata.usecases.worker import Happening, Worker
from custrata.usecases.worker_jobs import Tools
from custrata.usecases.worker_listing import ListedJob, jobs

__all__ = ["BOTH", "LEVELS", "NIGHTLY", "SCHEME", "Night", "codes", "kept"]

LEVELS = corner_shops.LEVELS.replace("fall: 100%, rise: 100%", "fall: 40%")
NIGHTLY = "schedule: {run: daily at 02:30}\n"
BOTH = "schedule: {run: daily at 02:30, levels: daily at 02:30}\n"


@dataclass
class Night(Corner):
    """The workspace since the evening of 1 June."""

    now: datetime = datetime(2024, 6, 1, 20, tzinfo=UTC)
    said: list[Happening] = field(default_factory=list)

    @classmethod
    def shop(cls, path: Path, care: str = "", levels: str = "") -> Night:
        return cls.opened(path, SCHEME + levels + care)

    @classmethod
    def watched(cls, path: Path, care: str, levels: str = "") -> Night:
        """Watched since the evening of 1 June."""
        found = cls.shop(path, care, levels)
        assert found.look() == []
        return found

    def approve(self) -> Night:
        """A plan of the worker's waits, and the boss approves it: bob, who is plain, shall be VIP."""
        self.scheme((SCHEME + LEVELS + BOTH).replace("fall: 40%", "rise: 1%"))
        self.at(2, 3).look()
        self.sells("b", "9,bob,2024-06-02,300\n")
        self.at(3, 3).look()
        job = self.jobs()["levels"]
        assert job.waits is not None and self.levels()["bob"] == "plain"
        decide(self.workspace, kept, self.clock, job.waits, True, who="boss")
        return self

    def at(self, day: int, hour: int, minute: int = 0, month: int = 6) -> Night:
        self.now = datetime(2024, month, day, hour, minute, tzinfo=UTC)
        return self

    def worker(self, stop: Event | None = None) -> Worker:
        tools = Tools(self.workspace, duckdb_store, self.open_store, self.clock)
        return Worker(tools, self.said.append, stop or Event())

    def look(self) -> list[str]:
        """What a worker that starts now does: the kinds of what it tells, but for what it watches."""
        self.said.clear()
        self.worker().work(once=True)
        return [f"{h.kind} {h.job}" for h in self.said if h.kind not in ("watching", "ended")]

    def jobs(self) -> dict[str, ListedJob]:
        return {j.job: j for j in jobs(self.workspace, self.open_store, self.clock)}

    def noted(self, job: str = "run") -> list[AuditEntry]:
        with store_of(self.workspace, self.open_store) as store:
            return store.audit(f"schedule.{job}")[::-1]

    def told(self, subject: str) -> list[AuditEntry]:
        """What the audit trail says of something, the newest first."""
        with store_of(self.workspace, self.open_store) as store:
            return store.audit(subject)

    def states(self, job: str = "run") -> list[str]:
        return [e.detail["state"] for e in self.noted(job)]

    def history(self, customer: str) -> list[Moved]:
        with (
            store_of(self.workspace, self.open_store) as store,
            open_run(self.workspace, duckdb_engine, self.path / "scratch") as result,
        ):  # fmt: skip
            return History(self.workspace, store, result.engine).of(customer)
