"""The facts of a workspace on DuckDB: an engine whose tables can outlive it, in one file, changed in transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.engines.duckdb import tables
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.engines.duckdb.objects import literal, quoted


class DuckDBStore(DuckDBEngine):
    """Kept tables live in the file at `path`, everything else in memory. One process at a time.

    A change that is not committed never was: a kill at any moment leaves the tables as they were.

    >>> import pathlib, tempfile
    >>> import pyarrow as pa
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with duckdb_store("UTC", folder, folder / "facts.duckdb") as store:
    ...     with store.transaction():
    ...         store.append("lines", store.from_arrow("new", pa.table({"id": [1, 2]})))
    >>> with duckdb_store("UTC", folder, folder / "facts.duckdb") as store:
    ...     with store.transaction():
    ...         store.append("lines", store.from_arrow("new", pa.table({"id": ["A1"], "brand": ["x"]})))
    ...         gone = store.remove("lines", store.from_arrow("gone", pa.table({"id": ["1"]})))
    ...     store.rows(store.kept("lines").order_by("id"))
    [{'id': '2', 'brand': None}, {'id': 'A1', 'brand': 'x'}]
    """

    def __init__(self, timezone: str, scratch: Path, path: Path) -> None:
        try:
            backend = ibis.duckdb.connect(path, temp_directory=str(scratch), preserve_insertion_order=False)
        except duckdb.Error as error:
            values = {"why": str(error).splitlines()[0]}
            raise CustrataError(Problem("E-LOAD-001", str(path), values)) from error
        super().__init__(timezone, scratch, backend)
        self._owns = True
        # Kept moments are compared with texts that tell no zone.
        self._raw.execute("SET TimeZone = 'UTC'")
        self._catalog = str(self._raw.execute("SELECT current_database()").fetchone()[0])
        self._names: set[str] | None = None

    def kept_names(self) -> set[str]:
        """The tables there are."""
        if self._names is not None:
            return set(self._names)
        # A parameter instead of the literal would have DuckDB import pandas.
        here = literal(self._catalog)
        with self._coded():
            found = self._raw.execute(
                f"SELECT table_name FROM duckdb_tables() WHERE database_name = {here} AND NOT temporary"
            )
            self._names = {row[0] for row in found.fetchall()}
        return set(self._names)

    def kept(self, name: str) -> ir.Table:
        """A kept table as it is now."""
        return tables.table(self._con, name, self._catalog)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside, or none of them."""
        with self._coded():
            self._raw.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._names = None
            with suppress(duckdb.Error):  # what failed may have ended it already, as a full disk does
                self._raw.execute("ROLLBACK")
            raise
        with self._coded():
            self._raw.execute("COMMIT")

    def commit(self) -> None:
        """What was changed so far stays. DuckDB knows the bounds of columns that are committed, and so groups whole
        numbers in a third less time."""
        with self._coded():
            self._raw.execute("COMMIT")
            self._raw.execute("BEGIN")

    def replace(self, name: str, expression: ir.Table) -> None:
        """The table, from now on with these rows; the expression may read the table itself."""
        with self._coded():
            self._raw.execute(f"CREATE OR REPLACE TABLE {self._place(name)} AS {self._definition(expression)}")
        self._names = None

    def append(self, name: str, expression: ir.Table) -> None:
        """More rows. Columns that one side lacks are null; where types differ, the wider one holds, at last text."""
        if name not in self.kept_names():
            self.replace(name, expression)
            return
        table = self.kept(name)
        here, there = _types(table), _types(expression)
        both = {c: _wider(here.get(c, there.get(c)), there.get(c, here.get(c))) for c in {**here, **there}}
        if both == here:
            fitting = expression.select(**{c: expression[c].cast(here[c]) for c in expression.columns})
            with self._coded():
                self._raw.execute(f"INSERT INTO {self._place(name)} BY NAME {self._definition(fitting)}")
            return
        # One transaction may not alter a table that it has changed otherwise, so the table is written anew.
        self.replace(name, _conform(table, both).union(_conform(expression, both)))

    def remove(self, name: str, keys: ir.Table) -> int:
        """Takes away the rows whose values equal those of a row of `keys` in all of its columns; says how many."""
        if name not in self.kept_names():
            return 0
        table = self.kept(name)
        fitting = keys.select(**{c: keys[c].cast(table[c].type()) for c in keys.columns})
        same = " AND ".join(f"kept.{quoted(c)} = gone.{quoted(c)}" for c in keys.columns)
        with self._coded():
            found = self._raw.execute(
                f"DELETE FROM {self._place(name)} AS kept USING ({self._sql(fitting.distinct())}) AS gone WHERE {same}"
            ).fetchone()
        return int(found[0]) if found else 0

    def forget(self, name: str) -> None:
        """Takes a table away."""
        with self._coded():
            self._raw.execute(f"DROP TABLE IF EXISTS {self._place(name)}")
        self._names = None

    def _place(self, name: str) -> str:
        return f"{quoted(self._catalog)}.main.{quoted(name)}"


def _types(t: ir.Table) -> dict[str, dt.DataType]:
    """Types by column; that a value cannot be null is nothing a table is told apart by."""
    return {name: type_(nullable=True) for name, type_ in t.schema().items()}


def _wider(a: Any, b: Any) -> dt.DataType:
    """A type that holds both: what lies in one kind of file as numbers may be text in another."""
    if a == b or b.is_null():
        return a
    if a.is_null():
        return b
    if a.is_integer() and b.is_integer():
        return max(a, b, key=lambda t: t.nbytes)
    if a.is_decimal() and b.is_decimal():
        scale, digits = max(a.scale, b.scale), max(a.precision - a.scale, b.precision - b.scale)
        return dt.Decimal(min(digits + scale, 38), scale)
    return a if a.is_decimal() and b.is_numeric() else dt.string


def _conform(t: ir.Table, types: dict[str, dt.DataType]) -> ir.Table:
    return t.select(**{c: t[c].cast(k) if c in t.columns else ibis.null(k) for c, k in types.items()})


@contextmanager
def duckdb_store(timezone: str, scratch: Path, path: Path) -> Iterator[DuckDBStore]:
    """The facts at a path, made where there are none. Raises E-LOAD-001 where they cannot be opened."""
    store = DuckDBStore(timezone, scratch, path)
    try:
        yield store
    finally:
        store.close()
