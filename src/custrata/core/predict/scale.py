"""The frozen scale of one number, by which it becomes comparable with others; and the same row-wise over a column.

A value is pulled in to the 1 % and 99 % quantiles, put on a logarithm where its metric has a long tail, centred by the
mean and divided by the standard deviation of what came of it, and put on a grid of 2⁻²⁰. On that grid every sum and
product that clustering needs is exact in 64 bits, so that no order of customers, no engine and no processor can change
a nearest centre. `scaling` fits it.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import ibis
from pydantic import BaseModel, ConfigDict

#: Steps of the grid in one standard deviation.
GRID = 2**20


class Scale(BaseModel):
    """The frozen scale of one metric; JSON in and out without loss.

    `log`: whether the sign of x times ln(1 + |x|) is taken. `low` and `high`: the values to which others are pulled in,
    in the metric's own unit. `mean` and `deviation`: of the values after both; a deviation of 0 says that there is
    nothing to tell apart, and every value is 0 then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    log: bool
    low: float
    high: float
    mean: float
    deviation: float

    @property
    def flat(self) -> bool:
        """Whether it tells nobody apart: at least 98 % of the customers have one value."""
        return not self.deviation

    def expression(self, x: Any) -> Any:
        """The place of each `known` value on the scale, row-wise; null where there is none."""
        if self.flat:
            return ibis.ifelse(x.isnull(), ibis.null("float64"), 0.0)
        x = x.clip(self.low, self.high)
        level = x
        if self.log:
            log = (x.abs() + 1.0).ln()
            level = log if self.low >= 0 else ibis.ifelse(x < 0, -log, log)
        return ((level - self.mean) * (GRID / self.deviation) + 0.5).floor().cast("float64") * (1 / GRID)

    def moved(self, at: float, to: Scale) -> float:
        """A place on this scale, on another one of the same metric; both with or both without logarithm."""
        found = 0.0 if to.flat else (self.mean + at * self.deviation - to.mean) / to.deviation
        return found if isfinite(found) else 0.0


def known(column: Any) -> Any:
    """A number as clustering reads it: floating, null where it is not a finite number."""
    x = column.cast("float64")
    return ibis.ifelse(x.isnan() | x.isinf(), ibis.null("float64"), x) if column.type().is_floating() else x
