"""What is said to follow a purchase must be what counting customer by customer says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.predict import sequences as module
from custrata.core.predict.sequences import Sequences, sequences, significant

WIDTH, AS_OF = 4, 60
bought = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, WIDTH - 1), st.integers(0, AS_OF)), min_size=1, max_size=60
)
Bought = list[tuple[int, int, int]]


def of(rows: Bought, window: int, least: int = 1, width: int = WIDTH) -> Sequences:
    customer, item, day = (np.array(c, dtype=np.int64) for c in zip(*rows, strict=True))
    return sequences(customer, item, day, width, AS_OF, window, least)


def naive(rows: Bought, window: int) -> dict[tuple[int, int], tuple[int, int]]:
    """(A, B) → buyers of A who were observed long enough, and those of them who then bought B."""
    first: dict[tuple[int, int], int] = {}
    for c, p, d in rows:
        first[c, p] = min(d, first.get((c, p), d))
    held = {k: d for k, d in first.items() if d + window <= AS_OF}
    found = {}
    for a in range(WIDTH):
        for b in range(WIDTH):
            of_a = [(c, d) for (c, p), d in held.items() if p == a]
            then = sum(any(c2 == c and p2 == b and d < d2 <= d + window for c2, p2, d2 in rows) for c, d in of_a)
            found[a, b] = len(of_a), then
    return found


@given(bought, st.integers(1, 40))
def test_followers_are_those_that_counting_finds(rows: Bought, window: int) -> None:
    found, exact = of([*rows, *rows[::2]], window), naive(rows, window)
    told = {
        (int(a), int(b)): (int(n), int(k))
        for a, b, n, k in zip(found.first, found.then, found.buyers, found.followed, strict=True)
    }
    assert told == {pair: v for pair, v in exact.items() if v[1] >= 1 and pair[0] != pair[1]}
    for a, b, usual in zip(found.first, found.then, found.usual, strict=True):
        others = [exact[x, int(b)] for x in range(WIDTH) if x != b]
        assert usual == pytest.approx(sum(k for _, k in others) / sum(n for n, _ in others))
        assert a != b


def test_a_customer_who_was_not_observed_for_the_window_is_not_counted() -> None:
    # Three buyers of 0; the third bought it 9 days before the end.
    found = of([(1, 0, 0), (1, 1, 10), (2, 0, 5), (3, 0, 51), (3, 1, 55)], 10)
    assert (found.buyers.tolist(), found.followed.tolist(), found.share.tolist()) == ([2], [1], [0.5])


def test_what_is_bought_on_the_same_day_does_not_follow() -> None:
    assert len(of([(1, 0, 3), (1, 1, 3)], 10)) == 0
    assert of([(1, 0, 3), (1, 1, 3), (1, 1, 13)], 10).followed.tolist() == [1]
    assert len(of([(1, 0, 3), (1, 1, 14)], 10)) == 0


def test_what_follows_by_habit_is_told_from_what_everybody_buys() -> None:
    rng = np.random.default_rng(5)
    rows = [(c, int(rng.integers(0, 8)), int(rng.integers(0, 60))) for c in range(3000) for _ in range(2)]
    rows += [(c, i, d) for c in range(0, 3000, 10) for i, d in ((8, 5), (9, 12))]
    found = significant(of(rows, 20, 5, 10))
    assert (8, 9) in set(zip(found.first.tolist(), found.then.tolist(), strict=True))
    assert (found.first[0], found.then[0]) == (8, 9)
    # The others follow because whoever buys 8 and 9 buys more: a little, not ten times as often.
    assert found.lift[0] > 10 > 4 > found.lift[1:].max()


def test_a_reseller_with_forty_thousand_orders_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_CUSTOMER", 50)
    reseller = [(99, i % WIDTH, i % 50) for i in range(400)]
    rows = [(1, 0, 0), (1, 1, 4), (2, 0, 1), (2, 1, 9)]
    found = of([*rows, *reseller], 10)
    assert found.left_out == 1
    assert (found.first.tolist(), found.then.tolist(), found.buyers.tolist()) == ([0], [1], [2])
