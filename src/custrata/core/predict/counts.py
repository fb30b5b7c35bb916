"""What a purchase model reads of customers: how often, how recently and how long each has bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Customers as purchase models see them, one row for all who look alike.

    `frequency`: purchases after the first (x; from 0). `recency`: days from the first purchase to the last (t_x; 0
    where there is one purchase). `age`: days from the first purchase to the as-of date (T; at least the recency).
    `customers`: how many they are. All are whole numbers and arrays of one length: models are fitted to a few thousand
    rows where there are a million customers.
    """

    frequency: Whole
    recency: Whole
    age: Whole
    customers: Whole

    @classmethod
    def of(cls, frequency: Any, recency: Any, age: Any, customers: Any = None) -> Counts:
        """From anything that NumPy takes; without `customers` every row is one. Raises `ValueError` where the numbers
        cannot be: a negative one, a recency above the age, several purchases on the first day alone."""
        x, tx, t = (np.asarray(a, dtype=np.int64) for a in (frequency, recency, age))
        n = np.ones_like(x) if customers is None else np.asarray(customers, dtype=np.int64)
        if min(int(a.min(initial=0)) for a in (x, tx, t, n)) < 0 or bool((tx > t).any()):
            raise ValueError("frequency, recency and age count from 0, and nobody bought after the as-of date")
        if bool(((x > 0) != (tx > 0)).any()):
            raise ValueError("a recency above 0 belongs to repeat purchases, and to them only")
        return cls(x, tx, t, n)

    def grouped(self) -> Counts:
        """The same customers, those who look alike in one row. Order of rows never changes a fit."""
        spans = int(self.recency.max(initial=0)) + 1, int(self.age.max(initial=0)) + 1
        key = (self.frequency * spans[0] + self.recency) * spans[1] + self.age
        if len(key) < 2 or bool((key[1:] > key[:-1]).all()):
            return self
        if bool((self.customers == 1).all()):
            # Numbers alone sort several times as fast as numbers that remember their places.
            key.sort()
            begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
            found, customers = key[begins], np.diff(begins, append=len(key))
        else:
            found, where = np.unique(key, return_inverse=True)
            customers = np.bincount(where, weights=self.customers, minlength=len(found)).astype(np.int64)
        # NumPy divides by one number far faster than it finds quotient and rest at once.
        rest = found // spans[1]
        frequency = rest // spans[0]
        return Counts(frequency, rest - frequency * spans[0], found - rest * spans[1], customers)

    def every(self, nth: int) -> Counts:
        """One row of so many: of grouped counts, which lie in order, a sample with all kinds of customers."""
        return Counts(*(a[::nth] for a in (self.frequency, self.recency, self.age, self.customers)))

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def total(self) -> int:
        """How many customers."""
        return int(self.customers.sum())

    @property
    def repeaters(self) -> int:
        """How many bought more than once."""
        return int(self.customers[self.frequency > 0].sum())
