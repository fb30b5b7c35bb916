"""The best way to give every canonical column at most one header, and every header at most one canonical column."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Pair = tuple[str, str]


def best_assignment(scores: Mapping[Pair, float], forbidden: Collection[Pair] = ()) -> tuple[dict[str, str], float]:
    """The assignment (canonical column → header) with the highest sum of scores; what scores at most 0 stays free.

    Kuhn and Munkres' method with potentials, columns × headers², so hundreds of headers take milliseconds.

    >>> best_assignment({("id", "No"): 3.0, ("id", "Name"): 2.0, ("name", "Name"): 2.5, ("name", "No"): 2.9})
    ({'id': 'No', 'name': 'Name'}, 5.5)
    """
    useful = {pair: s for pair, s in scores.items() if s > 0 and pair not in forbidden}
    rows = sorted({row for row, _ in useful})
    headers = sorted({header for _, header in useful})
    if not rows:
        return {}, 0.0
    # A dummy header for each row stands for "none", at no gain.
    width = len(headers) + len(rows)
    cost = [
        [-useful.get((row, header), -1e6) for header in headers] + [0.0 if i == j else 1e6 for j in range(len(rows))]
        for i, row in enumerate(rows)
    ]
    chosen = _hungarian(cost, width)
    found = {rows[i]: headers[j] for i, j in enumerate(chosen) if j < len(headers)}
    return found, sum(useful[pair] for pair in found.items())


def _hungarian(cost: list[list[float]], width: int) -> list[int]:
    """The column of each row in the cheapest assignment; there are at least as many columns as rows."""
    n, infinity = len(cost), float("inf")
    u, v = [0.0] * (n + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for i in range(1, n + 1):
        owner[0], j0 = i, 0
        least, used = [infinity] * (width + 1), [False] * (width + 1)
        while True:
            used[j0] = True
            i0, delta, j1 = owner[j0], infinity, 0
            row = cost[i0 - 1]
            for j in range(1, width + 1):
                if used[j]:
                    continue
                reduced = row[j - 1] - u[i0] - v[j]
                if reduced < least[j]:
                    least[j], way[j] = reduced, j0
                if least[j] < delta:
                    delta, j1 = least[j], j
            for j in range(width + 1):
                if used[j]:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if owner[j0] == 0:
                break
        while j0:
            owner[j0], j0 = owner[way[j0]], way[j0]
    result = [0] * n
    for j in range(1, width + 1):
        if owner[j]:
            result[owner[j] - 1] = j - 1
    return result
