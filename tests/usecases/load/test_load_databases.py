"""A database loaded step by step: what changed since the watermark replaces what was read of it before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_load_once import Shop

from custrata import CustrataError, Scheme
from servers import Server

pytestmark = pytest.mark.slow

SCHEME = """
scheme: Shop
as_of: 2024-06-30
sources:
  orders:
    database: erp
    table: sold
    columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid, status: state}
    count: [done]
    watermark: changed
  returns:
    database: erp
    table: back
    columns: {order_id: of_no, customer_id: who, returned_at: day, amount: paid}
    watermark: changed
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
"""
TABLES = """
CREATE TABLE sold (id int PRIMARY KEY, no varchar(9), who varchar(9), day date, paid decimal(9, 2), state varchar(9),
                   changed timestamp NULL);
CREATE TABLE back (id int PRIMARY KEY, of_no varchar(9), who varchar(9), day date, paid decimal(9, 2),
                   changed timestamp NULL);
INSERT INTO sold VALUES
  (1, 'A1', 'ann', '2024-05-01', 100, 'done', '2024-05-01 10:00:00'),
  (2, 'A2', 'bob', '2024-05-02', 50, 'done', '2024-05-02 10:00:00'),
  (3, 'A3', 'eve', '2024-05-03', 10, 'draft', '2024-05-03 10:00:00');
INSERT INTO back VALUES (1, 'A9', 'cid', '2024-05-09', 5, '2024-05-09 10:00:00');
"""


@pytest.fixture
def shop(
    server: Server, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    database = "load_" + "".join(c for c in request.node.name.lower() if c.isalnum())[-40:]
    server.create(database)
    server.run(TABLES, database)
    monkeypatch.setenv("CUSTRATA_DB_ERP", server.url(database))
    made = Shop(tmp_path)
    made.scheme = Scheme.parse(SCHEME)
    made.run = lambda sql: server.run(sql, database)  # type: ignore[attr-defined]
    yield made
    server.run(f"DROP DATABASE {database}")


def spend(shop: Shop) -> dict[str, float]:
    return {row["customer_id"]: float(row["spend"]) for row in shop.kept()["customers"]}


def test_what_changed_replaces_what_was_read_before(shop: Shop) -> None:
    shop.load()
    assert spend(shop) == {"ann": 100, "bob": 50, "cid": -5}
    shop.run("UPDATE sold SET paid = 70, changed = '2024-06-01 10:00:00' WHERE id = 1")
    shop.run("UPDATE sold SET state = 'done', changed = '2024-06-01 10:00:00' WHERE id = 3")
    shop.run("INSERT INTO sold VALUES (9, 'A9', 'cid', '2024-05-08', 20, 'done', '2024-06-01 11:00:00')")
    found = shop.load()
    # The two that changed, the new one, and the one within the look-back of a day.
    assert found.sources[0].read == 4
    assert spend(shop) == {"ann": 70, "bob": 50, "cid": 15, "eve": 10}
    assert shop.kept() == shop.fresh()


def test_a_row_taken_away_within_the_look_back_goes(shop: Shop) -> None:
    shop.load()
    shop.run("DELETE FROM sold WHERE id = 3")
    shop.run("DELETE FROM back WHERE id = 1")
    shop.load()
    assert spend(shop) == {"ann": 100, "bob": 50}
    assert shop.kept() == shop.fresh()


def test_a_mended_row_leaves_the_quarantine(shop: Shop) -> None:
    shop.run("INSERT INTO sold VALUES (8, 'A8', 'dan', '2024-05-08', NULL, 'done', '2024-05-08 11:00:00')")
    shop.load()
    assert shop.kept()["counts"]["orders"] == (4, 1, {"status": 1})
    shop.run("UPDATE sold SET paid = 8, changed = '2024-06-08 10:00:00' WHERE id = 8")
    shop.load()
    assert shop.kept()["counts"]["orders"] == (4, 0, {"status": 1})
    assert spend(shop)["dan"] == 8
    assert shop.kept()["quarantine"] == []


def test_a_cell_mended_in_its_table_is_taken_for_empty_no_more(shop: Shop) -> None:
    shop.scheme = Scheme.parse(SCHEME.replace("status: state", "status: state, price: price"))
    shop.run("ALTER TABLE sold ADD price varchar(9)")
    shop.run("UPDATE sold SET price = 'ten' WHERE id < 3")
    shop.load()
    told = shop.kept()
    assert told["emptied"][0] == {"orders": {"price": 2}} and len(told["emptied"][1]) == 2
    assert told["counts"]["orders"] == (3, 0, {"status": 1})
    shop.run("UPDATE sold SET price = '100', changed = '2024-06-08 10:00:00' WHERE id = 1")
    shop.load()
    told = shop.kept()
    assert told["emptied"][0] == {"orders": {"price": 1}} and len(told["emptied"][1]) == 1
    assert spend(shop) == {"ann": 100, "bob": 50, "cid": -5}


def test_a_database_that_is_gone_leaves_the_facts_as_they_were(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.load()
    before = shop.kept()
    monkeypatch.setenv("CUSTRATA_DB_ERP", "postgresql://nobody:none@127.0.0.1:9/none")
    with pytest.raises(CustrataError):
        shop.load()
    assert shop.kept() == before


def test_returns_of_nobody_wait_once_each_however_often_the_table_was_loaded(shop: Shop) -> None:
    shop.load()
    for number, day in ((2, 10), (3, 15), (4, 20)):
        shop.run(f"INSERT INTO back VALUES ({number}, 'A7', NULL, '2024-05-{day}', 5, '2024-05-{day} 11:00:00')")
        shop.load()
    assert shop.kept()["counts"]["returns"] == (4, 3, {})
    waiting = shop.kept()["quarantine"]
    assert len(waiting) == 3 and all("E-ROW-007" in fault and "A7" in fault for fault in waiting)


def test_sales_without_a_number_stay_apart_from_load_to_load(shop: Shop) -> None:
    shop.scheme = Scheme.parse(SCHEME.replace("order_id: no, ", ""))
    shop.load()
    for number, hour in ((8, 11), (9, 12)):
        row = f"({number}, NULL, 'ann', '2024-06-08', 20, 'done', '2024-06-08 {hour}:00:00')"
        shop.run(f"INSERT INTO sold VALUES {row}")
        shop.load()
    found = {row["customer_id"]: row["orders"] for row in shop.kept()["customers"]}
    assert found["ann"] == 3


CONTACTS = SCHEME.replace(
    "segments:",
    """
  interactions:
    complaint:
      database: erp
      table: talk
      columns: {id: no, customer_id: who, happened_at: day, closed_at: shut, value: score}
      watermark: changed
metrics:
  open: {interactions: complaint, state: open}
segments:""",
)


def test_a_complaint_that_is_settled_takes_the_place_of_the_open_one(shop: Shop) -> None:
    shop.run("""
    CREATE TABLE talk (id int PRIMARY KEY, no varchar(9), who varchar(9), day date, shut date NULL,
                       score decimal(9, 2) NULL, changed timestamp NULL);
    INSERT INTO talk VALUES
      (1, 'T1', 'ann', '2024-05-01', NULL, NULL, '2024-05-01 10:00:00'),
      (2, 'T2', 'zoe', '2024-05-09', NULL, NULL, '2024-05-09 10:00:00'),
      (3, 'T3', NULL, '2024-05-09', NULL, NULL, '2024-05-09 10:00:00');
    """)
    shop.scheme = Scheme.parse(CONTACTS)
    shop.load()
    assert {r["customer_id"]: r["open"] for r in shop.kept()["customers"]} == {"ann": 1, "bob": 0, "cid": 0, "zoe": 1}
    assert shop.kept()["counts"]["interactions.complaint"] == (3, 1, {})
    shop.run("UPDATE talk SET shut = '2024-05-20', changed = '2024-05-20 10:00:00' WHERE id = 1")
    shop.run("UPDATE talk SET who = 'bob', changed = '2024-05-20 10:00:00' WHERE id = 3")
    # A second row of one number tells something else: one of the two waits.
    shop.run("INSERT INTO talk VALUES (4, 'T2', 'zoe', '2024-05-10', NULL, NULL, '2024-05-20 10:00:00')")
    shop.load()
    assert {r["customer_id"]: r["open"] for r in shop.kept()["customers"]} == {"ann": 0, "bob": 1, "cid": 0, "zoe": 1}
    assert shop.kept()["counts"]["interactions.complaint"] == (4, 1, {})
    assert [fault for fault in shop.kept()["quarantine"] if "E-ROW-006" in fault and "T2" in fault]
    assert shop.kept()["customers"] == shop.fresh()["customers"]
