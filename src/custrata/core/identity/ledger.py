"""The ledger of merges and splits: entries that are only ever added, and who is who after them, now or at any
moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from custrata.core.identity.clusters import UnionFind

Verb = Literal["merge", "split", "apart", "undo"]
By = Literal["rule", "person"]
Pair = tuple[str, str]


class Entry(BaseModel):
    """One line of the ledger. `at` is a moment with its zone; `who` a person, or the program with its version.

    - `merge`: `ids`, with all who are one with them, are one customer from now on, under the id `survivor`; `rule`
      names the rule by which.
    - `split`: each of `ids` leaves its group and stands by itself. By a person also: they are never merged by rule with
      `others`, whom they left.
    - `apart`: the two `ids` are never merged by rule.
    - `undo`: the entry `of` counts as if it had never been written; an undo can be undone.

    What a person decides stands above what a rule decides. `evidence` says on what a decision rests.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    seq: int = Field(ge=1)
    at: datetime
    verb: Verb
    by: By
    who: str
    ids: tuple[str, ...] = ()
    survivor: str | None = None
    others: tuple[str, ...] = ()
    of: int | None = None
    rule: str | None = None
    reason: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids as people count them: 9 before 10.

    >>> in_order(["10", "9", "K1"])
    ['9', '10', 'K1']
    """
    return sorted(ids, key=lambda i: (len(i), i))


def pair(a: str, b: str) -> Pair:
    """Two ids, the smaller text first."""
    return (a, b) if a <= b else (b, a)


@dataclass(frozen=True)
class WhoIsWho:
    """What the ledger says at one moment. `groups` has every group of two and more under its surviving id, which is
    among them; `by_person` and `by_rule` are the groups that each of the two has made; `apart` pairs are never merged
    by rule; `decided` are the survivors that people chose."""

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_person: tuple[tuple[str, ...], ...] = ()
    by_rule: tuple[tuple[str, ...], ...] = ()
    apart: frozenset[Pair] = frozenset()
    decided: frozenset[str] = frozenset()

    @cached_property
    def mapping(self) -> dict[str, str]:
        """Every id that was merged into another → the surviving id. Survivors and everybody else are not in it."""
        return {i: survivor for survivor, ids in self.groups.items() for i in ids if i != survivor}

    def members(self, customer: str) -> tuple[str, ...]:
        """All ids of the customer that an id stands for, the surviving one first."""
        survivor = self.resolve(customer)
        others = in_order(i for i in self.groups.get(survivor, (customer,)) if i != survivor)
        return (survivor, *others)

    def resolve(self, customer: str) -> str:
        """The surviving id; an id that was never merged is its own."""
        return self.mapping.get(customer, customer)

    def contradictions(self) -> list[Pair]:
        """Pairs that are kept apart and in one group all the same: nothing may be written that leads here."""
        of = {i: s for s, ids in self.groups.items() for i in ids}
        return sorted(p for p in self.apart if p[0] in of and of[p[0]] == of.get(p[1]))


def undone(entries: Sequence[Entry]) -> frozenset[int]:
    """The numbers of the entries that count as never written. Only an undo that is itself in force undoes."""
    found: set[int] = set()
    for entry in reversed(entries):
        if entry.verb == "undo" and entry.seq not in found:
            assert entry.of is not None
            found.add(entry.of)
    return frozenset(found)


def effective(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that nothing undid, without the undoing itself."""
    gone = undone(entries)
    return [e for e in entries if e.seq not in gone and e.verb != "undo"]


def who_is_who(entries: Iterable[Entry], at: datetime | None = None) -> WhoIsWho:
    """The state after all entries, or after those written up to a moment (`at`, inclusive).

    It is replayed from the start, so undoing the last entry gives exactly the state before it, and undoing an earlier
    one the state that there would be without it.

    >>> from datetime import UTC
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> one = Entry(seq=1, at=now, verb="merge", by="person", who="li", ids=("a", "b"), survivor="a")
    >>> two = Entry(seq=2, at=now, verb="merge", by="person", who="li", ids=("a", "c"), survivor="c")
    >>> who_is_who([one, two]).resolve("b"), who_is_who([one]).resolve("b")
    ('c', 'a')
    """
    known = [e for e in entries if at is None or e.at <= at]
    layers: dict[By, _Layer] = {"person": _Layer(), "rule": _Layer()}
    apart: set[Pair] = set()
    survivors: list[str] = []
    decided: list[str] = []
    for entry in effective(known):
        if entry.verb == "merge":
            layers[entry.by].unite(entry.ids)
            assert entry.survivor is not None
            survivors.append(entry.survivor)
            if entry.by == "person":
                decided.append(entry.survivor)
                apart -= {pair(a, b) for a, b in combinations(entry.ids, 2)}
        elif entry.verb == "split":
            layers["rule"].remove(entry.ids)
            if entry.by == "person":
                layers["person"].remove(entry.ids)
                apart |= {pair(i, o) for i in entry.ids for o in entry.others if i != o}
        else:
            apart |= {pair(a, b) for a, b in combinations(entry.ids, 2)}
    blocks = {by: layer.blocks() for by, layer in layers.items()}
    sets = UnionFind()
    for block in (*blocks["person"], *blocks["rule"]):
        for other in block[1:]:
            sets.unite(block[0], other)
    places = {s: i for i, s in enumerate(survivors)}
    chosen = {s: i for i, s in enumerate(decided)}
    groups = {}
    for ids in sets.sets().values():
        # The last survivor that was named stays; the one a person named before any that a rule did.
        named = max((i for i in ids if i in chosen), key=chosen.__getitem__, default=None) or max(
            (i for i in ids if i in places), key=places.__getitem__, default=None
        )
        groups[named or in_order(ids)[0]] = tuple(ids)
    return WhoIsWho(groups, blocks["person"], blocks["rule"], frozenset(apart), frozenset(set(decided) & set(groups)))


class _Layer:
    """Groups that can be united and left; each id in one of them at most."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def unite(self, ids: Iterable[str]) -> None:
        whole: set[str] = set()
        for i in ids:
            whole |= self._of.get(i, {i})
        for i in whole:
            self._of[i] = whole

    def remove(self, ids: Iterable[str]) -> None:
        for i in ids:
            block = self._of.pop(i, None)
            if block is not None:
                block.discard(i)

    def blocks(self) -> tuple[tuple[str, ...], ...]:
        found = {id(block): block for block in self._of.values() if len(block) > 1}
        return tuple(sorted(tuple(sorted(block)) for block in found.values()))
