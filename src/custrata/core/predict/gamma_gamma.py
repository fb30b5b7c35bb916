"""Gamma-Gamma: what a purchase brings differs between customers, and from one purchase to the next.

Sources: Fader, Hardie and Lee, RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of Marketing
Research 42 (2005); Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013). It takes spend a purchase to be
independent of how often a customer buys; `dependence` says how far that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.maximum import Slope, maximise
from custrata.core.predict.purchases import NoFit
from custrata.core.predict.special import digamma, log_gamma

_STARTS = ([2.0, 3.0, 1.5], [10.0, 3.0, 0.3], [0.5, 2.0, 3.0])
#: From so many rows on a fit begins with means rounded to a part in so many.
_MANY, _FINE = 5_000, 20.0


class GammaGamma(BaseModel):
    """Spend a purchase is gamma(p, ν) distributed for a customer, ν gamma(q, γ) among customers.

    `gamma` is in the unit of the money. The mean of all customers is pγ/(q−1), where q > 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")

    p: float
    q: float
    gamma: float
    log_likelihood: float
    customers: int
    dependence: float
    """Correlation of purchases and mean spend among customers, from −1 to 1; the model takes it to be 0."""
    errors: Mapping[str, float] = {}

    @classmethod
    def fit(cls, purchases: Any, mean: Any, customers: Any = None) -> Self:
        """The most likely parameters. `purchases` are whole numbers from 1, `mean` what a purchase of the customer
        brought in the mean, above 0 (customers who brought nothing are left out by the caller, who says so). Rows may
        be grouped or not, in any order.

        Raises `NoFit`: `few` (fewer than ten customers), `flat` (spend that does not differ), `wild` (spend that
        differs so much that after one purchase the next has no mean).
        """
        x, z = np.asarray(purchases, dtype=np.int64), np.asarray(mean, dtype=np.float64)
        n = np.ones(len(x)) if customers is None else np.asarray(customers, dtype=np.float64)
        if not (bool((x > 0).all()) and bool((z > 0).all())):
            raise ValueError("purchases and their mean are above 0")
        if n.sum() < 10:
            raise NoFit("few", customers=int(n.sum()))
        x, z, n = _grouped(x, z, n)
        # In units of the middle spend, so that no currency is too small or too large for a start.
        unit = float(np.exp((n * np.log(z)).sum() / n.sum()))
        z = z / unit
        rough = _slope(*_coarse(x, z, n)) if len(x) > _MANY else None
        top = maximise(_slope(x, z, n), [np.log(s) for s in _STARTS], rough)
        if not top.found:
            raise NoFit("flat", customers=int(n.sum()))
        p, q, g = (float(v) for v in np.exp(top.at))
        if p + q <= 1.0:
            raise NoFit("wild", customers=int(n.sum()))
        errors = {}
        if top.covariance is not None:
            spread = np.sqrt(np.diag(top.covariance) / n.sum())
            errors = {k: v * float(e) for k, v, e in zip(cls.names, (p, q, g * unit), spread, strict=True)}
        # The density of the mean in its own unit, not in that of the fit.
        likely = top.value * float(n.sum()) - float(n.sum()) * float(np.log(unit))
        return cls(
            p=p, q=q, gamma=g * unit, log_likelihood=likely, customers=int(n.sum()), errors=errors,
            dependence=_correlation(x.astype(np.float64), z, n),
        )  # fmt: skip

    def expected(self, purchases: Any, mean: Any) -> Floats:
        """What a purchase of each customer will bring in the mean: between what his purchases brought and what those of
        all customers bring, the nearer to his own the more there were. Without purchases: the mean of all."""
        x, z = np.asarray(purchases, dtype=np.float64), np.nan_to_num(np.asarray(mean, dtype=np.float64))
        found: Floats = self.p * (self.gamma + x * z) / (self.p * x + self.q - 1.0)
        return found


def _grouped(x: Whole, z: Floats, n: Floats) -> tuple[Whole, Floats, Floats]:
    """The same customers, those who are alike in one row, in one order: sums of floating numbers hang on it, and so
    would the last digits of a fit."""
    by_spend = np.argsort(z)
    # Short numbers are sorted digit by digit, in a third of the time.
    short = np.uint16 if int(x.max()) < 2**16 else np.int64
    order = by_spend[np.argsort(x[by_spend].astype(short), kind="stable")]
    x, z, n = x[order], z[order], n[order]
    new = np.append(True, (x[1:] != x[:-1]) | (z[1:] != z[:-1]))
    if new.all():
        return x, z, n
    first = np.flatnonzero(new)
    return x[first], z[first], np.add.reduceat(n, first)


def _slope(x: Whole, z: Floats, n: Floats) -> Slope:
    """The mean log-likelihood of a customer by the logarithms of p, q and γ, and its gradient."""
    # What depends on the number of purchases alone is worked out once for each number.
    counts, where = np.unique(x, return_inverse=True)
    of_count, xs, xz = np.bincount(where, weights=n), counts.astype(np.float64), x * z
    log_z, log_xs, every = np.bincount(where, weights=n * np.log(z)), np.log(counts), n.sum()

    def slope(at: Floats) -> tuple[float, Floats]:
        p, q, g = (float(v) for v in np.exp(at))
        sums, px = g + xz, p * xs
        logs = np.bincount(where, weights=n * np.log(sums))
        inverse = np.bincount(where, weights=n / sums)
        one = np.array([q])
        ones = log_gamma(px + q) - log_gamma(px) - log_gamma(one) + q * np.log(g) + px * log_xs
        value = of_count @ ones + (px - 1.0) @ log_z - (px + q) @ logs
        both = digamma(px + q)
        by_p = (of_count * xs) @ (both - digamma(px) + log_xs) + xs @ (log_z - logs)
        by_q = of_count @ both + every * (np.log(g) - float(digamma(one)[0])) - logs.sum()
        by_g = every * q / g - (px + q) @ inverse
        return float(value) / every, np.array([by_p * p, by_q * q, by_g * g]) / every

    return slope


def _coarse(x: Whole, z: Floats, n: Floats) -> tuple[Whole, Floats, Floats]:
    """Nearly the same customers in far fewer rows."""
    step = np.round(np.log(z) * _FINE).astype(np.int64)
    low = int(step.min())
    span = int(step.max()) - low + 1
    found, where = np.unique(x * span + (step - low), return_inverse=True)
    rows, steps = np.divmod(found, span)
    many: Floats = np.bincount(where, weights=n).astype(np.float64)
    return rows, np.exp((steps + low) / _FINE), many


def _correlation(x: Floats, z: Floats, n: Floats) -> float:
    dx, dz = x - (n @ x) / n.sum(), z - (n @ z) / n.sum()
    spread = float(np.sqrt((n @ dx**2) * (n @ dz**2)))
    return float(n @ (dx * dz)) / spread if spread > 0 else 0.0
