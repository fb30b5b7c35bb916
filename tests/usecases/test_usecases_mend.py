"""Rows that wait in quarantine: written to a sheet, mended in it, loaded again; the books balance at every step."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from custrata import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.load.loaded import loaded
from custrata.usecases.mend import mend, undo
from custrata.usecases.quarantine_sheet import Written, write_sheet
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

SCHEME = """
scheme: 小店
sources:
  orders:
    file: data/sales*
    columns: {order_id: 单号, customer_id: 会员, ordered_at: 日期, amount: 金额}
  customers: {file: data/people.csv, columns: {customer_id: 会员, name: 姓名}}
segments:
  tier: {thresholds: spend, classes: {高: above 100, 低: else}}
"""
SALES = """单号,会员,日期,金额,备注
A1,甲,2024-05-01,100,x
A2,乙,2024-13-01,50,=1+1
A3,丙,2024-05-03,三十,
合计,,,180,
A4,丁,2024-05-04,12,5,多了
A5,戊,2024-05-05,9,
"""


class Shop:
    """A workspace with faulty rows, and a person who mends them in a CSV."""

    def __init__(self, folder: Path) -> None:
        self.path, self.now = folder, datetime(2024, 6, 1, tzinfo=UTC)
        (folder / "data").mkdir()
        (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
        self.write("sales.csv", SALES)
        self.write("people.csv", "会员,姓名\n甲,阿甲\n,无名\n")

    def write(self, name: str, text: str) -> None:
        (self.path / "data" / name).write_text(text, "utf-8")

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @property
    def workspace(self) -> Workspace:
        return Workspace.at(self.path)

    def sheet(self, name: str = "m.csv", source: str | None = "orders") -> Written:
        with loaded(self.workspace, duckdb_store, self.clock()) as ready:
            return write_sheet(ready, self.path / name, "zh", source)

    def rows(self, name: str = "m.csv") -> list[dict[str, str]]:
        with (self.path / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def fill_in(self, changes: dict[str, dict[str, str]], name: str = "m.csv") -> Any:
        """Writes into the rows of these numbers, and gives the sheet back."""
        rows = self.rows(name)
        for row in rows:
            row.update(changes.get(row["#行号"], {}))
        with (self.path / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return self.mend(name)

    def mend(self, *names: str) -> Any:
        return mend(self.workspace, duckdb_store, self.clock, [self.path / n for n in names], who="小王")

    def orders(self) -> tuple[int, int, int, int]:
        """Read, used, quarantined, excluded rows of the sales."""
        s = run(self.workspace, duckdb_store, self.clock).sources[0]
        assert s.read == s.used + s.quarantined + s.excluded
        return s.read, s.used, s.quarantined, s.excluded

    def spend(self) -> dict[str, float]:
        found = run(self.workspace, duckdb_store, self.clock).run
        rows = pq.read_table(found.customers).to_pylist()
        return {r["customer_id"]: float(r["spend"]) for r in rows}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    yield Shop(tmp_path)


def codes(error: pytest.ExceptionInfo[CustrataError]) -> list[str]:
    return [p.code for p in error.value.problems]


def test_a_sheet_has_every_faulty_row_whole(shop: Shop) -> None:
    assert shop.sheet().rows == {"orders": 4}
    rows = shop.rows()
    assert [(r["#行号"], r["单号"], r["金额"]) for r in rows] == [
        ("3", "A2", "50"), ("4", "A3", "三十"), ("5", "合计", "180"), ("6", "", ""),
    ]  # fmt: skip
    assert "A4,丁,2024-05-04,12,5,多了" in rows[3]["#问题"]
    assert rows[0]["备注"] == "'=1+1"


def test_a_mended_row_counts_and_the_total_is_left_out(shop: Shop) -> None:
    assert shop.orders() == (6, 2, 4, 0)
    shop.sheet()
    found = shop.fill_in({
        "3": {"日期": "2024-05-02"}, "4": {"金额": "30"}, "5": {"#不计入(x)": "x"},
        "6": {"单号": "A4", "会员": "丁", "日期": "2024-05-04", "金额": "12.5"},
    })  # fmt: skip
    assert [dict(e.values) for e in found.entries] == [
        {"日期": "2024-05-02"}, {"金额": "30"}, {},
        {"单号": "A4", "会员": "丁", "日期": "2024-05-04", "金额": "12.5"},
    ]  # fmt: skip
    assert [f.source for f in found.left] == ["customers"]
    assert shop.orders() == (6, 5, 0, 1)
    assert shop.spend() == {"丁": 12.5, "丙": 30, "乙": 50, "戊": 9, "甲": 100}


def test_a_row_mended_wrongly_waits_on(shop: Shop) -> None:
    shop.sheet()
    found = shop.fill_in({"4": {"金额": "thirty"}})
    assert ("金额", "E-ROW-002", "thirty") in [(f.column, f.code, f.example) for f in found.left]
    assert shop.orders() == (6, 2, 4, 0)


def test_mending_the_same_sheet_twice_records_nothing_new(shop: Shop) -> None:
    shop.sheet()
    shop.fill_in({"4": {"金额": "30"}})
    assert shop.mend("m.csv").entries == ()


def test_a_file_that_changes_is_read_as_it_is_now(shop: Shop) -> None:
    shop.sheet()
    shop.fill_in({"4": {"金额": "30"}})
    assert shop.spend()["丙"] == 30
    shop.write("sales.csv", SALES.replace("A3,丙,2024-05-03,三十", "A3,丙,2024-05-03,33"))
    assert shop.spend()["丙"] == 33
    with pytest.raises(CustrataError) as error:
        shop.mend("m.csv")
    assert set(codes(error)) == {"E-MEND-004"}
    shop.write("sales.csv", SALES)
    assert shop.spend()["丙"] == 30


def test_a_mend_taken_back_leaves_the_row_as_the_file_has_it(shop: Shop) -> None:
    shop.sheet()
    shop.fill_in({"4": {"金额": "30"}, "3": {"日期": "2024-05-02"}})
    assert set(shop.spend()) == {"丙", "乙", "戊", "甲"}
    undo(shop.workspace, duckdb_store, shop.clock, "data/sales.csv:4", who="li")
    assert set(shop.spend()) == {"乙", "戊", "甲"}
    undo(shop.workspace, duckdb_store, shop.clock, "data/sales.csv", who="li")
    assert set(shop.spend()) == {"戊", "甲"}
    with pytest.raises(CustrataError) as error:
        undo(shop.workspace, duckdb_store, shop.clock, "data/sale.csv", who="li")
    assert codes(error) == ["E-MEND-008"]


def test_a_load_anew_knows_the_mends(shop: Shop) -> None:
    shop.sheet()
    shop.fill_in({"4": {"金额": "30"}})
    run(shop.workspace, duckdb_store, shop.clock, anew=True)
    assert shop.spend()["丙"] == 30


def test_a_workbook_goes_out_and_comes_back(shop: Shop) -> None:
    assert shop.sheet("m.xlsx", None).rows == {"orders": 4, "customers": 1}
    book = fastexcel.read_excel(shop.path / "m.xlsx")
    assert book.sheet_names == ["销售", "客户"]
    with xlsxwriter.Workbook(shop.path / "back.xlsx", {"strings_to_formulas": False}) as back:
        for name in book.sheet_names:
            rows = book.load_sheet(name, header_row=None, dtypes="string").to_arrow().to_pylist()
            sheet = back.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row.values()):
                    # As Excel does: what a person types over a text may become a number or a date.
                    sheet.write(i, j, 30 if cell == "三十" else cell)
    found = shop.mend("back.xlsx")
    assert [dict(e.values) for e in found.entries] == [{"金额": "30"}]
    assert shop.spend()["丙"] == 30


def test_typed_files_take_only_what_their_columns_hold(shop: Shop) -> None:
    (shop.path / "data" / "sales.csv").unlink()
    table = pa.table({
        "单号": ["A1", "A2"], "会员": ["甲", "乙"], "日期": pa.array([None, 19_800], pa.date32()),
        "金额": pa.array([5, 7], pa.int64()),
    })  # fmt: skip
    pq.write_table(table, shop.path / "data" / "sales.parquet")
    shop.sheet()
    with pytest.raises(CustrataError) as error:
        shop.fill_in({"1": {"日期": "昨天"}})
    assert codes(error) == ["E-MEND-006"]
    shop.fill_in({"1": {"日期": "2024-03-05"}})
    assert shop.spend() == {"乙": 7, "甲": 5}


def test_sheets_that_were_tampered_with_are_refused_whole(shop: Shop) -> None:
    shop.sheet()
    with pytest.raises(CustrataError) as error:
        shop.fill_in({"3": {"#文件": "data/other.csv"}, "4": {"#行号": "99"}, "6": {"#行号": "six"}})
    assert sorted(codes(error)) == ["E-MEND-003", "E-MEND-005", "E-MEND-005"]
    assert not (shop.path / ".custrata" / "mends.jsonl").exists()
    shop.write("x.csv", "a,b\n1,2\n")
    with pytest.raises(CustrataError) as error:
        shop.mend("data/x.csv", "data/none.csv")
    assert codes(error) == ["E-MEND-002", "E-FILE-001"]


def test_a_csv_holds_one_source(shop: Shop) -> None:
    with pytest.raises(CustrataError) as error:
        shop.sheet("m.csv", None)
    assert codes(error) == ["E-MEND-007"]


def test_a_file_without_one_usable_row_can_be_mended(shop: Shop) -> None:
    shop.write("sales.csv", "单号,会员,日期,金额\nA1,甲,无,1\n")
    with pytest.raises(CustrataError) as error:
        shop.orders()
    assert codes(error) == ["E-DATA-006"]
    shop.sheet()
    shop.fill_in({"2": {"日期": "2024-05-01"}})
    assert shop.spend()["甲"] == 1


def test_sales_without_a_number_stay_what_they_are_when_mended(shop: Shop) -> None:
    text = SCHEME.replace("order_id: 单号, ", "")
    (shop.path / "scheme.yaml").write_text(text, "utf-8")
    shop.sheet()
    shop.fill_in({"4": {"金额": "30"}, "6": {"会员": "甲", "日期": "2024-05-04", "金额": "1"}})
    assert shop.spend() == {"丙": 30, "戊": 9, "甲": 101}


def test_a_book_that_cannot_be_read_is_told(shop: Shop) -> None:
    (shop.path / ".custrata").mkdir()
    (shop.path / ".custrata" / "mends.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(CustrataError) as error:
        shop.orders()
    assert codes(error) == ["E-MEND-001"]
