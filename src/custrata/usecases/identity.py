"""`custrata duplicates`: which customers are one for certain, which may be, and which only look so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.identity.blocks import BlockCount, block_keys, block_sizes, candidate_pairs, count_blocks
from custrata.core.identity.clusters import Edge, Groups, groups
from custrata.core.identity.decide import at, decisions
from custrata.core.identity.ledger import WhoIsWho, pair
from custrata.core.identity.levels import COMPARISONS, LinkModel
from custrata.core.identity.policy import Identity
from custrata.usecases.identity_read import People
from custrata.usecases.ports import Engine, Progress, silent

#: Doubtful pairs that are listed, the most probable first; more than anybody can look through are only counted.
LISTED = 20_000
_LARGEST_SHOWN = 3


class Linker(Protocol):
    """Fits and applies a linkage model."""

    name: str
    version: str

    def fit(self, features: ir.Table, pairs: ir.Table, policy: Identity) -> LinkModel: ...
    def score(self, features: ir.Table, pairs: ir.Table, model: LinkModel) -> ir.Table: ...


@dataclass(frozen=True)
class Doubt:
    """A pair for people to decide: how probable, the level of each field (its number), what speaks against it, and the
    records themselves. `why` says why rules left it: `doubtful`, or what was against its group (a trait, `size`,
    `kept_apart`)."""

    a: str
    b: str
    probability: float
    levels: Mapping[str, int]
    against: tuple[str, ...]
    why: str
    records: tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Found:
    """What a search for duplicates found.

    `groups` are those that rules make beside what people decided; `doubts` are listed up to `LISTED`, `doubtful` counts
    all of them; `counts` says of all scored pairs what was decided (`certain`, `doubtful`, `weak`, `apart`).
    """

    customers: int
    fields: Mapping[str, Sequence[str]]
    blocks: tuple[BlockCount, ...]
    pairs: int
    model: LinkModel | None
    groups: Groups
    doubts: tuple[Doubt, ...]
    doubtful: int
    counts: Mapping[str, int] = field(default_factory=dict)
    linker: str = ""


def find(
    people: People, policy: Identity, now: WhoIsWho, engine: Engine, linker: Linker, progress: Progress = silent
) -> Found:
    """Searches all customers for duplicates. The same records and decisions give the same answer in any order."""
    progress("identity_block")
    keys = engine.materialise("block_keys", block_keys(people.features))
    sizes = engine.materialise("block_sizes", block_sizes(keys))
    counted = _block_counts(engine, sizes, policy)
    pairs = engine.materialise("pairs", candidate_pairs(keys, sizes, policy.largest_block))
    n = engine.rows(pairs.aggregate(n=pairs.count()))[0]["n"]
    if not n:
        return Found(people.count, people.fields, counted, 0, None, Groups(_persons_groups(now)), (), 0)
    progress("identity_fit")
    model = linker.fit(people.features, pairs, policy)
    progress("identity_score", pairs=n)
    scored = linker.score(people.features, pairs, model)
    decided = engine.materialise("decided", decisions(scored, people.features, policy))
    counts = {r["decision"]: r["n"] for r in engine.rows(decided.group_by("decision").aggregate(n=decided.count()))}
    progress("identity_group")
    certain = decided.filter(decided.decision == "certain").select("a", "b", "rule", "probability")
    edges = [Edge(r["a"], r["b"], r["rule"], r["probability"]) for r in engine.rows(certain)]
    made = groups(
        edges, _traits(engine, people, edges), together=now.by_person, apart=now.apart,
        unlike=_unlike(engine, decided, edges), largest=policy.largest_merge,
    )  # fmt: skip
    doubts, doubtful = _doubts(engine, people, decided, made, now)
    return Found(people.count, people.fields, counted, n, model, made, doubts, doubtful, dict(sorted(counts.items())),
                 f"{linker.name} {linker.version}")  # fmt: skip


def _persons_groups(now: WhoIsWho) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(now.by_person))


def _block_counts(engine: Engine, sizes: ir.Table, policy: Identity) -> tuple[BlockCount, ...]:
    rows = engine.rows(count_blocks(sizes, policy.largest_block))
    found = []
    for r in sorted(rows, key=lambda r: r["rule"]):
        shown: tuple[tuple[str, int], ...] = ()
        if r["large"]:
            large = sizes.filter((sizes.rule == r["rule"]) & (sizes.n > policy.largest_block))
            top = engine.rows(large.order_by([large.n.desc(), large.key]).limit(_LARGEST_SHOWN))
            shown = tuple((t["key"], t["n"]) for t in top)
        found.append(BlockCount(r["rule"], r["keys"], r["pairs"] or 0, r["large"], r["left_out"] or 0, shown))
    return tuple(found)


def _traits(engine: Engine, people: People, edges: Sequence[Edge]) -> dict[str, dict[str, str | None]]:
    """What no two members of a group may differ in. Each company is a branch of its own, also the one without a
    name."""
    ids = sorted({i for e in edges for i in (e.a, e.b)})
    found = {}
    columns = ("customer_id", "kind", "tax_number", "region", "branch", "ordinal", "birthday")
    for r in _of(engine, people.features.select(*columns), ids):
        company = r["kind"] in ("company", "unknown")
        found[r["customer_id"]] = {
            "tax_number": r["tax_number"],
            "branch": f"{r['branch']}#{r['ordinal']}" if company else None,
            "region": (r["region"] or None) if company else None,
            "birthday": r["birthday"],
            "kind": r["kind"] if r["kind"] != "unknown" else None,
        }
    return found


def _unlike(engine: Engine, decided: ir.Table, edges: Sequence[Edge]) -> list[tuple[str, str]]:
    """Pairs that share a sign and whose names or other signs say that they are two: one record that says little must
    not join them."""
    known = {i for e in edges for i in (e.a, e.b)}
    found = decided.filter(at(decided, "name", "different") | (decided.against != "")).select("a", "b")
    return [(r["a"], r["b"]) for r in engine.rows(found) if r["a"] in known and r["b"] in known]


def _of(engine: Engine, table: ir.Table, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of some customers."""
    import pyarrow as pa

    if not ids:
        return []
    wanted = engine.from_arrow("wanted", pa.table({"customer_id": pa.array(ids, pa.string())}))
    return engine.rows(table.semi_join(wanted, "customer_id"))


def _doubts(
    engine: Engine, people: People, decided: ir.Table, made: Groups, now: WhoIsWho
) -> tuple[tuple[Doubt, ...], int]:
    """Doubtful pairs and those of refused groups that nobody has decided yet, the most probable first."""
    of = {i: group for group in made.groups for i in group}
    why = {(e.a, e.b): r.why for r in made.refused for e in r.edges}
    found: list[dict[str, Any]] = []
    wanted = decided.filter(decided.decision.isin(["doubtful", "certain"]))
    for r in engine.rows(wanted.order_by([wanted.probability.desc(), wanted.a, wanted.b])):
        key = (r["a"], r["b"])
        if r["decision"] == "certain" and key not in why:
            continue
        same = r["a"] in of and of[r["a"]] == of.get(r["b"])
        if (not same and pair(*key) not in now.apart and now.resolve(r["a"]) != now.resolve(r["b"])) or key in why:
            found.append(r)
    listed = found[:LISTED]
    ids = sorted({i for r in listed for i in (r["a"], r["b"])})
    records = {r["customer_id"]: r for r in _of(engine, _shown(people), ids)}
    return tuple(
        Doubt(
            r["a"], r["b"], r["probability"], {c.field: r[c.field] for c in COMPARISONS},
            tuple(w for w in r["against"].split(",") if w), why.get((r["a"], r["b"]), "doubtful"),
            (records[r["a"]], records[r["b"]]),
        )
        for r in listed
    ), len(found)  # fmt: skip


def _shown(people: People) -> ir.Table:
    """The columns of a record that people compare, by field, several in one cell."""
    t = people.table
    cells = {}
    for name, given in people.fields.items():
        value = t[given[0]]
        for more in given[1:]:
            value = value.fill_null("") + "; " + t[more].fill_null("")
        cells[name] = value
    if "joined_at" in t.columns:
        cells["joined_at"] = t.joined_at.cast(dt.string)
    return t.select("customer_id", **cells)
