"""How far to trust recommendations: made from what was bought until a past day, held against what was bought after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custrata.core.predict.baskets_pairs import Flags
from custrata.core.predict.counts import Whole
from custrata.core.predict.recommend import DURABLE, HALF_LIFE, Purchases, fit
from custrata.core.predict.recommend_rank import best_sellers, recommend


@dataclass(frozen=True)
class Score:
    """`recall`: of what customers bought after, the share that was among the recommended, a mean over customers who
    bought anything (of more than there are places, the places are the most that can be found). `hit`: customers of whom
    at least one was right. `coverage`: share of all products that were recommended to anybody."""

    recall: float
    hit: float
    coverage: float


@dataclass(frozen=True)
class RecommendTrial:
    """Recommendations for `days` after `as_of` beside the best sellers alone, for customers who had bought before and
    bought after."""

    as_of: int
    days: int
    customers: int
    own: Score
    popular: Score
    only_new: bool

    @property
    def worth_it(self) -> bool:
        """Whether they find more than the best sellers do."""
        return self.own.recall > self.popular.recall


def trial(
    customer: Whole, product: Whole, day: Whole, width: int, until: int, days: int, *, category: object = None,
    half_life: float = HALF_LIFE, durable: float = DURABLE, most: int = 10, only_new: bool = False,
    gone: Whole | None = None, kept: Flags | None = None,
) -> RecommendTrial | None:  # fmt: skip
    """Purchases (customer, product, day) in any order up to `until`; the last `days` are held out, and nothing of them
    is known to either way of recommending. `gone`: the day on which a purchase had been given back whole, so that it
    counts as bought until then, as it did at the time: what comes back later is not known earlier. `kept`: those that
    count as bought in the end. Null where nobody bought both before and after, or where there is less time
    before than is held out."""
    cut = until - days
    known = day <= cut
    after = ~known & (day <= until)
    if gone is not None:
        known &= gone > cut
    if kept is not None:
        after &= kept
    if not known.any() or int(day[known].min()) > cut - days:
        return None
    own = Purchases.of(customer[known], product[known], day[known], cut, half_life)
    later = np.unique(customer[after] * width + product[after])
    if only_new:
        later = np.setdiff1d(later, own.customer * width + own.product, assume_unique=True)
    who = np.intersect1d(np.unique(own.customer), np.unique(later // width))
    if not len(who):
        return None
    before = (customer[known], product[known], day[known])
    params = fit(own, before, np.arange(width).astype(str), cut, half_life=half_life, category=category)
    asked = own.some(np.isin(own.customer, who))
    numbered = Purchases(np.searchsorted(who, asked.customer), asked.product, asked.last, asked.times, asked.recent)
    found = recommend(params, numbered, len(who), most=most, durable=durable, only_new=only_new)
    sells = np.array([p for p, _ in best_sellers(params, most=most)], dtype=np.int64)
    if only_new:
        # What he has is no recommendation for him: the next best seller stands in its place.
        nothing = numbered.some(slice(0, 0))
        popular = recommend(params, nothing, len(who), most=most, banned=(numbered.customer, numbered.product)).product
    else:
        popular = np.broadcast_to(sells, (len(who), len(sells)))
    later = later[np.isin(later // width, who)]
    wanted = np.searchsorted(who, later // width) * width + later % width
    return RecommendTrial(
        cut, days, len(who), _score(found.product, wanted, width, most), _score(popular, wanted, width, most), only_new
    )


def _score(found: Whole, wanted: Whole, width: int, most: int) -> Score:
    n = len(found)
    code = np.where(found >= 0, np.arange(n)[:, None] * width + found, -1)
    hits = np.isin(code, wanted).sum(axis=1)
    asked = np.bincount(wanted // width, minlength=n)
    recall = hits / np.minimum(asked, most)
    return Score(float(recall.mean()), float((hits > 0).mean()), len(np.unique(found[found >= 0])) / width)


