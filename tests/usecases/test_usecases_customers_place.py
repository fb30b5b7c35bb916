"""A page of a list is the page of the sorted list, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custrata.engines.duckdb.engine import DuckDBEngine, duckdb_engine
from custrata.usecases.customers import place


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with duckdb_engine("UTC", tmp_path_factory.mktemp("scratch")) as found:
        yield found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=30), st.booleans(), st.integers(0, 29),
       st.integers(1, 8))  # fmt: skip
def test_equal_customers_stand_by_their_ids_and_those_without_a_value_last(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch, values: list[int | None], down: bool, offset: int, n: int
) -> None:
    monkeypatch.setattr(place, "_NEAR", 0)
    monkeypatch.setattr(place, "_BLOCK", 5)
    rows = [(f"c{i:02}", v) for i, v in enumerate(values)]
    table = pa.table({"id": pa.array([r[0] for r in rows]), "v": pa.array([r[1] for r in rows], pa.int64())})
    t = engine.from_arrow("t", table)
    told = sorted(r for r in rows if r[1] is not None)
    told.sort(key=lambda r: -(r[1] or 0) if down else (r[1] or 0))
    wanted = [*told, *(r for r in rows if r[1] is None)]
    found = place.rows_at(engine, t, t.v, "id", down, offset, n, {"shown": t.v})
    assert [(r["_id"], r["shown"]) for r in found] == wanted[offset : offset + n]


def test_a_list_by_ids_from_the_last_down(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_NEAR", 0)
    monkeypatch.setattr(place, "_BLOCK", 5)
    t = engine.from_arrow("ids", pa.table({"id": [f"c{i:03}" for i in range(300)]}))
    assert place.ids_at(engine, t, t.id, "id", True, 297, 5) == ["c002", "c001", "c000"]


def test_pages_of_one_block_are_found_by_the_same_ends(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_NEAR", 0)
    asked: list[Any] = []
    rows = engine.rows

    def noted(expression: Any) -> Any:
        asked.append(expression.op())
        return rows(expression)

    monkeypatch.setattr(engine, "rows", noted)
    ids = [f"c{i:05}" for i in range(5_000)]
    t = engine.from_arrow("many", pa.table({"id": ids, "v": [i * 7 % 5_000 for i in range(5_000)]}))
    pages = [place.ids_at(engine, t, t.v, "id", True, offset, 50) for offset in (3_000, 3_050, 3_950)]
    assert len({i for page in pages for i in page}) == 150
    # Each page asks three times for what it shares (how many there are, the ends, how many lie before), once alone.
    assert len(asked) == 12 and len(set(asked)) == 6
