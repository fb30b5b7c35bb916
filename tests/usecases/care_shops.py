"""A small workspace that lives from night to night, with a clock of its own, and workers that look after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest

from custrata import CustrataError
from custrata.core.store import AuditEntry
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.levels.apply import apply, decide
from custrata.usecases.levels.history import History, Moved
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import plan
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.worker import Happening, Worker
from custrata.usecases.worker_jobs import Tools
from custrata.usecases.worker_listing import ListedJob, jobs
from custrata.usecases.workspace import Workspace

SCHEME = """scheme: Night shop
timezone: UTC
sources:
  orders: {file: data/*.csv, columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid}}
metrics:
  spend_12m: {monetary: 12 months}
segments:
  tier: {thresholds: spend_12m, classes: {big: from 100, small: else}}
"""
LEVELS = """levels:
  member:
    VIP: {enter: "spend_12m >= 200"}
    plain: {enter: "spend_12m > 0"}
    visitor: {}
    brakes: {fall: 40%}
"""
NIGHTLY = "schedule: {run: daily at 02:30}\n"
BOTH = "schedule: {run: daily at 02:30, levels: daily at 02:30}\n"
HEAD = "no,who,day,paid\n"


def kept(folder: Path) -> Any:
    return open_store(None, folder)


def codes(error: pytest.ExceptionInfo[CustrataError]) -> list[str]:
    return [p.code for p in error.value.problems]


@dataclass
class Night:
    """A workspace; every look at its clock costs a second."""

    path: Path
    now: datetime = datetime(2024, 6, 1, 20, tzinfo=UTC)
    said: list[Happening] = field(default_factory=list)
    open_store: Callable[[Path], Any] = kept

    @classmethod
    def shop(cls, path: Path, care: str = "", levels: str = "") -> Night:
        (path / "data").mkdir(parents=True)
        found = cls(path)
        found.scheme(SCHEME + levels + care)
        found.sells("a", "1,ann,2024-01-05,250\n2,bob,2024-05-01,50\n3,cid,2023-12-20,10\n")
        return found

    @property
    def workspace(self) -> Workspace:
        return Workspace.at(self.path)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def scheme(self, text: str) -> None:
        (self.path / "scheme.yaml").write_text(text, "utf-8")

    def sells(self, name: str, rows: str) -> None:
        (self.path / "data" / f"{name}.csv").write_text(HEAD + rows, "utf-8")

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

    def run(self) -> str:
        return run(self.workspace, duckdb_store, self.clock, open_store=self.open_store).run.id

    def review(self) -> str:
        """Plans and applies, with approval where it takes one."""
        entry = plan(self.workspace, duckdb_store, self.open_store, self.clock, who="li").entry
        if entry.brakes:
            decide(self.workspace, self.open_store, self.clock, entry.id, True, who="boss")
        return apply(self.workspace, duckdb_store, self.open_store, self.clock, entry.id, who="li").id

    def levels(self) -> dict[str, str | None]:
        rows = pq.read_table(self.workspace.run().customers).to_pylist()
        return {r["customer_id"]: r["member"] for r in rows}

    def history(self, customer: str) -> list[Moved]:
        with (
            store_of(self.workspace, self.open_store) as store,
            open_run(self.workspace, duckdb_engine, self.path / "scratch") as result,
        ):  # fmt: skip
            return History(self.workspace, store, result.engine).of(customer)
