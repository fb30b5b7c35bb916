"""What Odoo's sales and customers become, with the traps that its tables hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from erp_shops import Erp
from odoo_shop import odoo, order

pytestmark = pytest.mark.slow

Make = Callable[[str, str], Erp]
VERSIONS = ("16.0", "17.0", "18.0")

ORDERS = (
    # A contact of a company buys, after midnight in China; with tax of 13 %.
    order(1, 11, "1, 101, 2, 100, 0, 200, 226", "2, 104, 1, -20, 0, -20, -22.6", "3, 103, 1, 15, 0, 15, 16.95",
          "4, 102, 0, 50, 0, 0, 0", at="2024-03-04 20:00")
    + "UPDATE sale_order_line SET is_delivery = true WHERE id = 3;"
      "UPDATE sale_order_line SET is_downpayment = true, price_subtotal = 50 WHERE id = 4;"
      "INSERT INTO sale_order_line (order_id, id, name, display_type) VALUES (1, 5, 'Section', 'line_section'),"
      " (1, 6, 'Note', 'line_note');"
    + order(2, 22, "10, 101, 9, 100, 0, 900, 1017", state="draft")
    + order(3, 20, "11, 101, 8, 100, 0, 800, 904", state="cancel")
    + order(4, 22, "12, 101, 7, 100, 0, 700, 791", state="sent")
    # 14 dollars at 0.14 dollars a yuan.
    + order(5, 20, "13, 102, 1, 17.5, 20, 14, 14", rate=0.14)
    + order(6, 21, "14, 101, 5, 100, 0, 500, 565")
    + order(7, 20, "15, 101, 1, 100, 10, 90, 101.7", more=", website_id", values=", 1")
    + order(8, 13, "16, 101, 1, 100, 0, 100, 113")
)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_confirmed_orders_count_and_what_is_no_sale_is_told_apart(erp: Make, version: str) -> None:
    rows = erp("odoo", odoo(version, ORDERS)).rows(
        "orders", "order_id", "customer_id", "ordered_at", "status", "amount", "quantity", "product_id", "channel"
    )
    assert rows == [
        ("S00001", 10, "2024-03-05 04:00:00", "down payment", 50.0, 0.0, 102, "sales"),
        ("S00001", 10, "2024-03-05 04:00:00", "freight", 15.0, 1.0, 103, "sales"),
        ("S00001", 10, "2024-03-05 04:00:00", "sale", -20.0, 1.0, None, "sales"),
        ("S00001", 10, "2024-03-05 04:00:00", "sale", 200.0, 2.0, 101, "sales"),
        ("S00002", 22, "2024-03-04 11:00:00", "draft", 900.0, 9.0, 101, "sales"),
        ("S00003", 20, "2024-03-04 11:00:00", "cancel", 800.0, 8.0, 101, "sales"),
        ("S00004", 22, "2024-03-04 11:00:00", "sent", 700.0, 7.0, 101, "sales"),
        ("S00005", 20, "2024-03-04 11:00:00", "sale", 100.0, 1.0, 102, "sales"),
        ("S00006", 21, "2024-03-04 11:00:00", "sale", 500.0, 5.0, 101, "sales"),
        ("S00007", 20, "2024-03-04 11:00:00", "sale", 90.0, 1.0, 101, "web"),
        ("S00008", 13, "2024-03-04 11:00:00", "sale", 100.0, 1.0, 101, "sales"),
    ]


def test_orders_of_contacts_are_spend_of_their_company_and_drafts_are_nobodys(erp: Make) -> None:
    shop = erp("odoo", odoo("17.0", ORDERS))
    assert shop.spend() == {
        "10": Decimal(180), "13": Decimal(100), "20": Decimal(190), "21": Decimal(500),
        "22": Decimal(0), "50": Decimal(0),
    }  # fmt: skip
    assert shop.sums(with_tax=True)[10] == Decimal("203.4")
    assert shop.sums(with_freight=True)[10] == Decimal(195)
    discounts = shop.rows("orders", "order_id", "discount", "contact", "salesperson", "sales_team", language="zh_CN")
    assert ("S00007", 10.0, "张三", "王销售", "销售部") in discounts
    assert ("S00005", 25.0, "张三", "王销售", "销售部") in discounts
    assert ("S00001", None, "李采购", "王销售", "销售部") in discounts


def test_an_order_of_odoo_16_that_is_locked_still_counts(erp: Make) -> None:
    shop = erp("odoo", odoo("16.0", order(1, 20, "1, 101, 1, 70, 0, 70, 79.1", state="done")))
    assert shop.sums() == {20: Decimal(70)}


def test_customers_are_commercial_entities_archived_ones_and_prospects_too(erp: Make) -> None:
    shop = erp("odoo", odoo("17.0", ORDERS))
    columns = (
        "customer_id",
        "name",
        "joined_at",
        "parent_id",
        "customer_type",
        "industry",
        "country",
        "city",
        "tags",
        "archived",
    )
    assert shop.rows("customers", *columns, language="zh_CN") == [
        (10, "华东贸易", "2023-06-01 01:00:00", None, "company", "批发", "CN", "杭州", "大客户", False),
        (13, "华东贸易 宁波分公司", "2023-06-02 08:00:00", 10, "company", None, "CN", "宁波", None, False),
        (20, "张三", "2024-01-01 08:00:00", None, "person", None, "CN", None, None, False),
        (21, "已归档", "2022-01-01 08:00:00", None, "person", None, None, None, None, True),
        (22, "报价客户", "2024-02-01 08:00:00", None, "person", None, None, None, None, False),
        (50, "散客", "2022-01-01 08:00:00", None, "person", None, None, None, None, False),
    ]
    assert [row[0] for row in shop.rows("customers", "customer_id", walk_in=[50])] == [10, 13, 20, 21, 22]
    assert shop.rows("products", "product_id", "product", "category", "kind", language="zh_CN")[:2] == [
        (101, "机器", "All / 机器", "product"), (102, "Repair", "All / 服务", "service"),
    ]  # fmt: skip


def test_tickets_ratings_and_inquiries_belong_to_the_company_of_whoever_spoke(erp: Make) -> None:
    said = (
        order(1, 11, "1, 101, 1, 1, 0, 1, 1")
        + """
INSERT INTO helpdesk_team VALUES (1, '{"en_US": "Complaints", "zh_CN": "投诉"}');
INSERT INTO helpdesk_stage VALUES (1, '{"en_US": "Solved"}');
INSERT INTO helpdesk_ticket (id, name, partner_id, team_id, stage_id, sale_order_id, close_date, create_date) VALUES
  (1, '坏了', 11, 1, 1, 1, '2024-03-12', '2024-03-10 17:00');
INSERT INTO rating_rating (id, partner_id, res_model, rating, feedback, consumed, write_date) VALUES
  (1, 20, 'helpdesk.ticket', 1, '太慢', true, '2024-03-11'), (2, 20, 'helpdesk.ticket', 0, NULL, false, '2024-03-11');
INSERT INTO crm_lead (id, name, partner_id, company_id, active, probability, create_date) VALUES
  (1, '要十台', 13, 1, true, 40, '2024-03-01'), (2, '不要了', NULL, NULL, false, 0, '2024-03-01');
"""
    )
    shop = erp("odoo", odoo("17.0", said))
    columns = (
        "id",
        "customer_id",
        "happened_at",
        "kind",
        "reason",
        "subject",
        "status",
        "order_id",
        "value",
    )
    assert shop.rows("interactions", *columns, language="zh_CN") == [
        ("crm.lead,1", 13, "2024-03-01 08:00:00", "inquiry", None, "要十台", "open", None, None),
        ("crm.lead,2", None, "2024-03-01 08:00:00", "inquiry", None, "不要了", "lost", None, None),
        ("helpdesk.ticket,1", 10, "2024-03-11 01:00:00", "ticket", "投诉", "坏了", "Solved", "S00001", None),
        ("rating.rating,1", 20, "2024-03-11 08:00:00", "feedback", "helpdesk.ticket", "太慢", "given", None, 1.0),
    ]


def test_an_odoo_with_sales_alone_is_read_without_what_is_not_installed(erp: Make) -> None:
    bare = odoo("16.0", order(1, 20, "1, 101, 1, 100, 0, 100, 113"), modules=False)
    shop = erp("odoo", bare)
    assert shop.sums() == {20: Decimal(100)}
    assert set(shop.prepare().specs) == {"orders", "returns", "customers", "products"}


def test_companies_with_different_currencies_are_read_one_at_a_time(erp: Make) -> None:
    second = (
        order(1, 20, "1, 101, 1, 100, 0, 100, 113")
        + "INSERT INTO res_company (id, name, currency_id, parent_path) VALUES"
        + " (2, 'Overseas', 2, '2/'), (3, 'Branch', 2, '2/3/');"
        + order(2, 20, "2, 101, 1, 40, 0, 40, 40").replace("'sale', 1,", "'sale', 2,").replace("S00002", "S00001")
        + order(3, 20, "3, 101, 1, 2, 0, 2, 2").replace("'sale', 1,", "'sale', 3,")
    )
    shop = erp("odoo", odoo("17.0", second))
    assert shop.problem().code == "E-ERP-009"
    assert shop.sums(company="华夏贸易") == {20: Decimal(100)}
    assert shop.sums(company="Overseas") == {20: Decimal(42)}
    shop.run("UPDATE res_company SET currency_id = 1")
    # The two orders of one number are two orders.
    assert shop.rows("orders", "order_id") == [("1/S00001",), ("2/S00001",), ("3/S00003",)]
    assert shop.sums() == {20: Decimal(142)}


def test_an_order_cancelled_after_it_was_loaded_counts_no_more(erp: Make) -> None:
    shop = erp(
        "odoo", odoo("17.0", order(1, 20, "1, 101, 1, 100, 0, 100, 113") + order(2, 21, "2, 101, 1, 100, 0, 100, 113"))
    )
    assert [row["status"] for row in shop.load()] == ["sale", "sale"]
    shop.run("UPDATE sale_order SET state = 'cancel', write_date = '2024-05-05' WHERE id = 1")
    shop.run("UPDATE sale_order_line SET price_subtotal = 70, write_date = '2024-05-05' WHERE id = 2")
    now = {row["order_id"]: (row["status"], row["amount"]) for row in shop.load()}
    assert now == {"S00001": ("cancel", Decimal(100)), "S00002": ("sale", Decimal(70))}
