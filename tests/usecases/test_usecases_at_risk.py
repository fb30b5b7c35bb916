"""Who is about to leave: those with the most spend first, and nobody where the scheme asks for no such thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.at_risk import AtRisk, at_risk
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

LAST = date(2024, 12, 31)
SCHEME = """scheme: Shop
as_of: 2024-12-31
sources: {orders: {file: sales.csv, columns: {customer_id: who, ordered_at: day, amount: paid}}}
metrics: {spend: {monetary: lifetime}}
segments:
"""


def asked(folder: Path, segments: str, shown: int = 5) -> AtRisk | None:
    """Everybody buys every ten days; big and small have been silent for thirty, which is three rhythms."""
    rows = []
    for who, silent, paid in (("big", 30, 900), ("small", 30, 10), ("here", 3, 5000), ("gone", 100, 7000)):
        rows += [f"{who},{LAST - timedelta(days=silent + 10 * n)},{paid}" for n in range(6)]
    (folder / "sales.csv").write_text("\n".join(["who,day,paid", *rows]) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(f"{SCHEME}  {segments}\n", "utf-8")
    run(Workspace.at(folder), duckdb_store, lambda: datetime(2025, 1, 1, 8, tzinfo=UTC))
    with open_run(Workspace.at(folder), duckdb_engine, folder / "scratch") as result:
        return at_risk(result, "en", shown)


def test_customers_silent_beyond_their_rhythm_stand_there_by_spend(tmp_path: Path) -> None:
    found = asked(tmp_path, "cycle: {lifecycle: 10}", 1)
    assert found is not None and [r["customer_id"] for r in found.rows] == ["big"], "the first of two"
    assert (found.customers, found.spend, found.spend_by.key) == (2, Decimal(5460), "spend")
    assert found.query.classes == {"cycle": ("at_risk",)}


def test_a_scheme_that_asks_nothing_about_leaving_has_no_such_list(tmp_path: Path) -> None:
    assert asked(tmp_path, "tier: {thresholds: spend, classes: {Big: above 1000, Small: else}}") is None
