"""Recommendations from frozen parameters and a customer's own purchases, row by row; and the likes of a product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custrata.core.predict.counts import Floats, Whole
from custrata.core.predict.recommend import DURABLE, Params, Purchases, largest

#: Cells of the table of customers and products that is scored at once.
_CELLS = 1 << 18
#: What a purchase says of the product itself, where it says 1 of all others: people mostly buy again what they buy.
#: Found on held-out time (docs/decisions); among products that a customer does not have it changes no order.
_ITSELF = 30.0


@dataclass(frozen=True)
class Ranked:
    """A row a customer: product numbers, the best first (−1 where there are no more), their scores, and whether each is
    there by what sells in the customer's class, not by his own purchases."""

    product: Whole
    score: Floats
    popular: Whole


def recommend(
    params: Params, own: Purchases, customers: int, *, most: int = 10, banned: tuple[Whole, Whole] | None = None,
    class_of: Whole | None = None, durable: float = DURABLE, only_new: bool = False,
) -> Ranked:  # fmt: skip
    """The `most` best products for each of `customers`, whose numbers in `own` run from 0; without purchases, what
    sells.

    The score of a product is the sum over the customer's own products of its share in the likeness of that one's
    neighbours × weight, which is half for a purchase long past and 1 for one of today; and, for a product that he has,
    besides, `_ITSELF` × the root of the share of its buyers who buy it again × `recent`. By shares, each of his
    products says as much as another: one that goes with everything has many near neighbours, and would drown the rest.

    Never recommended: what is `left_out`, what is `banned` (customer and product: what he gave back), and a product
    whose interval is `durable` days or longer and has not passed since he bought it. `only_new` leaves out all that he
    has. `class_of`: the row of `Params.classes` that says what sells with his like (−1: with everybody).

    Source: Deshpande and Karypis (2004), Item-based top-N recommendation algorithms, ACM TOIS 22(1), for the shares.
    """
    width = len(params.products)
    lines = max(1, _CELLS // max(width, 1))
    out = [np.full((customers, most), -1, np.int64), np.zeros((customers, most)), np.zeros((customers, most), bool)]
    age = params.as_of - own.last
    waits = (params.interval[own.product] >= durable) & (age < params.interval[own.product])
    no = (own.customer, own.product) if only_new else (own.customer[waits], own.product[waits])
    if banned is not None:
        no = (np.concatenate([no[0], banned[0]]), np.concatenate([no[1], banned[1]]))
    order = np.argsort(no[0], kind="stable")
    no = (no[0][order], no[1][order])
    for low in range(0, customers, lines):
        high = min(customers, low + lines)
        at = slice(*np.searchsorted(own.customer, [low, high]))
        not_these = slice(*np.searchsorted(no[0], [low, high]))
        table = _scores(params, own.some(at), low, high - low)
        table[:, params.left_out] = 0.0
        table[no[0][not_these] - low, no[1][not_these]] = 0.0
        chosen, values = largest(table, most)
        out[0][low:high, : chosen.shape[1]] = chosen
        out[1][low:high, : chosen.shape[1]] = values
    _fill(params, out, no, class_of, most)
    return Ranked(*out)


def _scores(params: Params, own: Purchases, low: int, lines: int) -> Floats:
    width = len(params.products)
    line = (own.customer - low) * width
    weight = (1 + np.exp2(-(params.as_of - own.last) / params.half_life)) / 2
    weight /= params.whole[own.product]
    # A place without a neighbour adds nothing to the first product.
    code = (line[:, None] + np.maximum(params.neighbours[own.product], 0)).reshape(-1)
    value = (params.likeness[own.product] * weight[:, None]).reshape(-1)
    again = line + own.product
    of_itself = _ITSELF * np.sqrt(params.again[own.product]) * own.recent
    code, value = np.concatenate([code, again]), np.concatenate([value, of_itself])
    found: Floats = np.bincount(code, weights=value, minlength=lines * width).astype(np.float64, copy=False)
    return found.reshape(lines, width)


def _fill(params: Params, out: list[np.ndarray], no: tuple[Whole, Whole], class_of: Whole | None, most: int) -> None:
    """What sells, behind what follows from a customer's own purchases, for those who have too little of it."""
    product, score, popular = out
    short = np.flatnonzero((product < 0).any(axis=1))
    lists: dict[int, list[tuple[int, float]]] = {}
    begins, ends = (np.searchsorted(no[0], short, side=side) for side in ("left", "right"))
    for row, begin, end in zip(short.tolist(), begins.tolist(), ends.tolist(), strict=True):
        own = -1 if class_of is None else int(class_of[row])
        if own not in lists:
            lists[own] = best_sellers(params, own, 0)
        has = int((product[row] >= 0).sum())
        taken = {*product[row, :has].tolist(), *no[1][begin:end].tolist()}
        for p, s in lists[own]:
            if has == most:
                break
            if p not in taken:
                product[row, has], score[row, has], popular[row, has] = p, s, True
                has += 1


def best_sellers(params: Params, class_: int = -1, most: int = 10) -> list[tuple[int, float]]:
    """Products with most customers of late in a class (−1: all), then those that sell with everybody; 0: all of
    them."""
    found: dict[int, float] = {}
    for row in dict.fromkeys((class_ + 1, 0)):
        sold = np.where(params.left_out, 0.0, params.popularity[row])
        for p in np.lexsort((np.arange(len(sold)), -sold)).tolist():
            if sold[p] <= 0 or (most and len(found) >= most):
                break
            found.setdefault(p, float(sold[p]))
    return list(found.items())


def related(params: Params, product: int, most: int = 10) -> list[tuple[int, float]]:
    """What the same people buy: the nearest neighbours, with how like they are."""
    near = params.neighbours[product]
    return [(int(p), float(v)) for p, v in zip(near, params.likeness[product], strict=True) if p >= 0][:most]


def similar(params: Params, product: int, most: int = 10) -> list[tuple[int, float]]:
    """What could stand in its place: of the same category, and bought beside the same other things. Two sorts of coffee
    have few buyers in common, and the same neighbours; likeness is the cosine of the neighbours of both."""
    if not params.category[product]:
        return []
    width = len(params.products)
    own = np.zeros(width)
    there = params.neighbours[product] >= 0
    own[params.neighbours[product][there]] = params.likeness[product][there]
    same = np.flatnonzero(params.category == params.category[product])
    same = same[same != product]
    near, like = params.neighbours[same], params.likeness[same]
    both = (np.where(near >= 0, own[near], 0.0) * like).sum(axis=1)
    length = np.sqrt((like * like).sum(axis=1) * (own * own).sum())
    found = np.divide(both, length, out=np.zeros(len(same)), where=length > 0)
    order = np.lexsort((same, -found))[:most]
    return [(int(same[i]), float(found[i])) for i in order.tolist() if found[i] > 0]
