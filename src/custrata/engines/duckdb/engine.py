"""DuckDB as the engine: embedded, one process, as many cores as there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.exact import Form
from custrata.core.scan import Scan
from custrata.engines.duckdb import ranks as ranks_
from custrata.engines.duckdb import tables
from custrata.engines.duckdb.blame import blame
from custrata.engines.duckdb.objects import Objects, literal, quoted
from custrata.engines.duckdb.reader import Reader, RejectedLine
from custrata.engines.duckdb.words import enumerated

_UNWRITTEN = re.compile("Could not (write|sync|truncate)|No space left|not enough space|quota exceeded|File too large")
_SQL_TYPES = {"string": "VARCHAR", "int64": "BIGINT"}


class DuckDBEngine:
    """Temporary tables in memory, spilling to `scratch` when memory runs out; moments are local to `timezone`.

    On a caller's own connection (`backend`) nothing is set and, once closed, nothing is left.

    >>> import pathlib, tempfile
    >>> with duckdb_engine("Asia/Shanghai", pathlib.Path(tempfile.mkdtemp())) as engine:
    ...     engine.rows(engine.from_arrow("t", __import__("pyarrow").table({"a": [1, 2]})).aggregate(n=ibis._.count()))
    [{'n': 2}]
    """

    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, timezone: str, scratch: Path, backend: Any = None, shared: bool = False) -> None:
        self._owns = backend is None
        self._con = (
            backend
            if backend is not None
            else ibis.duckdb.connect(temp_directory=str(scratch), preserve_insertion_order=False)
        )
        self._raw = self._con.con
        self._timezone = timezone
        self._objects = Objects(self._raw, shared)
        self._reader = Reader(self._con, self._objects)

    @property
    def backend(self) -> Any:
        return self._con

    def read(self, scan: Scan) -> ir.Table:
        return self._reader.relation(scan)

    def filed(self, scan: Scan, *, unchecked: bool = False, forms: Mapping[str, Form] | None = None) -> ir.Table:
        return self._reader.filed(scan, unchecked=unchecked, forms=forms)

    def confirmed(self, scan: Scan, rows: Mapping[str, int]) -> bool:
        return self._reader.confirmed(scan, rows)

    def numbered(self, scan: Scan) -> ir.Table:
        return self._reader.rows(scan)

    def rejects(self, scan: Scan) -> Sequence[RejectedLine]:
        return self._reader.rejects(scan)

    def materialise(self, name: str, expression: ir.Table, words: bool = False) -> ir.Table:
        with self._coded():
            return self._table(self._objects.table(name, f"AS {self._definition(expression, words)}"))

    @contextmanager
    def passing(self, name: str, expression: ir.Table) -> Iterator[ir.Table]:
        table = self.materialise(name, expression)
        try:
            yield table
        finally:
            self._objects.drop(table.get_name())

    def stage(self, name: str, expression: ir.Table) -> ir.Table:
        with self._coded():
            return self._table(self._objects.view(name, self._definition(expression)))

    def local_time(self, moment: Any) -> Any:
        return _local_time(ibis.literal(self._timezone), moment)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        with self._coded():
            cursor = self._raw.execute(self._sql(expression))
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def at_ranks(self, column: Any, ranks: Sequence[int], n: int) -> Any:
        return ranks_.at_ranks(column, ranks, n)

    def arrow(self, expression: ir.Table) -> Any:
        with self._coded():
            return self._raw.execute(self._sql(expression)).to_arrow_table()

    def from_arrow(self, name: str, table: Any) -> ir.Table:
        return self._table(self._objects.copied(name, table))

    def from_rows(
        self, name: str, rows: Sequence[Sequence[str | int | None]], types: Mapping[str, Literal["string", "int64"]]
    ) -> ir.Table:
        # As SQL: to Arrow, Python values go by way of pandas, whose import alone takes longer than many a load.
        columns = ", ".join(f"{quoted(c)} {_SQL_TYPES[t]}" for c, t in types.items())
        with self._coded():
            table = self._objects.table(name, f"({columns})")
            if rows:
                values = ", ".join(f"({', '.join(map(_value, row))})" for row in rows)
                self._raw.execute(f"INSERT INTO {quoted(table)} VALUES {values}")
            return self._table(table)

    def write_parquet(self, expression: ir.Table, path: Path, sought: bool = False) -> None:
        target = literal(str(path))
        # The usual level, 3, takes longer, and files of classes and amounts come out no smaller. A dictionary of many
        # values is thrown away in the end: the sooner that is seen, the better.
        options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4096"
        # The usual group, 122,880 rows, is read whole for one of them.
        options += ", ROW_GROUP_SIZE 32768" if sought else ""
        with self._coded():
            self._raw.execute(f"COPY ({self._definition(expression, words=True)}) TO {target} ({options})")

    @contextmanager
    def _coded(self) -> Iterator[None]:
        """`coded`, with the name of the file where one that was read is at fault."""
        try:
            with coded():
                yield
        except CustrataError as error:
            own = all(p.code.startswith("E-ENGINE-") for p in error.problems)
            full = isinstance(error.__cause__, duckdb.OutOfMemoryException)
            found = blame(self._reader.parquet) if own and not full else []
            if not found:
                raise
            raise CustrataError(*found) from error.__cause__

    def close(self) -> None:
        if self._owns:
            self._con.disconnect()
        else:
            self._objects.drop_all()

    def _table(self, name: str) -> ir.Table:
        return tables.table(self._con, name, self._objects.catalog)

    def _sql(self, expression: ir.Table, words: bool = False) -> str:
        self._con._run_pre_execute_hooks(expression)
        if not words:
            return str(self._con.compile(expression))
        query = enumerated(self._con.compiler.to_sqlglot(expression))
        return str(query.sql(dialect=self._con.dialect, copy=False))

    def _definition(self, expression: ir.Table, words: bool = False) -> str:
        """What a table, a view or a file is made of. Nested selects may stay nested: DuckDB merges them in a fraction
        of the time that Ibis takes for it. An order given to a nested select stays that of the rows (a sort comes in a
        fixed order, and DuckDB keeps that), and is worked out without the columns that are made after it."""
        sql = ibis.options.sql
        usual, sql.fuse_selects = sql.fuse_selects, False
        try:
            return self._sql(expression, words)
        finally:
            sql.fuse_selects = usual


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="timezone", signature=((dt.string, dt.Timestamp(timezone="UTC")), dt.timestamp)
)
def _local_time(zone: str, moment: Any) -> Any:
    """Ibis casts from one zone to another without a conversion, and to a date by the session's zone."""


def _value(value: str | int | None) -> str:
    """A Python value as SQL writes it."""
    if value is None:
        return "NULL"
    return literal(value) if isinstance(value, str) else str(value)


@contextmanager
def duckdb_engine(timezone: str, scratch: Path) -> Iterator[DuckDBEngine]:
    """An engine for one evaluation."""
    engine = DuckDBEngine(timezone, scratch)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def coded() -> Iterator[None]:
    """An engine's own error as one of ours; the original stays as the cause for --debug."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise CustrataError(Problem("E-ENGINE-002", "", {"why": str(error).splitlines()[0]})) from error
    except duckdb.Error as error:
        # A commit that finds the disk full is an error of the transaction to DuckDB.
        code = "E-ENGINE-002" if _UNWRITTEN.search(str(error)) else "E-ENGINE-001"
        raise CustrataError(Problem(code, "", {"why": str(error).splitlines()[0]})) from error
