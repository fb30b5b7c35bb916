"""Splink scores pairs as the model says: the weights are those of Fellegi and Sunter, rare names weigh more."""

from __future__ import annotations

from collections import Counter
from math import log2

import pyarrow as pa
import pytest

from custrata.core.identity.blocks import BITS, block_keys, block_sizes, by_chance, candidate_pairs, nearly_certain
from custrata.core.identity.levels import COMPARISONS, LevelParams, LinkModel, probability
from custrata.core.identity.policy import Identity
from custrata.engines.splink.linker import SplinkLinker
from custrata.synthetic.duplicates import customer_file
from duplicates import engine, people_of, table_of

FILE = customer_file(300, seed=21)
#: Chosen, not fitted: every level of every field has a chance of its own.
MODEL = LinkModel(
    prior=0.01,
    levels={
        c.field: tuple(
            LevelParams(name=lv.name, m=lv.m, u=0.9 if lv is c.levels[-1] else 0.1 / (len(c.levels) - 1))
            for lv in c.levels
        )
        for c in COMPARISONS
    },
)


def test_a_weight_is_the_sum_of_the_logarithms_of_m_over_u() -> None:
    with engine() as at:
        people = people_of(FILE.table, at)
        keys = block_keys(people.features)
        pairs = candidate_pairs(keys, block_sizes(keys), 100)
        rows = at.rows(SplinkLinker(at).score(people.features, at.materialise("pairs", pairs), MODEL))
    assert len(rows) > 50
    seen: Counter[tuple[str, int]] = Counter()
    for row in rows:
        levels = {c.field: row[c.field] for c in COMPARISONS}
        seen.update(levels.items())
        assert row["probability"] == pytest.approx(probability(row["weight"]), abs=1e-9)
        if row["name"] != 4:  # names that are the same are weighed by how many have them
            assert row["weight"] == pytest.approx(MODEL.weight(levels), abs=1e-6)
    assert {number for field, number in seen if field == "name"} == {0, 1, 2, 3, 4}


def test_the_published_formula_gives_the_published_odds() -> None:
    """Fellegi and Sunter 1969: odds after = odds before × Π m/u. With odds 1:999 and ratios 95 and 0.5: 47.5/999."""
    pair = (LevelParams(name="same", m=0.95, u=0.01), LevelParams(name="different", m=0.05, u=0.1))
    model = LinkModel(prior=0.001, levels={"birthday": pair, "tax_number": pair})
    assert model.weight({"birthday": 1, "tax_number": 0}) == pytest.approx(log2(47.5 / 999))


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    common = [{"customer_id": f"c{i:02}", "name": "王伟", "birthday": f"19{60 + i}-02-02"} for i in range(30)]
    rare = [{"customer_id": "r1", "name": "蹇先艾"}, {"customer_id": "r2", "name": "蹇先艾"}]
    twins = [{"customer_id": "t1", "name": "王伟"}, {"customer_id": "t2", "name": "王伟"}]
    with engine() as at:
        people = people_of(table_of([*common, *rare, *twins]), at)
        wanted = pa.table({"a": ["r1", "t1"], "b": ["r2", "t2"], "found": pa.array([BITS["name"]] * 2, pa.int64())})
        rows = at.rows(SplinkLinker(at).score(people.features, at.from_arrow("pairs", wanted), MODEL))
    weight = {r["a"]: r["weight"] for r in rows}
    assert weight["r1"] > weight["t1"] + 3


def test_a_fitted_model_knows_every_level_and_is_the_same_for_rows_in_any_order() -> None:
    models = []
    for table in (FILE.table, FILE.table.take(list(range(FILE.table.num_rows))[::-1])):
        with engine() as at:
            people = people_of(table, at)
            keys = at.materialise("keys", block_keys(people.features))
            pairs = at.materialise("pairs", candidate_pairs(keys, block_sizes(keys), 100))
            models.append(SplinkLinker(at).fit(people.features, pairs, Identity()))
    assert models[0] == models[1]
    for c in COMPARISONS:
        chances = models[0].levels[c.field]
        assert [p.name for p in chances] == [lv.name for lv in c.levels]
        assert all(0 < p.m <= 1 and 0 < p.u <= 1 for p in chances)
        assert sum(p.u for p in chances) == pytest.approx(1, abs=1e-5)
        assert chances[0].m / chances[0].u > 100 > 1 > chances[-1].m / chances[-1].u
    assert LinkModel.model_validate_json(models[0].model_dump_json()) == models[0]


def test_every_pair_stands_once_with_all_the_rules_that_found_it() -> None:
    records = [
        {"customer_id": "1", "name": "王建业", "phone": "13977011000; 13977011001", "email": "wjy@163.com"},
        {"customer_id": "2", "name": "王建业", "phone": "13977011001/13977011000"},
        {"customer_id": "3", "name": "赵飞", "phone": "13977011000", "email": "wjy@163.com"},
    ]
    with engine() as at:
        people = people_of(table_of(records), at)
        keys = block_keys(people.features)
        pairs = candidate_pairs(keys, block_sizes(keys), 100)
        told = pairs.mutate(sure=nearly_certain(pairs.found), phone=by_chance(pairs.found, "phone"))
        rows = {(r["a"], r["b"]): r for r in at.rows(told)}
    assert set(rows) == {("1", "2"), ("1", "3"), ("2", "3")}
    assert rows["1", "2"]["found"] == BITS["phone"] + BITS["name"] + BITS["sound"]
    assert rows["1", "3"]["found"] == BITS["phone"] + BITS["email"]
    assert [rows[k]["sure"] for k in sorted(rows)] == [True, False, False]
    assert [rows[k]["phone"] for k in sorted(rows)] == [False, True, True]
