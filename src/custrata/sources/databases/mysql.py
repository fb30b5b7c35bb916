"""MySQL and MariaDB through PyMySQL, every value as the text that the server writes, made Arrow by us.

No library that delivers Arrow reads these servers without loss: docs/decisions/0012-databases.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from custrata.core.errors import CustrataError, Problem
from custrata.sources.databases.columns import DAY, INSTANT, REAL, TEXT, TIME, WHOLE, Column, decimal_of
from custrata.sources.databases.connections import Connection
from custrata.sources.databases.query import ALIAS, Relation, quoted
from custrata.sources.databases.session import BATCH_ROWS, Failure, Server, batch_of
from custrata.sources.databases.spec import ENCODINGS

_BINARY = 63
_VARIABLE = "@custrata_since"
_WHOLE = {FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.YEAR}
_DECIMAL = {FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL}
_STRINGS = {FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB,
            FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB}  # fmt: skip
_SIMPLE: dict[int, pa.DataType] = {
    FIELD_TYPE.FLOAT: REAL, FIELD_TYPE.DOUBLE: REAL, FIELD_TYPE.DATE: DAY, FIELD_TYPE.NEWDATE: DAY,
    FIELD_TYPE.DATETIME: TIME, FIELD_TYPE.TIMESTAMP: INSTANT,
}  # fmt: skip
_NAMES = {code: name for name, code in vars(FIELD_TYPE).items() if name.isupper() and isinstance(code, int)}
#: MySQL keeps a TIMESTAMP in UTC and shows it in the session's zone, which differs from server to server. The zero of
#: old tables (0000-00-00 00:00:00) is number 0.
_IN_UTC = (
    "CASE UNIX_TIMESTAMP({0}) WHEN 0 THEN '0000-00-00 00:00:00'"
    " ELSE CAST(DATE_ADD('1970-01-01 00:00:00.000000', INTERVAL UNIX_TIMESTAMP({0}) SECOND) AS CHAR) END"
)
_NUMBERS: dict[int, Failure] = {
    1044: "denied", 1045: "login", 1698: "login", 1251: "login", 2059: "login", 1049: "no_database", 1146: "no_table",
    1051: "no_table", 1142: "denied", 1143: "denied", 1227: "denied", 1370: "denied", 1205: "timeout",
    1969: "timeout", 3024: "timeout", 2003: "unreachable", 2002: "unreachable", 2005: "unreachable",
    1040: "unreachable", 1129: "unreachable", 1130: "login", 2006: "lost", 2013: "lost", 2055: "lost", 1053: "lost",
    1077: "lost", 1317: "lost", 1927: "lost", 1158: "lost", 1159: "lost", 1060: "duplicate",
}  # fmt: skip
_TLS = {"disabled", "preferred", "required", "verify_ca", "verify_identity"}


def open_session(connection: Connection) -> MysqlSession:
    """Connects, values to come as text."""
    options = connection.options
    mode = options.get("ssl_mode", "verify_identity" if options.get("ssl_ca") else "preferred").lower()
    if mode not in _TLS:
        values = {"key": "ssl_mode", "known": ", ".join(sorted(_TLS)), "suggestion": ""}
        raise CustrataError(Problem("E-DB-004", connection.name, values))
    tls: dict[str, Any] = {"ssl_disabled": mode == "disabled"}
    if mode not in ("disabled", "preferred"):
        tls["ssl"] = {"ca": options.get("ssl_ca"), "cert": options.get("ssl_cert"), "key": options.get("ssl_key")}
        tls["ssl"] |= {"check_hostname": mode == "verify_identity", "verify_mode": mode.startswith("verify")}
    dbapi = pymysql.connect(
        host=connection.host, port=connection.port, user=connection.user, database=connection.database,
        password=connection.password.get_secret_value(), unix_socket=options.get("unix_socket") or None,
        charset=options.get("charset", "utf8mb4"), connect_timeout=connection.connect_timeout,
        read_timeout=connection.timeout + 10, write_timeout=60, conv=dict(encoders), autocommit=True, **tls,
    )  # fmt: skip
    return MysqlSession(dbapi, connection)


def failure(error: BaseException) -> Failure:
    """From the server's or the driver's error number."""
    number = error.args[0] if isinstance(error, pymysql.MySQLError) and error.args else None
    if number == 2003 and "timed out" in str(error):
        return "unreachable"
    if number == 2013 and "timed out" in str(error):
        return "timeout"
    if isinstance(number, int) and number in _NUMBERS:
        return _NUMBERS[number]
    if isinstance(error, pymysql.InterfaceError):
        return "lost"
    return "unreachable" if isinstance(error, OSError) else "other"


class MysqlSession:
    """One connection; the session's time zone stays the server's, so that a user's query means what it means there."""

    def __init__(self, dbapi: Any, connection: Connection) -> None:
        self._dbapi, self._connection = dbapi, connection
        self._instant_since = False
        self._version = ""

    def restrict(self) -> None:
        """Nothing is written from here on, and whatever takes too long ends; the two families name that differently."""
        self._rows("SET SESSION TRANSACTION READ ONLY")
        self._version = str(self._rows("SELECT VERSION()")[0][0])
        seconds = self._connection.timeout
        self._rows(f"SET SESSION max_statement_time = {seconds}" if "MariaDB" in self._version
                   else f"SET SESSION max_execution_time = {seconds * 1000}")  # fmt: skip

    def describe(self, relation: Relation, encoding: str | None) -> list[Column]:
        with self._dbapi.cursor() as cursor:
            cursor.execute(relation.select("*") + " LIMIT 0")
            described = cursor.description
            # Bytes and text have one type and differ in the character set, which the description leaves out.
            charsets = {field.name: "binary" if field.charsetnr == _BINARY else "" for field in cursor._result.fields}
        if encoding:
            charsets |= self._charsets(relation, [d[0] for d in described if d[1] in _STRINGS])
        return [_column(d, charsets[d[0]] if d[1] in _STRINGS else "", encoding) for d in described]

    def tables(self) -> list[tuple[str, str]]:
        return self._rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN"
            " ('information_schema', 'mysql', 'performance_schema', 'sys')"
            " ORDER BY table_schema <> DATABASE(), table_schema, table_name"
        )

    def primary_key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        found = self._rows(
            "SELECT column_name FROM information_schema.key_column_usage WHERE constraint_name = 'PRIMARY'"
            " AND table_schema = COALESCE(%s, DATABASE()) AND table_name = %s ORDER BY ordinal_position",
            parts[-2] if len(parts) > 1 else None, parts[-1],
        )  # fmt: skip
        return tuple(row[0] for row in found)

    def begin(self) -> Server:
        self._rows("SET SESSION lock_wait_timeout = 60, net_write_timeout = 600")
        self._rows("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self._rows("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        database, utc, local = self._rows("SELECT DATABASE(), UTC_TIMESTAMP(6), CAST(NOW(6) AS CHAR)")[0]
        number = re.match(r"[\d.]+", self._version)
        product = "MariaDB" if "MariaDB" in self._version else "MySQL"
        return Server(
            product, number[0] if number else self._version, database or "",
            "consistent snapshot, read only", datetime.fromisoformat(utc), datetime.fromisoformat(local),
        )  # fmt: skip

    def since(self, column: Column) -> str:
        self._instant_since = column.type == INSTANT
        if column.type == INSTANT:
            return f"FROM_UNIXTIME(CAST({_VARIABLE} AS DECIMAL(20, 6)))"
        kind = {TIME: "DATETIME(6)", DAY: "DATE", WHOLE: "SIGNED"}.get(column.type, "DECIMAL(38, 0)")
        return f"CAST({_VARIABLE} AS {kind})"

    def read(self, sql: str, since: str | None) -> Iterator[pa.RecordBatch]:
        if since is not None:
            if self._instant_since:
                since = f"{datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp():.6f}"
            # A variable, because a query with parameters could not hold a % of its own.
            self._rows(f"SET {_VARIABLE} = %s", since)
        cursor = self._dbapi.cursor(SSCursor)
        try:
            cursor.execute(sql)
            names = [f[0] for f in cursor.description]
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield batch_of(rows, names)
        finally:
            if cursor._result is not None:
                # Or the driver would read on to the last row of a load that was given up.
                cursor._result.unbuffered_active = False

    def failure(self, error: BaseException) -> Failure:
        return failure(error)

    def close(self) -> None:
        with suppress(Exception):
            self._dbapi.close()

    def _charsets(self, relation: Relation, names: list[str]) -> dict[str, str]:
        """In what the database keeps its text columns; where there are no rows it makes no difference."""
        if not names:
            return {}
        asked = ", ".join(f"CHARSET({_cell(name)})" for name in names)
        found = self._rows(relation.select(asked) + " LIMIT 1")
        return dict(zip(names, found[0], strict=True)) if found else {}

    def _rows(self, sql: str, *parameters: str | None) -> list[Any]:
        with self._dbapi.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return list(cursor.fetchall())


def _cell(name: str) -> str:
    return f"{quoted(ALIAS, 'mysql')}.{quoted(name, 'mysql')}"


def _column(field: Any, charset: str, encoding: str | None) -> Column:
    name, code, _, length, _, scale, _ = field
    cell, native = _cell(name), _NAMES.get(code, str(code)).lower()
    type_: pa.DataType | None = TEXT
    if code in _WHOLE:
        type_ = WHOLE
    elif code in _DECIMAL:
        # The length counts the point and, unless unsigned, the sign.
        type_ = decimal_of(length - (1 if scale else 0), scale)
    elif code in _SIMPLE:
        type_ = _SIMPLE[code]
        cell = _IN_UTC.format(cell) if type_ == INSTANT else cell
    elif code == FIELD_TYPE.BIT:
        type_, cell = WHOLE, f"{cell} + 0"
    elif code == FIELD_TYPE.NULL or (charset == "binary" and code in _STRINGS and not length):
        # `SELECT NULL` is bytes of no length to the server: nothing but nulls, which are text as good as any.
        cell = f"CONVERT({cell} USING utf8mb4)"
    elif code == FIELD_TYPE.GEOMETRY or charset == "binary":
        type_ = None
    elif charset == "latin1" and encoding:
        cell = f"CONVERT(CAST({cell} AS BINARY) USING {ENCODINGS[encoding.lower()]})"
    return Column(name, name, native, type_, cell)
