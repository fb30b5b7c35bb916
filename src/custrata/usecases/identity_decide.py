"""What is written into the ledger: merges by rule, and what people merge, split, keep apart and undo."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.identity.changes import Best, moved, needed
from custrata.core.identity.clusters import Edge
from custrata.core.identity.decide import BY_PROBABILITY
from custrata.core.identity.ledger import Entry, WhoIsWho, in_order, pair, undone, who_is_who
from custrata.core.identity.policy import Identity
from custrata.usecases.identity import Found
from custrata.usecases.identity_store import Draft, ledger_file, read_ledger, record
from custrata.usecases.ports import Clock
from custrata.usecases.workspace import Workspace

#: Links of a group that its entry keeps as evidence.
_EVIDENCE = 50


@dataclass(frozen=True)
class Decision:
    """What a person decided about two customers: `merge` them, or keep them `apart`."""

    verb: str
    a: str
    b: str
    reason: str = ""
    who: str = ""
    place: str = ""


@dataclass(frozen=True)
class Recorded:
    """What was written, and whom it moved: id → (surviving id before, after). Their levels are due again."""

    entries: tuple[Entry, ...]
    moved: dict[str, tuple[str, str]]


def apply_rules(
    workspace: Workspace, clock: Clock, found: Found, policy: Identity, best: Best, program: str
) -> Recorded:
    """Writes what the ledger lacks to say what the rules now say; nothing where it says so already."""

    def draft(entries: Sequence[Entry]) -> list[Draft]:
        now = who_is_who(entries)
        drafts: list[Draft] = []
        for change in needed(now, found.groups.groups, best):
            edges = found.groups.edges.get(change.ids, ())
            drafts.append({
                "verb": change.verb, "by": "rule", "ids": change.ids, "survivor": change.survivor,
                "rule": rule_name(edges[0].rule, policy) if edges else None,
                "evidence": tuple(_evidence(e, policy) for e in edges[:_EVIDENCE]),
            })  # fmt: skip
        return drafts

    return _recorded(workspace, lambda: record(workspace, clock, program, draft, found.model))


def rule_name(number: int, policy: Identity) -> str:
    """A rule as the ledger and `--json` name it: its signs, or `probability`.

    >>> rule_name(1, Identity()), rule_name(4, Identity())
    ('phone+name', 'probability')
    """
    return "+".join(policy.certain[number]) if number < len(policy.certain) else BY_PROBABILITY


def _evidence(edge: Edge, policy: Identity) -> dict[str, object]:
    return {"a": edge.a, "b": edge.b, "rule": rule_name(edge.rule, policy), "probability": edge.probability}


def decide(
    workspace: Workspace, clock: Clock, decisions: Sequence[Decision], who: str, best: Best, known: Collection[str]
) -> Recorded:
    """Writes what people decided, all of it or, if something is wrong, nothing: an id that is no customer's (E-ID-005),
    or decisions that contradict one another or earlier ones (E-ID-006)."""
    problems = [unknown_customer(i, d.place, known) for d in decisions for i in (d.a, d.b) if i not in known]
    if problems:
        raise CustrataError.all(problems)

    def draft(entries: Sequence[Entry]) -> list[Draft]:
        drafts: list[Draft] = []
        so_far = list(entries)
        for d in decisions:
            made = _merge(who_is_who(so_far), d, best) if d.verb == "merge" else _apart(who_is_who(so_far), d)
            if made is None:
                continue
            made |= {"by": "person", "reason": d.reason, "who": d.who or who}
            drafts.append(made)
            so_far.append(Entry(**{"seq": len(so_far) + 1, "at": clock(), **made}))
        return drafts

    return _recorded(workspace, lambda: record(workspace, clock, who, draft))


def _merge(now: WhoIsWho, d: Decision, best: Best) -> Draft | None:
    """Both become one, with all who are one with either. Null where a person has said so before."""
    if any({d.a, d.b} <= set(block) for block in now.by_person):
        return None
    everybody = in_order({*now.members(d.a), *now.members(d.b)})
    return {"verb": "merge", "ids": tuple(in_order((d.a, d.b))), "survivor": best(everybody)}


def _apart(now: WhoIsWho, d: Decision) -> Draft | None:
    """Kept apart from now on; if they are one customer now, the second leaves the group. Null where it is so."""
    if now.resolve(d.a) == now.resolve(d.b):
        return _leave(now, d.b)
    return None if pair(d.a, d.b) in now.apart else {"verb": "apart", "ids": (d.a, d.b)}


def _leave(now: WhoIsWho, customer: str) -> Draft:
    others = [i for i in now.members(customer) if i != customer]
    return {"verb": "split", "ids": (customer,), "others": tuple(in_order(others))}


def merge(
    workspace: Workspace, clock: Clock, ids: Sequence[str], who: str, reason: str, best: Best, known: Collection[str],
    keep: str | None = None,
) -> Recorded:  # fmt: skip
    """Makes two or more customers one, as a person says. `keep` is the id that stays; by the scheme's rule if null."""
    first, *others = ids
    chosen: Best = (lambda group: keep if keep in group else best(group)) if keep is not None else best
    wanted = [Decision("merge", first, other, reason) for other in others]
    if keep is not None and keep not in known:
        raise CustrataError(unknown_customer(keep, "--keep", known))
    return decide(workspace, clock, wanted, who, chosen, known)


def split(workspace: Workspace, clock: Clock, customer: str, who: str, reason: str) -> Recorded:
    """Takes an id out of the customer that it was merged into; no rule merges it with the others again. E-ID-007
    where it was not merged."""

    def draft(entries: Sequence[Entry]) -> list[Draft]:
        now = who_is_who(entries)
        if len(now.members(customer)) < 2:
            merged = sorted(now.mapping)
            values = {"id": customer, "suggestion": did_you_mean(customer, merged)}
            raise CustrataError(Problem("E-ID-007", str(ledger_file(workspace)), values))
        return [{**_leave(now, customer), "by": "person", "reason": reason}]

    return _recorded(workspace, lambda: record(workspace, clock, who, draft))


def undo(workspace: Workspace, clock: Clock, seq: int, who: str, reason: str) -> Recorded:
    """Makes an entry count as never written. E-ID-008 where there is no such entry, or it is undone already."""

    def draft(entries: Sequence[Entry]) -> list[Draft]:
        if not 1 <= seq <= len(entries) or seq in undone(entries):
            raise CustrataError(Problem("E-ID-008", str(ledger_file(workspace)), {"seq": seq, "last": len(entries)}))
        return [{"verb": "undo", "by": "person", "of": seq, "reason": reason}]

    return _recorded(workspace, lambda: record(workspace, clock, who, draft))


def _recorded(workspace: Workspace, write: Callable[[], list[Entry]]) -> Recorded:
    new = write()
    entries = read_ledger(workspace) if new else []
    before = who_is_who(entries[: len(entries) - len(new)])
    return Recorded(tuple(new), moved(before, who_is_who(entries)) if new else {})


def unknown_customer(customer: str, place: str, known: Collection[str]) -> Problem:
    """The problem of an id that is no customer's, with the nearest that is."""
    values = {"id": customer, "suggestion": did_you_mean(customer, known) if len(known) <= 50_000 else ""}
    return Problem("E-ID-005", place, values)
