"""How columns of one table hang together row by row: what depends on what, what stands once an order, what is the same.

Everything looks at the first rows of the sample only; a few hundred orders tell what thousands would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from custrata.core.guess.profile import ColumnProfile

_ROWS = 1500


@dataclass(frozen=True)
class Depends:
    """Of the `groups` values that stand on several rows, the share within which another column has one value."""

    share: float
    groups: int


@dataclass(frozen=True)
class PerOrder:
    """How a number lies in orders of several lines: `once` on the first line alone, or `repeated` on all of them.

    Shares of the `orders` that have several lines.
    """

    once: float
    repeated: float
    orders: int


class Relations:
    """The relations of one table's columns, found on demand and remembered."""

    def __init__(self, profiles: Sequence[ColumnProfile]) -> None:
        self._columns = {p.name: list(p.values[:_ROWS]) for p in profiles}
        self._numbers = {p.name: list(p.numbers[:_ROWS]) for p in profiles}
        self._days = {p.name: list(p.days.days[:_ROWS]) for p in profiles}
        self.depends = lru_cache(maxsize=None)(self._depends)
        self.same = lru_cache(maxsize=None)(self._same)
        self.per_order = lru_cache(maxsize=None)(self._per_order)
        self.scales = lru_cache(maxsize=None)(self._scales)
        self.equal = lru_cache(maxsize=None)(self._equal)
        self.less = lru_cache(maxsize=None)(self._less)

    def _depends(self, on: str, column: str, *, by_day: bool = False) -> Depends:
        """`by_day`: the dependent column is compared by the days that it tells, however they are written and whatever
        their time."""
        groups: dict[str, set[str | int]] = {}
        rows: dict[str, int] = {}
        days = self._days[column] if by_day else []
        values: list[str | None] | list[int | None] = days or self._columns[column]
        for key, value in zip(self._columns[on], values, strict=True):
            if key is not None and value is not None:
                groups.setdefault(key, set()).add(value)
                rows[key] = rows.get(key, 0) + 1
        several = [len(found) for key, found in groups.items() if rows[key] > 1]
        return Depends(sum(n == 1 for n in several) / len(several) if several else 0.0, len(several))

    def _same(self, a: str, b: str) -> bool:
        """Whether two columns tell the same things apart: every value of one goes with one of the other.

        Values that never come back prove nothing: a phone and an address both differ from row to row.
        """
        rows = [(x, y) for x, y in zip(self._columns[a], self._columns[b], strict=True) if x and y]
        pairs = set(rows)
        alike = len({x for x, _ in pairs}) == len(pairs) == len({y for _, y in pairs})
        return alike and len(pairs) > 1 and len(pairs) <= 0.8 * len(rows)

    def _per_order(self, order: str, column: str) -> PerOrder:
        groups: dict[str, list[float | None]] = {}
        numbers = self._numbers[column]
        if not numbers:
            return PerOrder(0.0, 0.0, 0)
        for key, value in zip(self._columns[order], numbers, strict=True):
            if key is not None:
                groups.setdefault(key, []).append(value)
        several = [found for found in groups.values() if len(found) > 1]
        if not several:
            return PerOrder(0.0, 0.0, 0)
        once = sum(found[0] is not None and not any(x is not None for x in found[1:]) for found in several)
        repeated = sum(None not in found and len(set(found)) == 1 and found[0] != 0 for found in several)
        return PerOrder(once / len(several), repeated / len(several), len(several))

    def _equal(self, a: str, b: str) -> bool:
        """Whether two columns hold the same numbers, row by row."""
        pairs = list(zip(self._numbers[a], self._numbers[b], strict=False))
        return len(pairs) > 1 and all(x == y for x, y in pairs)

    def _less(self, small: str, large: str) -> bool:
        """Whether one amount is another with something taken off: never more, on some rows less, never by most."""
        pairs = [(a, b) for a, b in zip(self._numbers[small], self._numbers[large], strict=False)
                 if a is not None and b is not None and b > 0]  # fmt: skip
        lower = sum(a < b - 0.005 for a, b in pairs)
        return len(pairs) >= 5 and lower >= 2 and all(0.2 * b <= a <= b + 0.005 or a == 0 for a, b in pairs)

    def _scales(self, product: str, quantity: str, column: str) -> float | None:
        """Whether a number grows with the quantity of one product (1: it is a line's amount) or stays (0: it is a
        price); null where no product was sold in different quantities, or it is neither."""
        if not self._numbers[quantity] or not self._numbers[column]:
            return None
        first: dict[str, tuple[float, float]] = {}
        grows = stays = 0
        for key, n, x in zip(self._columns[product], self._numbers[quantity], self._numbers[column], strict=True):
            if key is None or not n or not x or n <= 0 or x <= 0:
                continue
            n0, x0 = first.setdefault(key, (n, x))
            if n0 != n:
                # Amounts cut to whole numbers are off by up to one.
                cut = 1 / n + 1 / n0 if x.is_integer() and x0.is_integer() else 0.0
                grows += abs(x / n - x0 / n0) <= 0.02 * x0 / n0 + cut
                stays += abs(x - x0) <= 0.02 * x0
        if grows + stays < 4:
            return None
        share = grows / (grows + stays)
        return share if share <= 0.2 or share >= 0.8 else None
