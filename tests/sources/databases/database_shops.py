"""A shop whose records lie in a database, read from there as a run would."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, Problem
from custrata.sources.databases.loads import Load, load_databases
from custrata.sources.databases.open import Read, read_databases
from custrata.sources.databases.spec import DatabaseSpec
from servers import Server
from shops import well_told


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

    def load(self, anew: bool = False, **spec: Any) -> Load:
        specs = {"orders": DatabaseSpec("erp", **spec)}
        environ = self.environ
        return load_databases(specs, self.loads, self.scratch, base=self.folder, environ=environ, anew=anew)["orders"]

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
    def loads(self) -> Path:
        return self.folder / "loads"

    @property
    def left(self) -> list[str]:
        return sorted(p.name for p in self.scratch.glob("*")) if self.scratch.exists() else []
