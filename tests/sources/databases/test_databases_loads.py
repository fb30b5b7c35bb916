"""What was kept and what is new together are what the database holds, and a load that fails changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from database_shops import Shop
from hypothesis import given, settings
from hypothesis import strategies as st
from test_databases_read import break_off, in_the_middle

from custrata import CustrataError
from custrata.sources.databases.loads import Load
from servers import Server

SPEC: dict[str, Any] = {"table": "sold", "watermark": "changed"}
SOLD = """
CREATE TABLE sold (id int PRIMARY KEY, customer_id varchar(9), amount decimal(9, 2), changed {time}, note text);
INSERT INTO sold (id, customer_id, amount, changed) VALUES
  (1, 'ann', 1, '2024-01-01 10:00:00'), (2, 'bob', 2, '2024-02-01 10:00:00'),
  (3, 'eve', 3, '2024-03-01 10:00:00'), (4, 'joe', 4, NULL);
"""


@pytest.fixture
def sold(shop: Shop) -> Shop:
    shop.run(SOLD.format(time="timestamp" if shop.server.kind == "postgresql" else "datetime(6) NULL"))
    return shop


def rows(load: Load) -> dict[int, Any]:
    """id → amount; a row that stands there twice is an error."""
    (path,) = load.opened.scan.paths  # type: ignore[union-attr]
    table = pq.read_table(path)
    ids = table.column("id").to_pylist()
    assert len(ids) == len(set(ids)), ids
    return dict(zip(ids, table.column("amount").to_pylist(), strict=True))


def read_and_kept(load: Load) -> tuple[int, int]:
    (record,) = load.opened.files
    return record.rows, record.kept  # type: ignore[union-attr]


def first(shop: Shop) -> dict[int, Any]:
    """Loads, keeps, and gives the rows."""
    load = shop.load(**SPEC)
    found = rows(load)
    load.keep()
    return found


def test_a_second_load_reads_what_is_new_and_keeps_the_rest(sold: Shop) -> None:
    assert first(sold) == {1: 1, 2: 2, 3: 3, 4: 4}
    sold.run("INSERT INTO sold (id, customer_id, amount, changed) VALUES (5, 'ann', 5, '2024-03-01 12:00:00')")
    load = sold.load(**SPEC)
    # Read again: the row within the look-back of a day, the one without a time, and the new one.
    assert read_and_kept(load) == (3, 2)
    assert rows(load) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}


def test_a_changed_order_replaces_what_it_was(sold: Shop) -> None:
    first(sold)
    sold.run("UPDATE sold SET amount = 9, changed = '2024-03-02 10:00:00' WHERE id = 1")
    assert rows(sold.load(**SPEC)) == {1: 9, 2: 2, 3: 3, 4: 4}


def test_an_order_deleted_within_the_look_back_is_gone(sold: Shop) -> None:
    first(sold)
    sold.run("DELETE FROM sold WHERE id IN (3, 4)")
    assert rows(sold.load(**SPEC)) == {1: 1, 2: 2}


def test_loading_anew_forgets_what_was_deleted_long_ago(sold: Shop) -> None:
    first(sold)
    sold.run("DELETE FROM sold WHERE id = 1")
    assert 1 in rows(sold.load(**SPEC))
    assert rows(sold.load(anew=True, **SPEC)) == {2: 2, 3: 3, 4: 4}


def test_a_load_that_is_not_kept_changes_nothing(sold: Shop) -> None:
    first(sold)
    sold.run("INSERT INTO sold (id, customer_id, amount, changed) VALUES (5, 'ann', 5, '2024-03-05 12:00:00')")
    before = digest(sold)
    for _ in range(2):
        assert rows(sold.load(**SPEC)) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert digest(sold) == before


def digest(shop: Shop) -> str:
    return hashlib.sha256((shop.loads / "orders.parquet").read_bytes()).hexdigest()


MORE = {
    "postgresql": "INSERT INTO sold SELECT i, 'c', 1, '2024-04-01', repeat('x', 200)"
    " FROM generate_series(10, 120000) i",
    "mariadb": "INSERT INTO sold SELECT seq, 'c', 1, '2024-04-01', REPEAT('x', 200) FROM seq_10_to_100000",
}


def test_a_connection_lost_amid_a_load_leaves_what_was_kept(sold: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first(sold)
    before = digest(sold)
    sold.run(MORE[sold.server.kind])
    with monkeypatch.context() as patch:
        in_the_middle(patch, lambda: break_off(sold))
        with pytest.raises(CustrataError) as caught:
            sold.load(**SPEC)
    assert caught.value.problems[0].code == "E-DB-013"
    assert digest(sold) == before and sold.left == []
    assert len(rows(sold.load(**SPEC))) == int(sold.run("SELECT COUNT(*) FROM sold"))


CHANGES: dict[str, Callable[[Shop], Any]] = {
    "another column asked for": lambda shop: shop.load(**SPEC, columns=("amount",)),
    "another key": lambda shop: shop.load(**SPEC, key=("id", "customer_id")),
    "another watermark": lambda shop: shop.load(table="sold", watermark="id"),
    "a query in place of the table": lambda shop: shop.load(query="SELECT * FROM sold", watermark="id", key=("id",)),
    "a column of another type": lambda shop: (
        shop.run("ALTER TABLE sold ADD COLUMN extra int"), shop.load(**SPEC))[1],
    "a damaged file": lambda shop: ((shop.loads / "orders.parquet").write_bytes(b"PAR1"), shop.load(**SPEC))[1],
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_makes_old_rows_unlike_new_ones_loads_everything(sold: Shop, change: str) -> None:
    first(sold)
    assert read_and_kept(CHANGES[change](sold)) == (4, 0)


def test_a_key_that_several_rows_share_is_told_before_a_row_is_lost(sold: Shop) -> None:
    sold.run("INSERT INTO sold (id, customer_id, amount, changed) VALUES (6, 'ann', 6, '2024-03-01 10:00:00')")
    with pytest.raises(CustrataError) as caught:
        sold.load(**SPEC, key=("customer_id",))
    assert caught.value.problems[0].code == "E-DB-025"
    assert caught.value.problems[0].values["value"] == "ann"


def test_without_a_watermark_everything_is_read_each_time(sold: Shop) -> None:
    for _ in range(2):
        load = sold.load(table="sold")
        load.keep()
        assert read_and_kept(load) == (4, 0) and not sold.loads.exists()


def test_a_type_that_grows_from_load_to_load_keeps_every_value(postgres_shop: Shop) -> None:
    postgres_shop.run("""CREATE TABLE sold (id int PRIMARY KEY, amount numeric, day date, changed date);
        INSERT INTO sold VALUES (1, 12345678901234567890.5, '2024-01-01', '2024-01-01')""")
    first(postgres_shop)
    postgres_shop.run("INSERT INTO sold VALUES (2, 0.123456789012345678901, 'infinity', '2024-03-01')")
    load = postgres_shop.load(**SPEC)
    (path,) = load.opened.scan.paths  # type: ignore[union-attr]
    table = pq.read_table(path)
    assert [Decimal(v) for v in table.column("amount").to_pylist()] == [
        Decimal("12345678901234567890.5"), Decimal("0.123456789012345678901")]  # fmt: skip
    assert table.column("day").to_pylist() == ["2024-01-01", "infinity"]
    load.keep()
    postgres_shop.run("INSERT INTO sold VALUES (3, 1, '2024-03-02', '2024-03-02')")
    assert len(first(postgres_shop)) == 3


def test_a_watermark_that_is_unreadable_in_some_rows_still_leads_on(mariadb_shop: Shop) -> None:
    mariadb_shop.run("""SET sql_mode = '';
        CREATE TABLE sold (id int PRIMARY KEY, amount int, changed date);
        INSERT INTO sold VALUES (1, 1, '0000-00-00'), (2, 2, '2024-01-01'), (3, 3, '2024-03-01')""")
    first(mariadb_shop)
    mariadb_shop.run("INSERT INTO sold VALUES (4, 4, '2024-03-02'); UPDATE sold SET amount = 9 WHERE id = 1")
    load = mariadb_shop.load(**SPEC)
    assert (read_and_kept(load), rows(load)) == ((2, 2), {1: 1, 2: 2, 3: 3, 4: 4})
    assert load.opened.files[0].watermark == "2024-03-02"  # type: ignore[union-attr]


changes = st.lists(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 4), st.sampled_from(["add", "delete"])), max_size=5),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=settings().max_examples // 2)
@given(steps=changes)
def test_however_orders_change_kept_and_new_together_are_all_there_is(
    postgres: Server, tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[int, int, str]]]
) -> None:
    """Changes are stamped with the day they happen on; deletions happen to rows of the last two days."""
    database = "shop_changes"
    shop = Shop(postgres, tmp_path_factory.mktemp("shop"), database, {"CUSTRATA_DB_ERP": postgres.url(database)})
    postgres.create(database, "CREATE TABLE sold (id int PRIMARY KEY, amount int, changed date)")
    for day, happened in enumerate(steps):
        today = date.fromordinal(date(2024, 1, 1).toordinal() + day)
        sql = [
            f"INSERT INTO sold VALUES ({number}, {amount}, '{today}') ON CONFLICT (id) DO UPDATE"
            " SET amount = excluded.amount, changed = excluded.changed" if what == "add" else
            f"DELETE FROM sold WHERE id = {number} AND changed >= date '{today}' - 1"
            for number, amount, what in happened
        ]  # fmt: skip
        whole = shop.run(";".join([*sql, "SELECT id, amount FROM sold"]))
        assert first(shop) == {int(r.split("\t")[0]): int(r.split("\t")[1]) for r in whole.splitlines()}


def test_the_file_kept_is_one_file_with_its_watermark_inside(sold: Shop) -> None:
    first(sold)
    assert [p.name for p in sold.loads.iterdir()] == ["orders.parquet"]
    assert b"2024-03-01T10:00:00" in (sold.loads / "orders.parquet").read_bytes()
    assert sold.left == []
