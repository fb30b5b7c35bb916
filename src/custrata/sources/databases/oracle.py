"""Oracle through python-oracledb (thin: no client to install), which fetches Arrow in batches.

Not run against a server yet: numbers and dates are asked for as text in a form that no setting of the session changes,
because a NUMBER without places would else be fetched as a float.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import oracledb
import pyarrow as pa

from custrata.sources.databases.columns import INSTANT, OPEN_NUMBER, REAL, TEXT, TIME, WHOLE, Column, decimal_of
from custrata.sources.databases.connections import Connection
from custrata.sources.databases.query import ALIAS, Relation, quoted
from custrata.sources.databases.session import BATCH_ROWS, Failure, Server

_NUMBER = "TO_CHAR({}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')"
_TIME = "TO_CHAR({}, 'YYYY-MM-DD HH24:MI:SS.FF6')"
_UTC = "TO_CHAR(SYS_EXTRACT_UTC(CAST({} AS TIMESTAMP WITH TIME ZONE)), 'YYYY-MM-DD HH24:MI:SS.FF6')"
#: type → (what it becomes, how it is selected). CHAR comes padded with blanks; DATE has a time.
_TYPES: dict[Any, tuple[pa.DataType | None, str]] = {
    oracledb.DB_TYPE_VARCHAR: (TEXT, "{}"), oracledb.DB_TYPE_NVARCHAR: (TEXT, "{}"),
    oracledb.DB_TYPE_CHAR: (TEXT, "RTRIM({})"), oracledb.DB_TYPE_NCHAR: (TEXT, "RTRIM({})"),
    oracledb.DB_TYPE_CLOB: (TEXT, "{}"), oracledb.DB_TYPE_NCLOB: (TEXT, "{}"),
    oracledb.DB_TYPE_BINARY_DOUBLE: (REAL, "{}"),
    oracledb.DB_TYPE_BINARY_FLOAT: (REAL, "TO_BINARY_DOUBLE(TO_CHAR({}))"),
    oracledb.DB_TYPE_DATE: (TIME, "TO_CHAR({}, 'YYYY-MM-DD HH24:MI:SS')"), oracledb.DB_TYPE_TIMESTAMP: (TIME, _TIME),
    oracledb.DB_TYPE_TIMESTAMP_TZ: (INSTANT, _UTC), oracledb.DB_TYPE_TIMESTAMP_LTZ: (INSTANT, _UTC),
    oracledb.DB_TYPE_JSON: (TEXT, "JSON_SERIALIZE({} RETURNING CLOB)"),
    oracledb.DB_TYPE_ROWID: (TEXT, "ROWIDTOCHAR({})"),
    oracledb.DB_TYPE_RAW: (None, "{}"), oracledb.DB_TYPE_LONG_RAW: (None, "{}"), oracledb.DB_TYPE_BLOB: (None, "{}"),
    oracledb.DB_TYPE_LONG: (None, "{}"), oracledb.DB_TYPE_OBJECT: (None, "{}"), oracledb.DB_TYPE_BFILE: (None, "{}"),
    oracledb.DB_TYPE_CURSOR: (None, "{}"), oracledb.DB_TYPE_VECTOR: (None, "{}"),
}  # fmt: skip
_CODES: dict[str, Failure] = {
    "ORA-00942": "no_table", "ORA-04043": "no_table", "ORA-01017": "login", "ORA-28000": "login", "ORA-28001": "login",
    "ORA-01005": "login", "ORA-01045": "login", "ORA-01031": "denied", "ORA-41900": "denied", "ORA-00918": "duplicate",
    "ORA-12514": "no_database", "ORA-12505": "no_database", "DPY-6001": "no_database", "DPY-6003": "no_database",
    "ORA-01013": "timeout", "DPY-4024": "timeout", "DPI-1067": "timeout", "ORA-00054": "timeout",
    "ORA-00028": "lost", "ORA-03113": "lost", "ORA-03114": "lost", "ORA-03135": "lost", "ORA-02396": "lost",
    "DPY-1001": "lost", "DPY-4011": "lost", "DPI-1080": "lost", "DPI-1010": "lost", "DPY-6005": "unreachable",
    "DPY-6000": "unreachable", "ORA-12541": "unreachable", "ORA-12170": "unreachable", "ORA-12545": "unreachable",
}  # fmt: skip
_SCHEMAS = "('SYS', 'SYSTEM', 'XDB', 'MDSYS', 'CTXSYS', 'ORDSYS', 'WMSYS', 'OUTLN', 'DBSNMP', 'LBACSYS', 'APPQOSSYS')"


def open_session(connection: Connection) -> OracleSession:
    """Connects; a call that takes longer than the connection's `timeout` ends."""
    options = connection.options
    where: dict[str, Any] = {"dsn": options["dsn"]} if "dsn" in options else {
        "host": connection.host, "port": connection.port, "protocol": options.get("protocol", "tcp"),
        **({"sid": options["sid"]} if "sid" in options else {"service_name": connection.database}),
    }  # fmt: skip
    for name in ("wallet_location", "config_dir"):
        if name in options:
            where[name] = options[name]
    if connection.wallet_password.get_secret_value():
        where["wallet_password"] = connection.wallet_password.get_secret_value()
    dbapi = oracledb.connect(
        user=connection.user, password=connection.password.get_secret_value(), expire_time=1,
        tcp_connect_timeout=connection.connect_timeout, **where,
    )  # fmt: skip
    dbapi.call_timeout = connection.timeout * 1000
    return OracleSession(dbapi, connection)


def failure(error: BaseException) -> Failure:
    """From the code in front of the message."""
    for code in re.findall(r"\b(?:ORA|DPY|DPI)-\d{4,5}\b", str(error)):
        if code in _CODES:
            return _CODES[code]
    return "unreachable" if isinstance(error, OSError) else "other"


class OracleSession:
    """One connection; a read-only transaction of Oracle sees the moment at which it began."""

    def __init__(self, dbapi: Any, connection: Connection) -> None:
        self._dbapi, self._connection = dbapi, connection

    def restrict(self) -> None:
        """Until the read-only transaction begins only descriptions are asked for."""

    def describe(self, relation: Relation, encoding: str | None) -> list[Column]:
        with self._dbapi.cursor() as cursor:
            cursor.parse(relation.select("*"))
            return [column(f.name, f.type_code, f.precision, f.scale) for f in cursor.description]

    def tables(self) -> list[tuple[str, str]]:
        return self._rows(
            "SELECT owner, name FROM (SELECT owner, table_name name FROM all_tables UNION SELECT owner, view_name"
            f" FROM all_views) WHERE owner NOT IN {_SCHEMAS}"
            " ORDER BY CASE WHEN owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') THEN 0 ELSE 1 END, 1, 2"
        )

    def primary_key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        found = self._rows(
            "SELECT c.column_name FROM all_constraints k JOIN all_cons_columns c ON c.owner = k.owner"
            " AND c.constraint_name = k.constraint_name WHERE k.constraint_type = 'P' AND k.table_name = :2"
            " AND k.owner = COALESCE(:1, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')) ORDER BY c.position",
            {"1": parts[-2] if len(parts) > 1 else None, "2": parts[-1]},
        )
        return tuple(row[0] for row in found)

    def begin(self) -> Server:
        with self._dbapi.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        database, utc, local = self._rows(
            f"SELECT SYS_CONTEXT('USERENV', 'DB_NAME'), {_UTC.format('SYSTIMESTAMP')},"
            f" {_TIME.format('LOCALTIMESTAMP')} FROM dual"
        )[0]
        return Server(
            "Oracle", str(self._dbapi.version), database, "read only", datetime.fromisoformat(utc),
            datetime.fromisoformat(local),
        )  # fmt: skip

    def since(self, column: Column) -> str:
        return since_expression(column)

    def read(self, sql: str, since: str | None) -> Iterator[pa.RecordBatch]:
        bound = None
        if since is not None:
            plain = since.removesuffix("Z")
            # The format asks for a fraction, and Oracle does not forgive one that is missing.
            bound = {"since": f"{plain}.000000" if "T" in plain and "." not in plain else plain}
        for frame in self._dbapi.fetch_df_batches(statement=sql, parameters=bound, size=BATCH_ROWS):
            table = pa.table(frame)
            if table.num_rows:
                yield from table.to_batches()

    def failure(self, error: BaseException) -> Failure:
        return failure(error)

    def close(self) -> None:
        with suppress(Exception):
            self._dbapi.rollback()
        with suppress(Exception):
            self._dbapi.close()

    def _rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[Any]:
        with self._dbapi.cursor() as cursor:
            cursor.execute(sql, parameters or {})
            return list(cursor.fetchall())


def column(name: str, native: Any, precision: int | None, scale: int | None) -> Column:
    """A column by the driver's description. A NUMBER without precision is exact too: it grows as its values ask.

    >>> found = column("AMOUNT", oracledb.DB_TYPE_NUMBER, 12, 2)
    >>> str(found.type), column("QTY", oracledb.DB_TYPE_NUMBER, 0, -127).type == OPEN_NUMBER
    ('decimal128(12, 2)', True)
    """
    cell = f"{quoted(ALIAS, 'oracle')}.{quoted(name, 'oracle')}"
    word = str(native.name).removeprefix("DB_TYPE_").lower()
    if native == oracledb.DB_TYPE_NUMBER:
        type_ = OPEN_NUMBER
        if precision and scale is not None and 0 <= scale <= precision:
            type_ = WHOLE if scale == 0 and precision <= 18 else decimal_of(precision, scale)
        return Column(name, name, word, type_, _NUMBER.format(cell))
    kind, expression = _TYPES.get(native, (TEXT, "TO_CHAR({})"))
    return Column(name, name, word, kind, expression.format(cell))


def since_expression(column: Column) -> str:
    """The bound text as the column's own type, so that an index on it is of use."""
    moment = "TO_TIMESTAMP(:since, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF')"
    if column.type == INSTANT:
        return f"FROM_TZ({moment}, 'UTC')"
    if column.type == TIME:
        return f"CAST({moment} AS DATE)" if column.native == "date" else moment
    return "TO_NUMBER(:since)"
