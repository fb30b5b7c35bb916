"""What a purchase model is: fitted to counts of customers, it says who still buys and how often they will."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from custrata.core.predict.counts import Counts, Floats
from custrata.core.predict.maximum import Slope, Top, maximise

#: Times enter the models in weeks, as in the papers; a likelihood depends on the unit, what follows from it does not.
WEEK = 7.0
#: Where fits begin, after the usual start: customers who buy at very different rates, or who leave early or late.
_STARTS = ((1.0, 1.0), (0.3, 0.5), (3.0, 3.0), (0.1, 5.0))
#: From so many rows on a fit begins with a sample: every so many-th, or so many rows if that is less.
_MANY, _FEWER, _ENOUGH = 2_000, 8, 6_000


class NoFit(ValueError):
    """A model has no answer for these customers. `reason` is a word for texts: `few`, `once`, `flat`."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


class PurchaseModel(BaseModel):
    """Frozen parameters of a model of when customers buy and when they stop.

    Every method is row-wise: it needs the counts of one customer and these parameters, nothing else. `errors` are
    standard errors by parameter (empty where the likelihood is flat, which says that the data cannot tell).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    names: ClassVar[tuple[str, ...]]
    """Parameters in the order of the papers."""

    log_likelihood: float
    customers: int
    repeaters: int
    errors: Mapping[str, float] = {}

    @classmethod
    def fit(cls, counts: Counts) -> Self:
        """The parameters under which what these customers did is most likely; rows may be grouped or not, in any order.

        Raises `NoFit`: `few` (fewer than ten repeaters), `flat` (no parameters are better than all others).
        """
        counts = counts.grouped()
        if counts.repeaters < 10:
            raise NoFit("once" if not counts.repeaters else "few", repeaters=counts.repeaters, customers=counts.total)
        starts = [cls._start(counts, *kind) for kind in _STARTS]
        rough = cls._slope(counts.every(max(len(counts) // _ENOUGH, _FEWER))) if len(counts) > _MANY else None
        top = maximise(cls._slope(counts), starts, rough)
        if not top.found:
            raise NoFit("flat", customers=counts.total)
        return cls._of(top, counts)

    @classmethod
    def _slope(cls, counts: Counts) -> Slope:
        """The mean log-likelihood of a customer by the logarithms of the parameters, and its gradient."""
        likelihood, weight = cls._likelihood(counts), 1.0 / counts.total

        def slope(at: Floats) -> tuple[float, Floats]:
            parameters = np.exp(at)
            value, gradient = likelihood(parameters)
            return value * weight, gradient * parameters * weight

        return slope

    @classmethod
    def _of(cls, top: Top, counts: Counts) -> Self:
        values = dict(zip(cls.names, map(float, np.exp(top.at)), strict=True))
        errors = {}
        if top.covariance is not None:
            spread = np.sqrt(np.diag(top.covariance) / counts.total)
            errors = {name: values[name] * float(e) for name, e in zip(cls.names, spread, strict=True)}
        likely = top.value * counts.total
        return cls(log_likelihood=likely, customers=counts.total, repeaters=counts.repeaters, errors=errors, **values)

    @classmethod
    def _likelihood(cls, counts: Counts) -> Any:
        """Parameters → the log-likelihood of all customers and its gradient."""
        raise NotImplementedError

    @classmethod
    def _start(cls, counts: Counts, apart: float, leaving: float) -> Floats:
        """Logarithms of parameters to begin with."""
        raise NotImplementedError

    def alive(self, counts: Counts) -> Floats:
        """The probability that a customer has not stopped buying, from 0 to 1."""
        raise NotImplementedError

    def expected(self, counts: Counts, days: float) -> Floats:
        """Purchases to be expected in so many days after the as-of date."""
        raise NotImplementedError

    def silent(self, counts: Counts, days: float) -> Floats:
        """The probability that a customer buys nothing in so many days after the as-of date, gone or not."""
        raise NotImplementedError

    def expected_of_new(self, days: float) -> float:
        """Repeat purchases to be expected of somebody in so many days after the first purchase."""
        return float(self.expected(Counts.of([0], [0], [0]), days)[0])


def weekly_rate(counts: Counts) -> float:
    """Repeat purchases a week and customer."""
    weeks = float((counts.age * counts.customers).sum()) / WEEK
    return max(float((counts.frequency * counts.customers).sum()) / max(weeks, 1.0), 1e-6)
