"""The orders that a run shows are the orders there are, however few of them were written."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.evidence import ORDERS, SINCE, read_orders
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
SCHEME = """scheme: Shop
sources: {orders: {file: sales*.csv}}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
"""
HEAD = "customer_id,order_id,ordered_at,amount\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    lines = "".join(f"c{i % 20},{i},2024-05-{1 + i % 28:02},10\n" for i in range(60))
    (tmp_path / "sales-1.csv").write_text(HEAD + lines, "utf-8")
    assert ran(Workspace.at(tmp_path)) == {ORDERS}
    return Workspace.at(tmp_path)


def ran(shop: Workspace) -> set[str]:
    """Runs, and tells in which files the orders are; they must be those of a workspace that begins anew."""
    result = run(shop, duckdb_store, lambda: NOW)
    elsewhere = shop.path.parent / "elsewhere"
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(shop.path, elsewhere, ignore=shutil.ignore_patterns(".custrata"))
    fresh = run(Workspace.at(elsewhere), duckdb_store, lambda: NOW)
    assert orders(result.run.folder, shop.path) == orders(fresh.run.folder, shop.path)
    for file in ("customers.parquet", "params.json"):
        assert (result.run.folder / file).read_bytes() == (fresh.run.folder / file).read_bytes()
    return {p.name for p in result.run.folder.glob("orders*")}


def orders(folder: Path, scratch: Path) -> list[Any]:
    with duckdb_engine("UTC", scratch) as engine:
        table = read_orders(folder, engine)
        assert table is not None
        return engine.rows(table.order_by(["customer_id", "order_id"]))


def test_orders_that_did_not_change_are_the_same_file(shop: Workspace) -> None:
    first = shop.run().folder
    assert ran(shop) == {ORDERS}
    second = shop.run().folder
    assert first != second
    assert (first / ORDERS).stat().st_ino == (second / ORDERS).stat().st_ino


def test_a_customer_with_a_new_order_has_a_file_of_his_own(shop: Workspace) -> None:
    (shop.path / "sales-2.csv").write_text(HEAD + "c3,1001,2024-05-29,5\n", "utf-8")
    assert ran(shop) == {ORDERS, SINCE}
    with open_run(shop, duckdb_engine, shop.path) as result:
        assert result.orders is not None
        of_him = result.orders.filter(result.orders.customer_id == "c3")
        assert {r["order_id"] for r in result.engine.rows(of_him)} == {"3", "23", "43", "1001"}
    (shop.path / "sales-3.csv").write_text(HEAD + "c4,1002,2024-05-29,5\n", "utf-8")
    assert ran(shop) == {ORDERS, SINCE}


def test_a_customer_whose_orders_are_gone_has_none_to_show(shop: Workspace) -> None:
    (shop.path / "sales-2.csv").write_text(HEAD + "once,1001,2024-05-29,5\n", "utf-8")
    ran(shop)
    for file in (shop.home / "evidence").iterdir():
        file.unlink()
    assert ran(shop) == {ORDERS}
    (shop.path / "sales-2.csv").unlink()
    assert ran(shop) == {ORDERS, SINCE}


def test_all_orders_are_written_when_many_customers_have_new_ones(shop: Workspace) -> None:
    lines = "".join(f"c{i},{2000 + i},2024-05-29,10\n" for i in range(10))
    (shop.path / "sales-2.csv").write_text(HEAD + lines, "utf-8")
    assert ran(shop) == {ORDERS}
    assert len(list((shop.home / "evidence").iterdir())) == 1


def test_a_file_system_without_links_has_copies(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    (shop.path / "sales-2.csv").write_text(HEAD + "c3,1001,2024-05-29,5\n", "utf-8")
    assert ran(shop) == {ORDERS, SINCE}


def test_a_run_tells_how_many_customers_it_worked_out(shop: Workspace) -> None:
    assert shop.run().record["evaluated"] == {"customers": 20, "of": 20}
    (shop.path / "sales-2.csv").write_text(HEAD + "c3,1001,2024-05-28,5\n", "utf-8")
    ran(shop)
    assert shop.run().record["evaluated"] == {"customers": 1, "of": 20}
