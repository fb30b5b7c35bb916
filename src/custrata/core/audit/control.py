"""Totals of a month against what the books say, and which rule of the reckoning explains the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Literal

#: What, added to our total, can make it the books': sales that the scheme leaves out, rows in quarantine, refunds
#: booked on their own day instead of their order's, no refunds at all, rows that stand there twice.
Cause = Literal["anonymous", "status", "quarantine", "refund_day", "refunds", "repeats"]
CAUSES: tuple[Cause, ...] = ("anonymous", "status", "quarantine", "refund_day", "refunds", "repeats")
#: Two answers to one question: with refunds on another day, or without any.
_EITHER: frozenset[Cause] = frozenset({"refund_day", "refunds"})
#: Totals agree within this share, or within one unit.
TOLERANCE = Decimal("0.001")
#: Value added tax and the like: a multiple that all months share.
_FACTOR = Decimal("0.002")


@dataclass(frozen=True)
class Month:
    """One month: ours, the books', and by how much each cause would change ours."""

    month: date
    ours: Decimal
    books: Decimal
    changes: Mapping[Cause, Decimal] = field(default_factory=dict)
    orders: int = 0
    book_orders: int | None = None

    @property
    def difference(self) -> Decimal:
        """The books' less ours."""
        return self.books - self.ours

    def agrees(self, change: Decimal = Decimal(0)) -> bool:
        return abs(self.difference - change) <= max(abs(self.books) * TOLERANCE, Decimal(1))


@dataclass(frozen=True)
class Explained:
    """The causes that together explain most months with the fewest of them, and which months."""

    causes: tuple[Cause, ...] = ()
    months: frozenset[date] = frozenset()


def explain(months: Sequence[Month]) -> Explained:
    """The smallest set of causes that explains the most differing months; at most three, none that explains nothing.

    >>> a = Month(date(2024, 1, 1), Decimal(900), Decimal(1000), {"anonymous": Decimal(100), "status": Decimal(7)})
    >>> explain([a]).causes
    ('anonymous',)
    """
    differing = [m for m in months if not m.agrees()]
    best = Explained()
    for size in (1, 2, 3):
        for causes in combinations(CAUSES, size):
            if set(causes) >= _EITHER:
                continue
            told = [m for m in differing if any(m.changes.get(c) for c in causes)]
            found = frozenset(
                m.month for m in told if m.agrees(sum((m.changes.get(c, Decimal(0)) for c in causes), Decimal(0)))
            )
            if len(found) > len(best.months):
                best = Explained(causes, found)
    return best


def factor(months: Sequence[Month]) -> Decimal | None:
    """The multiple of ours that the books show in every month, to two decimals: 1.13 is a tax of 13 %. Null where there
    is none, or with fewer than three months.

    >>> factor([Month(date(2024, m, 1), Decimal(100 * m), Decimal(113 * m)) for m in (1, 2, 3)])
    Decimal('1.13')
    """
    times = [m.books / m.ours for m in months if m.ours > 0]
    if len(times) < 3 or len(times) < len(months):
        return None
    low, high = min(times), max(times)
    middle = ((low + high) / 2).quantize(Decimal("0.01"))
    return middle if middle != 1 and high - low <= _FACTOR and abs(low - middle) <= _FACTOR * 2 else None
