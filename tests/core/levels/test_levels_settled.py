"""Whoever is settled need not be asked: what is found of those who are is the same, and so is what is written."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from level_books import DAY, LADDER, LADDER_TEXT, NEXT, Book, overrides, people, table, who

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.moves import Before
from custrata.core.levels.settled import unsettled

POLICIES: list[dict[str, Any]] = [
    {"down": {"hold": "2 days", "after": "1 day"}}, {"down": {"after": "2 days", "by": "one step"}},
    {"up": {"by": "one step"}, "down": {"at": "review"}, "review": "anniversary of level"}, {"down": "never"},
    {"new": {"level": "VIP", "for": "2 days"}, "up": {"at": "review"}, "review": "monthly"},
]  # fmt: skip
SPENDS = (0, 9, 10, 49, 50, 99, 100, 500)


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=2, deadline=None)
@given(st.integers())
def test_who_is_not_asked_stands_as_he_stood(policy: dict[str, Any], seed: int) -> None:
    book, dice = Book(Ladder.model_validate({**LADDER_TEXT, **policy}), both_ways=True), Random(seed)
    merged: dict[str, str] = {}
    customers = [f"c{n}" for n in range(80)]
    spend = {c: dice.choice(SPENDS) for c in customers}
    for n in range(3):
        for c in dice.sample(customers, 30):
            spend[c] = dice.choice(SPENDS)
        if n == 1:
            merged |= {c: dice.choice(customers[8:]) for c in customers[:8]}
        away = {*merged, *dice.sample(customers, 5)}
        held = [(c, dice.choice(["pin", "floor"]), dice.choice(list(LADDER_TEXT)), f"o{n}{c}")
                for c in dice.sample(customers, 12)]  # fmt: skip
        here = {c: amount for c, amount in spend.items() if c not in away}
        by_hand, same_as = overrides(*held) if n else None, who(**merged) if merged else None
        book.apply(people(**here), DAY + timedelta(n), by_hand, same_as)


def test_only_those_are_asked_of_whom_anything_could_change() -> None:
    book = Book()
    first = {"stays": 120, "keeps": 120, "rises": 20, "fails": 120, "goes": 20, "pinned": 20, "merges": 20, "into": 20}
    book.apply(people(**first), DAY)
    now = {"stays": 150, "keeps": 50, "rises": 100, "fails": 49, "pinned": 20, "into": 20, "new": 0}
    before = Before(table(book.rows), DAY, None, who(merges="into", long_since="stays"))
    pinned = overrides(("pinned", "pin", "VIP", "o1"))
    asked = unsettled(LADDER.judged(people(**now)), LADDER, before, pinned, NEXT)
    assert {r["customer_id"]: r["here"] for r in asked.to_pyarrow().to_pylist()} == {
        "rises": True, "fails": True, "goes": False, "pinned": True, "merges": False, "into": True, "new": True,
    }  # fmt: skip
