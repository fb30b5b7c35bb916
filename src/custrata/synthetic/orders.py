"""Which orders come in between two days, and what stands on their lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custrata.synthetic.customers import DAYS_A_MONTH, ONCE, Customers, service_quantity
from custrata.synthetic.products import Products
from custrata.synthetic.season import Season
from custrata.synthetic.words import Ints

COMPLETED, CANCELLED, DRAFT, PENDING = range(4)
MOST_LINES = 12


@dataclass(frozen=True)
class Orders:
    """One entry an order, by day; `customer` is the position in `Customers` (the last one is the walk-in trade),
    `day` counts from the company's start, `serial` from 1 within the day."""

    customer: Ints
    day: Ints
    serial: Ints
    status: Ints
    channel: Ints


@dataclass(frozen=True)
class Lines:
    """One entry a line, by order; no product stands twice on one order. `order` is the position in `Orders`.
    Money in cents; paid = quantity × price − discount, and always above 0."""

    order: Ints
    product: Ints
    quantity: Ints
    price: Ints
    discount: Ints
    paid: Ints


def draw_orders(rng: np.random.Generator, who: Customers, season: Season, first: int, stop: int) -> Orders:
    """The orders of the days `first` … `stop - 1`: for each customer a Poisson process that follows the season."""
    begin = np.clip(np.maximum(who.joined, 0), first, stop)
    finish = np.clip(np.minimum(who.leaves, season.days) + 1, begin, stop)
    before = season.cumulative[who.season_class, begin]
    weight = season.cumulative[who.season_class, finish] - before
    counts = rng.poisson(who.rate / DAYS_A_MONTH * weight)
    once = (who.only_day >= first) & (who.only_day < stop)
    counts[who.only_day >= 0] = 0
    counts[once] = 1
    customer = np.repeat(np.arange(who.count + 1), counts)
    target = before[customer] + rng.random(len(customer)) * weight[customer]
    day = who.only_day[customer]
    for kind in range(len(season.cumulative)):
        mine = (who.season_class[customer] == kind) & (day < 0)
        found = np.searchsorted(season.cumulative[kind], target[mine], side="right") - 1
        day[mine] = np.minimum(found, finish[customer[mine]] - 1)
    order = np.argsort(day + rng.random(len(day)), kind="stable")
    customer, day = customer[order], day[order]
    n = len(order)
    u = rng.random(n)
    status = np.searchsorted([0.945, 0.985], u, side="right")
    status[(day > season.days - 8) & (rng.random(n) < 0.25)] = PENDING
    status[who.archetype[customer] == ONCE] = COMPLETED
    stays = rng.random(n) < who.loyalty_to_channel[customer]
    channel = np.where(stays, who.channel[customer], rng.integers(0, 3, n))
    return Orders(customer, day, serials(day), status, channel)


def serials(day: Ints) -> Ints:
    """1, 2, 3 … within each day of an ordered array.

    >>> serials(np.array([4, 4, 7])).tolist()
    [1, 2, 1]
    """
    numbered: Ints = np.arange(len(day)) - np.searchsorted(day, day, side="left") + 1
    return numbered


def draw_lines(rng: np.random.Generator, who: Customers, products: Products, season: Season, orders: Orders) -> Lines:
    """What stands on the orders: one line, and more by the customer's habit; goods and services by preference."""
    per_order = 1 + np.minimum(rng.poisson(who.extra_lines[orders.customer]), MOST_LINES - 1)
    order = np.repeat(np.arange(len(per_order)), per_order)
    order, product = _products(rng, who, products, orders.customer, order)
    n, customer = len(order), orders.customer[order]
    mean = who.quantity[customer]
    mean = np.where(products.category[product] < products.goods, mean, service_quantity(mean))
    quantity = 1 + rng.poisson(mean - 1)
    price = np.rint(products.price[product] * who.price_factor[customer]).astype(np.int64)
    lover = who.discount_lover[customer]
    chance = np.where(lover, 0.7, 0.2) + 0.3 * season.promotion[orders.day[order]]
    depth = np.where(lover, rng.uniform(0.05, 0.30, n), rng.uniform(0.03, 0.15, n))
    depth[rng.random(n) >= chance] = 0.0
    discount = (quantity * price * depth).astype(np.int64)
    return Lines(order, product, quantity, price, discount, quantity * price - discount)


def _products(
    rng: np.random.Generator, who: Customers, products: Products, customer: Ints, order: Ints
) -> tuple[Ints, Ints]:
    """(order, product) of each line, without repeats of a product within an order."""
    n, buyer = len(order), customer[order]
    service = rng.random(n) < who.service_share[buyer]
    stays = rng.random(n) < who.loyalty_to_category[buyer]
    goods, kinds = products.goods, len(products.categories)
    other = np.where(service, rng.integers(goods, kinds, n), rng.integers(0, goods, n))
    favourite = np.where(service, who.favourite_service[buyer], who.favourite_goods[buyer])
    product = products.draw(rng, np.where(stays, favourite, other))
    line = np.unique(order * len(products.code) + product)
    return line // len(products.code), line % len(products.code)
