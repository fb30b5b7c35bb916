"""A scheme that names an ERP is run as it stands: no query, no mapping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from erp_shops import ZONE, Erp
from odoo_shop import odoo
from test_erps_odoo import ORDERS
from tryton_erp import recorded

from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

SCHEME = f"""
scheme: Odoo
timezone: {ZONE}
sources: {{erp: odoo, database: erp}}
segments: {{abc: {{share: spend}}}}
"""


def test_an_odoo_is_classified_from_three_words(
    erp: Callable[[str, str], Erp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = erp("odoo", odoo("17.0", ORDERS))
    monkeypatch.setenv("CUSTRATA_DB_ERP", company.server.url(company.database))
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    found = run(Workspace.at(tmp_path), duckdb_store, lambda: datetime(2026, 11, 22, tzinfo=UTC))
    rows = pq.read_table(found.run.customers).to_pylist()
    assert {r["customer_id"]: r["spend"].normalize() for r in rows} == company.spend()


TRYTON = f"""
scheme: Tryton
timezone: {ZONE}
as_of: 2024-03-09
sources: {{erp: tryton, database: erp}}
metrics:
  complaints: {{interactions: complaint}}
  open: {{interactions: complaint, state: open}}
"""


def test_complaints_of_an_erp_are_counted_without_a_word_in_the_scheme(
    erp: Callable[[str, str], Erp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both of customer 2 were settled long after the as-of date; customer 6 complained the day after it."""
    company = erp("tryton", recorded("8.0"))
    monkeypatch.setenv("CUSTRATA_DB_ERP", company.server.url(company.database))
    (tmp_path / "scheme.yaml").write_text(TRYTON, "utf-8")
    found = run(Workspace.at(tmp_path), duckdb_store, lambda: datetime(2026, 11, 22, tzinfo=UTC))
    rows = {r["customer_id"]: r for r in pq.read_table(found.run.customers).to_pylist()}
    assert (rows["2"]["complaints"], rows["2"]["open"]) == (2, 2)
    assert {who for who, r in rows.items() if r["complaints"]} == {"2"}
    books = {s.source: s for s in found.sources}["interactions"]
    assert (books.read, books.used, books.excluded_by) == (3, 2, {"after_as_of": 1})
