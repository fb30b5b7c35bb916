"""Several rows a customer: of each thing the latest that was told counts, whatever order the rows come in."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.facts.records import latest_records

ROWS = st.tuples(
    st.sampled_from(["C1", "C2"]),
    st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 4)),
    st.none() | st.sampled_from(["甲", "乙", "Ann"]),
    st.none() | st.dates(date(1990, 1, 1), date(1990, 1, 3)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.integers(0, 99))
def test_of_each_column_the_latest_value_counts(rows: list[tuple[Any, ...]], seed: int) -> None:
    def latest(who: str, column: int) -> Any:
        told = [(row[1] or date.min, row[column]) for row in rows if row[0] == who and row[column] is not None]
        return max(told)[1] if told else None

    expected = {who: (latest(who, 2), latest(who, 3)) for who in {row[0] for row in rows}}
    random.Random(seed).shuffle(rows)
    kinds = {"customer_id": "string", "updated_at": "date", "name": "string", "birthday": "date"}
    t = ibis.memtable(rows, schema=kinds)
    found = latest_records(t, "customer_id", "updated_at").to_pyarrow().to_pylist()
    assert {r["customer_id"]: (r["name"], r["birthday"]) for r in found} == expected
