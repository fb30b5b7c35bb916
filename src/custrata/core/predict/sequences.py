""""A, then B within so many days": how many of those who buy one thing buy another soon after, beside how many buy it
in as long a time after anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custrata.core.predict.baskets_tail import corrected, upper_tail
from custrata.core.predict.counts import Floats, Whole

#: What most customers buy; of rarer things nobody could tell what follows. Their table fits into memory.
MOST_ITEMS = 2000
#: Days with a thing: customers with more of them are resellers, whose order of buying says nothing.
MOST_OF_CUSTOMER = 5000
_PAIRS = 1 << 20


@dataclass(frozen=True)
class Sequences:
    """A row a pair, by the customers beyond chance from the most down, equal ones by their items.

    `first` then `then`; `buyers`: customers who bought `first` and were observed for the whole window after;
    `followed`: those of them who bought `then` on a later day within it; `share` = followed ÷ buyers; `usual`: the same
    share after a first purchase of anything else than `then`; `lift` = share ÷ usual; `p` and `q` as of pairs.
    """

    first: Whole
    then: Whole
    buyers: Whole
    followed: Whole
    share: Floats
    usual: Floats
    lift: Floats
    p: Floats
    q: Floats
    tested: int
    left_out: int
    """Customers who bought too much."""

    def __len__(self) -> int:
        return len(self.first)

    def some(self, rows: Whole) -> Sequences:
        """Rows by their numbers."""
        return Sequences(self.first[rows], self.then[rows], self.buyers[rows], self.followed[rows], self.share[rows],
                         self.usual[rows], self.lift[rows], self.p[rows], self.q[rows], self.tested,
                         self.left_out)  # fmt: skip


def sequences(
    customer: Whole, item: Whole, day: Whole, width: int, as_of: int, window: int = 90, least: int = 5
) -> Sequences:  # fmt: skip
    """From purchases (customer, item, day as a number) in any order, which may repeat. The window begins the day after
    a customer's first purchase of `first` and has `window` days; who bought later than `window` days before `as_of` has
    not been observed long enough, and is not counted. Listed are pairs with at least `least` followers."""
    buyers = np.bincount(np.unique(customer * width + item) % max(width, 1), minlength=width)
    often = np.sort(np.lexsort((np.arange(width), -buyers))[:MOST_ITEMS])
    often = often[buyers[often] >= max(least, 1)]
    number = np.full(width, -1)
    number[often] = np.arange(len(often))
    there = number[item] >= 0
    who, what, when = customer[there], number[item[there]], day[there]
    order = np.lexsort((when, what, who))
    who, what, when = who[order], what[order], when[order]
    new = np.ones(len(who), dtype=bool)
    new[1:] = (who[1:] != who[:-1]) | (what[1:] != what[:-1]) | (when[1:] != when[:-1])
    who, what, when = who[new], what[new], when[new]
    people, of_person = np.unique(who, return_inverse=True)
    much = np.bincount(of_person, minlength=len(people)) > MOST_OF_CUSTOMER
    who, what, when = (a[~much[of_person]] for a in (of_person, what, when))
    first = np.ones(len(who), dtype=bool)
    first[1:] = (who[1:] != who[:-1]) | (what[1:] != what[:-1])
    before = np.where(first, np.iinfo(np.int64).min // 2, np.roll(when, 1))
    n, table = _followers(who, what, when, first, before, len(often), as_of, window)
    # Anchors are first purchases of anything but the thing itself; its own followers say nothing of it.
    anchors, follow = n.sum() - n, table.sum(axis=0)
    one, other = np.nonzero(table >= max(least, 1))
    k = table[one, other]
    usual = follow[other] / np.maximum(anchors[other], 1)
    share = k / n[one]
    p = upper_tail(k, n[one], follow[other], anchors[other])
    tested = len(often) * (len(often) - 1)
    found = Sequences(often[one], often[other], n[one], k, share, usual, share / np.maximum(usual, 1e-300), p,
                      corrected(p, tested), tested, int(much.sum()))  # fmt: skip
    beyond = k - n[one] * usual
    return found.some(np.lexsort((found.then, found.first, -beyond)))


def _followers(
    who: Whole, what: Whole, when: Whole, first: Whole, before: Whole, width: int, as_of: int, window: int
) -> tuple[Whole, Whole]:  # fmt: skip
    """Observed first purchases of each thing, and how many of them each other thing followed in the window. A follower
    is told by its first purchase in the window, so that it counts once: the one before lies on the anchor's day or
    earlier."""
    low = int(when.min()) if len(when) else 0
    span = (int(when.max()) if len(when) else 0) - low + 2
    held = first & (when + window <= as_of)
    a_who, a_what, a_when = who[held], what[held], when[held]
    n = np.bincount(a_what, minlength=width)
    order = np.lexsort((a_what, a_when, a_who))
    a_what, key = a_what[order], (a_who * span + a_when - low)[order]
    begin = np.maximum(np.maximum(before, when - window), low) - low
    lows = np.searchsorted(key, who * span + begin, side="left")
    sizes = np.maximum(np.searchsorted(key, who * span + when - low, side="left") - lows, 0)
    laid = np.concatenate([[0], np.cumsum(sizes)])
    table = np.zeros(width * width, dtype=np.int64)
    at = 0
    while at < len(who):
        upto = min(len(who), max(at + 1, int(np.searchsorted(laid, laid[at] + _PAIRS * 4, side="right")) - 1))
        size = sizes[at:upto]
        index = np.repeat(lows[at:upto] - (laid[at:upto] - laid[at]), size)
        index += np.arange(len(index))
        table += np.bincount(a_what[index] * width + np.repeat(what[at:upto], size), minlength=width * width)
        at = upto
    square: Whole = table.reshape(width, width)
    np.fill_diagonal(square, 0)
    return n, square


def significant(found: Sequences, q: float = 0.05) -> Sequences:
    """Those that follow more often than by chance, with at most the share `q` of wrong ones among them."""
    return found.some(np.flatnonzero((found.lift > 1) & (found.q <= q)))
