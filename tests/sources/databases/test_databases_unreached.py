"""SQL Server and Oracle, as far as their drivers can be asked without a server: words, types and expressions."""

from __future__ import annotations

import oracledb
import pytest
import sqlglot
from mssql_python.connection_string_parser import _ConnectionStringParser
from pydantic import SecretStr

from custrata.sources.databases import oracle, sqlserver
from custrata.sources.databases.columns import DAY, INSTANT, OPEN_NUMBER, REAL, TEXT, TIME, TRUTH, WHOLE, decimal_of
from custrata.sources.databases.connections import Connection
from custrata.sources.databases.query import ALIAS, query_relation, quoted, table_relation

SQL_SERVER = {
    "int": WHOLE, "bigint": WHOLE, "tinyint": WHOLE, "bit": TRUTH, "decimal(12,2)": decimal_of(12, 2),
    "numeric(38,10)": decimal_of(38, 10), "money": decimal_of(19, 4), "smallmoney": decimal_of(10, 4), "float": REAL,
    "real": REAL, "date": DAY, "datetime": TIME, "datetime2(7)": TIME, "smalldatetime": TIME,
    "datetimeoffset(7)": INSTANT, "time(7)": TEXT, "char(10)": TEXT, "nchar(10)": TEXT, "varchar(max)": TEXT,
    "nvarchar(50)": TEXT, "uniqueidentifier": TEXT, "xml": TEXT, "text": TEXT, "varbinary(max)": None, "image": None,
    "timestamp": None, "geography": None,
}  # fmt: skip
ORACLE = {
    (oracledb.DB_TYPE_NUMBER, 12, 2): decimal_of(12, 2), (oracledb.DB_TYPE_NUMBER, 9, 0): WHOLE,
    (oracledb.DB_TYPE_NUMBER, 38, 0): decimal_of(38, 0), (oracledb.DB_TYPE_NUMBER, 0, -127): OPEN_NUMBER,
    (oracledb.DB_TYPE_NUMBER, 5, -2): OPEN_NUMBER, (oracledb.DB_TYPE_NUMBER, 2, 5): OPEN_NUMBER,
    (oracledb.DB_TYPE_DATE, None, None): TIME, (oracledb.DB_TYPE_TIMESTAMP_TZ, 0, 6): INSTANT,
    (oracledb.DB_TYPE_TIMESTAMP_LTZ, 0, 6): INSTANT, (oracledb.DB_TYPE_CHAR, None, None): TEXT,
    (oracledb.DB_TYPE_CLOB, None, None): TEXT, (oracledb.DB_TYPE_BINARY_DOUBLE, None, None): REAL,
    (oracledb.DB_TYPE_RAW, None, None): None, (oracledb.DB_TYPE_BLOB, None, None): None,
    (oracledb.DB_TYPE_INTERVAL_DS, None, None): TEXT,
}  # fmt: skip


def test_every_type_of_sql_server_has_its_own_here() -> None:
    assert {native: sqlserver.column("a", native).type for native in SQL_SERVER} == SQL_SERVER


def test_every_type_of_oracle_has_its_own_here() -> None:
    found = {key: oracle.column("A", *key).type for key in ORACLE}
    assert found == ORACLE


def test_blanks_that_fill_a_char_up_are_taken_off_by_the_server() -> None:
    assert (
        "RTRIM" in sqlserver.column("a", "char(10)").expression
        and "RTRIM" in sqlserver.column("a", "nchar(3)").expression
    )
    assert "RTRIM" in oracle.column("A", oracledb.DB_TYPE_CHAR, None, None).expression


@pytest.mark.parametrize("native", SQL_SERVER)
def test_what_is_sent_to_sql_server_is_its_language(native: str) -> None:
    column = sqlserver.column("金额]", native)
    name = quoted("金额]", "sqlserver")
    where = f"{ALIAS}.{name} >= {sqlserver.since_expression(column)}"
    sql = table_relation(("dbo", "订单"), "sqlserver").select(f"{column.expression} AS {name}", where)
    assert len(sqlglot.parse(sql, read="tsql")) == 1


@pytest.mark.parametrize("key", ORACLE, ids=str)
def test_what_is_sent_to_oracle_is_its_language(key: tuple[object, int | None, int | None]) -> None:
    column = oracle.column("A", *key)
    where = f'"{ALIAS}"."A" >= {oracle.since_expression(column)}'
    relation = query_relation("SELECT a FROM t ORDER BY a", "oracle", "erp")
    assert len(sqlglot.parse(relation.select(f'{column.expression} AS "A"', where), read="oracle")) == 1


def test_a_date_with_an_index_is_compared_as_what_it_is() -> None:
    date = oracle.column("D", oracledb.DB_TYPE_DATE, None, None)
    assert oracle.since_expression(date).endswith("AS DATE)")
    assert sqlserver.since_expression(sqlserver.column("d", "datetime")).endswith("AS datetime)")
    assert sqlserver.since_expression(sqlserver.column("d", "bigint")) == "CAST(? AS bigint)"


@pytest.mark.parametrize("password", ["p;w}d", "{x}", "a=b;Server=evil", "客户"])
def test_a_password_is_one_word_of_the_connection_and_no_other(password: str) -> None:
    connection = Connection("erp", "sqlserver", "db", 1433, "shop", "sa", SecretStr(password))
    words = _ConnectionStringParser()._parse(sqlserver.connection_string(connection))
    assert (words["pwd"], words["server"], words["encrypt"]) == (password, "db,1433", "yes")


@pytest.mark.parametrize("message, failure", [
    ("Login failed for user 'sa'.", "login"),
    ("Cannot open database \"x\" requested by the login. The login failed.", "no_database"),
    ("Invalid object name 'dbo.x'.", "no_table"), ("The SELECT permission was denied on the object 'x'", "denied"),
    ("Query timeout expired", "timeout"), ("Communication link failure", "lost"),
    ("Client unable to establish connection", "unreachable"), ("Divide by zero error", "other"),
])  # fmt: skip
def test_the_words_of_sql_servers_driver_tell_what_failed(message: str, failure: str) -> None:
    assert sqlserver.failure(RuntimeError(f"Driver Error: x; DDBC Error: [Microsoft][SQL Server]{message}")) == failure


@pytest.mark.parametrize("message, failure", [
    ("ORA-01017: invalid credential or not authorized", "login"),
    ("ORA-00942: table or view does not exist", "no_table"),
    ("ORA-01031: insufficient privileges", "denied"), ("DPY-4024: call timeout of 1000 ms exceeded", "timeout"),
    ("DPY-4011: the database or network closed the connection", "lost"),
    ("ORA-01476: divisor is equal to zero", "other"),
    ("DPY-6001: Service \"X\" is not registered with the listener", "no_database"),
])  # fmt: skip
def test_the_codes_of_oracle_tell_what_failed(message: str, failure: str) -> None:
    assert oracle.failure(oracledb.DatabaseError(message)) == failure
