"""What was kept and what is new together are what the database holds, and a load that fails changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from database_shops import Loaded, Shop
from hypothesis import given, settings
from hypothesis import strategies as st
from test_databases_read import break_off, in_the_middle

from custrata import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from servers import Server

pytestmark = pytest.mark.slow

SPEC: dict[str, Any] = {"table": "sold", "watermark": "changed"}
SOLD = """
CREATE TABLE sold (id int PRIMARY KEY, customer_id varchar(9), amount decimal(9, 2), changed {time}, note text);
INSERT INTO sold (id, customer_id, amount, changed) VALUES
  (1, 'ann', 1, '2024-01-01 10:00:00'), (2, 'bob', 2, '2024-02-01 10:00:00'),
  (3, 'eve', 3, '2024-03-01 10:00:00'), (4, 'joe', 4, NULL);
"""


#: The orders that `SOLD` makes, and their amounts.
ALL = {"1": 1, "2": 2, "3": 3, "4": 4}


@pytest.fixture
def sold(shop: Shop) -> Shop:
    shop.run(SOLD.format(time="timestamp" if shop.server.kind == "postgresql" else "datetime(6) NULL"))
    return shop


def test_a_second_load_reads_what_is_new_and_keeps_the_rest(sold: Shop) -> None:
    assert sold.load(**SPEC).amounts == ALL
    sold.run("INSERT INTO sold (id, customer_id, amount, changed) VALUES (5, 'ann', 5, '2024-03-01 12:00:00')")
    load = sold.load(**SPEC)
    # Read again: the row within the look-back of a day, the one without a time, and the new one.
    assert (load.read, load.before) == (3, 2)
    assert load.amounts == ALL | {"5": 5}


def test_a_changed_order_replaces_what_it_was(sold: Shop) -> None:
    sold.load(**SPEC)
    sold.run("UPDATE sold SET amount = 9, changed = '2024-03-02 10:00:00' WHERE id = 1")
    assert sold.load(**SPEC).amounts == ALL | {"1": 9}


def test_an_order_deleted_within_the_look_back_is_gone(sold: Shop) -> None:
    sold.load(**SPEC)
    sold.run("DELETE FROM sold WHERE id IN (3, 4)")
    assert sold.load(**SPEC).amounts == {"1": 1, "2": 2}


def test_loading_anew_forgets_what_was_deleted_long_ago(sold: Shop) -> None:
    sold.load(**SPEC)
    sold.run("DELETE FROM sold WHERE id = 1")
    assert "1" in sold.load(**SPEC).amounts
    assert sold.load(anew=True, **SPEC).amounts == {"2": 2, "3": 3, "4": 4}


MORE = {
    "postgresql": "INSERT INTO sold SELECT i, 'c', 1, '2024-04-01', repeat('x', 200)"
    " FROM generate_series(10, 120000) i",
    "mariadb": "INSERT INTO sold SELECT seq, 'c', 1, '2024-04-01', REPEAT('x', 200) FROM seq_10_to_100000",
}


def test_a_connection_lost_amid_a_load_leaves_what_was_kept(sold: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # With the remarks a load takes several batches.
    wide = SPEC | {"columns": {"remark": "note"}}
    sold.load(**wide)
    before = sold.left
    sold.run(MORE[sold.server.kind])
    with monkeypatch.context() as patch:
        in_the_middle(patch, lambda: break_off(sold))
        with pytest.raises(CustrataError) as caught:
            sold.load(**wide)
    assert caught.value.problems[0].code == "E-DB-013"
    assert sold.left == before
    with duckdb_store("UTC", sold.scratch, sold.folder / "facts.duckdb") as store:
        assert {row["order_id"] for row in store.rows(store.kept("rows_orders"))} == {1, 2, 3, 4}
    assert len(sold.load(**wide).amounts) == int(sold.run("SELECT COUNT(*) FROM sold"))


CHANGES: dict[str, Callable[[Shop], Loaded]] = {
    "another column asked for": lambda shop: shop.load(**SPEC, columns={"remark": "note"}),
    "another key": lambda shop: shop.load(**SPEC, key=["id", "customer_id"]),
    "another watermark": lambda shop: shop.load(table="sold", watermark="id"),
    "a query in place of the table": lambda shop: shop.load(query="SELECT * FROM sold", watermark="id", key=["id"]),
    "a column of another type": lambda shop: (
        shop.run("ALTER TABLE sold ALTER COLUMN customer_id TYPE text" if shop.server.kind == "postgresql"
                 else "ALTER TABLE sold MODIFY customer_id text"), shop.load(**SPEC))[1],
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_makes_old_rows_unlike_new_ones_loads_everything(sold: Shop, change: str) -> None:
    sold.load(**SPEC)
    load = CHANGES[change](sold)
    assert (load.read, load.before) == (4, 0)


def test_a_key_that_several_rows_share_is_told_before_a_row_is_lost(sold: Shop) -> None:
    sold.run("INSERT INTO sold (id, customer_id, amount, changed) VALUES (6, 'ann', 6, '2024-03-01 10:00:00')")
    with pytest.raises(CustrataError) as caught:
        sold.load(**SPEC, key=["customer_id"])
    assert caught.value.problems[0].code == "E-DB-025"
    assert caught.value.problems[0].values["value"] == "ann"


def test_without_a_watermark_everything_is_read_each_time(sold: Shop) -> None:
    for _ in range(2):
        load = sold.load(table="sold")
        assert (load.read, load.before) == (4, 0)
        assert load.amounts == ALL


def test_a_day_that_no_calendar_has_leaves_the_other_orders_alone(postgres_shop: Shop) -> None:
    postgres_shop.run("""CREATE TABLE sold (id int PRIMARY KEY, customer_id text, amount numeric, changed date);
        INSERT INTO sold VALUES (1, 'ann', 1.5, '2024-01-01')""")
    postgres_shop.load(**SPEC)
    postgres_shop.run("INSERT INTO sold VALUES (2, 'bob', 0.123456, 'infinity'), (3, 'eve', 2, '2024-03-01')")
    load = postgres_shop.load(**SPEC)
    assert {row["order_id"]: row["_bad"] for row in load.rows} == {1: False, 2: True, 3: False}
    assert load.amounts["1"] == Decimal("1.5")


def test_a_watermark_that_is_unreadable_in_some_rows_still_leads_on(mariadb_shop: Shop) -> None:
    mariadb_shop.run("""SET sql_mode = '';
        CREATE TABLE sold (id int PRIMARY KEY, customer_id text, amount int, changed date);
        INSERT INTO sold VALUES (1, 'a', 1, '0000-00-00'), (2, 'a', 2, '2024-01-01'), (3, 'a', 3, '2024-03-01')""")
    mariadb_shop.load(**SPEC)
    mariadb_shop.run("INSERT INTO sold VALUES (4, 'a', 4, '2024-03-02'); UPDATE sold SET amount = 9 WHERE id = 1")
    load = mariadb_shop.load(**SPEC)
    assert (load.read, load.before, load.amounts) == (2, 2, ALL)
    assert load.record.watermark == "2024-03-02"


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
    postgres.create(database, "CREATE TABLE sold (id int PRIMARY KEY, customer_id text, amount int, changed date)")
    for day, happened in enumerate(steps):
        today = date.fromordinal(date(2024, 1, 1).toordinal() + day)
        sql = [
            f"INSERT INTO sold VALUES ({number}, 'a', {amount}, '{today}') ON CONFLICT (id) DO UPDATE"
            " SET amount = excluded.amount, changed = excluded.changed" if what == "add" else
            f"DELETE FROM sold WHERE id = {number} AND changed >= date '{today}' - 1"
            for number, amount, what in happened
        ]  # fmt: skip
        whole = shop.run(";".join([*sql, "SELECT id, amount FROM sold"]))
        assert shop.load(**SPEC).amounts == {r.split("\t")[0]: int(r.split("\t")[1]) for r in whole.splitlines()}
