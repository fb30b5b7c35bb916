"""What Odoo's credit notes, its till and its returned goods become, with the traps that its tables hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from erp_shops import Erp
from odoo_shop import invoice, odoo, order

pytestmark = pytest.mark.slow

Make = Callable[[str, str], Erp]

REFUNDS = (
    order(1, 11, "1, 101, 2, 100, 0, 200, 226", "2, 104, 1, -20, 0, -20, -22.6", "3, 103, 1, 15, 0, 15, 16.95")
    + "UPDATE sale_order_line SET is_delivery = true WHERE id = 3;"
    # The invoice goes to the company's address for invoices; it repeats the order.
    + invoice(1, "out_invoice", 12, "1, 101, 2, 200, 226, 1", "2, 104, 1, -20, -22.6, 2", "3, 103, 1, 15, 16.95, 3")
    # One machine, its part of the discount and the freight are credited.
    + invoice(2, "out_refund", 12, "4, 101, 1, 100, 113, 1", "5, 104, 1, -10, -11.3, 2", "6, 103, 1, 15, 16.95, 3",
              more=", reversed_entry_id", values=", 1")
    + invoice(3, "out_refund", 12, "7, 101, 1, 100, 113, 1", state="draft")
    + invoice(4, "out_refund", 12, "8, 101, 1, 100, 113, 1", state="cancel")
    # Credited and invoiced again: nothing was given back.
    + order(2, 20, "20, 101, 3, 100, 0, 300, 339")
    + invoice(5, "out_invoice", 20, "21, 101, 3, 300, 339, 20")
    + invoice(6, "out_refund", 20, "22, 101, 3, 300, 339, 20", more=", reversed_entry_id", values=", 5")
    + invoice(7, "out_invoice", 20, "23, 101, 3, 300, 339, 20")
    # An invoice without an order, a debit note that raises it, a credit note that only says which invoice it reverses.
    + invoice(8, "out_invoice", 13, "30, 102, 1, 60, 63.6, NULL")
    + invoice(9, "out_invoice", 13, "31, 102, 1, 10, 10.6, NULL", more=", debit_origin_id", values=", 8")
    + invoice(10, "out_refund", 13, "32, 102, 1, 25, 26.5, NULL", more=", reversed_entry_id", values=", 8")
    # A line added to the invoice of an order belongs to the order; a vendor's bill is none of ours.
    + invoice(11, "out_invoice", 20, "40, 101, 0, 0, 0, 20", "41, 102, 1, 5, 5.3, NULL")
    + invoice(12, "in_invoice", 30, "50, 101, 1, 999, 999, NULL")
    # A credit note out of nothing.
    + invoice(13, "out_refund", 21, "60, 101, 1, 30, 33.9, NULL")
)  # fmt: skip


def test_a_credit_note_lowers_the_order_behind_it_and_never_twice(erp: Make) -> None:
    shop = erp("odoo", odoo("17.0", REFUNDS))
    assert shop.rows("returns", "return_id", "order_id", "customer_id", "status", "amount") == [
        ("RINV/10", "INV/8", 13, "posted", 25.0),
        ("RINV/13", None, 21, "posted", 30.0),
        ("RINV/2", "S00001", 10, "freight", 15.0),
        ("RINV/2", "S00001", 10, "posted", 90.0),
        ("RINV/2", "S00001", 10, "taken back", 0.0),
        ("RINV/3", "S00001", 10, "draft", 100.0),
        ("RINV/4", "S00001", 10, "cancel", 100.0),
        ("RINV/6", "S00002", 20, "taken back", 0.0),
    ]
    invoiced = shop.rows("orders", "order_id", "customer_id", "status", "amount", "channel")
    assert [row for row in invoiced if row[-1] == "invoice"] == [
        ("INV/8", 13, "posted", 10.0, "invoice"),
        ("INV/8", 13, "posted", 60.0, "invoice"),
        ("S00002", 20, "posted", 5.0, "invoice"),
    ]
    assert shop.spend() == {
        "10": Decimal(90), "13": Decimal(45), "20": Decimal(305), "21": Decimal(-30), "50": Decimal(0),
    }  # fmt: skip
    assert shop.sums(with_tax=True)[10] - shop.sums("returns", with_tax=True)[10] == Decimal("101.7")
    assert set(shop.sums(direct_invoices=False)) == {10, 20}


TILL = (
    "INSERT INTO pos_config VALUES (1, '门店'); INSERT INTO pos_session VALUES (1, 1, 's');"
    + order(1, 20, "1, 101, 1, 100, 0, 100, 113")
    + invoice(1, "out_invoice", 20, "1, 101, 1, 80, 90.4, NULL")
    + invoice(2, "out_refund", 20, "2, 101, 1, 80, 90.4, NULL")
    + """
INSERT INTO pos_order (id, name, partner_id, date_order, state, company_id, session_id, account_move, currency_rate)
  VALUES
  (1, 'Shop/1', 20, '2024-03-01 08:00', 'invoiced', 1, 1, 1, 1), (2, 'Shop/2', NULL, '2024-03-01 08:00', 'done', 1,
    1, NULL, 1),
  (3, 'Shop/3', 20, '2024-03-02 08:00', 'invoiced', 1, 1, 2, 1), (4, 'Shop/4', NULL, '2024-03-02 08:00', 'paid', 1,
    1, NULL, 1),
  (5, 'Shop/5', 20, '2024-03-03 08:00', 'paid', 1, 1, NULL, 1), (6, 'Shop/6', 20, '2024-03-03 08:00', 'draft', 1, 1,
    NULL, 1),
  (7, 'Shop/7', 50, '2024-03-03 08:00', 'paid', 1, 1, NULL, 1), (8, 'Shop/8', NULL, '2024-03-04 08:00', 'paid', 1, 1,
    NULL, 1);
INSERT INTO pos_order_line (id, order_id, product_id, qty, price_unit, discount, price_subtotal, price_subtotal_incl,
  refunded_orderline_id, sale_order_line_id) VALUES
  (1, 1, 101, 1, 90.4, 0, 80, 90.4, NULL, NULL), (2, 1, 102, 1, 60, 0, 53.1, 60, NULL, NULL),
  (3, 2, 101, 1, 90.4, 0, 80, 90.4, NULL, NULL),
  -- brought back, and something else taken along
  (4, 3, 101, -1, 90.4, 0, -80, -90.4, 1, NULL), (5, 3, 102, 2, 60, 0, 106.2, 120, NULL, NULL),
  (6, 4, 101, -1, 90.4, 0, -80, -90.4, 3, NULL),
  -- a sales order paid at the till
  (7, 5, 101, 1, 113, 0, 100, 113, NULL, 1),
  (8, 6, 101, 5, 90.4, 0, 400, 452, NULL, NULL), (9, 7, 101, 5, 90.4, 0, 400, 452, NULL, NULL),
  -- nobody knows who brings this back
  (10, 8, 102, -1, 60, 0, -53.1, -60, NULL, NULL);
"""
)


def test_the_till_is_read_once_and_its_refunds_lower_what_was_bought(erp: Make) -> None:
    shop = erp("odoo", odoo("18.0", TILL))
    columns = ("order_id", "customer_id", "status", "amount", "channel", "shop")
    assert shop.rows("orders", *columns) == [
        ("S00001", 20, "sale", 100.0, "sales", None),
        ("Shop/1", 20, "invoiced", 53.1, "pos", "门店"),
        ("Shop/1", 20, "invoiced", 80.0, "pos", "门店"),
        ("Shop/2", None, "done", 80.0, "pos", "门店"),
        ("Shop/3", 20, "invoiced", 106.2, "pos", "门店"),
        ("Shop/5", 20, "sales order", 100.0, "pos", "门店"),
        ("Shop/6", 20, "draft", 400.0, "pos", "门店"),
        ("Shop/7", 50, "paid", 400.0, "pos", "门店"),
    ]
    assert shop.rows("returns", "return_id", "order_id", "customer_id", "status", "amount") == [
        ("Shop/3", "Shop/1", 20, "invoiced", 80.0),
        ("Shop/4", "Shop/2", None, "paid", 80.0),
        ("Shop/8", None, None, "anonymous", 53.1),
    ]
    assert shop.spend(walk_in=[50]) == {"20": Decimal("259.3"), "10": Decimal(0), "13": Decimal(0), "21": Decimal(0)}
    assert shop.sums(point_of_sale=False) == {20: Decimal(100)}


def test_goods_that_came_back_without_a_credit_note_are_returns_until_they_are_credited(erp: Make) -> None:
    stock = """
INSERT INTO stock_location VALUES (1, 'internal'), (2, 'customer');
UPDATE sale_order_line SET qty_delivered = 3 WHERE id = 1;
INSERT INTO stock_move (sale_line_id, to_refund, state, product_uom_qty{done}, location_id, location_dest_id, date)
  VALUES
  (1, false, 'done', 5{five}, 1, 2, '2024-03-05'), (1, true, 'done', 2{two}, 2, 1, '2024-03-08 18:00'),
  (1, false, 'done', 1{one}, 2, 1, '2024-03-08'), (1, true, 'cancel', 1{one}, 2, 1, '2024-03-08');
"""
    for version, done, five, two, one in (("16.0", "", "", "", ""), ("17.0", ", quantity", ", 5", ", 2", ", 1")):
        rows = order(1, 20, "1, 101, 5, 100, 0, 500, 565") + stock.format(done=done, five=five, two=two, one=one)
        shop = erp("odoo", odoo(version, rows))
        columns = ("order_id", "returned_at", "status", "amount", "quantity")
        assert shop.rows("returns", *columns) == [("S00001", "2024-03-09 02:00:00", "returned", 200.0, 2.0)]
        assert shop.rows("returns", *columns, stock_returns=False) == []
        shop.run(
            invoice(1, "out_invoice", 20, "1, 101, 5, 500, 565, 1")
            + invoice(2, "out_refund", 20, "2, 101, 2, 200, 226, 1")
        )
        assert shop.sums("returns") == {20: Decimal(200)}
        assert [row[2] for row in shop.rows("returns", *columns)] == ["credited", "posted"]
