"""The audit in Python: the same tables as `evaluate` takes, the same findings as the command tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import Audited, CustrataError, audit
from shops import scheme

TIER = scheme("segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}")
SHOP = pa.table({
    "order_id": ["1", "2", "2", "合计"],
    "customer_id": ["ann", "bob", "bob", None],
    "ordered_at": [date(2024, 3, 1), date(2024, 3, 9), date(2024, 3, 9), None],
    "amount": [Decimal(700), Decimal(80), Decimal(80), Decimal(860)],
})  # fmt: skip


def told(found: Audited) -> list[tuple[str, int]]:
    return [(f.code, f.rows) for f in found.problems[:2]]


@pytest.mark.parametrize("given", [SHOP, SHOP.to_pandas(), pl.from_arrow(SHOP), SHOP.to_pydict(), ibis.memtable(SHOP)],
                         ids=["pyarrow", "pandas", "polars", "mapping", "ibis"])  # fmt: skip
def test_a_table_of_any_library_is_audited(given: Any) -> None:
    backend = ibis.duckdb.connect() if isinstance(given, ibis.Table) else None
    assert told(audit(TIER, orders=given, backend=backend)) == [("A-DUP-001", 1), ("A-VAL-008", 1)]


def test_files_are_audited_against_the_books_and_the_page_is_written(tmp_path: Path) -> None:
    pq.write_table(SHOP, tmp_path / "sales.parquet")
    (tmp_path / "books.csv").write_text("month,total\n2024-03,860\n", "utf-8")
    found = audit(TIER, orders=tmp_path / "sales.parquet", control=tmp_path / "books.csv")
    assert told(found) == [("A-DUP-001", 1), ("A-VAL-008", 1)]
    assert "A-CON-008" in {f.code for f in found.all.findings}
    data = found.as_dict("zh")
    assert data["score"] == found.score <= 59
    assert "合计" in next(f["message"] for f in data["findings"] if f["code"] == "A-VAL-008")
    assert found.write(tmp_path / "audit.html", "en").read_text("utf-8").count("Rows of totals") >= 1


def test_what_cannot_be_audited_is_told_with_the_name_of_the_call() -> None:
    with pytest.raises(CustrataError) as told_:
        audit(TIER)
    assert [(p.code, p.place) for p in told_.value.problems] == [("E-DATA-007", "audit()")]
    with pytest.raises(CustrataError) as told_:
        audit(TIER, orders=SHOP, as_of="soon")
    assert [(p.code, p.place) for p in told_.value.problems] == [("E-SCHEME-033", "audit(as_of=…)")]
