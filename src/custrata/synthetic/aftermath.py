"""What follows an order: goods that come back and complaints, held until the day on which they are booked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from custrata.synthetic.customers import Customers
from custrata.synthetic.orders import COMPLETED, Lines, Orders, serials
from custrata.synthetic.products import Products
from custrata.synthetic.words import Bools, Ints

LONGEST_DELAY = 30
Batch = Mapping[str, Ints]


class Waiting:
    """Entries that are known but not yet due; `day` says when they are, `key` breaks ties."""

    def __init__(self, *names: str) -> None:
        self._held: dict[str, Ints] = {name: np.empty(0, np.int64) for name in ("day", "key", *names)}

    def add(self, batch: Batch) -> None:
        """Hold the entries of `batch`; what it has beyond the names is left out."""
        self._held = {name: np.concatenate([held, batch[name]]) for name, held in self._held.items()}

    def due(self, before: int) -> dict[str, Ints]:
        """Hand out, by day and key, the entries of days earlier than `before`."""
        now = self._held["day"] < before
        out = {name: held[now] for name, held in self._held.items()}
        self._held = {name: held[~now] for name, held in self._held.items()}
        order = np.lexsort((out["key"], out["day"]))
        return {name: values[order] for name, values in out.items()}


def waiting_returns() -> Waiting:
    return Waiting("customer", "order_day", "order_serial", "linked", "product", "quantity", "amount", "reason")


def waiting_complaints() -> Waiting:
    return Waiting("customer", "kind", "status", "satisfaction")


def draw_returns(
    rng: np.random.Generator, who: Customers, orders: Orders, lines: Lines, last: int
) -> tuple[Batch, Bools]:
    """The return lines that these orders lead to up to day `last`, and which orders have any.

    Only completed orders come back; two in five of those wholly. A return that falls after `last` does not exist yet.
    About one in seven does not name its order; the walk-in trade always does, by the receipt.
    """
    n = len(orders.day)
    rate = np.where(orders.status == COMPLETED, who.return_rate[orders.customer], 0.0)
    day = orders.day + 1 + np.minimum(rng.exponential(8.0, n).astype(np.int64), LONGEST_DELAY - 1)
    comes_back = (rng.random(n) < rate) & (day <= last)
    whole = rng.random(n) < 0.4
    linked = (rng.random(n) >= 0.15) | (orders.customer == who.count)
    reason = rng.integers(0, 5, n)
    mine = np.flatnonzero(comes_back[lines.order])
    of = lines.order[mine]
    mine = mine[whole[of] | (rng.random(len(mine)) < 0.6)]
    of = lines.order[mine]
    bought = lines.quantity[mine]
    quantity = np.where(whole[of], bought, rng.integers(1, bought + 1))
    has_return = np.zeros(n, np.bool_)
    has_return[of] = True
    batch = {
        "day": day[of],
        "key": orders.day[of] * 10**7 + orders.serial[of],
        "order": of,
        "customer": orders.customer[of],
        "order_day": orders.day[of],
        "order_serial": orders.serial[of],
        "linked": linked[of].astype(np.int64),
        "product": lines.product[mine],
        "quantity": quantity,
        "amount": lines.paid[mine] * quantity // bought,
        "reason": reason[of],
    }
    return batch, has_return


def draw_old_returns(rng: np.random.Generator, who: Customers, products: Products, last: int) -> Batch:
    """Returns in the first month of goods bought before the export begins: they name no order, and a customer who buys
    little afterwards ends with a negative net spend. About 1.5 % of the customers from before the start."""
    regular = (who.joined < 0) & (who.rate > 0) & (np.arange(who.count + 1) < who.count)
    customer = np.flatnonzero(regular & (rng.random(who.count + 1) < 0.015))
    n = len(customer)
    product = products.draw(rng, who.favourite_goods[customer])
    quantity = np.ceil(who.quantity[customer]).astype(np.int64)
    none = np.zeros(n, np.int64)
    return {
        "day": rng.integers(0, min(LONGEST_DELAY, last + 1), n),
        "key": -1 - np.arange(n),
        "order": none,
        "customer": customer,
        "order_day": none,
        "order_serial": none,
        "linked": none,
        "product": product,
        "quantity": quantity,
        "amount": quantity * np.rint(products.price[product] * who.price_factor[customer]).astype(np.int64),
        "reason": rng.integers(0, 5, n),
    }


def draw_complaints(rng: np.random.Generator, who: Customers, orders: Orders, returned: Bools, last: int) -> Batch:
    """The complaints that these orders lead to up to day `last`; more often where goods came back.

    Complaints of the last two weeks may still be open; a satisfaction (1 to 5, else 0) is known only once solved.
    """
    n = len(orders.day)
    known = (orders.customer < who.count) & (orders.status == COMPLETED)
    chance = who.complaint_rate[orders.customer] + 0.15 * returned
    day = orders.day + rng.integers(0, 15, n)
    at = np.flatnonzero(known & (rng.random(n) < chance) & (day <= last))
    m = len(at)
    fresh = day[at] > last - 14
    status = np.where(fresh, rng.integers(0, 3, m), np.searchsorted([0.93, 0.98], rng.random(m), side="right"))
    satisfaction = np.searchsorted([0.15, 0.35, 0.60, 0.85], rng.random(m), side="right") + 1
    return {
        "day": day[at],
        "key": orders.day[at] * 10**7 + orders.serial[at],
        "customer": orders.customer[at],
        "kind": rng.integers(0, 5, m),
        "status": status,
        "satisfaction": np.where((status == 0) & (rng.random(m) < 0.85), satisfaction, 0),
    }


def documents(batch: Batch) -> tuple[Ints, Ints]:
    """For each entry of a due batch: the day and the serial of the document (one an order) that it stands on."""
    key, day = batch["key"], batch["day"]
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    document = np.cumsum(new) - 1
    return day, serials(day[new])[document]
