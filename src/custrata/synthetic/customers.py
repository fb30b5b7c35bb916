"""How each synthetic customer behaves: archetype, when active, how often, how much, of what; the walk-in trade too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from custrata.synthetic.products import Products
from custrata.synthetic.words import Bools, Floats, Ints

_Value = TypeVar("_Value", bound=np.generic)

ARCHETYPES = ("忠诚高价值", "季节性", "价格敏感", "一次性", "新客户", "流失", "服务型", "潜在", "普通")
_SHARE = np.array([0.08, 0.12, 0.15, 0.14, 0.10, 0.15, 0.08, 0.08, 0.10])
_MONTHLY = np.array([3.2, 0.9, 1.3, 0.0, 1.6, 1.4, 0.9, 0.0, 0.8])
"""Mean orders a month; 一次性 buys exactly once, 潜在 never."""
LOYAL, SEASONAL, PRICE, ONCE, NEW, LEFT, SERVICE, NEVER, ORDINARY = range(len(ARCHETYPES))

PREFERENCES = ("商品", "服务", "综合")
GOODS, SERVICES, BOTH = range(3)
_SERVICE_SHARE = np.array([0.03, 0.92, 0.45])
STORE, ONLINE, AGENT = range(3)
NEVER_LEAVES = 1 << 40
WALK_IN_SHARE = 0.04
"""Anonymous orders (散客) as a share of the orders of known customers."""
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class Customers:
    """Hidden behaviour, one entry a customer in order of code, and one more at the end: the walk-in trade.

    Days count from the company's `start` (0); `joined` may be negative. `size` indexes words' firm sizes and is -1
    for persons.
    """

    count: int
    """Customers without the walk-in trade."""
    archetype: Ints
    firm: Bools
    size: Ints
    joined: Ints
    leaves: Ints
    """Last day on which the customer may buy; `NEVER_LEAVES` where the customer stays."""
    only_day: Ints
    """The one purchase of 一次性; -1 for others."""
    season_class: Ints
    rate: Floats
    """Orders a month while active."""
    extra_lines: Floats
    quantity: Floats
    """Mean quantity of a line of goods, at least 1."""
    price_factor: Floats
    discount_lover: Bools
    preference: Ints
    service_share: Floats
    favourite_goods: Ints
    favourite_service: Ints
    loyalty_to_category: Floats
    channel: Ints
    loyalty_to_channel: Floats
    return_prone: Bools
    return_rate: Floats
    """Chance that a completed order comes back, wholly or in part."""
    complaint_rate: Floats

    def mean_order_value(self, products: Products) -> Floats:
        """Expected paid amount of an order in cents, from the settings; promotions and repeats left aside."""
        goods, mean = products.goods, products.mean_price
        stay = self.loyalty_to_category
        of_goods = stay * mean[self.favourite_goods] + (1 - stay) * mean[:goods].mean()
        of_service = stay * mean[self.favourite_service] + (1 - stay) * mean[goods:].mean()
        line = (1 - self.service_share) * of_goods * self.quantity
        line += self.service_share * of_service * service_quantity(self.quantity)
        discount = np.where(self.discount_lover, 0.7 * 0.175, 0.2 * 0.09)
        value: Floats = (1 + self.extra_lines) * line * self.price_factor * (1 - discount)
        return value


def service_quantity(quantity: Floats) -> Floats:
    """Mean quantity of a line of services: firms order more of them too, but far less so than goods."""
    return 1 + (quantity - 1) * 0.1


def make_customers(rng: np.random.Generator, count: int, products: Products, start: date, end: date) -> Customers:
    """Draw the behaviour of `count` customers; shares of archetypes and of firms are kept as nearly as `count` lets."""
    archetype, joined, leaves = _lives(rng, count, (end - start).days)
    firm = _quota(rng, np.array([0.7, 0.3]), count) == 1
    size = np.where(firm, _quota(rng, np.array([0.08, 0.22, 0.40, 0.30]), count), -1)
    last = (end - start).days
    once = archetype == ONCE
    first_day = np.maximum(joined, 0)
    only_day = np.where(once, first_day + rng.integers(0, np.maximum(last - first_day, 0) + 1), -1)
    rate = _MONTHLY[archetype] * rng.gamma(2.0, 0.5, count)
    loyal = np.where(archetype == LOYAL, 1.8, 1.0)
    typical = np.where(firm, np.array([24.0, 10.0, 4.5, 2.5, 1.0])[size], 1.15)
    quantity = np.clip(typical * loyal * rng.lognormal(0, np.where(firm, 0.7, 0.35), count), 1.0, 1500.0)
    discount_lover = (archetype == PRICE) | (rng.random(count) < 0.08)
    preference = rng.choice(3, count, p=[0.80, 0.06, 0.14])
    preference[archetype == SERVICE] = SERVICES
    channel = _pick_by_kind(rng, firm, (0.60, 0.38, 0.02), (0.10, 0.22, 0.68))
    return_prone = rng.random(count) < 0.07
    complaints = 0.004 + 0.02 * (archetype == LEFT) + 0.01 * return_prone
    walk_in_rate = WALK_IN_SHARE * rate.sum()
    return Customers(
        count=count,
        archetype=_with(archetype, ORDINARY),
        firm=_with(firm, False),
        size=_with(size, -1),
        joined=_with(joined, 0),
        leaves=_with(leaves, NEVER_LEAVES),
        only_day=_with(only_day, -1),
        season_class=_with(firm + 2 * (archetype == SEASONAL), 0),
        rate=_with(rate, walk_in_rate),
        extra_lines=_with(np.where(firm, 2.0, 0.9), 0.5),
        quantity=_with(quantity, 1.1),
        price_factor=_with(np.where(firm, 0.92, 1.0), 1.0),
        discount_lover=_with(discount_lover, False),
        preference=_with(preference, GOODS),
        service_share=_with(_SERVICE_SHARE[preference], 0.0),
        favourite_goods=_with(rng.integers(0, products.goods, count), 0),
        favourite_service=_with(rng.integers(products.goods, len(products.categories), count), products.goods),
        loyalty_to_category=_with(rng.uniform(0.35, 0.8, count), 0.0),
        channel=_with(channel, STORE),
        loyalty_to_channel=_with(rng.uniform(0.6, 0.95, count), 1.0),
        return_prone=_with(return_prone, False),
        return_rate=_with(np.where(return_prone, 0.25, 0.035), 0.02),
        complaint_rate=_with(complaints, 0.0),
    )


def _with(values: NDArray[_Value], walk_in: float) -> NDArray[_Value]:
    """The customers' values and, at the end, the walk-in trade's."""
    return np.append(values, np.array([walk_in], values.dtype))


def _lives(rng: np.random.Generator, count: int, last: int) -> tuple[Ints, Ints, Ints]:
    """Archetype, day of joining and last active day, ordered by joining, as codes are given out."""
    archetype = _quota(rng, _SHARE, count)
    before = rng.random(count) < 0.6
    newest = np.where(archetype == LEFT, last - 180, last - 120)
    during = (rng.random(count) * (np.maximum(newest, 0) + 1)).astype(np.int64)
    joined = np.where(before, -rng.integers(1, 5 * 365, count), during)
    recent = last - rng.integers(0, 120, count)
    joined = np.where(archetype == NEW, np.maximum(recent, 0), joined)
    order = np.argsort(joined, kind="stable")
    archetype, joined = archetype[order], joined[order]
    earliest = np.maximum(joined, 0) + min(30, last // 3)
    latest = np.maximum(last - min(90, last // 3), earliest)
    leaving = np.minimum(earliest + (rng.random(count) * (latest - earliest + 1)).astype(np.int64), last)
    return archetype, joined, np.where(archetype == LEFT, leaving, NEVER_LEAVES)


def _quota(rng: np.random.Generator, shares: Floats, count: int) -> Ints:
    """Class numbers in the given shares as exactly as `count` allows, in random order."""
    cuts = np.cumsum(shares / shares.sum())[:-1]
    drawn: Ints = np.searchsorted(cuts, (rng.permutation(count) + 0.5) / count, side="right").astype(np.int64)
    return drawn


def _pick_by_kind(
    rng: np.random.Generator, firm: Bools, person_shares: tuple[float, ...], firm_shares: tuple[float, ...]
) -> Ints:
    u = rng.random(len(firm))
    person, company = np.cumsum(person_shares)[:-1], np.cumsum(firm_shares)[:-1]
    return np.where(firm, np.searchsorted(company, u, side="right"), np.searchsorted(person, u, side="right"))
