"""The search for duplicates as data: the review list, what rules are certain of, and whose id would stay."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cmp_to_key
from importlib.metadata import version
from pathlib import Path
from typing import Any

from custrata.core.identity.changes import Best
from custrata.core.identity.ledger import WhoIsWho
from custrata.core.identity.policy import Identity
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.splink.linker import SplinkLinker
from custrata.locale import LANGS
from custrata.usecases.identity import Found, find
from custrata.usecases.identity_decide import apply_rules, rule_name
from custrata.usecases.identity_read import policy_of, read_people
from custrata.usecases.identity_store import state
from custrata.usecases.identity_survivor import order_counts, survivor_rule
from custrata.usecases.identity_words import evidence, rule_words, why_left
from custrata.usecases.ports import Progress
from custrata.usecases.workspace import Workspace

#: Pairs and groups that are kept for pages: more than a person decides in a day.
_PAIRS, _GROUPS = 1000, 500


@dataclass(frozen=True)
class _Search:
    found: Found
    policy: Identity
    now: WhoIsWho
    best: Best
    ids: Sequence[str]
    """Everybody of whom it may be asked whose id stays."""


@contextmanager
def _search(workspace: Workspace, progress: Progress) -> Iterator[_Search]:
    scheme = workspace.scheme()
    policy = policy_of(scheme)
    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as folder,
        duckdb_engine(scheme.timezone, Path(folder)) as engine,
    ):
        progress("identity_read")
        people = read_people(scheme, workspace.path, Path(folder), engine, policy)
        now = state(workspace)
        found = find(people, policy, now, engine, SplinkLinker(engine), progress)
        asked = {i for d in found.doubts[:_PAIRS] for i in (d.a, d.b)} | {i for g in found.groups.groups for i in g}
        ids = sorted({m for i in asked for m in now.members(i)} | set(now.mapping))
        wanted = policy.survivor == "most_orders"
        orders = order_counts(scheme, workspace.path, Path(folder), engine) if wanted else None
        best = survivor_rule(engine, people.table, ids, policy, orders)
        yield _Search(found, policy, now, best, ids)


def searched(workspace: Workspace, at: datetime, progress: Progress) -> dict[str, Any]:
    """The doubtful pairs with both records and why, the groups that rules would make, and in which order ids stay."""
    with _search(workspace, progress) as s:

        def before(a: str, b: str) -> int:
            return 0 if a == b else -1 if s.best([a, b]) == a else 1

        ranked = sorted(s.ids, key=cmp_to_key(before))
        standing = set(s.now.groups.values())
        certain = [g for g in s.found.groups.groups if tuple(sorted(g)) not in {tuple(sorted(x)) for x in standing}]
        return {
            "at": at.isoformat(), "customers": s.found.customers, "compared": s.found.pairs,
            "doubtful": s.found.doubtful, "ranked": ranked,
            "pairs": [
                {"a": d.a, "b": d.b, "probability": d.probability, "records": [_record(r) for r in d.records],
                 **{lang: {"why": why_left(d, lang), "evidence": evidence(d, lang)} for lang in LANGS}}
                for d in s.found.doubts[:_PAIRS]
            ],
            "certain": [
                {"ids": list(g), "survivor": s.best(g), **{lang: _rules(s, g, lang) for lang in LANGS}}
                for g in certain[:_GROUPS]
            ],
            "certain_groups": len(certain),
        }  # fmt: skip


def _rules(s: _Search, group: tuple[str, ...], lang: Any) -> str:
    edges = s.found.groups.edges.get(group, ())
    said = dict.fromkeys(rule_words(rule_name(e.rule, s.policy), lang) for e in edges)
    return ("；" if lang == "zh" else "; ").join(said)


def _record(record: Mapping[str, Any]) -> dict[str, str]:
    """What a record says, by field."""
    return {f: str(v) for f, v in record.items() if f != "customer_id" and v not in (None, "")}


def joined(workspace: Workspace, clock: Callable[[], datetime], progress: Progress) -> int:
    """Merges what rules are certain of; how many ids got another surviving one."""
    with _search(workspace, progress) as s:
        done = apply_rules(workspace, clock, s.found, s.policy, s.best, f"custrata {version('custrata')}")
        return len(done.moved)
