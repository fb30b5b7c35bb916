"""A workspace with levels that has lived for some days, and what must hold of it whatever happened to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from custrata import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.levels.apply import apply, decide
from custrata.usecases.levels.history import History
from custrata.usecases.levels.kept import MOVES, applied_runs, store_of
from custrata.usecases.levels.plan import Plan, plan, read_plan, require_sound
from custrata.usecases.levels.rollback import rollback, runs
from custrata.usecases.load.loaded import load
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

SCHEME = """scheme: Corner shop
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
    brakes: {fall: 100%, rise: 100%}
"""
LADDER = ["VIP", "plain", "visitor"]
HEAD = "no,who,day,paid\n"


def kept(folder: Path) -> Any:
    return open_store(None, folder)


def codes(error: pytest.ExceptionInfo[CustrataError]) -> list[str]:
    return [p.code for p in error.value.problems]


@contextmanager
def refused(*wanted: str) -> Iterator[None]:
    """One of these codes, with a mend in both languages."""
    with pytest.raises(CustrataError) as error:
        yield
    assert {p.code for p in error.value.problems} <= set(wanted), error.value
    for problem in error.value.problems:
        for lang in ("zh", "en"):
            assert len(problem.text(lang).split("\n")[0]) > len(problem.code) + 10


@dataclass
class Corner:
    """The workspace; every look at its clock costs two seconds."""

    path: Path
    now: datetime = datetime(2024, 6, 1, 8, tzinfo=UTC)

    @classmethod
    def opened(cls, path: Path, scheme: str = SCHEME + LEVELS) -> Corner:
        (path / "data").mkdir(parents=True)
        found = cls(path)
        found.scheme(scheme)
        found.sells("a", "1,ann,2024-01-05,250\n2,bob,2024-05-01,50\n3,cid,2023-12-20,10\n")
        return found

    def copy(self, path: Path) -> Corner:
        shutil.copytree(self.path, path)
        return Corner(path, self.now)

    @property
    def workspace(self) -> Workspace:
        return Workspace.at(self.path)

    @property
    def home(self) -> Path:
        return self.workspace.home

    def clock(self) -> datetime:
        self.now += timedelta(seconds=2)
        return self.now

    def at(self, day: date) -> Corner:
        self.now = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        return self

    def scheme(self, text: str) -> None:
        (self.path / "scheme.yaml").write_text(text, "utf-8")

    def sells(self, name: str, rows: str) -> None:
        (self.path / "data" / f"{name}.csv").write_text(HEAD + rows, "utf-8")

    def load(self) -> object:
        return load(self.workspace, duckdb_store, self.clock)

    def run(self) -> str:
        return run(self.workspace, duckdb_store, self.clock, open_store=kept).run.id

    def plan(self, as_of: date | None = None) -> Plan:
        return plan(self.workspace, duckdb_store, kept, self.clock, as_of=as_of, who="li")

    def approve(self, plan_id: str | None = None) -> None:
        decide(self.workspace, kept, self.clock, plan_id, True, who="boss")

    def apply(self, plan_id: str | None = None) -> str:
        return apply(self.workspace, duckdb_store, kept, self.clock, plan_id, who="li").id

    def review(self, as_of: date | None = None) -> str:
        return self.apply(self.plan(as_of).entry.id)

    def back_to(self, run_id: str) -> str:
        return rollback(self.workspace, kept, self.clock, run_id, who="li", reason="wrong file")

    def listed(self) -> list[tuple[str, str]]:
        return [(r.id, r.state) for r in runs(self.workspace, kept)]

    def plans(self) -> list[str]:
        with store_of(self.workspace, kept) as store:
            return [p.state for p in store.plans()]

    def levels(self) -> dict[str, str | None]:
        """The level of everybody in the run that is shown, and nothing where there is none."""
        if not self.workspace.run_ids():
            return {}
        rows = pq.read_table(self.workspace.run().customers).to_pylist()
        return {r["customer_id"]: r.get("member") for r in rows}

    def seen(self) -> dict[str, Any]:
        """What readers see: everybody's numbers, classes and level, and how everybody came to be there."""
        if not self.workspace.run_ids():
            return {}
        with store_of(self.workspace, kept) as store:
            run = self.workspace.run()
            rows = pq.read_table(run.customers).to_pylist()
            moves = [self._moves(r.id) for r in applied_runs(store)[::-1]]
            return {"rows": rows, "moves": moves, "as_of": run.as_of, "logic": run.record["scheme"]["logic_hash"]}

    def _moves(self, run_id: str) -> list[dict[str, Any]]:
        return list(pq.read_table(self.home / "runs" / run_id / MOVES).to_pylist())

    def require_sound(self) -> None:
        """The workspace opens; the run that is shown is the one that the store says is current; everybody is on the
        level to which the moves of the applied plans bring him, so opening, moves and closing balance; what waits is
        whole."""
        listed = runs(self.workspace, kept)
        assert all(r.state != "damaged" for r in listed), listed
        with store_of(self.workspace, kept) as store:
            current = store.current()
            assert [r.id for r in listed if r.current] == ([current.id] if current else [])
            assert {r.id for r in listed} <= {r.id for r in store.runs()}, "what is shown was published"
            for entry in store.plans():
                if entry.state in ("open", "approved"):
                    require_sound(read_plan(self.workspace, entry))
            standing: dict[str, str | None] = {}
            for run in applied_runs(store)[::-1]:
                for move in self._moves(run.id):
                    assert standing.get(move["customer_id"]) == move["before"], (run.id, move)
                    standing[move["customer_id"]] = move["level"]
        assert {c: level for c, level in self.levels().items() if level is not None} == standing

    def require_opens(self) -> None:
        """The engine reads it too, and the movement report balances."""
        with (
            store_of(self.workspace, kept) as store,
            open_run(self.workspace, duckdb_engine, self.path / "scratch") as result,
        ):  # fmt: skip
            report = History(self.workspace, store, result.engine).movement(
                "member", LADDER, date(2024, 6, 2), date(2030, 1, 1)
            )
            closing = {m.level: m.closing for m in report if m.closing}
            shown = list(self.levels().values())
            assert closing == {n: shown.count(n) for n in LADDER if n in shown}
            assert sum(row.customers for row in result.summary("tier")) == len(shown)

    def left_over(self) -> list[str]:
        """What lies about that nobody needs: work in progress, plans that nobody can apply."""
        found = [str(p.relative_to(self.home)) for p in (self.home / "staging").rglob("*")]
        with store_of(self.workspace, kept) as store:
            alive = {p.id for p in store.plans() if p.state in ("open", "approved")}
        folder = self.home / "plans"
        return found + ([p.name for p in folder.iterdir() if p.name not in alive] if folder.is_dir() else [])


def lived(path: Path) -> Corner:
    """Reviewed on 1 June and evaluated once more; then bob bought, which nobody has loaded yet."""
    shop = Corner.opened(path, SCHEME + LEVELS + "keep: {runs: 2}\n")
    shop.review(date(2024, 6, 1))
    shop.at(date(2024, 6, 2)).run()
    shop.sells("b", "9,bob,2024-06-10,200\n")
    return shop.at(date(2024, 6, 12))


def planned(path: Path) -> Corner:
    """The same, with a plan that moves bob."""
    shop = lived(path)
    shop.plan()
    return shop


def replanned(path: Path) -> Corner:
    """The same, and since then cid bought too, so that the plan no longer holds."""
    shop = planned(path)
    shop.sells("c", "10,cid,2024-06-11,300\n")
    return shop


def applied(path: Path) -> Corner:
    """The same, with the plan applied, and every run kept."""
    shop = lived(path)
    shop.scheme(SCHEME + LEVELS)
    shop.review()
    return shop
