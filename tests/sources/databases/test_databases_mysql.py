"""MariaDB's types, its character sets and the traps of old tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from database_shops import Shop

from shops import evaluated

D = Decimal
#: type, a value as MariaDB writes it, what it becomes
TYPES: list[tuple[str, str, Any]] = [
    ("tinyint(1)", "5", 5), ("bool", "true", 1), ("bigint", "-9223372036854775808", -9223372036854775808),
    ("bigint unsigned", "18446744073709551615", D("18446744073709551615")), ("year", "2024", 2024),
    ("bit(1)", "b'1'", 1), ("bit(8)", "b'101'", 5), ("decimal(12, 2)", "1234567890.12", D("1234567890.12")),
    ("decimal(12, 2) unsigned", "0.01", D("0.01")), ("decimal(30, 20)", "0.00000000000000000001", D("1e-20")),
    ("decimal(65, 30)", "1.5", D("1.5")), ("float", "12.1", 12.1), ("double", "0.1", 0.1),
    ("date", "'2024-02-29'", date(2024, 2, 29)), ("datetime(6)", "'2024-02-29 23:59:59.5'",
                                                  datetime.fromisoformat("2024-02-29T23:59:59.5")),
    ("timestamp(3)", "'2024-03-01 00:30:00.25'", datetime(2024, 2, 29, 16, 30, 0, 250000, tzinfo=UTC)),
    ("time", "'-100:00:00'", "-100:00:00"), ("enum('金卡', '银卡')", "'银卡'", "银卡"),
    ("set('a', 'b')", "'a,b'", "a,b"),
    ("json", """'{"city": "广州"}'""", '{"city": "广州"}'), ("char(6)", "'ab'", "ab"), ("text", "''", ""),
    ("varchar(9) charset gbk", "'中文客户'", "中文客户"), ("varchar(9) charset latin1", "'café'", "café"),
    ("varchar(9) charset utf8mb4", "'客😀'", "客😀"), ("longtext charset big5", "'客戶'", "客戶"),
    ("inet6", "'::1'", "::1"),
]  # fmt: skip


def create(shop: Shop, types: list[tuple[str, str, Any]]) -> None:
    columns = ", ".join(f"c{i} {kind} NULL" for i, (kind, _, _) in enumerate(types))
    shop.run(f"CREATE TABLE t ({columns}); INSERT INTO t VALUES ({', '.join(v for _, v, _ in types)});"
             "INSERT INTO t VALUES ()")  # fmt: skip


def test_a_column_of_only_nulls_is_text_without_a_value(mariadb_shop: Shop) -> None:
    mariadb_shop.run("CREATE TABLE t AS SELECT 1 AS a, NULL AS b; CREATE TABLE u (a int, b varbinary(5))")
    for how in ({"table": "t"}, {"query": "SELECT 1 AS a, NULL AS b"}, {"query": "SELECT a, NULL AS b FROM t"}):
        table = mariadb_shop.table(**how)
        assert table.column("b").to_pylist() == [None]
        assert str(table.schema.field("b").type) == "string"
    assert mariadb_shop.table(table="u").column_names == ["a"]


def test_every_type_becomes_the_same_value_here(mariadb_shop: Shop) -> None:
    create(mariadb_shop, TYPES)
    table = mariadb_shop.table(table="t")
    found = [(kind, *table.column(f"c{i}").to_pylist()) for i, (kind, _, _) in enumerate(TYPES)]
    assert found == [(kind, expected, None) for kind, _, expected in TYPES]


@pytest.mark.parametrize("kind", ["date", "datetime", "timestamp"])
def test_zero_dates_wait_in_quarantine_with_what_stands_there(mariadb_shop: Shop, kind: str) -> None:
    wrong = {"date": ["0000-00-00", "2024-00-05", "2024-02-31"], "datetime": ["0000-00-00 00:00:00"],
             "timestamp": ["0000-00-00 00:00:00"]}[kind]  # fmt: skip
    rows = "".join(f", ({i}, 'bob', '{value}', 1)" for i, value in enumerate(wrong, 2))
    mariadb_shop.run(f"""
        SET sql_mode = 'ALLOW_INVALID_DATES';
        CREATE TABLE sold (order_id int, customer_id varchar(9), ordered_at {kind} NULL, amount decimal(9, 2));
        INSERT INTO sold VALUES (1, 'ann', '2024-03-01 00:30:00', 5){rows};
    """)
    body = "timezone: Asia/Shanghai\nmetrics: {spend: {monetary: lifetime}}\nsegments: {}"
    with evaluated(body, mariadb_shop.read(table="sold").file) as result:
        told = [(r["value"], r["code"]) for r in result.quarantine().to_pylist()]
        assert sorted(told) == [(value, "E-ROW-003") for value in wrong]
        assert result.table().column("customer_id").to_pylist() == ["ann"]
        # Beside a date that cannot be read the others still are of their day in China.
        assert result.as_of == date(2024, 3, 1)


def test_gbk_in_columns_called_latin1_is_read_where_the_scheme_says_so(mariadb_shop: Shop) -> None:
    mariadb_shop.run("""CREATE TABLE t (id int PRIMARY KEY, name varchar(20) charset latin1, city varchar(9));
        INSERT INTO t VALUES (1, CONVERT(CAST(CONVERT('广州客户' USING gbk) AS BINARY) USING latin1), '广州')""")
    for spec in ({"table": "t"}, {"query": "SELECT * FROM t"}):
        row = mariadb_shop.table(encoding="GBK", columns=("name", "city"), **spec).to_pylist()
        assert row == [{"name": "广州客户", "city": "广州"}]
    assert mariadb_shop.table(table="t").column("name").to_pylist() != ["广州客户"]


def test_a_timestamp_watermark_means_the_moment_whatever_the_zones(mariadb_shop: Shop) -> None:
    mariadb_shop.run("""CREATE TABLE t (id int PRIMARY KEY, changed timestamp(6) NULL);
        INSERT INTO t VALUES (1, '2024-03-01 00:30:00.5'), (2, '2024-03-01 00:30:00.6')""")
    at = "2024-02-29T16:30:00.600000Z"
    read = mariadb_shop.read(at, table="t", watermark="changed")
    assert (read.record.rows, read.record.watermark, read.start) == (2, at, "2024-02-28T16:30:00.600000Z")
    back = timedelta(microseconds=1)
    assert mariadb_shop.read(at, table="t", watermark="changed", look_back=back).record.rows == 1


def test_an_index_on_the_watermark_is_of_use(mariadb_shop: Shop) -> None:
    mariadb_shop.run("""
        CREATE TABLE t (id int PRIMARY KEY, changed datetime(6), stamp timestamp(6) NULL, KEY(changed), KEY(stamp));
        INSERT INTO t SELECT seq, '2020-01-01' + INTERVAL seq MINUTE, '2020-01-02' + INTERVAL seq MINUTE
          FROM seq_1_to_20000;
        ANALYZE TABLE t""")
    for column, bound in (("changed", "CAST(@s AS DATETIME(6))"),
                          ("stamp", "FROM_UNIXTIME(CAST(@s AS DECIMAL(20, 6)))")):  # fmt: skip
        value = "'2020-01-14T00:00:00'" if column == "changed" else "'1578960000.000000'"
        where = f"{column} >= {bound} OR {column} IS NULL"
        plan = mariadb_shop.run(f"SET @s = {value}; EXPLAIN SELECT id FROM t q_ WHERE {where}")
        assert f"\t{column}\t" in plan and "\tALL\t" not in plan, plan


@pytest.mark.parametrize("kind", ["blob", "varbinary(9)", "point", "binary(4)"])
def test_bytes_are_left_out_or_refused_where_they_are_needed(mariadb_shop: Shop, kind: str) -> None:
    mariadb_shop.run(f"CREATE TABLE t (id int, photo {kind}); INSERT INTO t VALUES (1, NULL)")
    assert mariadb_shop.table(table="t").column_names == ["id"]
    assert mariadb_shop.problem(table="t", columns=("photo",)).code == "E-DB-016"


@pytest.mark.parametrize("query, code", [
    ("SELECT 1 /*! INTO OUTFILE '/tmp/out' */", "E-DB-014"), ("SELECT 1 INTO OUTFILE '/tmp/out'", "E-DB-014"),
    ("SELECT sell() AS n", "E-DB-015"), ("SELECT NEXTVAL(counter) AS n", "E-DB-015"),
])  # fmt: skip
def test_nothing_can_be_written(mariadb_shop: Shop, query: str, code: str) -> None:
    mariadb_shop.run("""CREATE SEQUENCE counter; CREATE TABLE sold (id int);
        DELIMITER //
        CREATE FUNCTION sell() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO sold VALUES (1); RETURN 1; END //
        DELIMITER ;""")
    assert mariadb_shop.problem(query=query).code == code
    assert mariadb_shop.run("SELECT COUNT(*) FROM sold").strip() == "0"


def test_a_function_of_the_users_query_sees_the_servers_own_time_zone(mariadb_shop: Shop) -> None:
    mariadb_shop.run("CREATE TABLE t (paid timestamp NULL); INSERT INTO t VALUES ('2024-03-01 00:30:00')")
    assert mariadb_shop.table(query="SELECT DATE(paid) AS day FROM t").to_pylist() == [{"day": date(2024, 3, 1)}]
