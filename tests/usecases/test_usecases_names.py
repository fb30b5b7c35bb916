"""A run keeps the names of its customers: who is looked at is called by his name, also when the file is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.listing import largest, name_of
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

SCHEME = """scheme: Shop
sources:
  orders: {file: sales.csv}
  customers: {file: people.csv}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
"""
SALES = "customer_id,ordered_at,amount\n1001,2024-03-01,150\n1002,2024-03-02,5\n"
PEOPLE = "customer_id,name,trade\n1001,Ann & Sons,tea\n1002,,ink\n1003,Eve,tea\n"


def test_names_stay_with_the_run(tmp_path: Path) -> None:
    for name, content in (("scheme.yaml", SCHEME), ("sales.csv", SALES), ("people.csv", PEOPLE)):
        (tmp_path / name).write_text(content, "utf-8")
    shop = Workspace.at(tmp_path)
    published = run(shop, duckdb_store, lambda: datetime(2024, 4, 1, tzinfo=UTC)).run
    (tmp_path / "people.csv").unlink()
    assert pq.read_table(published.folder / "attributes.parquet").to_pylist() == [
        {"customer_id": "1001", "name": "Ann & Sons", "trade": "tea"},
        {"customer_id": "1002", "name": None, "trade": "ink"},
        {"customer_id": "1003", "name": "Eve", "trade": "tea"},
    ]
    with open_run(shop, duckdb_engine, tmp_path) as result:
        assert [name_of(result, c) for c in ("1001", "1002", "1004")] == ["Ann & Sons", None, None]
        assert [(c.id, c.name) for c in largest(result, "en").customers] == [
            ("1001", "Ann & Sons"), ("1002", None), ("1003", "Eve"),
        ]  # fmt: skip
