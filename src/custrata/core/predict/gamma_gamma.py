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

from custrata.core.predict.counts import Floats
from custrata.core.predict.maximum import maximise
from custrata.core.predict.purchases import NoFit
from custrata.core.predict.special import digamma, log_gamma


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
        brought in the mean, above 0 (customers who brought nothing are left out by the caller, who says so).

        Raises `NoFit`: `few` (fewer than ten customers), `flat` (spend that does not differ).
        """
        x, z = np.asarray(purchases, dtype=np.int64), np.asarray(mean, dtype=np.float64)
        n = np.ones(len(x)) if customers is None else np.asarray(customers, dtype=np.float64)
        if not (bool((x > 0).all()) and bool((z > 0).all())):
            raise ValueError("purchases and their mean are above 0")
        if n.sum() < 10:
            raise NoFit("few", customers=int(n.sum()))
        # In units of the middle spend, so that no currency is too small or too large for a start.
        unit = float(np.exp((n * np.log(z)).sum() / n.sum()))
        z = z / unit
        counts, where = np.unique(x, return_inverse=True)
        of_count = np.bincount(where, weights=n)
        log_z = np.bincount(where, weights=n * np.log(z))
        xz, xs = x * z, counts.astype(np.float64)

        def mean_likelihood(at: Floats) -> tuple[float, Floats]:
            p, q, g = (float(v) for v in np.exp(at))
            logs, share = np.log(g + xz), 1.0 / (g + xz)
            px = p * xs
            logs_by_count = np.bincount(where, weights=n * logs)
            psi_both, psi_px = digamma(px + q), digamma(px)
            every, log_xs = n.sum(), np.log(xs)
            ones = log_gamma(px + q) - log_gamma(px) - float(log_gamma(np.array([q]))[0]) + q * np.log(g) + px * log_xs
            value = of_count @ ones + (px - 1.0) @ log_z - (px + q) @ logs_by_count
            power = p * x + q
            by_p = (of_count * xs) @ (psi_both - psi_px + log_xs) + xs @ (log_z - logs_by_count)
            by_q = of_count @ psi_both - every * float(digamma(np.array([q]))[0]) + every * np.log(g)
            by_q -= logs_by_count.sum()
            by_g = every * q / g - (n * power) @ share
            return float(value) / every, np.array([by_p * p, by_q * q, by_g * g]) / every

        top = maximise(mean_likelihood, [np.log(s) for s in ([2.0, 3.0, 1.5], [10.0, 3.0, 0.3], [0.5, 2.0, 3.0])])
        if not top.found:
            raise NoFit("flat", customers=int(n.sum()))
        p, q, g = (float(v) for v in np.exp(top.at))
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


def _correlation(x: Floats, z: Floats, n: Floats) -> float:
    dx, dz = x - (n @ x) / n.sum(), z - (n @ z) / n.sum()
    spread = float(np.sqrt((n @ dx**2) * (n @ dz**2)))
    return float(n @ (dx * dz)) / spread if spread > 0 else 0.0
