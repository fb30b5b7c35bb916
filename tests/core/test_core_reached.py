"""How far down a sum reaches, found in bands, against everybody sorted; and numbers in narrower types."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.segments import cumulated
from custrata.core.segments.cumulated import lowest_reached
from custrata.core.segments.narrow import extremes, narrowed
from custrata.engines.duckdb.engine import DuckDBEngine, duckdb_engine

SHARES = [Decimal(s) for s in ("0.01", "0.5", "0.7", "0.9", "1")]
amounts = st.one_of(
    st.decimals("0.0001", 10, places=4), st.decimals("0.01", 1_000_000, places=2), st.sampled_from([3, 7]).map(Decimal)
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with duckdb_engine("UTC", Path(tmp_path_factory.mktemp("scratch"))) as found:
        yield found


def naive(values: list[Decimal], limit: Decimal) -> Decimal | None:
    """The lowest value before which the sum of the larger ones is below the limit."""
    return min((v for v in values if sum(w for w in values if w > v) < limit), default=None)


def reached(engine: DuckDBEngine, t: ir.Table, values: list[Decimal], limits: list[Decimal]) -> tuple[Any, int]:
    """The answer, and in how many questions it was found."""
    fit, asked = lowest_reached(t, limits, max(values), len(values)), 0
    answer: Any = None
    try:
        while True:
            ask: Any = fit.send(answer)
            answer, asked = engine.rows(ask), asked + 1
    except StopIteration as done:
        return done.value, asked


@given(st.lists(amounts, min_size=1, max_size=60), st.sampled_from([18, 38]))
def test_bands_find_the_lowest_value_that_sorting_everybody_finds(
    engine: DuckDBEngine, values: list[Decimal], digits: int
) -> None:
    t = engine.from_arrow("values", pa.table({"value": pa.array(values, pa.decimal128(digits, 4))}))
    limits = [sum(values, Decimal(0)) * share for share in SHARES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cumulated, "_FEW", 0)
        in_bands, asked = reached(engine, t, values, limits)
    assert asked == 2, "the sums of the bands, then the values of a few of them"
    assert in_bands == reached(engine, t, values, limits)[0] == [naive(values, limit) for limit in limits]


def test_everybody_is_sorted_where_bands_overlap(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [Decimal(n) for n in range(1, 50)]
    t = engine.from_arrow("values", pa.table({"value": pa.array(values, pa.decimal128(18, 4))}))
    monkeypatch.setattr(cumulated, "_FEW", 0)
    rows = engine.rows

    def wrong(ask: ir.Table) -> list[dict[str, Any]]:
        """An engine whose roots are so bad that a larger value comes into a lower band."""
        found = rows(ask)
        return [{**row, "low": found[-1]["low"]} for row in found] if "low" in ask.columns else found

    monkeypatch.setattr(engine, "rows", wrong)
    assert reached(engine, t, values, [Decimal(600)]) == ([naive(values, Decimal(600))], 2)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_a_number_in_a_narrower_type_is_the_same_number(
    engine: DuckDBEngine, whole: list[int], small: bool, money: bool
) -> None:
    values: list[Any] = [v % 1000 - 500 if small else v for v in whole]
    if money:
        values = [Decimal(v).scaleb(-4) for v in values]
    kind: Any = pa.decimal128(38, 4) if money else pa.int64()
    t = engine.from_arrow("numbers", pa.table({"n": pa.array([*values, None], kind)}))
    found = engine.rows(t.aggregate(**extremes(t, ["n"])))[0]
    short = t.select(**narrowed(t, ["n"], found))
    assert sorted(r["n"] for r in engine.rows(short) if r["n"] is not None) == sorted(values)
    if small:
        narrow: Any = short.n.type()
        assert narrow.precision == 9 if money else narrow.nbytes == 4
