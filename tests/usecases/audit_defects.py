"""Ways to spoil the clean shop, each with what its audit must then show, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from audit_shops import Row, Shop, copied, line

#: What a planted defect must show: code → (severity, values that must be so).
Expected = dict[str, tuple[str, dict[str, Any]]]
Plant = Callable[[Shop], Expected]


def unusable_rows(shop: Shop) -> Expected:
    for r in shop.orders[100:120]:
        r["amount"] = r["price"] = None
    return {"A-VAL-001": ("warning", {"rows": 20, "column": "amount", "cells": 20})}


def no_customer(shop: Shop) -> Expected:
    for r in shop.orders[200:205]:
        r["customer_id"] = None
    return {"A-COM-002": ("notice", {"rows": 5})}


def total_rows(shop: Shop) -> Expected:
    shop.orders.append({**shop.orders[0], "customer_id": "合计", "order_id": "t1"})
    shop.orders.append({**shop.orders[0], "customer_id": "c01", "order_id": "Grand Total"})
    shop.orders.append({**shop.orders[0], "customer_id": "小 计:", "order_id": None})
    return {"A-VAL-008": ("notice", {"rows": 3})}


def impossible_dates(shop: Shop) -> Expected:
    shop.orders += [
        line("c01", date(2052, 3, 1), "f1", "p01", 1, Decimal(12)),
        line("c02", date(1970, 1, 1), "f2", "p01", 1, Decimal(12)),
    ]
    return {"A-VAL-002": ("warning", {"rows": 2})}


def emptied_cells(shop: Shop) -> Expected:
    """Prices that nobody can read beside amounts that everybody can."""
    for r in shop.orders[400:404]:
        r["price"] = "ten"
    for r in shop.orders:
        r["price"] = None if r["price"] is None else str(r["price"])
    return {"A-VAL-009": ("notice", {"cells": 4, "column": "price"})}


def returns_by_sign(shop: Shop) -> Expected:
    """Three returns of which only the quantity says so, and a discount that one negative amount makes."""
    for i, (quantity, amount) in enumerate(((-1, 12), (-1, 12), (-2, 24), (1, -12))):
        day = date(2024, 8, 1)
        row = line("c04", day, f"R{i}", "p01", quantity, Decimal(12))
        shop.orders.append({**row, "amount": Decimal(amount), "price": None})
    return {"A-CON-009": ("notice", {"rows": 4, "spend": Decimal(60)})}


def customer_dates(shop: Shop) -> Expected:
    for r in shop.customers[:3]:
        r["birthday"] = date(2030, 1, 1)
    return {"A-VAL-003": ("notice", {"customers": 3})}


def zero_amounts(shop: Shop) -> Expected:
    for r in shop.orders[300:360]:
        r["price"] = r["amount"] = Decimal(0)
    return {"A-VAL-007": ("notice", {"rows": 60})}


def order_outlier(shop: Shop) -> Expected:
    grown = next(r for r in shop.orders if r["customer_id"] == "c03" and r["product_id"] == "p05")
    grown["quantity"], grown["amount"] = 400, 400 * grown["price"]
    return {"A-VAL-004": ("warning", {"orders": 1, "customers": 1})}


def price_outlier(shop: Shop) -> Expected:
    cheap = next(r for r in shop.orders if r["product_id"] == "p11")
    cheap["price"] = Decimal("0.82")
    cheap["amount"] = cheap["quantity"] * cheap["price"]
    return {"A-VAL-005": ("notice", {"lines": 1, "products": 1})}


def large_order(shop: Shop) -> Expected:
    shop.customers.append({**shop.customers[0], "customer_id": "c99", "name": "Once", "phone": "13911112222"})
    shop.orders.append(line("c99", date(2024, 5, 6), "big", "p10", 20_000, Decimal(75)))
    return {"A-VAL-006": ("serious", {"orders": 1, "customers": 1, "spend": Decimal("1500000.0000")})}


def identical_rows(shop: Shop) -> Expected:
    orders = [n for n in dict.fromkeys(r["order_id"] for r in shop.orders) if len(shop.order(n)) == 2][:3]
    again = [dict(r) for n in orders for r in shop.order(n)]
    shop.orders += again
    return {"A-DUP-001": ("warning", {"rows": 6, "orders": 3, "spend": sum(r["amount"] for r in again)})}


def overlapping_files(shop: Shop) -> Expected:
    again = [dict(r) for r in shop.orders[40:50]]
    shop.orders += again
    other = {id(r) for r in again}
    shop.file = lambda row: "february.csv" if id(row) in other else "january.csv"
    spend = sum(r["amount"] for r in again)
    return {"A-DUP-002": ("warning", {"rows": 10, "spend": spend, "files": "february.csv + january.csv"})}


def shared_numbers(shop: Shop) -> Expected:
    number = shop.orders[1500]["order_id"]
    for other in ("c11", "c12"):
        mine = next(r["order_id"] for r in shop.orders if r["customer_id"] == other)
        for r in shop.order(mine):
            r["order_id"] = number
    return {"A-DUP-003": ("warning", {"numbers": 1, "orders": 3, "apart": 0})}


def repeated_orders(shop: Shop) -> Expected:
    orders = [n for n in dict.fromkeys(r["order_id"] for r in shop.orders) if len(shop.order(n)) == 3][:5]
    again = [{**r, "order_id": f"{n}-2"} for n in orders for r in shop.order(n)]
    shop.orders += again
    return {"A-DUP-004": ("warning", {"orders": 5, "spend": sum(r["amount"] for r in again)})}


def repeated_customers(shop: Shop) -> Expected:
    shop.customers[38] |= {"name": " person 05", "phone": "+86 138-0000-0005"}
    return {"A-DUP-005": ("warning", {"customers": 2, "sets": 1})}


def contradicting_records(shop: Shop) -> Expected:
    shop.products.append({**shop.products[0], "category": "other"})
    return {"A-DUP-006": ("warning", {"rows": 1})}


def amount_mismatch(shop: Shop) -> Expected:
    for r in shop.orders[500:540]:
        r["amount"] = (r["amount"] * Decimal("1.13")).quantize(Decimal("0.01"))
    return {"A-CON-001": ("warning", {"rows": 40, "factor": "1.13"})}


def mixed_signs(shop: Shop) -> Expected:
    for i, amount in enumerate((12, 12, 12, -12, -12)):
        shop.orders.append(
            {**line("c04", date(2024, 8, 1), f"R{i}", "p01", -1, Decimal(12)), "amount": Decimal(amount)}
        )
    return {"A-CON-002": ("notice", {"rows": 3})}


def odd_discounts(shop: Shop) -> Expected:
    returned = {r["order_id"] for r in shop.returns}
    kept = [r for r in shop.orders[600:800] if r["order_id"] not in returned]
    for i, r in enumerate(kept[:105]):
        r["discount"] = Decimal(-1 if i < 5 else 1)
        r["amount"] -= r["discount"]
    return {"A-CON-003": ("warning", {"rows": 5})}


def orphan_returns(shop: Shop) -> Expected:
    for i in range(3):
        shop.returns.append({**shop.returns[5], "order_id": f"x{i}", "return_id": f"x{i}"})
    return {"A-CON-005": ("warning", {"rows": 3})}


def early_returns(shop: Shop) -> Expected:
    shop.returns[10]["returned_at"] -= timedelta(days=30)
    return {"A-CON-006": ("warning", {"rows": 1, "spend": shop.returns[10]["amount"]})}


def over_refunds(shop: Shop) -> Expected:
    back = shop.returns[12]
    brought = sum(r["amount"] for r in shop.order(back["order_id"]))
    back["amount"] = brought + 5
    return {"A-CON-007": ("notice", {"orders": 1, "spend": Decimal("5.0000")})}


def freight(shop: Shop) -> Expected:
    several = {n for n in {r["order_id"] for r in shop.orders} if len(shop.order(n)) > 1}
    for r in shop.orders:
        r["freight"] = Decimal(3) if r["order_id"] in several else Decimal(0)
        r["amount"] += r["freight"]
    lines = sum(r["order_id"] in several for r in shop.orders)
    return {"A-CON-004": ("serious", {"rows": lines, "off": Decimal(3 * (lines - len(several)))})}


def without(shop: Shop, gone: Callable[[date], bool]) -> list[Row]:
    """Leaves out the orders of some days, and what came back of them."""
    lost = [r for r in shop.orders if gone(r["ordered_at"])]
    numbers = {r["order_id"] for r in lost}
    shop.orders = [r for r in shop.orders if r["order_id"] not in numbers]
    shop.returns = [r for r in shop.returns if r["order_id"] not in numbers]
    return lost


def calendar_gap(shop: Shop) -> Expected:
    first, last = date(2024, 6, 3), date(2024, 6, 12)
    without(shop, lambda day: first <= day <= last)
    return {"A-TIM-001": ("warning", {"gaps": 1, "days": 10, "first": first, "last": last})}


def weak_week(shop: Shop) -> Expected:
    monday = date(2024, 9, 2)
    week = [monday + timedelta(days=i) for i in range(7)]
    kept = {next(r["order_id"] for r in shop.orders if r["ordered_at"] == day) for day in week[::2]}
    lost = {r["order_id"] for r in shop.orders if r["ordered_at"] in week} - kept
    shop.orders = [r for r in shop.orders if r["order_id"] not in lost]
    shop.returns = [r for r in shop.returns if r["order_id"] not in lost]
    return {"A-TIM-002": ("notice", {"weeks": 1, "first": monday})}


def missing_cells(shop: Shop) -> Expected:
    shop.products[0]["category"] = None
    for r in shop.customers[:10]:
        r["trade"] = None
    return {"A-COM-001": ("notice", {"column": "trade", "share": 0.25, "readers": ("trade",)})}


def anonymous_sales(shop: Shop) -> Expected:
    for r in shop.orders:
        if r["customer_id"] < "c15":
            r["customer_id"] = "walk-in"
    shop.returns = [r for r in shop.returns if r["customer_id"] >= "c15"]
    rows = sum(r["customer_id"] == "walk-in" for r in shop.orders)
    return {"A-COM-003": ("notice", {"rows": rows})}


def unknown_customers(shop: Shop) -> Expected:
    del shop.customers[20]
    return {"A-COM-004": ("notice", {"customers": 1})}


def unknown_products(shop: Shop) -> Expected:
    for r in shop.orders:
        if r["product_id"] == "p02":
            r["product_id"] = "P 02"
    shop.returns = [r | {"product_id": r["product_id"].replace("p02", "P 02")} for r in shop.returns]
    lines = sum(r["product_id"] == "P 02" for r in shop.orders)
    # Their lines have no category either.
    return {"A-COM-005": ("notice", {"products": 1, "lines": lines, "alike": 1}), "A-COM-001": ("notice", {})}


GROUPS: dict[str, list[Plant]] = {
    "rows": [unusable_rows, no_customer, total_rows, impossible_dates, customer_dates, zero_amounts],
    "outliers": [order_outlier, price_outlier],
    "a large order": [large_order],
    "duplicates": [identical_rows, overlapping_files, shared_numbers, repeated_orders, repeated_customers],
    "amounts": [amount_mismatch, mixed_signs, odd_discounts, contradicting_records],
    "signs": [returns_by_sign],
    "cells": [emptied_cells],
    "returns": [orphan_returns, early_returns, over_refunds],
    "freight": [freight],
    "calendar": [calendar_gap, weak_week, missing_cells],
    "unknown": [anonymous_sales, unknown_customers],
    "products": [unknown_products],
}


def spoiled(clean: Shop) -> Shop:
    """A shop with most of the defects at once."""
    shop = copied(clean)
    for group in ("rows", "outliers", "duplicates", "amounts", "returns", "calendar"):
        for plant in GROUPS[group]:
            plant(shop)
    return shop
