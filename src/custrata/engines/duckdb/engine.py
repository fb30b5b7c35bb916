"""DuckDB as the engine: embedded, one process, as many cores as there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import Scan
from custrata.engines.duckdb import ranks as ranks_
from custrata.engines.duckdb import reader


class DuckDBEngine:
    """Temporary tables in memory, spilling to `scratch` when memory runs out; dates local to `timezone`.

    >>> import pathlib, tempfile
    >>> with duckdb_engine("Asia/Shanghai", pathlib.Path(tempfile.mkdtemp())) as engine:
    ...     engine.rows(engine.from_arrow("t", __import__("pyarrow").table({"a": [1, 2]})).aggregate(n=ibis._.count()))
    [{'n': 2}]
    """

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, timezone: str, scratch: Path, backend: Any = None) -> None:
        self._owns = backend is None
        self._con = (
            backend
            if backend is not None
            else ibis.duckdb.connect(temp_directory=str(scratch), preserve_insertion_order=False)
        )
        self._raw = self._con.con
        # On a connection that others use too, our tables have names of their own and the time zone is put back.
        self._prefix = f"custrata{next(_ENGINES)}_"
        self._tables: list[str] = []
        self._zone_before = self._raw.execute("SELECT current_setting('TimeZone')").fetchone()[0]
        self._set_zone(timezone)

    def _set_zone(self, timezone: str) -> None:
        zone = timezone.replace("'", "''")
        self._raw.execute(f"SET TimeZone = '{zone}'")

    def _new(self, name: str) -> str:
        full = self._prefix + name
        self._tables.append(full)
        return full

    @property
    def backend(self) -> Any:
        return self._con

    def read(self, scan: Scan) -> ir.Table:
        return reader.relation(self._con, scan)

    def numbered(self, scan: Scan) -> ir.Table:
        return reader.rows(self._con, scan)

    def rejects(self, scan: Scan) -> Sequence[reader.RejectedLine]:
        return reader.rejects(self._con, scan)

    def materialise(self, name: str, expression: ir.Table) -> ir.Table:
        full = self._new(name)
        with _coded():
            self._raw.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(full)} AS {self._sql(expression)}")
        return self._con.table(full, database="temp.main")

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        with _coded():
            cursor = self._raw.execute(self._sql(expression))
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def at_ranks(self, column: Any, ranks: Sequence[int], n: int) -> Any:
        return ranks_.at_ranks(column, ranks, n)

    def arrow(self, expression: ir.Table) -> Any:
        with _coded():
            return self._raw.execute(self._sql(expression)).to_arrow_table()

    def from_arrow(self, name: str, table: Any) -> ir.Table:
        full = self._new(name)
        self._raw.register(f"{full}_arrow", table)
        self._raw.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(full)} AS SELECT * FROM {_quoted(full + '_arrow')}")
        self._raw.unregister(f"{full}_arrow")
        return self._con.table(full, database="temp.main")

    def write_parquet(self, expression: ir.Table, path: Path) -> None:
        target = str(path).replace("'", "''")
        with _coded():
            self._raw.execute(f"COPY ({self._sql(expression)}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    def keep(self, tables: dict[str, ir.Table], path: Path) -> None:
        target = str(path).replace("'", "''")
        with _coded():
            self._raw.execute(f"ATTACH '{target}' AS kept")
            try:
                for name, expression in tables.items():
                    self._raw.execute(f"CREATE TABLE kept.{_quoted(name)} AS {self._sql(expression)}")
            finally:
                self._raw.execute("DETACH kept")

    def close(self) -> None:
        if self._owns:
            self._con.disconnect()
            return
        for name in set(self._tables):
            self._raw.execute(f"DROP TABLE IF EXISTS temp.main.{_quoted(name)}")
        self._set_zone(self._zone_before)

    def _sql(self, expression: ir.Table) -> str:
        self._con._run_pre_execute_hooks(expression)
        return str(self._con.compile(expression))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_ENGINES = count(1)


@contextmanager
def duckdb_engine(timezone: str, scratch: Path) -> Iterator[DuckDBEngine]:
    """An engine for one evaluation."""
    engine = DuckDBEngine(timezone, scratch)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _coded() -> Iterator[None]:
    """An engine's own error as one of ours; the original stays as the cause for --debug."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise CustrataError(Problem("E-ENGINE-002", "", {"why": str(error).splitlines()[0]})) from error
    except duckdb.Error as error:
        raise CustrataError(Problem("E-ENGINE-001", "", {"why": str(error).splitlines()[0]})) from error
