"""A small workspace with a ladder that lives from day to day by a clock of its own; its store lies where it is told."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from custrata import CustrataError
from custrata.core.store import Override
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.levels.apply import apply, decide
from custrata.usecases.levels.by_hand import Given, give
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import Plan, plan
from custrata.usecases.levels.rollback import rollback, runs
from custrata.usecases.levels.standing import LadderStanding, standing
from custrata.usecases.load.loaded import load
from custrata.usecases.look import Result
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
HEAD = "no,who,day,paid\n"
_numbers = itertools.count(1)


def kept(folder: Path) -> Any:
    """The store of a workspace in its own folder."""
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
    """The workspace; every look at its clock costs two seconds. `url`: its store is that database of a PostgreSQL; a
    copy has one of its own."""

    path: Path
    now: datetime = datetime(2024, 6, 1, 8, tzinfo=UTC)
    url: str | None = None

    @classmethod
    def opened(cls, path: Path, scheme: str = SCHEME + LEVELS, url: str | None = None) -> Self:
        (path / "data").mkdir(parents=True)
        found = cls(path, url=url)
        found.scheme(scheme)
        found.sells("a", "1,ann,2024-01-05,250\n2,bob,2024-05-01,50\n3,cid,2023-12-20,10\n")
        return found

    def copy(self, path: Path) -> Self:
        shutil.copytree(self.path, path)
        return type(self)(path, self.now, self.url and copied(self.url))

    def remove(self) -> None:
        shutil.rmtree(self.path)
        if self.url:
            dropped(self.url)

    @property
    def workspace(self) -> Workspace:
        return Workspace.at(self.path)

    @property
    def home(self) -> Path:
        return self.workspace.home

    def open_store(self, folder: Path) -> Any:
        return open_store(self.url, folder)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=2)
        return self.now

    def scheme(self, text: str) -> None:
        (self.path / "scheme.yaml").write_text(text, "utf-8")

    def sells(self, name: str, rows: str) -> None:
        (self.path / "data" / f"{name}.csv").write_text(HEAD + rows, "utf-8")

    def load(self) -> object:
        return load(self.workspace, duckdb_store, self.clock)

    def run(self) -> str:
        return run(self.workspace, duckdb_store, self.clock, open_store=self.open_store).run.id

    def plan(self, as_of: date | None = None) -> Plan:
        return plan(self.workspace, duckdb_store, self.open_store, self.clock, as_of=as_of, who="li")

    def approve(self, plan_id: str | None = None) -> None:
        decide(self.workspace, self.open_store, self.clock, plan_id, True, who="boss")

    def apply(self, plan_id: str | None = None) -> str:
        return apply(self.workspace, duckdb_store, self.open_store, self.clock, plan_id, who="li").id

    def review(self, as_of: date | None = None) -> str:
        """Plans and applies, with approval where it takes one."""
        entry = self.plan(as_of).entry
        if entry.brakes:
            self.approve(entry.id)
        return self.apply(entry.id)

    @contextmanager
    def look(self) -> Iterator[tuple[Result, Any]]:
        """The run that is shown, opened, and the store."""
        with (
            store_of(self.workspace, self.open_store) as store,
            open_run(self.workspace, duckdb_engine, self.path / "scratch") as result,
        ):  # fmt: skip
            yield result, store

    def give(self, customer: str, level: str, **more: Any) -> Override:
        with self.look() as (result, _):
            given = Given(customer, level, **{"reason": "because", **more})
            return give(self.workspace, self.open_store, self.clock, result, given, who="li")

    def standing(self, customer: str) -> LadderStanding:
        with self.look() as (result, store):
            return standing(self.workspace, store, result, customer, "en")[0]

    def back_to(self, run_id: str, reason: str = "wrong file") -> str:
        return rollback(self.workspace, self.open_store, self.clock, run_id, who="li", reason=reason)

    def listed(self) -> list[tuple[str, str]]:
        return [(r.id, r.state) for r in runs(self.workspace, self.open_store)]

    def plans(self) -> list[str]:
        with store_of(self.workspace, self.open_store) as store:
            return [p.state for p in store.plans()]

    def levels(self) -> dict[str, str | None]:
        """The level of everybody in the run that is shown, and nothing where there is none."""
        if not self.workspace.run_ids():
            return {}
        rows = pq.read_table(self.workspace.run().customers).to_pylist()
        return {r["customer_id"]: r.get("member") for r in rows}


def database(url: str) -> str:
    """A new database for a store beside the one of a URL; its URL."""
    return _made(url, "")


def copied(url: str) -> str:
    """A copy of a database in which nobody is."""
    return _made(url, f"TEMPLATE {_named(url)}")


def dropped(url: str) -> None:
    with suppress(psycopg.errors.InvalidCatalogName):
        _administrator(url, f"DROP DATABASE {_named(url)} WITH (FORCE)")


def _made(url: str, how: str) -> str:
    name = f"corner_{next(_numbers)}"
    _administrator(url, f"CREATE DATABASE {name} {how}")
    head, _, _ = url.rpartition("/")
    return f"{head}/{name}"


def _named(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _administrator(url: str, statement: str) -> None:
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
