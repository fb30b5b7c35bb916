"""The totals that a right answer must show for each synthetic customer, counted while the orders are made."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from custrata.synthetic.aftermath import Batch
from custrata.synthetic.customers import (
    ARCHETYPES,
    NEVER,
    NEVER_LEAVES,
    ONCE,
    PREFERENCES,
    SERVICES,
    Customers,
)
from custrata.synthetic.orders import COMPLETED, Lines, Orders
from custrata.synthetic.products import Products
from custrata.synthetic.tables import cents, days
from custrata.synthetic.words import Ints, pick


class Truth:
    """Totals by customer up to the company's last day, under the meanings of the design.

    A purchase is a completed order that is not fully refunded by returns that name it. Net spend is what completed
    orders paid, less all refunds of the customer, whether they name an order or not. Money in cents.
    """

    def __init__(self, customers: Customers) -> None:
        n = customers.count + 1
        self.orders: Ints = np.zeros(n, np.int64)
        self.paid: Ints = np.zeros(n, np.int64)
        self.refunded: Ints = np.zeros(n, np.int64)
        self.last_day: Ints = np.full(n, -1, np.int64)

    def count(self, orders: Orders, lines: Lines, returns: Batch) -> None:
        """Take up a stretch of orders together with all returns they will lead to."""
        n = len(orders.day)
        paid = _sums(lines.order, lines.paid, n)
        completed = orders.status == COMPLETED
        linked = returns["linked"] == 1
        refund = _sums(returns["order"][linked], returns["amount"][linked], n)
        purchase = completed & (refund < paid)
        size = len(self.orders)
        self.orders += np.bincount(orders.customer[purchase], minlength=size)
        self.paid += _sums(orders.customer[completed], paid[completed], size)
        self.refund(returns)
        np.maximum.at(self.last_day, orders.customer[purchase], orders.day[purchase])

    def refund(self, returns: Batch) -> None:
        """Take up the refunds alone, without looking at orders."""
        self.refunded += _sums(returns["customer"], returns["amount"], len(self.refunded))

    @property
    def net(self) -> Ints:
        """Net spend, which may be 0 or less."""
        return self.paid - self.refunded

    def table(self, customers: Customers, products: Products, codes: pa.Array, start: date) -> pa.Table:
        """真值 as it is written, one row a customer."""
        n = customers.count
        kind, preference = customers.archetype[:n], customers.preference[:n]
        favourite = np.where(preference == SERVICES, customers.favourite_service[:n], customers.favourite_goods[:n])
        buys = kind != NEVER
        repeats = buys & (kind != ONCE)
        leaves = customers.leaves[:n]
        value = np.rint(customers.mean_order_value(products)[:n]).astype(np.int64)
        yes_no = ("否", "是")
        return pa.table(
            {
                "客户编码": codes.slice(0, n),
                "类型": pick(ARCHETYPES, kind),
                "月均下单": cents(np.rint(customers.rate[:n] * 100).astype(np.int64), repeats | ~buys),
                "预期客单价": cents(value, buys),
                "离开日期": days(leaves, start, leaves < NEVER_LEAVES),
                "偏好": pick(PREFERENCES, preference),
                "偏好类别": pick(products.categories, favourite),
                "折扣偏好": pick(yes_no, customers.discount_lover[:n].astype(np.int64)),
                "易退货": pick(yes_no, customers.return_prone[:n].astype(np.int64)),
                "订单数": pa.array(self.orders[:n]),
                "净消费": cents(self.net[:n]),
                "最后购买日": days(self.last_day[:n], start, self.last_day[:n] >= 0),
                "退款额": cents(self.refunded[:n]),
            }
        )


def _sums(group: Ints, amount: Ints, groups: int) -> Ints:
    """Exact sums by group: float64 holds whole cents up to 90 trillion yuan."""
    return np.bincount(group, weights=amount, minlength=groups).astype(np.int64)
