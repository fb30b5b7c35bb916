"""Fits the linkage model: how often levels coincide by chance, how often they agree in truth, how many pairs are
one."""

from __future__ import annotations

from typing import Any, Protocol

import ibis.expr.types as ir

from custrata.core.identity.blocks import by_chance, counted_rules, nearly_certain
from custrata.core.identity.decide import certain_without
from custrata.core.identity.levels import COMPARISONS, Comparison, LevelParams, LinkModel
from custrata.core.identity.policy import Identity
from custrata.engines.duckdb.engine import DuckDBEngine

#: Customers whose every pair is looked at for the chances of levels that no block can count: 720,000 pairs.
SAMPLE = 1200
#: With fewer pairs that share two strong signs, the data cannot say how often true pairs agree.
LEAST_TO_LEARN = 100
#: Of the pairs that are one customer, so many share two strong signs or more. Only the prior depends on it, by half
#: a bit.
RECALL = 0.7
#: As how many pairs the written chances count.
WRITTEN = 100
_DIGITS = 6


class Linkers(Protocol):
    """Whoever makes Splink linkers."""

    def linker(self, features: ir.Table, model: LinkModel | None) -> Any: ...
    def score(self, features: ir.Table, pairs: ir.Table, model: LinkModel) -> ir.Table: ...


def fit(engine: DuckDBEngine, linkers: Linkers, features: ir.Table, pairs: ir.Table, policy: Identity) -> LinkModel:
    """The model, each chance rounded so that the order in which sums were made leaves no trace."""
    counted = engine.rows(_counts(features))[0]
    n = counted["n"]
    shared = engine.rows(_shared(pairs))[0]
    sure = shared["sure"]
    total = max(1, n * (n - 1) // 2)
    prior = min(0.5, (sure + 1) / RECALL / total)
    sampled = _sampled_u(engine, linkers, features)
    levels = {c.field: _with_u(c, counted, shared, sampled[c.field]) for c in COMPARISONS}
    model = LinkModel(prior=_rounded(prior), levels=levels, customers=n)
    if policy.learn and sure >= LEAST_TO_LEARN:
        return _learnt(engine, linkers, features, pairs, model)
    return model


def _counts(features: ir.Table) -> ir.Table:
    """How many customers say something of each field, and how many pairs of all share a name."""
    asked = {c.field: features[_column(c.field)].count() for c in COMPARISONS}
    return features.aggregate(n=features.count(), **asked)


def _column(field: str) -> str:
    return "name_key" if field == "name" else field


def _shared(pairs: ir.Table) -> ir.Table:
    """How many candidate pairs are nearly certain, and by rule how many share its sign by chance."""
    chance = {rule: pairs.count(where=by_chance(pairs.found, rule)) for rule in counted_rules()}
    return pairs.aggregate(sure=pairs.count(where=nearly_certain(pairs.found)), **chance)


def _with_u(c: Comparison, counted: dict[str, int], shared: dict[str, int], sampled: dict[str, float]) -> Any:
    """The levels with the chance that two different customers are on them.

    A level that a blocking rule finds every pair of is counted. The others are common enough for a sample. The last one
    has what is left.
    """
    told = counted[c.field]
    pairs = max(1.0, told * (told - 1) / 2)
    chances = {}
    for level in c.levels[:-1]:
        if level.block is not None:
            chances[level.name] = (shared[level.block] + 0.5) / pairs
        else:
            chances[level.name] = sampled.get(level.name) or 0.5 / min(pairs, SAMPLE * (SAMPLE - 1) / 2)
    used = sum(chances.values())
    scale = min(1.0, 0.99 / used) if used else 1.0
    chances = {k: max(v * scale, 1e-12) for k, v in chances.items()}
    chances[c.levels[-1].name] = 1 - sum(chances.values())
    return tuple(LevelParams(name=lv.name, m=lv.m, u=_rounded(chances[lv.name])) for lv in c.levels)


def _sampled_u(engine: DuckDBEngine, linkers: Linkers, features: ir.Table) -> dict[str, dict[str, float]]:
    # The sample is by the digest of the id: the same customers whatever order they came in.
    sample = features.order_by(features.customer_id.hexdigest("md5"), features.customer_id).limit(SAMPLE)
    sample = engine.materialise("sample", sample)
    if engine.rows(sample.aggregate(n=sample.count()))[0]["n"] < 2:
        return {c.field: {} for c in COMPARISONS}
    with linkers.linker(sample, None) as linker:
        most = float(SAMPLE * SAMPLE)
        linker.training.estimate_u_using_random_sampling(max_pairs=most, min_count_per_level=None, num_chunks=1)
        return _chances(linker, "u_probability")


def _learnt(engine: DuckDBEngine, linkers: Linkers, features: ir.Table, pairs: ir.Table, model: LinkModel) -> LinkModel:
    """How often true pairs agree on a field, counted over the pairs that the other fields make nearly certain.

    Expectation maximisation, which needs no such pairs, takes households for customers: they share phone and address
    far more often than customers are entered twice. So the written chances count as `WRITTEN` pairs, and what the
    data says is added to them. All of it is counting: no order of the rows can change it.
    """
    scored = linkers.score(features, pairs.filter(nearly_certain(pairs.found)), model)
    asked = {
        f"{c.field}_{i}": scored.count(where=certain_without(scored, c.field) & (scored[c.field] == i))
        for c in COMPARISONS
        for i in range(len(c.levels))
    }
    counts = engine.rows(scored.aggregate(**asked))[0]
    levels = {}
    for c in COMPARISONS:
        seen = {p.name: counts[f"{c.field}_{c.number(p.name)}"] for p in model.levels[c.field]}
        total = sum(seen.values()) + WRITTEN
        levels[c.field] = tuple(
            p.model_copy(update={"m": _rounded((seen[p.name] + WRITTEN * p.m) / total)}) for p in model.levels[c.field]
        )
    return model.model_copy(update={"levels": levels, "learnt": True})


def _chances(linker: Any, which: str) -> dict[str, dict[str, float]]:
    """Field → level → a chance, as the linker has it now; levels that were not observed are left out."""
    settings = linker.misc.save_model_to_json()
    return {
        c["output_column_name"]: {
            lv["label_for_charts"]: lv[which] for lv in c["comparison_levels"] if isinstance(lv.get(which), float)
        }
        for c in settings["comparisons"]
    }


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
