"""The gaps between a customer's purchase days, summed up so far that a rhythm can be fitted to everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from custrata.core.predict.counts import Floats, Whole

#: Logarithms of gaps are summed as whole numbers of this part, so that no order of adding them matters.
UNIT = 100_000


@dataclass(frozen=True)
class Gaps:
    """Customers by their gaps, one row each. `number` of gaps between purchase days (0: one purchase day); `logs` and
    `squares`: the sums of ln(gap) and of its square, ln rounded to `UNIT`; `silent`: days since the last purchase."""

    number: Whole
    logs: Whole
    squares: Whole
    silent: Whole

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Gaps:
        return cls(*(np.asarray(columns[c], dtype=np.int64) for c in ("gaps", "logs", "squares", "silent")))

    @classmethod
    def from_days(cls, days: Any, as_of: int) -> Gaps:
        """Of one customer, from the days on which he bought, counted from any day.

        >>> Gaps.from_days([0, 7, 14], 20).silent.tolist()
        [6]
        """
        bought = np.unique(np.asarray(days, dtype=np.int64))
        logs = np.rint(np.log(np.diff(bought)) * UNIT).astype(np.int64)
        told = len(logs), int(logs.sum()), int((logs * logs).sum()), as_of - int(bought[-1])
        return cls(*(np.array([v], dtype=np.int64) for v in told))

    def __len__(self) -> int:
        return len(self.number)

    def mean(self) -> Floats:
        """Mean of ln(gap); 0 without a gap."""
        return self.logs / np.maximum(self.number, 1) / UNIT

    def spread(self) -> Floats:
        """Sum of squares of ln(gap) around the mean, with what whole days hide: a gap of 2 days may be 1.5 or 2.5."""
        n = np.maximum(self.number, 1)
        around = np.maximum(self.squares - self.logs * (self.logs / n), 0.0) / UNIT**2
        hidden = self.number * np.exp(-2.0 * self.mean()) / 12.0
        return np.asarray(around + hidden)


def purchase_days(orders: ir.Table) -> Any:
    """One row a customer and day with a purchase: `customer_id`, `day`, `gap` in days since the one before (null on the
    first) and `log`, its logarithm in whole `UNIT`s (0 on the first: a gap of one day adds nothing to sums)."""
    days = orders.filter(orders.purchase).select("customer_id", "day").distinct()
    before: Any = days.day.lag().over(ibis.window(group_by="customer_id", order_by="day"))
    told: Any = days.mutate(gap=days.day.delta(before, unit="day").cast("int64"))
    gap = told.gap.fill_null(1).cast("float64")
    return told.mutate(log=(gap.ln() * UNIT).round().cast("int64"))


def gaps_table(orders: ir.Table, as_of: date) -> ir.Table:
    """One row a customer with a purchase: `customer_id` and the columns of `Gaps`, as of a day, and `last` gap in days
    (null where there is none)."""
    told = purchase_days(orders)
    last = told.day.max()
    return told.group_by("customer_id").aggregate(
        gaps=(told.count() - 1).cast("int64"), logs=told.log.sum().cast("int64"),
        squares=(told.log * told.log).sum().cast("int64"),
        silent=ibis.literal(as_of).delta(last, unit="day").cast("int64"),
        last=told.gap.argmax(told.day.delta(ibis.literal(date(1900, 1, 1)), unit="day")),
    )  # fmt: skip
