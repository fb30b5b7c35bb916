"""Certain pairs → groups: who becomes one customer, without a chain that joins two who contradict one another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edge:
    """A pair that is certain, by which rule (0 is the strongest), and how probable."""

    a: str
    b: str
    rule: int
    probability: float = 1.0


@dataclass(frozen=True)
class Refused:
    """A group that rules would make and that is left to people: because of what (`traits` that differ, `size`, or
    `kept_apart` by a person), and which values meet in it."""

    members: tuple[str, ...]
    why: str
    values: tuple[str, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Groups:
    """`groups` of two and more, each in the order of its ids; `refused` as above. Every certain edge is in one of them
    or lies within one group."""

    groups: tuple[tuple[str, ...], ...]
    refused: tuple[Refused, ...] = ()
    edges: Mapping[tuple[str, ...], tuple[Edge, ...]] = field(default_factory=dict)


class UnionFind:
    """Sets that are united; the smallest id stands for its set, so that no order of uniting shows."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        parent = self._parent
        root = item
        while (above := parent.get(root, root)) != root:
            root = above
        while parent.get(item, item) != root:
            parent[item], item = root, parent.get(item, item)
        return root

    def unite(self, a: str, b: str) -> None:
        one, two = sorted((self.find(a), self.find(b)))
        self._parent[two] = one
        self._parent.setdefault(one, one)

    def sets(self) -> dict[str, list[str]]:
        """The smallest id of each set → all its ids, in order."""
        found: dict[str, list[str]] = {}
        for item in sorted(self._parent):
            found.setdefault(self.find(item), []).append(item)
        return found


def groups(
    edges: Iterable[Edge], traits: Mapping[str, Mapping[str, str | None]], *, together: Iterable[Sequence[str]] = (),
    apart: Collection[tuple[str, str]] = (), unlike: Iterable[tuple[str, str]] = (), largest: int = 20,
) -> Groups:  # fmt: skip
    """Groups of customers that are one.

    Rules are taken in their order, all edges of a rule at once. What its edges would join is joined whole or not at
    all: not where two members differ in one of the `traits` (a missing value differs from none), are kept `apart` by a
    person, are `unlike` one another in their names, or where the group would have more than `largest` members. An edge
    between two who are kept apart joins nobody. So neither the order of the pairs nor of the customers matters, and a
    doubt about one link is never hidden behind others. `together` are groups that a person has made; they come first
    and whole.

    >>> chain = [Edge("a", "b", 0), Edge("b", "c", 1)]
    >>> groups(chain, {"a": {"tax_number": "1"}, "c": {"tax_number": "2"}}).groups
    (('a', 'b'),)
    """
    sets = UnionFind()
    for made in together:
        for other in made[1:]:
            sets.unite(made[0], other)
    by_rule: dict[int, list[Edge]] = {}
    for edge in edges:
        if (edge.a, edge.b) not in apart and (edge.b, edge.a) not in apart:
            by_rule.setdefault(edge.rule, []).append(edge)
    against = {"kept_apart": _both_ways(apart), "name": _both_ways(unlike)}
    used: list[Edge] = []
    refused: list[Refused] = []
    for rule in sorted(by_rule):
        tried = UnionFind()
        new = [e for e in by_rule[rule] if sets.find(e.a) != sets.find(e.b)]
        used += [e for e in by_rule[rule] if sets.find(e.a) == sets.find(e.b)]
        for edge in new:
            tried.unite(sets.find(edge.a), sets.find(edge.b))
        members: dict[str, list[str]] = {}
        for item, root in _everybody(sets, new, together).items():
            members.setdefault(tried.find(root), []).append(item)
        within: dict[str, list[Edge]] = {}
        for edge in new:
            within.setdefault(tried.find(sets.find(edge.a)), []).append(edge)
        for root, found in sorted(within.items()):
            ids = sorted(members[root])
            why, values = _against(ids, traits, against, largest)
            links = tuple(sorted(found, key=lambda e: (e.a, e.b)))
            if why:
                refused.append(Refused(tuple(ids), why, values, links))
                continue
            used += found
            for edge in found:
                sets.unite(edge.a, edge.b)
    whole = tuple(tuple(ids) for ids in sets.sets().values() if len(ids) > 1)
    return Groups(whole, tuple(refused), _by_group(whole, used))


def _everybody(sets: UnionFind, edges: Iterable[Edge], together: Iterable[Sequence[str]]) -> dict[str, str]:
    """Everybody whom the edges can reach → who stands for his set."""
    items = {i for e in edges for i in (e.a, e.b)} | {i for made in together for i in made}
    roots = {sets.find(i) for i in items}
    return {i: root for root, ids in sets.sets().items() if root in roots for i in ids} | {
        i: sets.find(i) for i in items
    }


def _both_ways(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, two in pairs:
        found.setdefault(one, set()).add(two)
        found.setdefault(two, set()).add(one)
    return found


def _against(
    ids: Sequence[str], traits: Mapping[str, Mapping[str, str | None]], pairs: Mapping[str, Mapping[str, set[str]]],
    largest: int,
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """Why these cannot be one customer, and the values that say so; '' where nothing speaks against it."""
    known = set(ids)
    for why, never in pairs.items():
        for one in ids:
            other = sorted(never.get(one, set()) & known)
            if other:
                return why, (one, other[0])
    values: dict[str, set[str]] = {}
    for one in ids:
        for name, value in traits.get(one, {}).items():
            if value is not None:
                values.setdefault(name, set()).add(value)
    for name in sorted(values):
        if len(values[name]) > 1:
            return name, tuple(sorted(values[name])[:5])
    return ("size", (str(len(ids)),)) if len(ids) > largest else ("", ())


def _by_group(made: Iterable[tuple[str, ...]], used: Iterable[Edge]) -> dict[tuple[str, ...], tuple[Edge, ...]]:
    of = {i: group for group in made for i in group}
    found: dict[tuple[str, ...], list[Edge]] = {}
    for edge in used:
        if edge.a in of and of[edge.a] == of.get(edge.b):
            found.setdefault(of[edge.a], []).append(edge)
    return {g: tuple(sorted(es, key=lambda e: (e.rule, e.a, e.b))) for g, es in found.items()}
