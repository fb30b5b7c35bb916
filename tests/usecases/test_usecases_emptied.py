"""Cells taken for empty, in a workspace: told by load and run, mended in a sheet, the same by every way in."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from custrata import evaluate
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.load.loaded import load, loaded
from custrata.usecases.mend import mend
from custrata.usecases.quarantine_sheet import write_sheet
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

SCHEME = """
scheme: Shop
sources:
  orders: {file: sales.csv}
  customers: {file: "people*.csv"}
  interactions: {file: talks.csv}
metrics:
  spend: {monetary: lifetime}
  score: {satisfaction: lifetime}
segments:
  region: {attribute: region}
"""
SALES = "order_id,customer_id,ordered_at,amount,price\n1,ann,2024-03-01,10,ten\n2,bob,2024-03-02,20,20\n"
FIRST = "customer_id,name,birthday,region\nann,Ann,2024-13-45,N\nbob,Bob,1990-01-01,S\n"
SECOND = "customer_id,name,birthday,region\ncid,Cid,unknown,S\n,Zed,1990-01-01,S\n"
TALKS = "customer_id,happened_at,kind,value\nann,2024-03-01,feedback,4\nann,2024-03-02,feedback,good\n"
WRONG = {
    ("orders", "sales.csv", 2, "price", "ten", "E-ROW-002"),
    ("customers", "people1.csv", 2, "birthday", "2024-13-45", "E-ROW-003"),
    ("customers", "people2.csv", 2, "birthday", "unknown", "E-ROW-003"),
    ("interactions", "talks.csv", 3, "value", "good", "E-ROW-002"),
}


class Shop:
    def __init__(self, folder: Path) -> None:
        self.path, self.now = folder, datetime(2024, 6, 1, tzinfo=UTC)
        folder.mkdir()
        self.write("scheme.yaml", SCHEME)
        self.write("sales.csv", SALES)
        self.write("people1.csv", FIRST)
        self.write("talks.csv", TALKS)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, "utf-8")

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @property
    def workspace(self) -> Workspace:
        return Workspace.at(self.path)

    def run(self) -> RunResult:
        return run(self.workspace, duckdb_store, self.clock)

    def told(self) -> set[tuple[Any, ...]]:
        """What the facts tell of emptied cells."""
        with loaded(self.workspace, duckdb_store, self.clock()) as ready:
            found = ready.facts().facts(None, ready.today).emptied
            return set() if found is None else {tuple(r.values()) for r in ready.store.rows(found)}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def emptied(rows: Any) -> dict[str, dict[str, int]]:
    for r in rows:
        assert r.read == r.used + r.quarantined + r.excluded
    return {r.source: dict(r.emptied) for r in rows if r.emptied}


def test_whole_and_incremental_loads_and_an_evaluation_in_memory_tell_the_same(shop: Shop, tmp_path: Path) -> None:
    wanted = {"orders": {"price": 1}, "customers": {"birthday": 1}, "interactions": {"value": 1}}
    assert emptied(shop.run().sources) == wanted
    shop.write("people2.csv", SECOND)
    result = load(shop.workspace, duckdb_store, shop.clock)
    assert {s.source: (s.read, s.same) for s in result.sources}["customers"] == (2, 1)
    later = shop.run()
    wanted["customers"] = {"birthday": 2}
    assert emptied(later.sources) == wanted and shop.told() == WRONG
    at_once = Shop(tmp_path / "at_once")
    at_once.write("people2.csv", SECOND)
    assert emptied(at_once.run().sources) == wanted and at_once.told() == WRONG
    with evaluate(shop.path / "scheme.yaml") as result:
        assert emptied(result.rows.values()) == wanted
        assert {tuple(r.values()) for r in result.emptied().to_pylist()} == WRONG
        scores = {r["customer_id"]: r["score"] for r in result.table().to_pylist()}
    assert float(scores["ann"]) == 4, "what a customer said is known but for the score that nobody can read"


def test_a_run_writes_where_the_cells_stand_and_its_record_counts_them(shop: Shop) -> None:
    result = shop.run()
    with (result.run.folder / "emptied.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["source"], r["row"], r["column"], r["value"]) for r in rows] == [
        ("customers", "2", "birthday", "2024-13-45"), ("interactions", "3", "value", "good"),
        ("orders", "2", "price", "ten"),
    ]  # fmt: skip
    assert all(r["reason"] and r["mend"] for r in rows)
    assert not (result.run.folder / "quarantine.csv").exists(), "no row waits"
    record = json.loads((result.run.folder / "record.json").read_text("utf-8"))
    assert {s: r["emptied"] for s, r in record["rows"].items() if r["emptied"]} == emptied(result.sources)
    assert [(f.column, f.rows, f.used) for f in result.emptied] == [("birthday", 1, True), ("value", 1, True),
                                                                   ("price", 1, True)]  # fmt: skip


def test_a_cell_that_was_emptied_is_mended_in_the_sheet_like_any_other(shop: Shop) -> None:
    shop.write("people2.csv", SECOND)
    sheet = shop.path / "m.xlsx"
    with loaded(shop.workspace, duckdb_store, shop.clock()) as ready:
        assert write_sheet(ready, sheet, "en").rows == {"orders": 1, "customers": 3, "interactions": 1}
    book = openpyxl.load_workbook(sheet)
    people = next(s for s in book.worksheets if s["B2"].value.startswith("people"))
    head = [c.value for c in people[1]]
    said, at = head.index("#what is wrong") + 1, head.index("birthday") + 1
    by_place = {(people.cell(r, 2).value, people.cell(r, 4).value): r for r in range(2, people.max_row + 1)}
    used, waits = by_place["people1.csv", "2"], by_place["people2.csv", "3"]
    assert people.cell(used, said).value.endswith("the row is used without this cell")
    assert "used" not in people.cell(waits, said).value
    people.cell(used, at).value = "1988-12-11"
    book.save(sheet)
    result = mend(shop.workspace, duckdb_store, shop.clock, [sheet], who="li")
    assert len(result.entries) == 1
    assert [(f.column, f.rows, f.used) for f in result.left] == [
        ("customer_id", 1, False), ("birthday", 1, True), ("value", 1, True), ("price", 1, True),
    ]  # fmt: skip
    assert shop.told() == {w for w in WRONG if w[1] != "people1.csv"}
    assert emptied(shop.run().sources)["customers"] == {"birthday": 1}


def test_a_cell_that_is_right_in_the_next_export_is_told_no_more(shop: Shop) -> None:
    shop.run()
    shop.write("people1.csv", FIRST.replace("2024-13-45", "1988-12-11"))
    shop.write("sales.csv", SALES.replace("ten", "10"))
    shop.write("talks.csv", TALKS.replace("good", "5"))
    result = shop.run()
    assert emptied(result.sources) == {} and result.emptied == [] and shop.told() == set()
    assert not (result.run.folder / "emptied.csv").exists()
