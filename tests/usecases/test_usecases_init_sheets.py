"""Workbooks with several tables: sales of every month, customers, products and returns, each on a sheet of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from init_shops import HEADERS, Cells, looked, made, published, ran, sales, spends

from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.init import write
from custrata.usecases.load.loaded import loaded
from custrata.usecases.mend import mend
from custrata.usecases.quarantine_sheet import write_sheet
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

PEOPLE: Cells = [["客户编号", "客户名称", "行业"]]
PEOPLE += [[f"C{i:03}", f"客户{i}", ["零售", "餐饮"][i % 2]] for i in range(26)]


def as_book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    if not path.exists():
        book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def months(*names: str) -> dict[str, Cells]:
    found = {}
    for i, name in enumerate(names):
        rows = sales(40, f"2024-{i + 1:02}-01")
        found[name] = [HEADERS, *([f"{name}{row[0]}", *row[1:]] for row in rows)]
    return found


def test_one_workbook_holds_the_whole_business(tmp_path: Path) -> None:
    kept = months("2024年1月", "2024年2月")
    rows = [row for sheet in kept.values() for row in sheet[1:]]
    file = as_book(tmp_path / "经营.xlsx", {
        "说明": [["内部资料"]],
        **kept,
        "销售汇总": [["会员号", "月份", "日期", "销售金额"],
                  *([f"C{i:03}", "1月", "2024-01-01", 10 * i] for i in range(1, 9))],
        "透视": [["行标签", "求和项:实收金额"], *([f"茶{i}", 10 * i] for i in range(1, 9))],
        "客户资料": PEOPLE,
        "客户资料(备份)": PEOPLE,
        "客户联系人": [["客户编号", "客户名称", "电话"], ["C001", "客户1", "13800000001"],
                   ["C002", "客户2", "13800000002"]],
        "Sheet9": [],
    })  # fmt: skip
    with looked(file) as draft:
        assert {s.sheet: s.why for s in draft.skipped} == {
            "说明": "no_header", "销售汇总": "summary", "透视": "pivot", "客户资料(备份)": "same",
            "客户联系人": "second", "Sheet9": "empty",
        }  # fmt: skip
        draft.take_best()
        written = write(draft, tmp_path / "shop", "zh")
    assert "经营.xlsx 的工作表“透视”未采用：是数据透视表" in written.scheme.text
    assert written.scheme.sources.orders.sheet == "2024年*"
    assert written.scheme.sources.customers is not None and written.scheme.sources.customers.sheet == "客户资料"
    assert len(written.copies) == 1
    assert published(ran(tmp_path / "shop")) == spends(rows)


def test_a_sheet_of_the_next_month_is_taken_in_and_the_others_stay(tmp_path: Path) -> None:
    kept = months("1月", "2月", "3月")
    file = as_book(tmp_path / "shop" / "a.xlsx", {name: kept[name] for name in ("1月", "2月")})
    made(tmp_path / "shop", file)
    ran(tmp_path / "shop")
    as_book(file, {"3月": kept["3月"]})
    result = ran(tmp_path / "shop")
    assert published(result) == spends([row for sheet in kept.values() for row in sheet[1:]])
    assert result.sources[0].files == ["a.xlsx[1月]", "a.xlsx[2月]", "a.xlsx[3月]"]


def test_sales_and_returns_under_the_same_headers_are_told_by_their_sheets(tmp_path: Path) -> None:
    header = ["单号", "会员号", "日期", "实收金额"]
    rows = [[row[0], row[1], row[2], row[6]] for row in sales()]
    back = [[f"T{row[0]}", row[1], "2024-08-01", "3.00"] for row in rows[:5]]
    file = as_book(tmp_path / "a.xlsx", {"销售单": [header, *rows], "退货单": [header, *back]})
    scheme = made(tmp_path / "shop", file).scheme
    assert scheme.sources.returns is not None
    assert (scheme.sources.orders.sheet, scheme.sources.returns.sheet) == ("销售单", "退货单")


def test_months_without_a_common_name_are_listed(tmp_path: Path) -> None:
    kept = months("春", "夏")
    written = made(tmp_path / "shop", as_book(tmp_path / "a.xlsx", {**kept, "客户": PEOPLE}))
    assert written.scheme.sources.orders.sheet == ("春", "夏")
    assert published(ran(tmp_path / "shop")) == spends([row for sheet in kept.values() for row in sheet[1:]])


def test_a_faulty_row_is_found_and_mended_in_its_own_sheet(tmp_path: Path) -> None:
    kept = months("1月", "2月")
    kept["2月"][3][2] = "昨天"
    made(tmp_path / "shop", as_book(tmp_path / "a.xlsx", kept))
    ran(tmp_path / "shop")
    at, now = Workspace.at(tmp_path / "shop"), datetime(2025, 1, 2, tzinfo=UTC)
    sheet = tmp_path / "m.csv"
    with loaded(at, duckdb_store, now) as ready:
        write_sheet(ready, sheet, "zh", "orders")
    text = sheet.read_text("utf-8-sig")
    assert "data/a.xlsx[2月]" in text and "昨天" in text
    sheet.write_text(text.replace("昨天", "2024-02-03"), "utf-8-sig")
    mend(at, duckdb_store, lambda: now, [sheet], who="我")
    result = ran(tmp_path / "shop")
    kept["2月"][3][2] = "2024-02-03"
    assert published(result) == spends([row for rows in kept.values() for row in rows[1:]])


@pytest.mark.parametrize("name", ["销售统计.xlsx", "汇总.xlsx"])
def test_the_only_sheet_of_a_file_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    file = as_book(tmp_path / name, {"汇总": [HEADERS, *sales()]})
    assert published(ran(made(tmp_path / "shop", file).file.parent)) == spends(sales())
