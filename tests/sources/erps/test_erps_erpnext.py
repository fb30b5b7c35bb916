"""What ERPNext's invoices, credit notes and customers become, with the traps that its tables hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from erp_shops import Erp
from erpnext_shop import erpnext, invoice

pytestmark = pytest.mark.slow

Make = Callable[[str, str], Erp]

SALES = (
    # Dollars at 7 yuan: the company's amounts are in yuan. A discount, freight as an item and as a charge, and tax.
    invoice("SINV-1", "CUST-1", "a1, M-1, 2, 1400, discount_amount=10", "a2, D-1, 1, -140", "a3, F-1, 1, 105",
            currency="USD", conversion_rate=7)
    + """
INSERT INTO `tabSales Taxes and Charges` (name, parent, parenttype, account_head,
  base_tax_amount_after_discount_amount) VALUES
  ('t1', 'SINV-1', 'Sales Invoice', 'VAT - H', 136.5), ('t2', 'SINV-1', 'Sales Invoice', 'Freight - H', 50);
INSERT INTO `tabSales Team` (name, parent, parenttype, sales_person, idx) VALUES
  ('p2', 'SINV-1', 'Sales Invoice', '李四', 2), ('p1', 'SINV-1', 'Sales Invoice', '王五', 1);
INSERT INTO `tabSales Order` (name, order_type) VALUES ('SO-WEB', 'Shopping Cart'), ('SO-1', 'Sales');
"""
    + invoice("SINV-2", "CUST-2", "b1, R-1, 1, 60, sales_order=SO-WEB")
    + invoice("SINV-3", "CUST-2", "c1, M-1, 9, 900", docstatus=0)
    # Cancelled, and amended.
    + invoice("SINV-4", "CUST-3", "d1, M-1, 8, 800", docstatus=2)
    + invoice("SINV-4-1", "CUST-3", "e1, M-1, 3, 300", amended_from="SINV-4")
    + invoice("SINV-5", "CUST-1", "f1, M-1, 7, 700", is_opening="Yes")
    + invoice("SINV-6", "CUST-4", "g1, M-1, 6, 600", is_internal_customer=1)
    + invoice("SINV-7", "Walk-in Customer", "h1, M-1, 1, 100", is_pos=1)
)  # fmt: skip


@pytest.mark.parametrize("version", ["14", "15"])
def test_submitted_invoices_count_and_what_is_no_sale_is_told_apart(erp: Make, version: str) -> None:
    shop = erp("erpnext", erpnext(version, SALES))
    columns = ("order_id", "customer_id", "ordered_at", "status", "amount", "quantity", "product_id", "channel")
    noon = "2024-03-05 14:30:00"
    assert shop.rows("orders", *columns, freight_items=["F-1"]) == [
        ("SINV-1", "CUST-1", noon, "Freight", 105.0, 1.0, "F-1", "sales"),
        ("SINV-1", "CUST-1", noon, "Submitted", -140.0, 1.0, None, "sales"),
        ("SINV-1", "CUST-1", noon, "Submitted", 1400.0, 2.0, "M-1", "sales"),
        ("SINV-2", "CUST-2", noon, "Submitted", 60.0, 1.0, "R-1", "web"),
        ("SINV-3", "CUST-2", noon, "Draft", 900.0, 9.0, "M-1", "sales"),
        ("SINV-4", "CUST-3", noon, "Cancelled", 800.0, 8.0, "M-1", "sales"),
        ("SINV-4-1", "CUST-3", noon, "Submitted", 300.0, 3.0, "M-1", "sales"),
        ("SINV-5", "CUST-1", noon, "Opening", 700.0, 7.0, "M-1", "sales"),
        ("SINV-6", "CUST-4", noon, "Internal", 600.0, 6.0, "M-1", "sales"),
        ("SINV-7", "Walk-in Customer", noon, "Submitted", 100.0, 1.0, "M-1", "pos"),
    ]
    assert ("SINV-1", 140.0, "王五") in shop.rows("orders", "order_id", "discount", "salesperson")


def test_spend_is_of_known_customers_outside_the_group(erp: Make) -> None:
    shop = erp("erpnext", erpnext("15", SALES))
    assert shop.spend(freight_items=["F-1"]) == {"CUST-1": Decimal(1260), "CUST-2": Decimal(60), "CUST-3": Decimal(300)}
    # A tenth of tax on goods, discount and freight; the charge for shipping is none.
    assert shop.sums(with_tax=True)["CUST-1"] == Decimal("1501.5")
    assert shop.sums(with_tax=True, freight_items=["F-1"])["CUST-1"] == Decimal(1386)


BACK = (
    invoice("SINV-1", "CUST-1", "a1, M-1, 3, 300", "a2, D-1, 1, -30")
    # One machine and its part of the discount; a draft, a cancelled one; one that names no invoice.
    + invoice("RET-1", "CUST-1", "b1, M-1, -1, -100, sales_invoice_item=a1", "b2, D-1, -1, 10", is_return=1,
              return_against="SINV-1", posting_date="2024-03-09")
    + invoice("RET-2", "CUST-1", "c1, M-1, -1, -100", is_return=1, return_against="SINV-1", docstatus=0)
    + invoice("RET-3", "CUST-1", "d1, M-1, -1, -100", is_return=1, return_against="SINV-1", docstatus=2)
    + invoice("RET-4", "CUST-2", "e1, M-1, -1, -25", is_return=1)
    # The price was too low.
    + invoice("DN-1", "CUST-1", "f1, M-1, 1, 5", is_debit_note=1, return_against="SINV-1")
    + invoice("RET-5", "Walk-in Customer", "g1, M-1, -1, -40", is_return=1)
)  # fmt: skip


def test_a_credit_note_lowers_the_invoice_it_returns_and_a_debit_note_raises_it(erp: Make) -> None:
    shop = erp("erpnext", erpnext("15", BACK))
    assert shop.rows(
        "returns", "return_id", "order_id", "customer_id", "returned_at", "status", "amount", "product_id"
    ) == [
        ("RET-1", "SINV-1", "CUST-1", "2024-03-09 14:30:00", "Submitted", 90.0, "M-1"),
        ("RET-1", "SINV-1", "CUST-1", "2024-03-09 14:30:00", "Taken back", 0.0, "D-1"),
        ("RET-2", "SINV-1", "CUST-1", "2024-03-05 14:30:00", "Draft", 100.0, "M-1"),
        ("RET-3", "SINV-1", "CUST-1", "2024-03-05 14:30:00", "Cancelled", 100.0, "M-1"),
        ("RET-4", None, "CUST-2", "2024-03-05 14:30:00", "Submitted", 25.0, "M-1"),
        ("RET-5", None, "Walk-in Customer", "2024-03-05 14:30:00", "Anonymous", 40.0, "M-1"),
    ]
    assert shop.spend() == {"CUST-1": Decimal(185), "CUST-2": Decimal(-25), "CUST-3": Decimal(0)}
    assert ("SINV-1", 5.0) in shop.rows("orders", "order_id", "amount")


TILL = (
    invoice("POS-1", "CUST-2", "a1, M-1, 2, 200", kind="POS Invoice", pos_profile="门店", consolidated_invoice="SINV-9")
    + invoice("POS-2", "Walk-in Customer", "a2, M-1, 1, 100", kind="POS Invoice", pos_profile="门店")
    + invoice("POS-3", "CUST-2", "a3, M-1, -1, -100", kind="POS Invoice", is_return=1, return_against="POS-1")
    + invoice("POS-4", "Walk-in Customer", "a4, M-1, -1, -100", kind="POS Invoice", is_return=1, return_against="POS-2")
    # What the shift adds up to, once for what was sold and once for what came back.
    + invoice("SINV-9", "CUST-2", "b1, M-1, 2, 200", is_pos=1, is_consolidated=1)
    + invoice("SINV-10", "CUST-2", "b2, M-1, -1, -100", is_pos=1, is_consolidated=1, is_return=1,
              return_against="SINV-9")
)  # fmt: skip


def test_a_shift_is_read_sale_by_sale_and_not_once_more_as_a_whole(erp: Make) -> None:
    shop = erp("erpnext", erpnext("15", TILL))
    assert shop.rows("orders", "order_id", "customer_id", "status", "amount", "shop") == [
        ("POS-1", "CUST-2", "Submitted", 200.0, "门店"),
        ("POS-2", "Walk-in Customer", "Submitted", 100.0, "门店"),
        ("SINV-9", "CUST-2", "Consolidated", 200.0, None),
    ]
    back = shop.rows("returns", "return_id", "order_id", "status", "amount")
    assert [row for row in back if row[2] == "Submitted"] == [
        ("POS-3", "POS-1", "Submitted", 100.0), ("POS-4", "POS-2", "Submitted", 100.0),
    ]  # fmt: skip
    assert shop.spend() == {"CUST-1": Decimal(0), "CUST-2": Decimal(100), "CUST-3": Decimal(0)}
    assert shop.sums(point_of_sale=False) == {"CUST-2": Decimal(200)}
    assert shop.sums("returns", point_of_sale=False) == {"CUST-2": Decimal(100)}


def test_goods_that_a_delivery_note_brought_back_are_returns_until_they_are_credited(erp: Make) -> None:
    def note(name: str, item: str, quantity: int, back: int = 0, **fields: str) -> str:
        named = {"name": item, "parent": name, "qty": quantity, **fields}
        values = ", ".join(repr(v) for v in named.values())
        return (
            "INSERT INTO `tabDelivery Note` (name, customer, company, posting_date, docstatus, is_return)"
            f" VALUES ('{name}', 'CUST-1', '华夏贸易', '2024-03-0{6 + 2 * back}', 1, {back});\n"
            f"INSERT INTO `tabDelivery Note Item` ({', '.join(named)}) VALUES ({values});\n"
        )

    rows = (
        # Delivered, then invoiced; invoiced, then delivered; delivered and never invoiced.
        note("DN-1", "n1", 5) + invoice("SINV-1", "CUST-1", "a1, M-1, 5, 500, dn_detail=n1")
        + note("DN-2", "n2", -2, 1, dn_detail="n1")
        + invoice("SINV-2", "CUST-1", "a2, M-1, 4, 400") + note("DN-3", "n3", 4, si_detail="a2")
        + note("DN-4", "n4", -1, 1, dn_detail="n3")
        + note("DN-5", "n5", 3) + note("DN-6", "n6", -3, 1, dn_detail="n5")
    )  # fmt: skip
    shop = erp("erpnext", erpnext("15", rows))
    columns = ("return_id", "order_id", "returned_at", "status", "amount", "quantity")
    assert shop.rows("returns", *columns) == [
        ("DN-2", "SINV-1", "2024-03-08 00:00:00", "Returned", 200.0, 2.0),
        ("DN-4", "SINV-2", "2024-03-08 00:00:00", "Returned", 100.0, 1.0),
    ]
    assert shop.rows("returns", *columns, stock_returns=False) == []
    # One is credited through the delivery note, one without it.
    shop.run(
        invoice("RET-1", "CUST-1", "r1, M-1, -2, -200, dn_detail=n2", is_return=1, return_against="SINV-1")
        + invoice("RET-2", "CUST-1", "r2, M-1, -1, -100, sales_invoice_item=a2", is_return=1, return_against="SINV-2")
    )
    assert shop.sums("returns") == {"CUST-1": Decimal(300)}
    assert {row[3] for row in shop.rows("returns", *columns)} == {"Submitted", "Credited"}


def test_customers_products_and_complaints_are_read(erp: Make) -> None:
    said = """
INSERT INTO tabIssue (name, customer, subject, status, issue_type, opening_date, opening_time, company{resolved}) VALUES
  ('ISS-1', 'CUST-1', '坏了', 'Closed', '质量', '2024-03-07', '09:00:00', '华夏贸易'{day}),
  ('ISS-2', '', '谁？', 'Open', NULL, '2024-03-08', NULL, '华夏贸易'{none});
INSERT INTO `tabWarranty Claim` (name, customer, complaint_date, complaint, status, item_code, company) VALUES
  ('WC-1', 'CUST-2', '2024-03-09', '漏水', 'Open', 'M-1', '华夏贸易');
INSERT INTO `tabMaintenance Visit` (name, docstatus, customer, mntc_date, maintenance_type, completion_status,
  customer_feedback, company)
  VALUES ('MV-1', 1, 'CUST-2', '2024-03-10', 'Unscheduled', 'Fully Completed', '满意', '华夏贸易'),
  ('MV-2', 0, 'CUST-2', '2024-03-11', 'Unscheduled', 'Fully Completed', NULL, '华夏贸易');
"""
    for version, column in (("14", "resolution_date"), ("15", "sla_resolution_date")):
        shop = erp(
            "erpnext", erpnext(version, said.format(resolved=f", {column}", day=", '2024-03-08 10:00'", none=", NULL"))
        )
        columns = (
            "id",
            "customer_id",
            "happened_at",
            "kind",
            "reason",
            "status",
            "product_id",
            "closed_at",
        )
        assert shop.rows("interactions", *columns) == [
            (
                "Issue,ISS-1",
                "CUST-1",
                "2024-03-07 09:00:00",
                "complaint",
                "质量",
                "Closed",
                None,
                "2024-03-08 10:00:00",
            ),
            ("Issue,ISS-2", None, "2024-03-08 00:00:00", "complaint", None, "Open", None, None),
            (
                "Maintenance Visit,MV-1",
                "CUST-2",
                "2024-03-10 00:00:00",
                "visit",
                "Unscheduled",
                "Fully Completed",
                None,
                None,
            ),
            ("Warranty Claim,WC-1", "CUST-2", "2024-03-09 00:00:00", "complaint", "warranty", "Open", "M-1", None),
        ]
    fields = ("customer_id", "customer_group", "territory", "parent_territory", "market_segment", "archived")
    assert shop.rows("customers", *fields) == [
        ("CUST-1", "经销商", "杭州", "浙江", "Upper Income", 0), ("CUST-2", "Individual", "杭州", "浙江", None, 0),
        ("CUST-3", "Individual", "杭州", "浙江", None, 1),
    ]  # fmt: skip
    assert shop.rows("products", "product_id", "category", "brand", "kind", "archived") == [
        ("B-1", "机器类", None, "product", 1), ("D-1", "服务类", None, "service", 0),
        ("F-1", "服务类", None, "service", 0),
        ("M-1", "机器类", "海尔", "product", 0), ("R-1", "服务类", None, "service", 0),
    ]  # fmt: skip


def test_an_invoice_cancelled_after_it_was_loaded_counts_no_more(erp: Make) -> None:
    shop = erp(
        "erpnext",
        erpnext("14", invoice("SINV-1", "CUST-1", "a1, M-1, 1, 100") + invoice("SINV-2", "CUST-2", "a2, M-1, 1, 100")),
    )
    assert [row["status"] for row in shop.load()] == ["Submitted", "Submitted"]
    shop.run("UPDATE `tabSales Invoice` SET docstatus = 2, modified = '2024-06-01 10:00' WHERE name = 'SINV-1'")
    assert {row["order_id"]: row["status"] for row in shop.load()} == {
        "SINV-1": "Cancelled",
        "SINV-2": "Submitted",
    }


def test_companies_are_read_apart_where_their_currencies_differ(erp: Make) -> None:
    rows = "INSERT INTO tabCompany (name, default_currency) VALUES ('Overseas', 'USD');\n"
    rows += invoice("SINV-1", "CUST-1", "a1, M-1, 1, 100") + invoice(
        "SINV-2", "CUST-1", "a2, M-1, 1, 7", company="Overseas"
    )
    shop = erp("erpnext", erpnext("15", rows))
    assert shop.problem().code == "E-ERP-009"
    assert shop.sums(company="Overseas") == {"CUST-1": Decimal(7)}
    shop.currency = "CNY"
    assert shop.problem(company="Overseas").code == "E-ERP-010"
    assert shop.problem(company="Oversea").values["suggestion"] == "Overseas"
