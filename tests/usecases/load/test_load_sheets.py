"""Facts of a workbook are the same whether its cells are read as what they are or as texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from custrata.engines.duckdb.store import duckdb_store
from custrata.sources.files.excel import Workbook
from custrata.usecases.load.loaded import load, loaded
from custrata.usecases.workspace import Workspace

_SCHEME = """
scheme: Sheets
sources:
  orders: {file: 'sales*.xlsx', columns: {product: product}}
  returns: {file: 'back.xlsx', columns: {returned_at: day, amount: paid, order_id: of, customer_id: customer_id}}
  customers: {file: 'people.xlsx', columns: {customer_id: no, name: name}}
segments: {abc: {share: spend}}
"""
_HEADER = ("order_id", "customer_id", "ordered_at", "amount", "quantity", "product")
_DAY = date(2024, 3, 5)
_ROWS = [(1000 + i, i % 7, _DAY, i * 1.25, 1 + i % 3, f"P{i % 5}") for i in range(40)]
_ODD: dict[str, list[tuple[Any, ...]]] = {
    "an id with zeros in front": [("007", 3, _DAY, 5, 1, "P1")],
    "an id with a fraction": [(12.5, 3, _DAY, 5, 1, "P1"), (None,) * 6, (2000, 3, 45356, 5, 1, 77)],
    "nothing but odd amounts": [(2000, None, _DAY, 10**15, 1, "P1"), (2001, 3, _DAY, -5.5, -1, "P1")],
    "days of many kinds": [
        (2000, 3, datetime.combine(_DAY, time(20, 15)), 5, 1, "P1"), (2001, 3, date(1899, 12, 31), 5, 1, 7),
    ],
    "an error and a truth": [(2000, 3, _DAY, "=1/0", 1, "P1"), (2000, 3, _DAY, 5, True, "P1")],
    "totals below": [("合计", None, None, 9999, None, None), (None, None, None, 9999, None, "合计")],
}  # fmt: skip


def _book(path: Path, rows: list[tuple[Any, ...]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(i, j, cell, value="#DIV/0!")
                elif cell is not None:
                    sheet.write(i, j, cell)


def _facts(place: Path, odd: list[tuple[Any, ...]]) -> list[list[str]]:
    place.mkdir()
    (place / "scheme.yaml").write_text(_SCHEME, "utf-8")
    body = [*_ROWS, *odd]
    _book(place / "sales.xlsx", [_HEADER, *body])
    _book(place / "back.xlsx", [("of", "customer_id", "day", "paid"), (1001, 1, _DAY, 1)])
    _book(place / "people.xlsx", [("no", "name"), *((i, f"N{i}") for i in range(7))])
    workspace, now = Workspace.at(place), datetime.now(UTC)
    load(workspace, duckdb_store, lambda: now)
    # What comes later is kept as what was there.
    _book(place / "sales 2.xlsx", [_HEADER, ("A7", 5, _DAY, 7, 1, "P9"), (3000, 5, _DAY, 7, 1, "P9")])
    load(workspace, duckdb_store, lambda: now)
    with loaded(workspace, duckdb_store, now) as found:
        store = found.store
        tables = [store.kept(name) for name in sorted(store.kept_names() - {"units", "state"})]
        return [
            sorted(str(sorted((c, type(v).__name__, v) for c, v in row.items())) for row in store.rows(table))
            for table in tables
        ]


@pytest.mark.parametrize("odd", list(_ODD))
def test_sales_of_a_sheet_are_the_same_in_whichever_way_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    quickly = _facts(tmp_path / "quick", _ODD[odd])
    monkeypatch.setattr(Workbook, "quickly", lambda *_: None)
    assert _facts(tmp_path / "slow", _ODD[odd]) == quickly
