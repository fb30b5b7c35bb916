"""Benchmark lines are of the asked number, repeatable, and shaped like trade."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from custrata.core.errors import CustrataError
from custrata.synthetic import generate_lines, lines


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate_lines(tmp_path_factory.mktemp("lines") / "lines.parquet", 60_000, seed=4)


def test_the_same_seed_gives_the_same_bytes(table: Path, tmp_path: Path) -> None:
    assert generate_lines(tmp_path / "a.parquet", 60_000, seed=4).read_bytes() == table.read_bytes()
    assert generate_lines(tmp_path / "b.parquet", 60_000, seed=5).read_bytes() != table.read_bytes()


def test_columns_and_number_are_as_asked(table: Path) -> None:
    read = pq.read_table(table)
    assert read.num_rows == 60_000
    assert read.schema.equals(lines.SCHEMA)
    assert read.num_columns == 6
    assert all(column.null_count == 0 for column in read.columns)


def test_lines_are_shaped_like_trade(table: Path) -> None:
    rows = pq.read_table(table).to_pylist()
    orders = defaultdict(list)
    for row in rows:
        orders[row["order_id"]].append(row)
    assert 2.7 < len(rows) / len(orders) < 3.2
    assert 0.02 < sum(r["quantity"] < 0 for r in rows) / len(rows) < 0.03
    assert all((r["quantity"] < 0) == (r["amount"] < 0) and r["amount"] for r in rows)
    nets = []
    for members in orders.values():
        assert len({(m["customer_id"], m["ordered_at"]) for m in members}) == 1, "one customer and one time an order"
        nets.append(sum((m["amount"] for m in members), Decimal(0)))
    assert min(nets) == 0
    assert 0.002 < sum(n == 0 for n in nets) / len(nets) < 0.012
    assert all(1 <= r["customer_id"] <= 1200 for r in rows)
    spend: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        spend[row["customer_id"]] += row["amount"]
    largest = sorted(spend.values(), reverse=True)
    assert sum(largest[:240]) > Decimal("0.55") * sum(largest), "a fifth of the customers spends most"
    years = {r["ordered_at"].year for r in rows}
    assert years == {2022, 2023, 2024}


def test_many_small_blocks_still_make_the_exact_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_ORDERS_A_BLOCK", 100)
    read = pq.ParquetFile(generate_lines(tmp_path / "s.parquet", 5_001))
    assert read.metadata.num_rows == 5_001
    assert read.metadata.num_row_groups > 10
    read.close()
    owners = defaultdict(set)
    for row in pq.read_table(tmp_path / "s.parquet").to_pylist():
        owners[row["order_id"]].add(row["customer_id"])
    assert all(len(customers) == 1 for customers in owners.values())


@pytest.mark.parametrize("number", [0, -5, lines.MOST_LINES + 1])
def test_an_impossible_number_is_refused_before_anything_is_written(tmp_path: Path, number: int) -> None:
    with pytest.raises(CustrataError, match="E-GEN-006"):
        generate_lines(tmp_path / "x.parquet", number)
    assert not list(tmp_path.iterdir())
