"""Subsidiaries → the topmost parent, through any number of levels; circles and parents that nobody knows are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Parents:
    """`top` has every customer who is below another → the topmost one; `circles` the customers who are, through others,
    their own parents, each circle once; `unknown` customer → the parent that is no customer, where it stands in the way
    of the top. Those in a circle or below it, and those whose parent is unknown, stay as they are."""

    top: Mapping[str, str]
    circles: tuple[tuple[str, ...], ...] = ()
    unknown: Mapping[str, str] | None = None


def topmost(parents: Mapping[str, str], known: Collection[str]) -> Parents:
    """Follows every `customer → parent` to the end.

    A customer whose own number stands as the parent has none. Order does not matter.

    >>> topmost({"shop": "region", "region": "group"}, {"shop", "region", "group"}).top
    {'region': 'group', 'shop': 'group'}
    >>> topmost({"a": "b", "b": "a"}, {"a", "b"}).circles
    (('a', 'b'),)
    """
    above = {c: p for c, p in parents.items() if p and p != c}
    unknown = {c: p for c, p in above.items() if p not in known}
    up = {c: p for c, p in above.items() if c not in unknown}
    state: dict[str, str | None] = {}
    circles: list[tuple[str, ...]] = []
    for start in sorted(up):
        path: list[str] = []
        at: dict[str, int] = {}
        end: str | None
        here = start
        while here in up and here not in state and here not in at:
            at[here] = len(path)
            path.append(here)
            here = up[here]
        if here in at:
            ring = path[at[here] :]
            first = ring.index(min(ring))
            circles.append(tuple(ring[first:] + ring[:first]))
            end = None
        else:
            end = state.get(here, here)
        for customer in path:
            state[customer] = end
    top = {c: t for c, t in sorted(state.items()) if t is not None}
    return Parents(top, tuple(sorted(circles)), dict(sorted(unknown.items())))


def composed(merged: Mapping[str, str], top: Mapping[str, str]) -> dict[str, str]:
    """One mapping for both: an id → who it was merged into → the top of that one.

    >>> composed({"b": "a"}, {"a": "group"})
    {'a': 'group', 'b': 'group'}
    """
    found = {i: top.get(s, s) for i, s in merged.items()}
    return dict(sorted({**top, **found}.items()))
