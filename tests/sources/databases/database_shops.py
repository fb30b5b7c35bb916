"""A shop whose records lie in a database, read from there as a run would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, Problem, Scheme
from custrata.engines.duckdb.store import duckdb_store
from custrata.sources.databases.open import Read, read_databases
from custrata.sources.databases.spec import DatabaseSpec
from custrata.usecases.load.load import bring_up_to_date
from custrata.usecases.load.workplace import Workplace
from servers import Server
from shops import well_told


@dataclass
class Loaded:
    """The kept rows, how many of them were read now and how many before, and the record of the newest load."""

    rows: list[dict[str, Any]]
    read: int
    before: int
    record: Any

    @property
    def amounts(self) -> dict[str, Any]:
        """Order → amount; an order that stands there twice is an error."""
        found = {row["order_id"]: row["amount"] for row in self.rows}
        assert len(found) == len(self.rows), self.rows
        return {str(order): amount for order, amount in found.items()}


@dataclass
class Shop:
    """A database called `erp`, read into a folder of its own."""

    server: Server
    folder: Path
    database: str
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, sql: str) -> str:
        return self.server.run(sql, self.database)

    def read(self, since: str | None = None, **spec: Any) -> Read:
        specs = {"orders": DatabaseSpec("erp", **spec)}
        return read_databases(specs, lambda *_: since, self.scratch, base=self.folder, environ=self.environ)["orders"]

    def table(self, since: str | None = None, **spec: Any) -> pa.Table:
        return pq.read_table(self.read(since, **spec).file)

    def load(self, anew: bool = False, **spec: Any) -> Loaded:
        """Loads the sales of a workspace whose orders lie in this database, as `custrata load` does."""
        columns = {"order_id": "id", "ordered_at": "changed", "amount": "amount", **spec.pop("columns", {})}
        orders = {"database": "erp", "anonymous": ["empty"], "columns": columns, **spec}
        scheme = Scheme.parse(json.dumps({"scheme": "Shop", "sources": {"orders": orders}}))
        with (
            mock.patch.dict("os.environ", self.environ),
            duckdb_store("UTC", self.scratch, self.folder / "facts.duckdb") as store,
        ):  # fmt: skip
            result = bring_up_to_date(scheme, store, Workplace(self.folder, self.scratch), 1, anew=anew)
            rows = store.rows(store.kept("rows_orders"))
        units = [u for u in result.state.units if u.source == "orders"]
        return Loaded(rows, result.sources[0].read, sum(u.counts.read for u in units[:-1]), units[-1].record)

    def problem(self, **spec: Any) -> Problem:
        """The one thing that is wrong; nothing may be left behind."""
        before = self.left
        with pytest.raises(CustrataError) as caught:
            self.read(**spec)
        (problem,) = well_told(caught.value.problems)
        assert self.left == before
        return problem

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def left(self) -> list[str]:
        return sorted(p.name for p in self.scratch.glob("*")) if self.scratch.exists() else []
