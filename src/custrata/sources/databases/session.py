"""What every kind of database must be able to do for us, and the words in which its failures are told."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.sources.databases.columns import Column
from custrata.sources.databases.connections import Connection, Kind
from custrata.sources.databases.query import Relation
from custrata.sources.databases.redact import redacted

Failure = Literal["unreachable", "login", "no_database", "no_table", "denied", "timeout", "lost", "duplicate", "other"]
_CODES: dict[Failure, str] = {
    "unreachable": "E-DB-006", "login": "E-DB-007", "no_database": "E-DB-008", "no_table": "E-DB-009",
    "denied": "E-DB-011", "timeout": "E-DB-012", "lost": "E-DB-013", "duplicate": "E-DB-018", "other": "E-DB-015",
}  # fmt: skip
BATCH_ROWS = 20_000
#: What ADBC puts around a server's words.
_AROUND = re.compile(
    r"^(?:[A-Z_]+: )?(?:\[libpq\] )?(?:Failed to [^:]{1,60}: |Execution error \[\w+\]: |could not begin COPY: )*"
    r"(?:ERROR:\s*)?|\s*Query was: .*|\s*\.?\s*SQLSTATE: \w{5}",
    re.DOTALL,
)


@dataclass(frozen=True)
class Server:
    """What a session is connected to; `utc` and `local` are its clock at the start of the snapshot."""

    product: str
    version: str
    database: str
    snapshot: str
    utc: datetime
    local: datetime


class Session(Protocol):
    """One open connection. Reading goes: resolve what is asked for, `begin`, then `read` as often as needed."""

    def restrict(self) -> None:
        """Makes sure that nothing can be written from here on; the first thing asked of a session."""

    def describe(self, relation: Relation, encoding: str | None) -> list[Column]:
        """All columns of a relation, without reading its rows."""

    def tables(self) -> list[tuple[str, str]]:
        """(schema, table) of everything readable; those found without a schema come first."""

    def primary_key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of a table's primary key, in its order; none where it has none or cannot tell."""

    def begin(self) -> Server:
        """Starts the read-only transaction in which everything read is of one moment."""

    def since(self, column: Column) -> str:
        """The value bound to `read`, as an expression of the column's type."""

    def read(self, sql: str, since: str | None) -> Iterator[pa.RecordBatch]:
        """The rows in batches, of bounded size; `since` is bound, never part of the text."""

    def failure(self, error: BaseException) -> Failure:
        """What kind of failure a driver's exception tells of."""

    def close(self) -> None:
        """Gives the transaction and the connection up; never raises."""


#: kind → (module of the session, its driver, the package to install, the extra that brings it)
_DRIVERS: dict[Kind, tuple[str, str, str, str]] = {
    "postgresql": ("postgresql", "adbc_driver_postgresql.dbapi", "adbc-driver-postgresql", "postgresql"),
    "mysql": ("mysql", "pymysql", "pymysql", "mysql"),
    "sqlserver": ("sqlserver", "mssql_python", "mssql-python", "sqlserver"),
    "oracle": ("oracle", "oracledb", "oracledb", "oracle"),
}


def connect(connection: Connection) -> Session:
    """Opens a session. Errors: E-DB-005 the driver is not installed, E-DB-006 the server cannot be reached, E-DB-007
    it does not let us in, E-DB-008 it has no such database, E-DB-011, E-DB-012, E-DB-015."""
    module, driver, package, extra = _DRIVERS[connection.kind]
    try:
        importlib.import_module(driver)
    except ImportError:
        raise CustrataError(Problem("E-DB-005", connection.name, {"package": package, "extra": extra})) from None
    opened = importlib.import_module(f"custrata.sources.databases.{module}")
    session: Session | None = None
    try:
        session = opened.open_session(connection)
        session.restrict()
    except CustrataError:
        raise
    except Exception as error:
        if session is not None:
            session.close()
        # `from None` everywhere: a driver's traceback may show the password even where its message does not.
        raise told(opened.failure(error), error, connection, connection.name) from None
    return session


def told(failure: Failure, error: BaseException, connection: Connection, place: str, **values: Any) -> CustrataError:
    """A driver's exception as an error of ours, its message without credentials."""
    message = str(error) or type(error).__name__
    if len(error.args) == 2 and isinstance(error.args[0], int):
        message = f"{error.args[1]} ({error.args[0]})"
    reason = redacted(_AROUND.sub("", message), connection).rstrip(".。?^ ")
    known = {
        "reason": reason, "address": connection.address,
        "database": connection.database, "seconds": connection.timeout, "rows": 0, "names": reason, "table": "",
        "known": "", "suggestion": "",
    }  # fmt: skip
    return CustrataError(Problem(_CODES[failure], place, {**known, **values}))


def batch_of(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> pa.RecordBatch:
    """Rows of a driver that hands over text (or nothing) as a batch of text columns."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], names=list(names))
