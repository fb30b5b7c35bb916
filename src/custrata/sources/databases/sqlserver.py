"""SQL Server through Microsoft's own driver, whose cursor hands over Arrow batches.

Not run against a server yet: what leaves no doubt by the driver's documentation is used (whole numbers, decimals,
floats, Unicode text), and the server turns all else into text in a form that does not depend on its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import mssql_python as driver
import pyarrow as pa

from custrata.sources.databases.columns import DAY, INSTANT, REAL, TEXT, TIME, TRUTH, WHOLE, Column, decimal_of
from custrata.sources.databases.connections import Connection
from custrata.sources.databases.query import ALIAS, Relation, quoted
from custrata.sources.databases.session import BATCH_ROWS, Failure, Server

#: type → (what it becomes, how it is selected). Style 121 is yyyy-mm-dd hh:mi:ss.fffffff in every language; a varchar
#: in the code page of a Chinese collation is turned into Unicode by the server.
_TYPES: dict[str, tuple[pa.DataType | None, str]] = {
    "bigint": (WHOLE, "{}"), "int": (WHOLE, "CAST({} AS bigint)"), "smallint": (WHOLE, "CAST({} AS bigint)"),
    "tinyint": (WHOLE, "CAST({} AS bigint)"), "bit": (TRUTH, "{}"), "float": (REAL, "{}"),
    "real": (REAL, "CAST(CONVERT(varchar(32), {}) AS float)"),
    "money": (decimal_of(19, 4), "CAST({} AS decimal(19, 4))"),
    "smallmoney": (decimal_of(10, 4), "CAST({} AS decimal(10, 4))"), "date": (DAY, "CONVERT(nvarchar(10), {}, 23)"),
    "datetime": (TIME, "CONVERT(nvarchar(26), CAST({} AS datetime2(6)), 121)"),
    "smalldatetime": (TIME, "CONVERT(nvarchar(26), CAST({} AS datetime2(6)), 121)"),
    "datetime2": (TIME, "CONVERT(nvarchar(26), CAST({} AS datetime2(6)), 121)"),
    "datetimeoffset": (
        INSTANT, "CONVERT(nvarchar(26), CAST(SWITCHOFFSET({}, '+00:00') AS datetime2(6)), 121)",
    ),
    "char": (TEXT, "CAST(RTRIM({}) AS nvarchar(max))"), "nchar": (TEXT, "RTRIM({})"), "nvarchar": (TEXT, "{}"),
    "time": (TEXT, "CONVERT(nvarchar(16), {}, 121)"), "uniqueidentifier": (TEXT, "CONVERT(nvarchar(36), {})"),
    "binary": (None, "{}"), "varbinary": (None, "{}"), "image": (None, "{}"), "timestamp": (None, "{}"),
    "geometry": (None, "{}"), "geography": (None, "{}"), "hierarchyid": (TEXT, "{}.ToString()"),
}  # fmt: skip
_WORDS: tuple[tuple[Failure, str], ...] = (
    ("no_database", r"Cannot open database|无法打开登录所请求的数据库"),
    ("login", r"Login failed|登录失败|28000"),
    ("no_table", r"Invalid object name|对象名.*无效|42S02"),
    ("denied", r"permission was denied|拒绝了对.*的.*权限"),
    ("timeout", r"Query timeout expired|Lock request time out|Timeout expired|HYT00"),
    ("lost", r"Communication link failure|connection is broken|Connection (was )?reset|forcibly closed|08S01"
             r"|transport-level"),
    ("duplicate", r"was specified multiple times|多次为.*指定了列"),
    ("unreachable", r"unable to establish connection|Login timeout expired|TCP Provider|Named Pipes Provider|08001"
                    r"|HYT01|SSL Provider"),
)  # fmt: skip
_NEEDED = re.compile(r"^(?P<type>[a-z0-9_ ]+?)(?:\((?P<precision>\d+|max)(?:,(?P<scale>\d+))?\))?$")


def open_session(connection: Connection) -> SqlServerSession:
    """Connects, encrypted unless the connection says otherwise."""
    dbapi = driver.connect(connection_string(connection), autocommit=True, timeout=connection.connect_timeout)
    dbapi.timeout = connection.timeout
    return SqlServerSession(dbapi, connection)


def connection_string(connection: Connection) -> str:
    """The words of the driver; values in braces, so that nothing in them is taken for another word."""
    options = connection.options
    words = {
        "Server": f"{connection.host},{connection.port}", "Database": connection.database, "UID": connection.user,
        "PWD": connection.password.get_secret_value(), "Encrypt": options.get("encrypt", "yes"),
        "TrustServerCertificate": options.get("trust_server_certificate", "no"), "ApplicationIntent": "ReadOnly",
        "HostnameInCertificate": options.get("host_name_in_certificate", ""),
        "Authentication": options.get("authentication", ""), "ConnectRetryCount": "0",
    }  # fmt: skip
    return "".join(f"{k}={{{v.replace('}', '}}')}}};" for k, v in words.items() if v)


def failure(error: BaseException) -> Failure:
    """From the words of the driver, which gives no error numbers."""
    for kind, words in _WORDS:
        if re.search(words, str(error)):
            return kind
    return "unreachable" if isinstance(error, OSError) else "other"


class SqlServerSession:
    """One connection. SQL Server has no read-only transactions: the snapshot ends in a rollback, whatever happens."""

    def __init__(self, dbapi: Any, connection: Connection) -> None:
        self._dbapi, self._connection = dbapi, connection

    def restrict(self) -> None:
        """There is no such setting; until the snapshot begins only descriptions are asked for."""

    def describe(self, relation: Relation, encoding: str | None) -> list[Column]:
        found = self._rows(
            "SELECT name, system_type_name, error_message FROM sys.dm_exec_describe_first_result_set(?, NULL, 0)"
            " WHERE is_hidden = 0 OR error_message IS NOT NULL ORDER BY column_ordinal",
            relation.select("*"),
        )
        for _, _, message in found:
            if message:
                raise driver.ProgrammingError(str(message), str(message))
        return [column(name, native or "sql_variant") for name, native, _ in found]

    def tables(self) -> list[tuple[str, str]]:
        return self._rows(
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            " ORDER BY CASE WHEN TABLE_SCHEMA = SCHEMA_NAME() THEN 0 ELSE 1 END, TABLE_SCHEMA, TABLE_NAME"
        )

    def primary_key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        found = self._rows(
            "SELECT c.name FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id"
            " AND k.index_id = i.index_id JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id"
            " WHERE i.is_primary_key = 1 AND i.object_id = OBJECT_ID(?) ORDER BY k.key_ordinal",
            ".".join(quoted(part, "sqlserver") for part in parts),
        )
        return tuple(row[0] for row in found)

    def begin(self) -> Server:
        level, version, database = self._rows(
            "SELECT snapshot_isolation_state, CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(40)), DB_NAME()"
            " FROM sys.databases WHERE database_id = DB_ID()"
        )[0]
        # Where the database allows no snapshots, each statement still sees committed rows only.
        snapshot = level == 1
        self._run("SET LOCK_TIMEOUT 60000")
        self._run(f"SET TRANSACTION ISOLATION LEVEL {'SNAPSHOT' if snapshot else 'READ COMMITTED'}")
        self._dbapi.autocommit = False
        utc, local = self._rows(
            "SELECT CONVERT(nvarchar(26), CAST(SYSUTCDATETIME() AS datetime2(6)), 126),"
            " CONVERT(nvarchar(26), CAST(SYSDATETIME() AS datetime2(6)), 126)"
        )[0]
        return Server(
            "SQL Server", version, database, "snapshot" if snapshot else "read committed, each statement for itself",
            datetime.fromisoformat(utc), datetime.fromisoformat(local),
        )  # fmt: skip

    def since(self, column: Column) -> str:
        return since_expression(column)

    def read(self, sql: str, since: str | None) -> Iterator[pa.RecordBatch]:
        cursor = self._dbapi.cursor()
        cursor.execute(sql, *([] if since is None else [since.removesuffix("Z")]))
        with cursor.arrow_reader(BATCH_ROWS) as reader:
            yield from reader
        cursor.close()

    def failure(self, error: BaseException) -> Failure:
        return failure(error)

    def close(self) -> None:
        with suppress(Exception):
            self._dbapi.rollback()
        with suppress(Exception):
            self._dbapi.close()

    def _run(self, sql: str) -> None:
        cursor = self._dbapi.cursor()
        cursor.execute(sql)
        cursor.close()

    def _rows(self, sql: str, *parameters: str) -> list[Any]:
        cursor = self._dbapi.cursor()
        cursor.execute(sql, *parameters)
        rows = [tuple(row) for row in cursor.fetchall()]
        cursor.close()
        return rows


def column(name: str, native: str) -> Column:
    """A column by the type as the server writes it, such as `decimal(12,2)`.

    >>> found = column("金额", "money")
    >>> found.expression, str(found.type)
    ('CAST([q_].[金额] AS decimal(19, 4))', 'decimal128(19, 4)')
    """
    cell = f"{quoted(ALIAS, 'sqlserver')}.{quoted(name, 'sqlserver')}"
    match = _NEEDED.match(native.lower())
    base = match["type"] if match else native.lower()
    if match and base in ("decimal", "numeric"):
        return Column(name, name, base, decimal_of(int(match["precision"] or 18), int(match["scale"] or 0)), cell)
    type_, expression = _TYPES.get(base, (TEXT, "CAST({} AS nvarchar(max))"))
    return Column(name, name, base, type_, expression.format(cell))


def since_expression(column: Column) -> str:
    """The bound text as the column's own type, so that an index on it is of use; ISO 8601 with T is read alike in every
    language."""
    if column.native == "datetimeoffset":
        return "TODATETIMEOFFSET(CAST(? AS datetime2(6)), '+00:00')"
    if column.native in ("datetime", "smalldatetime"):
        # These know milliseconds at best, and refuse a text with more.
        return f"CAST(CAST(? AS datetime2(6)) AS {column.native})"
    if column.type == TIME:
        return "CAST(? AS datetime2(6))"
    return f"CAST(? AS {'date' if column.type == DAY else 'bigint' if column.type == WHOLE else 'decimal(38, 0)'})"
