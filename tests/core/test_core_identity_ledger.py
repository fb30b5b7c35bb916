"""Merges and splits: any order of pairs gives the same groups, undoing brings back what was, every id resolves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.identity.apply import ORIGINAL, merged_customers, with_surviving_ids, without_subsidiaries
from custrata.core.identity.changes import Change, moved, needed
from custrata.core.identity.clusters import Edge, groups
from custrata.core.identity.ledger import Entry, WhoIsWho, pair, who_is_who
from custrata.core.identity.parents import composed, topmost

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
IDS = [f"k{i}" for i in range(8)]
people = st.sampled_from(IDS)
pairs = st.tuples(people, people).filter(lambda p: p[0] != p[1]).map(lambda p: pair(*p))
edges = st.lists(st.builds(lambda p, r: Edge(*p, r), pairs, st.integers(0, 2)), max_size=12)
traits = st.dictionaries(people, st.fixed_dictionaries({"tax_number": st.sampled_from([None, "1", "2"])}), max_size=8)


def entry(seq: int, verb: Any, *ids: str, by: Any = "person", **more: Any) -> Entry:
    return Entry(seq=seq, at=NOON + timedelta(days=seq), verb=verb, by=by, who="li", ids=ids, **more)


@st.composite
def ledgers(draw: Any) -> list[Entry]:
    """Any sequence of decisions that the program would write."""
    entries: list[Entry] = []
    for seq in range(1, draw(st.integers(1, 9))):
        verb = draw(st.sampled_from(["merge", "merge", "split", "apart", "undo"]))
        by = draw(st.sampled_from(["person", "rule"]))
        a, b = draw(pairs)
        if verb == "undo":
            if entries:
                entries.append(entry(seq, "undo", of=draw(st.integers(1, seq - 1))))
                continue
            verb = "merge"
        if verb == "merge":
            entries.append(entry(seq, "merge", a, b, by=by, survivor=draw(st.sampled_from([a, b]))))
        elif verb == "split":
            others = tuple(i for i in who_is_who(entries).members(a) if i != a)
            entries.append(entry(seq, "split", a, by=by, others=others if by == "person" else ()))
        else:
            entries.append(entry(seq, "apart", a, b))
    return entries


def test_a_chain_never_joins_two_that_contradict_each_other() -> None:
    chain = [Edge("a", "b", 0), Edge("b", "c", 0)]
    found = groups(chain, {"a": {"tax_number": "1"}, "c": {"tax_number": "2"}})
    assert found.groups == ()
    (refused,) = found.refused
    assert (refused.members, refused.why, refused.values) == (("a", "b", "c"), "tax_number", ("1", "2"))


def test_a_stronger_rule_stands_where_a_weaker_one_would_contradict_it() -> None:
    found = groups([Edge("a", "b", 0), Edge("b", "c", 1)], {"a": {"tax_number": "1"}, "c": {"tax_number": "2"}})
    assert found.groups == (("a", "b"),)
    assert [r.members for r in found.refused] == [("a", "b", "c")]


def test_a_person_who_keeps_two_apart_does_not_part_the_others() -> None:
    triangle = [Edge("a", "b", 0), Edge("a", "c", 0), Edge("b", "c", 0)]
    assert groups(triangle, {}, apart={("a", "c"), ("b", "c")}).groups == (("a", "b"),)


def test_a_path_around_two_that_are_kept_apart_is_refused() -> None:
    found = groups([Edge("a", "b", 0), Edge("b", "c", 0)], {}, apart={("a", "c")})
    assert found.groups == () and found.refused[0].why == "kept_apart"


def test_a_number_that_everybody_shares_merges_nobody() -> None:
    crowd = [Edge(f"p{i:02}", f"p{i + 1:02}", 0) for i in range(20)]
    assert groups(crowd, {}, largest=20).refused[0].why == "size"
    assert len(groups(crowd[:19], {}, largest=20).groups[0]) == 20


def test_what_a_person_has_merged_stays_whole() -> None:
    found = groups([Edge("b", "c", 0)], {}, together=[("a", "b")])
    assert found.groups == (("a", "b", "c"),)


@given(edges, traits, st.lists(pairs, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_pairs_never_changes_a_group(found: Any, known: Any, apart: Any, rng: Any) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)
    turned = [Edge(e.b, e.a, e.rule) for e in shuffled]
    wanted = groups(found, known, apart=set(apart))
    assert groups(turned, known, apart=set(apart)).groups == wanted.groups
    for ids in wanted.groups:
        told = {known[i]["tax_number"] for i in ids if i in known} - {None}
        assert len(told) < 2
        assert not {pair(a, b) for a, b in combinations(ids, 2)} & set(apart)


@given(ledgers())
def test_undoing_the_last_entry_brings_back_exactly_what_was(entries: list[Entry]) -> None:
    if not entries:
        return
    undone = [*entries, entry(len(entries) + 1, "undo", of=len(entries))]
    assert who_is_who(undone) == who_is_who(entries[:-1])
    redone = [*undone, entry(len(undone) + 1, "undo", of=len(undone))]
    assert who_is_who(redone) == who_is_who(entries)


@given(ledgers())
def test_every_id_resolves_to_a_survivor_that_resolves_to_itself(entries: list[Entry]) -> None:
    state = who_is_who(entries)
    for i in IDS:
        survivor = state.resolve(i)
        assert state.resolve(survivor) == survivor
        assert i in state.members(i) and set(state.members(i)) == set(state.members(survivor))
    everybody = [i for ids in state.groups.values() for i in ids]
    assert len(everybody) == len(set(everybody))


@given(ledgers(), st.integers(0, 9))
def test_a_past_moment_knows_only_what_was_written_then(entries: list[Entry], n: int) -> None:
    assert who_is_who(entries, at=NOON + timedelta(days=n)) == who_is_who(entries[:n])


@given(ledgers(), edges)
def test_what_is_written_makes_the_groups_the_rules_want_and_nothing_is_written_twice(entries: Any, found: Any) -> None:
    now = who_is_who(entries)
    if now.contradictions():
        return
    wanted = groups(found, {}, together=now.by_person, apart=now.apart).groups
    changes = needed(now, wanted, min)
    more = [entry(len(entries) + i, c.verb, *c.ids, by="rule", survivor=c.survivor) for i, c in enumerate(changes, 1)]
    after = who_is_who([*entries, *more])
    assert sorted(after.groups.values()) == sorted(wanted)
    assert needed(after, wanted, min) == []
    assert after.contradictions() == []


def test_a_merge_that_rules_no_longer_make_is_split() -> None:
    now = who_is_who([entry(1, "merge", "a", "b", by="rule", survivor="a")])
    assert needed(now, [], min) == [Change("split", ("a", "b"))]


def test_the_survivor_that_a_person_chose_stays() -> None:
    now = who_is_who([entry(1, "merge", "a", "b", survivor="b")])
    assert [(c.ids, c.survivor) for c in needed(now, [("a", "b", "c")], min)] == [(("a", "b", "c"), "a")]
    after = who_is_who(
        [entry(1, "merge", "a", "b", survivor="b"), entry(2, "merge", "a", "b", "c", by="rule", survivor="a")]
    )
    assert after.resolve("c") == "b"


def test_splitting_the_survivor_leaves_the_others_one_customer() -> None:
    state = who_is_who([
        entry(1, "merge", "a", "b", survivor="a"), entry(2, "merge", "a", "c", survivor="a"),
        entry(3, "split", "a", others=("b", "c")),
    ])  # fmt: skip
    assert state.resolve("a") == "a" and state.resolve("c") == "b"
    assert state.apart == {("a", "b"), ("a", "c")}


def test_those_whose_customer_changed_are_due_again() -> None:
    before = who_is_who([entry(1, "merge", "a", "b", survivor="a")])
    assert moved(before, WhoIsWho()) == {"b": ("a", "b")}
    assert moved(before, before) == {}


def test_facts_keep_their_rows_and_their_own_id() -> None:
    t = ibis.memtable(pa.table({"customer_id": ["a", "b", None, "c"], "net": [1, 2, 3, 4]}))
    rows = with_surviving_ids(t, {"b": "a", "x": "a"}).order_by("net").to_pyarrow().to_pylist()
    assert [(r["customer_id"], r[ORIGINAL]) for r in rows] == [("a", "a"), ("a", "b"), (None, None), ("c", "c")]
    assert with_surviving_ids(t, {}) is t


def test_whole_numbers_stay_whole_numbers() -> None:
    t = ibis.memtable(pa.table({"customer_id": pa.array([7, 8], pa.int64())}))
    found = with_surviving_ids(t, {"8": "7", "K1": "K2", "007": "7"})
    assert found.customer_id.type().is_integer()
    assert sorted(found.to_pyarrow().to_pylist(), key=str) == [
        {"customer_id": 7, ORIGINAL: 7}, {"customer_id": 7, ORIGINAL: 8},
    ]  # fmt: skip


RECORDS = [
    {"customer_id": "a", "name": "旧名", "city": None, "joined_at": "2012-01-01", "tag": "x"},
    {"customer_id": "b", "name": "新名", "city": "苏州", "joined_at": "2020-01-01", "tag": None},
    {"customer_id": "c", "name": None, "city": "杭州", "joined_at": None, "tag": "z"},
    {"customer_id": "d", "name": "别人", "city": "南京", "joined_at": "2015-01-01", "tag": None},
]


@settings(max_examples=4)
@given(st.permutations(RECORDS))
def test_a_merged_customer_has_what_any_record_says(records: list[dict[str, Any]]) -> None:
    t = ibis.memtable(pa.Table.from_pylist(list(records)))
    rows = merged_customers(t, {"b": "a", "c": "a"}, {"tag": "survivor", "city": "earliest"}).to_pyarrow().to_pylist()
    found = {r["customer_id"]: r for r in rows}
    assert set(found) == {"a", "d"}
    assert found["a"] == {"customer_id": "a", "name": "新名", "city": "苏州", "joined_at": "2012-01-01", "tag": "x"}
    assert found["d"] == RECORDS[3]


def test_subsidiaries_leave_the_customers_to_their_parent() -> None:
    t = ibis.memtable(pa.table({"customer_id": ["shop", "group", "other"]}))
    left = without_subsidiaries(t, {"shop": "group"}).to_pyarrow()["customer_id"].to_pylist()
    assert sorted(left) == ["group", "other"]
    assert without_subsidiaries(t, {}) is t


def test_subsidiaries_count_for_the_topmost_parent() -> None:
    found = topmost({"shop": "region", "region": "group", "other": "nobody"}, {"shop", "region", "group", "other"})
    assert found.top == {"region": "group", "shop": "group"}
    assert found.unknown == {"other": "nobody"}


@pytest.mark.parametrize("order", [("a", "b", "c", "x"), ("x", "c", "b", "a")])
def test_a_circle_of_parents_is_told_once_and_moves_nobody(order: tuple[str, ...]) -> None:
    parents = {"a": "b", "b": "c", "c": "a", "x": "a"}
    found = topmost({k: parents[k] for k in order}, set(parents))
    assert found.circles == (("a", "b", "c"),)
    assert found.top == {}


@given(st.dictionaries(people, people, max_size=8))
def test_the_top_of_a_chain_has_no_parent_and_is_its_own_top(parents: dict[str, str]) -> None:
    found = topmost(parents, set(IDS))
    for child, top in found.top.items():
        assert top not in found.top and child != top
    assert composed({}, found.top) == found.top


def test_a_merged_subsidiary_counts_for_its_survivors_parent() -> None:
    assert composed({"b": "a"}, {"a": "group"}) == {"a": "group", "b": "group"}
