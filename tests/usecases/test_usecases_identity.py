"""Duplicates are found: certain ones by rule, doubtful ones for people to decide; in whatever order they come."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest

from custrata.core.identity.ledger import WhoIsWho
from custrata.core.identity.policy import Identity
from custrata.synthetic.duplicates import CustomerFile, customer_file
from custrata.usecases.identity import Found
from custrata.usecases.identity_words import evidence, why_left
from duplicates import GOLDEN, Golden, golden_records, search, table_of


@lru_cache(maxsize=1)
def town() -> CustomerFile:
    return customer_file(700, seed=11)


@lru_cache(maxsize=1)
def searched() -> Found:
    return search(town().table)


@lru_cache(maxsize=1)
def golden() -> Found:
    """The golden pairs among three hundred others: how rare a name is, they say."""
    return search(
        pa.concat_tables(
            [table_of(golden_records()), customer_file(300, seed=12).table.select(table_of([]).column_names)]
        )
    )


def fate(i: int) -> str:
    a, b = f"g{i:02}a", f"g{i:02}b"
    if any({a, b} <= set(ids) for ids in golden().groups.groups):
        return "one"
    return "ask" if any((d.a, d.b) == (a, b) for d in golden().doubts) else "two"


@pytest.mark.parametrize(
    ("i", "pair"), list(enumerate(GOLDEN)), ids=[f"{i:02}-{g.expected}" for i, g in enumerate(GOLDEN)]
)
def test_a_pair_of_records_has_its_fate(i: int, pair: Golden) -> None:
    assert fate(i) == pair.expected, (pair.a, pair.b)


def test_no_golden_customer_is_merged_with_anybody_else() -> None:
    for ids in golden().groups.groups:
        marked = [i for i in ids if i.startswith("g")]
        assert not marked or (len(ids) == 2 and ids[0][:3] == ids[1][:3]), ids


def measured(found: Found, truth: CustomerFile) -> dict[str, float]:
    """Precision and recall of what rules merge, and of that together with what people are asked."""
    true = truth.pairs()
    merged = {(a, b) for ids in found.groups.groups for i, a in enumerate(ids) for b in ids[i + 1 :]}
    asked = {(d.a, d.b) for d in found.doubts}
    return {
        "certain_precision": len(merged & true) / len(merged),
        "certain_recall": len(merged & true) / len(true),
        "all_recall": len((merged | asked) & true) / len(true),
        "asked_precision": len(asked & true) / len(asked),
    }


def test_rules_merge_only_true_duplicates_and_people_are_asked_of_most_others() -> None:
    figures = measured(searched(), town())
    assert figures["certain_precision"] >= 0.999, figures
    assert figures["certain_recall"] >= 0.55, figures
    assert figures["all_recall"] >= 0.85, figures
    assert figures["asked_precision"] >= 0.6, figures


def told(found: Found) -> tuple[Any, ...]:
    doubts = [(d.a, d.b, round(d.probability, 5), d.why, d.against) for d in found.doubts]
    return found.groups.groups, found.model, sorted(doubts), found.counts, found.blocks


def test_the_order_of_records_never_changes_an_answer() -> None:
    rows = list(range(town().table.num_rows))
    random.Random(3).shuffle(rows)
    assert told(search(town().table.take(rows))) == told(searched())


def test_what_people_keep_apart_is_neither_merged_nor_asked_again() -> None:
    a, b = searched().groups.groups[0][:2]
    doubt = searched().doubts[0]
    now = WhoIsWho(apart=frozenset({(a, b), (doubt.a, doubt.b)}))
    found = search(town().table, now=now)
    assert not any({a, b} <= set(ids) for ids in found.groups.groups)
    assert not {(a, b), (doubt.a, doubt.b)} & {(d.a, d.b) for d in found.doubts}


def test_a_phone_that_everybody_shares_is_told_and_not_compared() -> None:
    shared = [
        {"customer_id": f"s{i:02}", "name": f"王{c}", "phone": "13977012345"} for i, c in enumerate("甲乙丙丁戊己庚辛")
    ]
    found = search(table_of(shared), Identity(largest_block=5))
    (phone,) = [b for b in found.blocks if b.rule == "phone"]
    assert (phone.large, phone.left_out, phone.largest) == (1, 28, (("+8613977012345", 8),))
    assert found.groups.groups == ()


def test_probability_merges_only_where_the_scheme_says_so() -> None:
    policy = Identity.parse({"certain": [["tax_number", "similar_name"]], "certain_at": "99.9%"})
    found = search(town().table, policy)
    by_probability = {e.rule for edges in found.groups.edges.values() for e in edges}
    assert by_probability == {0, 1}
    assert measured(found, town())["certain_precision"] >= 0.98


def test_a_record_that_says_little_does_not_join_two_of_other_names() -> None:
    tax = {"tax_number": "91350100M000100Y43"}
    records = [{"customer_id": "a", "name": "杨万顺商贸有限公司", **tax}, {"customer_id": "b", **tax},
               {"customer_id": "c", "name": "朱万利贸易有限公司", **tax}]  # fmt: skip
    found = search(table_of(records))
    assert found.groups.groups == ()
    assert [r.why for r in found.groups.refused] == ["name"]
    assert {(d.a, d.b) for d in found.doubts} == {("a", "b"), ("a", "c"), ("b", "c")}


def test_a_company_without_duplicates_is_told_so() -> None:
    found = search(table_of([{"customer_id": "1", "name": "王甲"}, {"customer_id": "2", "name": "李乙"}]))
    assert (found.pairs, found.groups.groups, found.doubts, found.model) == (0, (), (), None)


def test_every_doubt_says_why_in_both_languages() -> None:
    for doubt in golden().doubts:
        for lang in ("zh", "en"):
            assert why_left(doubt, lang) and all(evidence(doubt, lang))  # type: ignore[arg-type]
    taxed = next(d for d in golden().doubts if "tax_number" in d.against)
    assert "税号不同" in why_left(taxed, "zh")
    assert why_left(taxed, "en") == "different tax numbers"
