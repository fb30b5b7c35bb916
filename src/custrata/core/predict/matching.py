"""Which cluster of a refit is which of before: the pairing with the smallest total distance between centres."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import dist, inf

Centre = Sequence[float]


def matched(before: Sequence[Centre], now: Sequence[Centre]) -> list[int | None]:
    """For each centre of `now` the place of its pair in `before`; null for those left over where there are more now.
    Both on one scale. Found exactly, by looking at every set of those of before: for a dozen at most.

    >>> matched([(0, 0), (5, 5)], [(5, 4), (9, 9), (1, 0)])
    [1, None, 0]
    """
    away = [[dist(a, b) for b in before] for a in now]

    @cache
    def rest(i: int, taken: int) -> tuple[float, tuple[int | None, ...]]:
        """The least distance from the i-th centre on, where those in the bits of `taken` have their pair."""
        if i == len(now):
            return 0.0, ()
        free = [j for j in range(len(before)) if not taken >> j & 1]
        best: tuple[float, tuple[int | None, ...]] = (inf, ())
        for j in free:
            more, pairs = rest(i + 1, taken | 1 << j)
            if away[i][j] + more < best[0]:
                best = (away[i][j] + more, (j, *pairs))
        if len(now) - i > len(free):
            more, pairs = rest(i + 1, taken)
            if more < best[0]:
                best = (more, (None, *pairs))
        return best

    return list(rest(0, 0)[1])
