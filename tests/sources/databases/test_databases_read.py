"""Whatever the database, the same promises: what is asked for, from one moment, exactly, or nothing at all."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from database_shops import Shop

from custrata import CustrataError
from custrata.sources.databases.open import read_databases
from custrata.sources.databases.spec import DatabaseSpec
from custrata.sources.databases.write import Parts
from servers import ADMIN, PASSWORD, Server
from shops import evaluated

LINES = """
CREATE TABLE sold (
  id int PRIMARY KEY, customer_id varchar(20), ordered_at date, amount decimal(12, 2), note text, changed timestamp
);
INSERT INTO sold VALUES
  (1, 'ann', '2024-03-01', 10.10, 'first', '2024-03-01 10:00:00'),
  (2, 'bob', '2024-03-02', 20.20, '客户 😀', '2024-03-02 10:00:00'),
  (3, 'ann', '2024-03-03', 30.30, NULL, '2024-03-03 10:00:00');
"""
MANY = {
    "postgresql": "INSERT INTO sold SELECT i, 'c' || i % 9, '2024-01-01', i, repeat('x', 200), now()"
    " FROM generate_series(10, 120000) i",
    "mariadb": "INSERT INTO sold SELECT seq, CONCAT('c', seq % 9), '2024-01-01', seq, REPEAT('x', 200), NOW()"
    " FROM seq_10_to_100000",
}


@pytest.fixture
def lines(shop: Shop) -> Shop:
    if shop.server.kind == "mariadb":
        shop.run("SET sql_mode = ''; " + LINES.replace("changed timestamp", "changed datetime"))
    else:
        shop.run(LINES)
    return shop


def test_an_order_comes_with_its_exact_amount_day_and_chinese_note(lines: Shop) -> None:
    table = lines.table(table="sold")
    assert table.column("amount").to_pylist() == [Decimal("10.10"), Decimal("20.20"), Decimal("30.30")]
    assert table.column("note").to_pylist() == ["first", "客户 😀", None]
    assert str(table.schema.field("ordered_at").type) == "date32[day]"


def test_a_customers_spend_is_counted_from_the_database(lines: Shop) -> None:
    read = lines.read(table="sold", columns=("customer_id", "ordered_at", "amount"))
    with evaluated("metrics: {spend: {monetary: lifetime}}\nsegments: {}", read.file) as result:
        spend = {row["customer_id"]: row["spend"] for row in result.table().to_pylist()}
    assert spend == {"ann": Decimal("40.40"), "bob": Decimal("20.20")}


def test_only_the_columns_asked_for_are_read_under_the_spelling_used(lines: Shop) -> None:
    read = lines.read(table="SOLD", columns=("Amount", "ID"), optional=("note", "no_such_column"))
    assert read.opened.columns == ("ID", "Amount", "note")


def test_the_record_tells_what_was_read_and_never_who_read_it(lines: Shop) -> None:
    spec = DatabaseSpec("erp", table="sold", watermark="changed")
    reads = read_databases({"orders": spec}, lambda *_: None, lines.scratch, base=lines.folder, environ=lines.environ)
    opened = reads["orders"].opened
    (record,) = opened.files
    assert (record.path, record.rows, record.watermark) == ("erp: sold", 3, "2024-03-03T10:00:00")
    assert record.database == lines.database and record.server.split()[0] in ("PostgreSQL", "MariaDB")
    said = repr(opened)
    assert PASSWORD not in said and ADMIN not in said and lines.server.host not in said


@pytest.mark.parametrize("since, back, found", [
    ("2024-03-03T10:00:00", timedelta(0), [3]), ("2024-03-03T10:00:00", timedelta(days=1), [2, 3]),
    ("2024-03-03T10:00:00", None, [2, 3]), ("2024-03-03T10:00:01", timedelta(seconds=1), [3]),
])  # fmt: skip
def test_only_rows_from_the_watermark_less_the_look_back_are_read(
    lines: Shop, since: str, back: timedelta | None, found: list[int]
) -> None:
    read = lines.read(since, table="sold", watermark="changed", look_back=back)
    assert pq.read_table(read.file).column("id").to_pylist() == found
    assert read.record.watermark == "2024-03-03T10:00:00"


def test_a_row_without_a_watermark_is_read_every_time(lines: Shop) -> None:
    lines.run("INSERT INTO sold (id, customer_id) VALUES (9, 'eve')")
    assert 9 in lines.table("2024-03-03T10:00:00", table="sold", watermark="changed").column("id").to_pylist()


def test_a_mistyped_year_does_not_hide_what_comes_after_it(lines: Shop) -> None:
    lines.run("UPDATE sold SET changed = '2204-03-02 00:00:00' WHERE id = 2")
    assert lines.read(table="sold", watermark="changed").record.watermark == "2024-03-03T10:00:00"


def test_a_watermark_may_count(lines: Shop) -> None:
    read = lines.read("3", table="sold", watermark="id", look_back=1)
    assert (read.record.rows, read.record.watermark, read.start) == (2, "3", "2")


def test_a_query_may_join_and_compute_and_hold_a_percent_sign(lines: Shop) -> None:
    query = "WITH x AS (SELECT * FROM sold WHERE note LIKE 'fir%') SELECT id, amount * 2 AS twice FROM x -- all;"
    table = lines.table("0", query=query, watermark="id", key=("id",))
    assert table.to_pylist() == [{"id": 1, "twice": Decimal("20.20")}]


def test_names_that_need_quotes_are_names_and_nothing_else(shop: Shop) -> None:
    q = "`" if shop.server.kind == "mariadb" else '"'
    shop.run(f"CREATE TABLE {q}订单 明细'; --{q} (id int PRIMARY KEY, {q}实收'金额{q} decimal(9, 2))")
    shop.run(f"INSERT INTO {q}订单 明细'; --{q} VALUES (1, 5.50)")
    table = shop.table("0", table="订单 明细'; --", watermark="id", columns=("实收'金额",))
    assert table.to_pylist() == [{"id": 1, "实收'金额": Decimal("5.50")}]


def test_an_empty_table_keeps_its_columns_and_types(lines: Shop) -> None:
    lines.run("DELETE FROM sold")
    table = lines.table(table="sold", columns=("id", "amount"))
    assert table.num_rows == 0
    assert [str(t)[:7] for t in table.schema.types] == ["int64", "decimal"]


def test_orders_and_returns_of_one_database_are_of_one_moment(lines: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lines.run("CREATE TABLE refunds (id int PRIMARY KEY, line int); INSERT INTO refunds VALUES (1, 1)")
    finish = Parts.finish

    def then_somebody_sells_and_refunds(self: Parts) -> Path:
        lines.run(f"INSERT INTO refunds SELECT {self.rows} + COUNT(*), 3 FROM refunds")
        return finish(self)

    monkeypatch.setattr(Parts, "finish", then_somebody_sells_and_refunds)
    specs = {"orders": DatabaseSpec("erp", table="sold"), "returns": DatabaseSpec("erp", table="refunds")}
    read = read_databases(specs, lambda *_: None, lines.scratch, base=lines.folder, environ=lines.environ)
    assert (read["orders"].record.rows, read["returns"].record.rows) == (3, 1)
    assert lines.run("SELECT COUNT(*) FROM refunds").strip() == "3"


def break_off(shop: Shop) -> None:
    if shop.server.kind == "postgresql":
        shop.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'custrata'")
    else:
        for number in shop.run(f"SELECT id FROM information_schema.processlist WHERE db = '{shop.database}'"
                               " AND id <> CONNECTION_ID()").split():  # fmt: skip
            shop.run(f"KILL {number}")


def in_the_middle(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Does something when the second batch of a load has come."""
    add, seen = Parts.add, []

    def counted(self: Parts, batch: Any) -> Any:
        seen.append(batch)
        if len(seen) == 2:
            then()
        return add(self, batch)

    monkeypatch.setattr(Parts, "add", counted)


def test_a_connection_lost_amid_a_load_leaves_nothing_behind(lines: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lines.run(MANY[lines.server.kind])
    in_the_middle(monkeypatch, lambda: break_off(lines))
    problem = lines.problem(table="sold")
    assert problem.code == "E-DB-013" and problem.values["rows"] > 0


def test_a_full_disk_is_told_and_leaves_nothing_behind(lines: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    lines.run(MANY[lines.server.kind])
    in_the_middle(monkeypatch, full)
    assert lines.problem(table="sold").code == "E-DB-023"


def test_a_load_that_takes_too_long_is_ended(shop: Shop) -> None:
    sleep = {"postgresql": "pg_sleep(5)::text", "mariadb": "SLEEP(5)"}[shop.server.kind]
    shop.environ["CUSTRATA_DB_ERP"] += "?timeout=1"
    assert shop.problem(query=f"SELECT {sleep} AS nothing").code == "E-DB-012"


@pytest.mark.parametrize("spec, code, named", [
    ({"table": "solld"}, "E-DB-009", "sold"), ({"table": "nowhere.sold"}, "E-DB-009", "sold"),
    ({"table": "sold", "columns": ("ammount",)}, "E-DB-010", "amount"),
    ({"table": "sold", "watermark": "chnged"}, "E-DB-010", "changed"),
    ({"table": "sold", "key": ("idd",), "watermark": "id"}, "E-DB-010", "id"),
    ({"table": "sold", "watermark": "note"}, "E-DB-017", None), ({"query": "SELECT 1 AS a, 2 AS A"}, "E-DB-018", None),
    ({"query": "SELECT nothing FROM sold"}, "E-DB-015", None), ({"query": "SELECT 1; SELECT 2"}, "E-DB-014", None),
    ({"query": "SELECT id FROM sold", "watermark": "id"}, "E-DB-024", None), ({}, "E-DB-020", None),
    ({"table": "sold", "query": "SELECT 1"}, "E-DB-020", None),
    ({"table": "sold", "encoding": "x"}, "E-FILE-005", None),
])  # fmt: skip
def test_what_does_not_exist_or_fit_is_named_with_what_does(
    lines: Shop, spec: dict[str, Any], code: str, named: str | None
) -> None:
    problem = lines.problem(**spec)
    assert problem.code == code
    if named:
        assert named in problem.values["suggestion"]


def test_two_mistakes_in_two_sources_are_told_together(lines: Shop) -> None:
    specs = {"orders": DatabaseSpec("erp", table="soldd"), "returns": DatabaseSpec("erp", table="sold", columns=("x",))}
    with pytest.raises(CustrataError) as caught:
        read_databases(specs, lambda *_: None, lines.scratch, base=lines.folder, environ=lines.environ)
    assert [p.code for p in caught.value.problems] == ["E-DB-009", "E-DB-010"]


def test_a_look_back_of_another_kind_than_the_column_is_told(lines: Shop) -> None:
    for since, mark, back in (("2024-03-03T10:00:00", "changed", 5), ("3", "id", timedelta(1)), ("x", "id", 5)):
        with pytest.raises(CustrataError) as caught:
            lines.read(since, table="sold", watermark=mark, look_back=back)
        assert caught.value.problems[0].code == "E-DB-021"


@pytest.mark.parametrize("wrong, code", [("password", "E-DB-007"), ("user", "E-DB-007"), ("database", "E-DB-008")])
def test_a_refused_login_tells_neither_user_nor_password(server: Server, tmp_path: Path, wrong: str, code: str) -> None:
    given = {"database": "nowhere" if wrong == "database" else "postgres" if server.kind == "postgresql" else "mysql",
             "user": "intruder" if wrong == "user" else ADMIN,
             "password": "not/the:secret@all" if wrong == "password" else PASSWORD}  # fmt: skip
    shop = Shop(server, tmp_path, "", {"CUSTRATA_DB_ERP": server.url(**given)})
    with pytest.raises(CustrataError) as caught:
        shop.read(table="sold")
    assert caught.value.problems[0].code == code
    shown = "".join(traceback.format_exception(caught.value))
    assert given["password"] not in shown and given["user"] not in shown


def test_a_user_who_may_not_read_is_told_so(lines: Shop) -> None:
    kind, server = lines.server.kind, lines.server
    host = "" if kind == "postgresql" else "@'%'"
    server.run(f"CREATE USER guest{host} {'PASSWORD' if host == '' else 'IDENTIFIED BY'} 'guest-word'")
    try:
        if kind == "mariadb":
            lines.run(f"CREATE TABLE other (id int); GRANT SELECT ON {lines.database}.other TO guest{host}")
        lines.environ["CUSTRATA_DB_ERP"] = server.url(lines.database, "guest", "guest-word")
        assert lines.problem(table="sold").code == "E-DB-011"
    finally:
        server.run(f"DROP USER guest{host}")


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    specs = {"orders": DatabaseSpec("erp", table="t")}
    for kind in ("postgresql", "mysql", "oracle", "mssql"):
        environ = {"CUSTRATA_DB_ERP": f"{kind}://ann:secret-word@127.0.0.1:1/shop?connect_timeout=1"}
        with pytest.raises(CustrataError) as caught:
            read_databases(specs, lambda *_: None, tmp_path, base=tmp_path, environ=environ)
        assert [p.code for p in caught.value.problems] == ["E-DB-006"]
        assert "secret-word" not in str(caught.value)


def test_a_missing_driver_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    specs = {"orders": DatabaseSpec("erp", table="t")}
    with pytest.raises(CustrataError) as caught:
        environ = {"CUSTRATA_DB_ERP": "mysql://ann:word@127.0.0.1/shop"}
        read_databases(specs, lambda *_: None, tmp_path, base=tmp_path, environ=environ)
    assert "custrata[mysql]" in caught.value.problems[0].text("en")
