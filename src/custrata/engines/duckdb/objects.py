"""What is put on a connection while a result is open, under names that nothing else has, so that all of it can go.

The connection may be a caller's own: what he finds on it afterwards is what he left there.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import duckdb

_serial = count(1)


class Objects:
    """Temporary tables, views and registered Arrow tables of one engine.

    What is temporary is seen on its connection alone; a `shared` engine, whose database in memory nobody else has, puts
    everything where all cursors see it.
    """

    def __init__(self, raw: duckdb.DuckDBPyConnection, shared: bool = False) -> None:
        self.raw = raw
        self.catalog = "memory" if shared else "temp"
        self._lasts = "" if shared else "TEMP "
        self._tables: dict[str, None] = {}
        self._views: dict[str, None] = {}
        self._registered: dict[str, None] = {}

    def name(self, kind: str) -> str:
        """A name that no table or view on any connection has."""
        return f"custrata_{kind}_{next(_serial)}"

    def table(self, kind: str, sql: str) -> str:
        """The name of a new temporary table: `sql` is what follows its name in the statement that creates it."""
        name = self.name(kind)
        self.raw.execute(f"CREATE {self._lasts}TABLE {quoted(name)} {sql}")
        self._tables[name] = None
        return name

    def adopt(self, name: str) -> None:
        """A table that somebody else made under a `name` of ours."""
        self._tables[name] = None

    def view(self, kind: str, sql: str) -> str:
        name = self.name(kind)
        self.raw.execute(f"CREATE {self._lasts}VIEW {quoted(name)} AS {sql}")
        self._views[name] = None
        return name

    def register(self, kind: str, table: Any) -> str:
        """The name of an Arrow table, of which nothing is copied."""
        name = self.name(kind)
        self.raw.register(name, table)
        self._registered[name] = None
        return name

    def copied(self, kind: str, table: Any) -> str:
        """The name of a temporary table with the rows of an Arrow table. To `register` one, DuckDB imports PyArrow's
        data sets and pandas with them, which takes longer than to copy a million cells; a stream it takes as it is."""
        incoming = self.register("stream", table.__arrow_c_stream__())
        try:
            return self.table(kind, f"AS FROM {quoted(incoming)}")
        finally:
            self.drop(incoming)

    def drop(self, name: str) -> None:
        """Takes one of them away."""
        if name in self._registered:
            del self._registered[name]
            self.raw.unregister(name)
            return
        kind, known = ("VIEW", self._views) if name in self._views else ("TABLE", self._tables)
        known.pop(name, None)
        self.raw.execute(f"DROP {kind} IF EXISTS {self.catalog}.main.{quoted(name)}")

    def drop_all(self) -> None:
        """Takes everything away, what reads another before what it reads."""
        try:
            for name in [*reversed(self._views), *reversed(self._tables), *reversed(self._registered)]:
                self.drop(name)
        except duckdb.ConnectionException:
            # The caller has closed his connection, and everything temporary went with it.
            self._tables, self._views, self._registered = {}, {}, {}


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
