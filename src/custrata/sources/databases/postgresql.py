"""PostgreSQL through ADBC: COPY in binary form, streamed as Arrow batches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa

from custrata.sources.databases.columns import (
    DAY,
    INSTANT,
    OPEN_NUMBER,
    REAL,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    Column,
    decimal_of,
)
from custrata.sources.databases.connections import Connection
from custrata.sources.databases.query import ALIAS, Relation, quoted
from custrata.sources.databases.session import Failure, Server

_BATCH_BYTES = 8 << 20
_SINCE = "custrata.since"
_PARAMETERS = {"user": "user", "dbname": "database", "host": "host", "port": "port"}
#: type → (what it becomes, how it is selected). Dates and times go as text because PostgreSQL has infinite ones, which
#: the driver turns into dates that look like any other.
_TYPES: dict[str, tuple[pa.DataType | None, str]] = {
    "int2": (WHOLE, "{}"), "int4": (WHOLE, "{}"), "int8": (WHOLE, "{}"), "oid": (WHOLE, "{}::int8"),
    "float8": (REAL, "{}"), "float4": (REAL, "{}::text::float8"), "bool": (TRUTH, "{}"),
    "text": (TEXT, "{}"), "varchar": (TEXT, "{}"), "name": (TEXT, "{}"), "bpchar": (TEXT, "{}::text"),
    "date": (DAY, "{}::text"), "timestamp": (TIME, "{}::text"),
    "timestamptz": (INSTANT, "({} AT TIME ZONE 'UTC')::text"),
    "money": (OPEN_NUMBER, "{}::numeric"), "bytea": (None, "{}"), "_bytea": (None, "{}"),
}  # fmt: skip
_SINCE_TYPES = {"timestamp": "timestamp", "timestamptz": "timestamptz", "date": "date", "numeric": "numeric"}
_STATES: dict[str, Failure] = {
    "42P01": "no_table", "3F000": "no_table", "42501": "denied", "57014": "timeout", "55P03": "timeout",
    "57P01": "lost", "57P02": "lost", "57P03": "unreachable", "08006": "lost", "08003": "lost", "28P01": "login",
    "28000": "login", "3D000": "no_database", "42701": "duplicate", "42702": "duplicate", "25P03": "lost",
}  # fmt: skip
#: Words of libpq and of the server where no SQLSTATE comes along; servers in China often speak Chinese.
_WORDS: tuple[tuple[Failure, str], ...] = (
    ("no_database", r"database \"[^\"]*\" does not exist|数据库 \"[^\"]*\" 不存在"),
    ("login", r"password authentication failed|no password supplied|role \"[^\"]*\" does not exist|pg_hba\.conf"
              r"|authentication failed|认证失败|角色 \"[^\"]*\" 不存在|no PostgreSQL user name"),
    ("timeout", r"statement timeout|lock timeout|语句超时|锁超时"),
    ("lost", r"server closed the connection|terminating connection|connection to server was lost|SSL SYSCALL error"
             r"|could not receive data from server|Connection reset|no connection to the server"),
    ("unreachable", r"Failed to connect|could not connect|could not translate host name|Connection refused"),
)  # fmt: skip


def open_session(connection: Connection) -> PostgresSession:
    """Connects; nothing is asked of the server yet."""
    words = {parameter: str(getattr(connection, name)) for parameter, name in _PARAMETERS.items()}
    words["password"] = connection.password.get_secret_value()
    words |= {"connect_timeout": str(connection.connect_timeout), "application_name": "custrata"}
    # A server that vanished without a word is noticed after about a minute.
    words |= {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
    words |= connection.options
    text = " ".join(f"{k}='{_escaped(v)}'" for k, v in words.items() if v)
    return PostgresSession(driver.connect(text, autocommit=True), connection)


def failure(error: BaseException) -> Failure:
    """From the SQLSTATE, or from the words where the driver gives none (while connecting, and amid a COPY)."""
    state = getattr(error, "sqlstate", None)
    if state in _STATES:
        return _STATES[state]
    for kind, words in _WORDS:
        if re.search(words, str(error)):
            return kind
    # Arrow's stream has one kind of error for whatever ends it early; the server's own objections are marked.
    return "lost" if isinstance(error, OSError) and "PGRES_FATAL_ERROR" not in str(error) else "other"


class PostgresSession:
    """One connection; in autocommit until `begin`, so that a name that does not exist spoils nothing."""

    def __init__(self, dbapi: Any, connection: Connection) -> None:
        self._dbapi, self._connection = dbapi, connection
        self._cursors: list[Any] = []

    def restrict(self) -> None:
        """Whatever comes before the snapshot is read-only too."""
        self._run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

    def describe(self, relation: Relation, encoding: str | None) -> list[Column]:
        cursor = self._cursor()
        schema = cursor.adbc_execute_schema(relation.select("*"))
        cursor.close()
        return [_column(field) for field in schema]

    def tables(self) -> list[tuple[str, str]]:
        return self._rows(
            "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND n.nspname NOT LIKE 'pg\\_toast%' AND NOT c.relispartition"
            " ORDER BY NOT pg_catalog.pg_table_is_visible(c.oid), 1, 2"
        )

    def primary_key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        name = ".".join(quoted(part, "postgresql") for part in parts)
        found = self._rows(
            "SELECT a.attname FROM pg_catalog.pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, place),"
            " pg_catalog.pg_attribute a WHERE i.indrelid = to_regclass($1) AND i.indisprimary"
            " AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place",
            name,
        )
        return tuple(row[0] for row in found)

    def begin(self) -> Server:
        self._run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._run(f"SET LOCAL statement_timeout = {self._connection.timeout * 1000}")
        self._run("SET LOCAL lock_timeout = 60000")
        self._run("SET LOCAL datestyle = 'ISO, YMD'")
        version, database, utc, local = self._rows(
            "SELECT current_setting('server_version'), current_database()::text,"
            " (now() AT TIME ZONE 'UTC')::text, localtimestamp::text"
        )[0]
        return Server(
            "PostgreSQL", version.partition(" ")[0], database, "repeatable read, read only",
            datetime.fromisoformat(utc), datetime.fromisoformat(local),
        )  # fmt: skip

    def since(self, column: Column) -> str:
        # COPY takes no parameters, but a setting of this transaction does.
        return f"current_setting('{_SINCE}')::{_SINCE_TYPES.get(column.native, 'int8')}"

    def read(self, sql: str, since: str | None) -> Iterator[pa.RecordBatch]:
        if since is not None:
            self._rows(f"SELECT set_config('{_SINCE}', $1, true)", since)
        cursor = self._cursor()
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
        cursor.execute(sql)
        with cursor.fetch_record_batch() as reader:
            yield from reader
        cursor.close()

    def failure(self, error: BaseException) -> Failure:
        return failure(error)

    def close(self) -> None:
        # A broken connection cannot even be closed properly; the server has rolled back by then.
        for cursor in self._cursors:
            with suppress(Exception):
                cursor.close()
        with suppress(Exception):
            self._dbapi.close()

    def _cursor(self) -> Any:
        cursor = self._dbapi.cursor()
        self._cursors.append(cursor)
        return cursor

    def _run(self, sql: str) -> None:
        cursor = self._cursor()
        cursor.execute(sql)
        cursor.close()

    def _rows(self, sql: str, *parameters: str) -> list[Any]:
        cursor = self._cursor()
        cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
        cursor.execute(sql, list(parameters) or None)
        rows: list[Any] = cursor.fetchall()
        cursor.close()
        return rows


def _column(field: pa.Field) -> Column:
    metadata = field.metadata or {}
    native = metadata.get(b"POSTGRESQL:type", b"").decode()
    cell = f"{quoted(ALIAS, 'postgresql')}.{quoted(field.name, 'postgresql')}"
    if native == "numeric":
        modifier = int(metadata.get(b"POSTGRESQL:typmod", b"-1")) - 4
        # A negative scale rounds to tens or hundreds: such numbers have no places.
        scale = ((modifier & 0x7FF) ^ 1024) - 1024
        fixed = decimal_of(modifier >> 16 & 0xFFFF, scale) if modifier >= 0 and scale >= 0 else OPEN_NUMBER
        return Column(field.name, field.name, native, fixed, cell)
    if native.startswith("_") and native != "_bytea":
        return Column(field.name, field.name, native, TEXT, f"to_json({cell})::text")
    type_, expression = _TYPES.get(native, (TEXT, "{}::text"))
    return Column(field.name, field.name, native, type_, expression.format(cell))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
