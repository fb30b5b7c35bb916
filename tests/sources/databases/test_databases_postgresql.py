"""PostgreSQL's types, and that reading can write nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from database_shops import Shop

from shops import evaluated

D = Decimal
#: type, a value as PostgreSQL writes it, what it becomes
TYPES: list[tuple[str, str, Any]] = [
    ("smallint", "-7", -7), ("bigint", "9223372036854775807", 9223372036854775807), ("oid", "4294967295", 4294967295),
    ("numeric(12, 2)", "1234567890.12", D("1234567890.12")), ("numeric(38, 10)", "0.0000000001", D("0.0000000001")),
    ("numeric", "12.3456789", D("12.3456789")), ("numeric", "1e30", D("1e30")), ("numeric(5, -2)", "12345", D(12300)),
    ("money", "'$1234.56'", D("1234.5600")), ("real", "12.1", 12.1), ("double precision", "0.1", 0.1),
    ("boolean", "true", True), ("varchar(9)", "'客户'", "客户"), ("char(6)", "'ab'", "ab"), ("text", "''", ""),
    ("date", "'2024-02-29'", date(2024, 2, 29)), ("timestamp", "'2024-02-29 23:59:59.5'",
                                                  datetime.fromisoformat("2024-02-29T23:59:59.5")),
    ("timestamptz", "'2024-03-01 00:30:00+08'", datetime(2024, 2, 29, 16, 30, tzinfo=UTC)),
    ("time", "'08:30'", "08:30:00"), ("interval", "'1 day 2 hours'", "1 day 02:00:00"),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("jsonb", """'{"city": "广州"}'""", '{"city": "广州"}'), ("text[]", "ARRAY['红', 'a,b']", '["红","a,b"]'),
    ("numeric(6, 2)[]", "ARRAY[1.50]", "[1.50]"), ("grade", "'金卡'", "金卡"), ("amount", "5.5", D("5.50")),
    ("inet", "'10.0.0.1'", "10.0.0.1/32"), ("int4range", "'[1,5)'", "[1,5)"), ("name", "'abc'", "abc"),
]  # fmt: skip


def test_every_type_becomes_the_same_value_here(postgres_shop: Shop) -> None:
    postgres_shop.run("CREATE TYPE grade AS ENUM ('金卡', '银卡'); CREATE DOMAIN amount AS numeric(9, 2)")
    columns = ", ".join(f"c{i} {kind}" for i, (kind, _, _) in enumerate(TYPES))
    cast = ", ".join(f"({value})::{kind}" for kind, value, _ in TYPES)
    postgres_shop.run(f"CREATE TABLE t ({columns}); INSERT INTO t SELECT {cast}; INSERT INTO t DEFAULT VALUES")
    table = postgres_shop.table(table="t")
    found = [(kind, *table.column(f"c{i}").to_pylist()) for i, (kind, _, _) in enumerate(TYPES)]
    assert found == [(kind, expected, None) for kind, _, expected in TYPES]


def test_dates_at_infinity_and_numbers_that_are_none_wait_in_quarantine(postgres_shop: Shop) -> None:
    postgres_shop.run("""
        CREATE TABLE sold (order_id int, customer_id text, ordered_at timestamptz, amount numeric(9, 2));
        INSERT INTO sold VALUES (1, 'ann', '2024-03-01 00:30+08', 5), (2, 'bob', 'infinity', 6),
          (3, 'eve', '0044-03-15 12:00+00 BC', 7), (4, 'joe', '2024-03-02 00:30+08', 'NaN');
    """)
    body = "timezone: Asia/Shanghai\nmetrics: {spend: {monetary: lifetime}}\nsegments: {}"
    read = postgres_shop.read(table="sold")
    with evaluated(body, read.file) as result:
        told = sorted((r["row"], r["value"], r["code"]) for r in result.quarantine().to_pylist())
        assert told == [
            (2, "infinity", "E-ROW-003"), (3, "0044-03-15 12:00:00 BC", "E-ROW-003"), (4, "nan", "E-ROW-001"),
        ]  # fmt: skip
        assert result.table().column("customer_id").to_pylist() == ["ann"]


def test_a_sale_after_midnight_in_china_is_of_that_day(postgres_shop: Shop) -> None:
    postgres_shop.run("CREATE TABLE sold (customer_id text, ordered_at timestamptz, amount numeric(9, 2));"
                      "INSERT INTO sold VALUES ('ann', '2024-03-01 00:30+08', 5)")  # fmt: skip
    body = "timezone: Asia/Shanghai\nmetrics: {recency: {recency: days}}\nsegments: {}"
    with evaluated(body, postgres_shop.read(table="sold").file) as result:
        assert result.as_of == date(2024, 3, 1)


@pytest.mark.parametrize("query", [
    "SELECT nextval('counter') AS n", "SELECT sell() AS n",
    "SELECT pg_catalog.setval('counter', 99) AS n",
])  # fmt: skip
def test_a_function_that_writes_is_refused_by_the_transaction(postgres_shop: Shop, query: str) -> None:
    postgres_shop.run("""CREATE SEQUENCE counter; CREATE TABLE sold (id int);
        CREATE FUNCTION sell() RETURNS int LANGUAGE sql AS 'INSERT INTO sold VALUES (1) RETURNING 1'""")
    problem = postgres_shop.problem(query=query)
    assert problem.code == "E-DB-015" and "read-only" in problem.values["reason"]
    assert postgres_shop.run("SELECT COUNT(*) FROM sold").strip() == "0"


def test_bytes_are_left_out_or_refused_where_they_are_needed(postgres_shop: Shop) -> None:
    postgres_shop.run("CREATE TABLE t (id int, photo bytea); INSERT INTO t VALUES (1, '\\xff')")
    assert postgres_shop.table(table="t").column_names == ["id"]
    assert postgres_shop.problem(table="t", columns=("photo",)).code == "E-DB-016"


def test_the_search_path_and_the_schema_find_the_same_table(postgres_shop: Shop) -> None:
    postgres_shop.run("""CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Lines" (id int PRIMARY KEY); CREATE TABLE x ();
                         INSERT INTO "Sales"."Lines" VALUES (1);
                         CREATE MATERIALIZED VIEW seen AS SELECT * FROM "Sales"."Lines" """)
    for spec in ({"table": "Sales.Lines"}, {"table": "sales.lines"}, {"table": "lines"},
                 {"schema": "sales", "table": "LINES"}, {"table": "seen"}):  # fmt: skip
        assert postgres_shop.table(**spec).num_rows == 1, spec
    assert postgres_shop.read(table="lines", watermark="id").key == ("id",)


def test_text_in_no_valid_encoding_is_told_and_not_garbled(postgres_shop: Shop) -> None:
    postgres_shop.server.run(f"DROP DATABASE {postgres_shop.database}")
    postgres_shop.server.create(
        postgres_shop.database, "", "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    postgres_shop.run("CREATE TABLE t (name text); INSERT INTO t VALUES (E'\\xd6\\xd0')")
    assert postgres_shop.problem(table="t").code == "E-DB-019"


def test_a_failure_of_the_query_amid_the_rows_is_no_lost_connection(postgres_shop: Shop) -> None:
    assert postgres_shop.problem(query="SELECT 1 / (i - 9) AS a FROM generate_series(1, 30) i").code == "E-DB-015"
