"""What has to be written so that the ledger says what the rules now say; and whom it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custrata.core.identity.ledger import Verb, WhoIsWho

Best = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Change:
    """An entry yet to be written."""

    verb: Verb
    ids: tuple[str, ...]
    survivor: str | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()


def needed(now: WhoIsWho, wanted: Iterable[tuple[str, ...]], best: Best) -> list[Change]:
    """The fewest splits and merges by rule after which the groups are the `wanted` ones.

    What rules merged before and would not merge now is split again, so that the groups are always those of today's
    records and people's decisions, in whatever order either came. `best` picks the survivor of a group, unless a person
    has chosen one of its members before.

    >>> needed(WhoIsWho(), [("a", "b")], min)
    [Change(verb='merge', ids=('a', 'b'), survivor='a', evidence=())]
    """
    target = {i: ids for ids in wanted for i in ids}
    found: list[Change] = []
    kept: set[tuple[str, ...]] = set()
    for block in now.by_rule:
        if all(target.get(i) == target.get(block[0], ()) for i in block) and block[0] in target:
            kept.add(block)
        else:
            found.append(Change("split", block))
    standing = {ids: survivor for survivor, ids in now.groups.items()}
    dissolved = {i for change in found for i in change.ids}
    for ids in sorted(set(target.values())):
        survivor = best(ids)
        current = standing.get(ids)
        if current is not None and current in now.decided:
            survivor = current
        by_person = any(set(ids) <= set(block) for block in now.by_person)
        if current == survivor and (by_person or not dissolved & set(ids)):
            continue
        found.append(Change("merge", ids, survivor))
    return found


def moved(before: WhoIsWho, after: WhoIsWho) -> dict[str, tuple[str, str]]:
    """Ids whose surviving id is another than before → (before, after): the customers whose levels are due again, with
    the cause `merge`."""
    old, new = before.mapping, after.mapping
    return {
        i: (old.get(i, i), new.get(i, i)) for i in sorted({*old, *new}) if old.get(i, i) != new.get(i, i)
    }  # fmt: skip
