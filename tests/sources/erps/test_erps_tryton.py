"""What Tryton's sales, returns, credit notes and complaints become, on tables that a real Tryton wrote."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from erp_shops import Erp
from tryton_erp import PACKAGES, live, record, recorded

from servers import Server

pytestmark = pytest.mark.slow

Make = Callable[[str, str], Erp]
SERIES = list(PACKAGES)


@pytest.mark.sweep
@pytest.mark.parametrize("series", SERIES)
def test_a_real_tryton_still_writes_what_was_recorded_of_it(postgres: Server, series: str, tmp_path: Path) -> None:
    database = live(postgres, series, tmp_path)
    try:
        assert record(postgres, database, series) == recorded(series)
        found = Erp(postgres, database, "tryton", tmp_path)
        assert found.sums() == {2: Decimal(540), 3: Decimal(725), 4: Decimal(60)}
    finally:
        postgres.run(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.mark.parametrize("series", SERIES)
def test_confirmed_sales_count_and_so_do_invoices_without_one(erp: Make, series: str) -> None:
    shop = erp("tryton", recorded(series))
    columns = ("order_id", "customer_id", "ordered_at", "status", "amount", "quantity", "product_id", "channel")
    day = "2024-03-05"
    assert shop.rows("orders", *columns) == [
        ("1", 2, day, "freight", 15.0, 1.0, 4, "sales"),
        # The discount is nobody's product.
        ("1", 2, day, "processing", -20.0, 1.0, None, "sales"),
        ("1", 2, day, "processing", 500.0, 5.0, 1, "sales"),
        ("1", 2, day, "processing", 60.0, 1.0, 2, "sales"),
        ("2", 5, day, "quotation", 800.0, 8.0, 1, "sales"),
        # 28 dollars at the 0.14 dollars a yuan of that day.
        ("3", 3, day, "processing", 200.0, 2.0, 2, "sales"),
        ("4", 4, day, "done", 60.0, 1.0, 2, "sales"),
        ("5", 3, day, "processing", 180.0, 3.0, 2, "sales"),
        # Tryton has taken what was refunded, or whose invoice was cancelled, out of these two; here they are whole.
        ("6", 3, day, "done", 120.0, 2.0, 2, "sales"),
        ("7", 3, day, "done", 45.0, 1.0, 2, "sales"),
        ("8", 3, day, "processing", -100.0, -1.0, 1, "sales"),
        ("8", 3, day, "processing", 200.0, 2.0, 1, "sales"),
        # Bought by a party that was replaced by customer 3 since.
        ("9", 3, day, "processing", 30.0, 1.0, 2, "sales"),
        ("invoice 6", 3, "2024-03-06", "posted", 50.0, 1.0, 2, "invoice"),
        ("sale.sale,2", 5, day, "draft", 700.0, 7.0, 1, "sales"),
        ("sale.sale,4", 5, day, "cancelled", 900.0, 9.0, 1, "sales"),
    ]


@pytest.mark.parametrize("series", SERIES)
def test_what_came_back_lowers_the_sale_it_belongs_to_once(erp: Make, series: str) -> None:
    shop = erp("tryton", recorded(series))
    assert shop.rows(
        "returns", "return_id", "order_id", "customer_id", "returned_at", "status", "amount", "product_id"
    ) == [
        # A returned sale, and one that a complaint about a single line made.
        ("10", "1", 2, "2024-03-12", "processing", 100.0, 1),
        ("11", "1", 2, "2024-03-12", "processing", 60.0, 2),
        # Refunded with its invoice, and an invoice cancelled without a credit note.
        ("invoice 4", "6", 3, "2024-03-12", "invoice cancelled", 120.0, 2),
        ("invoice 5", "7", 3, "2024-03-06", "invoice cancelled", 45.0, 2),
        # A complaint credits a machine of 100 and charges 60 of it again.
        ("invoice 7", "1", 2, "2024-03-12", "posted", 40.0, 1),
        ("invoice 7", "1", 2, "2024-03-12", "taken back", 0.0, 1),
        ("invoice 8", "5", 3, "2024-03-12", "posted", 180.0, 2),
        ("invoice 9", "6", 3, "2024-03-12", "cancels an invoice", 120.0, 2),
        ("sale.sale,13", "1", 2, "2024-03-12", "draft", 482.1429, 1),
        ("sale.sale,13", "1", 2, "2024-03-12", "draft", 57.8571, 2),
        ("sale.sale,13", "1", 2, "2024-03-12", "freight", 15.0, 4),
        ("sale.sale,13", "1", 2, "2024-03-12", "taken back", 0.0, 3),
    ]
    assert shop.spend() == {
        "2": Decimal(540 - 100 - 60 - 40), "3": Decimal(200 + 100 + 30 + 50), "4": Decimal(60), "5": Decimal(0),
        "6": Decimal(0),
    }  # fmt: skip


def test_tax_freight_and_invoices_are_as_the_parameters_say(erp: Make) -> None:
    shop = erp("tryton", recorded("8.0"))
    # 65 of tax on a sale of 555, and the freight's share of it, which does not count.
    assert shop.sums(with_tax=True)[2].quantize(Decimal("0.01")) == (Decimal(620) * 540 / 555).quantize(Decimal("0.01"))
    assert shop.sums(with_tax=True, with_freight=True)[2].quantize(Decimal("0.01")) == Decimal(620)
    assert shop.sums(with_freight=True)[2] == Decimal(555)
    assert shop.sums(direct_invoices=False)[3] == Decimal(725 - 50)
    assert 3 in {row[0] for row in shop.rows("customers", "customer_id")}
    assert 3 not in {row[0] for row in shop.rows("customers", "customer_id", walk_in=[3])}


@pytest.mark.parametrize("series", SERIES)
def test_customers_products_and_complaints_are_read(erp: Make, series: str) -> None:
    shop = erp("tryton", recorded(series))
    since = "2024-03-01 04:00:00"
    assert shop.rows("customers", "customer_id", "name", "joined_at", "code", "party_category", "city", "archived") == [
        (2, "华东贸易", since, "HD", "经销商", "杭州", False), (3, "张三", since, "2", None, None, False),
        (4, "停用客户", since, "3", None, None, True), (5, "报价客户", since, "4", None, None, False),
        (6, "投诉客户", since, "5", None, None, False),
    ]  # fmt: skip
    assert shop.rows("products", "product_id", "product", "category", "kind") == [
        (1, "机器", "机器类", "product"), (2, "维修", None, "service"), (3, "折扣", None, "service"),
        (4, "运费", None, "service"),
    ]  # fmt: skip
    columns = ("id", "customer_id", "happened_at", "kind", "subject", "status", "order_id", "product_id")
    assert shop.rows("interactions", *columns) == [
        ("sale.complaint,1", 2, "2024-03-08", "complaint", "没修好", "done", "1", 2),
        ("sale.complaint,2", 2, "2024-03-09", "complaint", "太贵", "done", "1", 1),
        ("sale.complaint,3", 6, "2024-03-10", "complaint", "没人理", "draft", None, None),
    ]


def test_goods_that_were_shipped_and_refunded_are_returned_but_not_when_they_are_invoiced_again(erp: Make) -> None:
    """The same refund where goods stay shipped (Tryton keeps their quantity), and where a new invoice replaces it."""
    shop = erp("tryton", recorded("8.0"))
    shop.run("UPDATE sale_line SET actual_quantity = 2 WHERE id = 18")
    assert ("6", "invoice cancelled", 120.0) in shop.rows("returns", "order_id", "status", "amount")
    assert ("6", 120.0) in shop.rows("orders", "order_id", "amount")
    shop.run(
        "INSERT INTO account_invoice VALUES"
        " (50, '50', 1, 3, 'out', 'posted', '2024-03-12', 90, NULL, 1, 120, 120, now(), NULL);"
        "INSERT INTO account_invoice_line VALUES (50, 50, 'line', 2, 2, 60, 'sale.line,18', NULL, now(), NULL)"
    )
    assert [row for row in shop.rows("returns", "order_id", "status", "amount") if row[0] == "6"] == [
        ("6", "cancels an invoice", 120.0), ("6", "taken back", 0.0),
    ]  # fmt: skip
    assert ("6", 120.0) in shop.rows("orders", "order_id", "amount")


def test_a_currency_without_a_rate_is_told_and_not_taken_for_the_companys(erp: Make) -> None:
    shop = erp("tryton", recorded("8.0"))
    shop.run("DELETE FROM currency_currency_rate WHERE currency = 2")
    with shop.evaluate() as result:
        (bad,) = result.quarantine().to_pylist()
    assert (bad["column"], bad["code"]) == ("amount", "E-ROW-001")


def test_a_sale_cancelled_after_it_was_loaded_counts_no_more(erp: Make) -> None:
    shop = erp("tryton", recorded("7.0"))
    assert {row["status"] for row in shop.load() if row["order_id"] == "5"} == {"processing"}
    shop.run("UPDATE sale_sale SET state = 'cancelled', write_date = '2024-06-01' WHERE number = '5'")
    assert {row["status"] for row in shop.load() if row["order_id"] == "5"} == {"cancelled"}
