"""Pareto/NBD: customers buy at rates of their own and leave after lifetimes of their own, whether they buy or not.

Sources: Schmittlein, Morrison and Colombo, Counting Your Customers: Who Are They and What Will They Do Next?,
Management Science 33 (1987); Fader and Hardie, A Note on Deriving the Pareto/NBD Model and Related Expressions (2005).
The papers write the likelihood with two hypergeometric functions; here it is the integral that they stand for, over the
time at which a customer may have left, which has a plain gradient and keeps its digits for any customer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from custrata.core.predict.counts import Counts, Floats
from custrata.core.predict.purchases import WEEK, PurchaseModel, weekly_rate
from custrata.core.predict.special import log_rising, slope_of_log_rising

#: Nodes of the quadrature over the time of leaving, and how many times what is left falls by e before it is nothing.
_NODES, _FALLS = 32, 38.0
_AT, _WEIGHT = (a.astype(np.float64) for a in np.polynomial.legendre.leggauss(_NODES))
#: Rows that are worked out at once: a table of them and the nodes stays in the processor's cache.
_ROWS = 1024


class ParetoNBD(PurchaseModel):
    """Rates of buying are gamma(r, α) distributed among customers, rates of leaving gamma(s, β)."""

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    r: float
    alpha: float
    """In weeks, as is β."""
    s: float
    beta: float

    @classmethod
    def _start(cls, counts: Counts, apart: float, leaving: float) -> Floats:
        weeks = float((counts.age * counts.customers).sum()) / counts.total / WEEK
        return np.log([apart, apart / weekly_rate(counts), leaving, max(weeks, 1.0) * leaving])

    @classmethod
    def _likelihood(cls, counts: Counts) -> Callable[[Floats], tuple[float, Floats]]:
        n, x = counts.customers.astype(np.float64), counts.frequency
        by_x, every, weeks = np.bincount(x, weights=n), n.sum(), counts.age / WEEK

        def likelihood(parameters: Floats) -> tuple[float, Floats]:
            r, alpha, s, beta = (float(p) for p in parameters)
            log_odds, slopes = _odds(parameters, counts, slopes=True)
            rise, slope = log_rising(r, len(by_x) - 1), slope_of_log_rising(r, len(by_x) - 1)
            in_alpha, in_beta = np.log(alpha + weeks), np.log(beta + weeks)
            value = (
                by_x @ rise + every * (r * np.log(alpha) + s * np.log(beta))
                - n @ ((r + x) * in_alpha + s * in_beta) + n @ np.logaddexp(0.0, log_odds)
            )  # fmt: skip
            dead = n / (1.0 + np.exp(np.minimum(-log_odds, 700.0)))
            return float(value), np.array([
                by_x @ slope + every * np.log(alpha) - n @ in_alpha,
                every * r / alpha - n @ ((r + x) / (alpha + weeks)),
                every * np.log(beta) - n @ in_beta,
                every * s / beta - n @ (s / (beta + weeks)),
            ]) + dead @ slopes  # fmt: skip

        return likelihood

    def alive(self, counts: Counts) -> Floats:
        log_odds, _ = _odds(np.array([self.r, self.alpha, self.s, self.beta]), counts, slopes=False)
        probability: Floats = 1.0 / (1.0 + np.exp(np.minimum(log_odds, 700.0)))
        return probability

    def expected(self, counts: Counts, days: float) -> Floats:
        here = self.beta + counts.age / WEEK
        grown = np.log1p((days / WEEK) / here)
        less = self.s - 1.0
        # The limit at s = 1 is the logarithm itself.
        weeks = here * (grown if abs(less) < 1e-9 else -np.expm1(-less * grown) / less)
        rate = (self.r + counts.frequency) / (self.alpha + counts.age / WEEK)
        found: Floats = rate * weeks * self.alive(counts)
        return found

    def silent(self, counts: Counts, days: float) -> Floats:
        weeks, age = days / WEEK, counts.age / WEEK
        alpha, beta, power = self.alpha + age, self.beta + age, self.r + counts.frequency
        waited = np.exp(-power * np.log1p(weeks / alpha) - self.s * np.log1p(weeks / beta))
        left = np.empty(len(counts))
        for first in range(0, len(counts), _ROWS):
            rows = slice(first, first + _ROWS)
            within = np.full((len(power[rows]), 1), weeks)
            parts = _leaving(power[rows, None], alpha[rows, None], self.s, beta[rows, None], within)[1]
            left[rows] = parts.sum(axis=1)
        found: Floats = 1.0 - self.alive(counts) * np.maximum(1.0 - waited - left, 0.0)
        return found


def _odds(parameters: Floats, counts: Counts, *, slopes: bool) -> tuple[Floats, Floats]:
    """The logarithm of the odds that a customer has left, and its derivatives by the parameters, row by row."""
    found, slope = np.empty(len(counts)), np.empty((len(counts), 4 if slopes else 0))
    for first in range(0, len(counts), _ROWS):
        rows = slice(first, first + _ROWS)
        x, last, age = counts.frequency[rows] / 1.0, counts.recency[rows] / WEEK, counts.age[rows] / WEEK
        found[rows], slope[rows] = _odds_of(parameters, x[:, None], last[:, None], age[:, None], slopes)
    return found, slope


def _odds_of(parameters: Floats, x: Floats, last: Floats, age: Floats, slopes: bool) -> tuple[Floats, Floats]:
    """The integral of s / (β+τ) · ((α+T)/(α+τ))^(r+x) · ((β+T)/(β+τ))^s over τ from t_x to T, as a logarithm."""
    r, alpha, s, beta = (float(p) for p in parameters)
    x, alpha_last, beta_last = r + x, alpha + last, beta + last
    moved, parts, in_alpha, in_beta = _leaving(x, alpha_last, s, beta_last, age - last)
    whole = parts.sum(axis=1)
    ahead = np.log((alpha + age) / alpha_last)[:, 0], np.log((beta + age) / beta_last)[:, 0]
    power = x[:, 0]
    with np.errstate(divide="ignore"):
        log_odds = power * ahead[0] + s * ahead[1] + np.log(whole)
    if not slopes:
        return log_odds, np.empty((len(x), 0))
    scale = 1.0 / np.maximum(whole, 1e-300)

    def mean(of: Floats) -> Floats:
        found: Floats = np.einsum("ij,ij->i", parts, of) * scale
        return found

    later_alpha, later_beta = alpha_last + moved, np.add(beta_last, moved, out=moved)
    np.reciprocal(later_alpha, out=later_alpha)
    np.reciprocal(later_beta, out=later_beta)
    rows = np.stack([
        ahead[0] - mean(in_alpha),
        power / (alpha + age[:, 0]) - power * mean(later_alpha),
        1.0 / s + ahead[1] - mean(in_beta),
        s / (beta + age[:, 0]) - (s + 1.0) * mean(later_beta),
    ], axis=1)  # fmt: skip
    # One who bought on the as-of date had no time to leave: odds of 0 do not move.
    return log_odds, np.where(np.isfinite(log_odds)[:, None], rows, 0.0)


def _leaving(
    power: Any, alpha: Floats, s: float, beta: Floats, weeks: Floats
) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    """The integral of s / (β+u) · (α/(α+u))^power · (β/(β+u))^s over u from 0 to `weeks`, the chance to leave in that
    time without a purchase before: the nodes u, what each adds to the sum, and ln(1 + u/α) and ln(1 + u/β) there.

    In v = ln(1 + u/c), c the smaller of α and β, the integrand falls like an exponential and has no singularity nearer
    than π, so a Gauss rule of few nodes is exact to ten digits."""
    least = np.minimum(alpha, beta)
    falling = np.where(alpha <= beta, power - 1.0, s)
    span = np.minimum(np.log1p(weeks / least), _FALLS / np.maximum(falling, 1e-3))
    moved = (span / 2) * (_AT + 1.0)
    np.expm1(moved, out=moved)
    moved *= least
    in_alpha, in_beta = moved / alpha, moved / beta
    np.log1p(in_alpha, out=in_alpha)
    np.log1p(in_beta, out=in_beta)
    parts = -power * in_alpha
    parts -= s * in_beta
    np.exp(parts, out=parts)
    parts *= least + moved
    parts /= beta + moved
    parts *= (s * span / 2) * _WEIGHT
    return moved, parts, in_alpha, in_beta
