"""Where the table begins and ends: titles and filters above it, two lines of headers, units, totals and notes below."""

from __future__ import annotations

import csv
import io

import pytest

from custrata.core.guess import HeaderGuess, header_at, header_row, rows_without_data
from custrata.sources.files.delimited import column_names

Rows = list[list[str | None]]


def rows(text: str) -> Rows:
    """A sheet as text: a row a line, cells between bars, `.` for an empty cell."""
    return [
        [None if cell.strip() in (".", "") else cell.strip() for cell in line.split("|")]
        for line in text.strip("\n").split("\n")
    ]


SALES = """
S1 | 2024-01-05 | 华联 | 苹果 | 2 | 5.00 | 10.00
S2 | 2024-01-06 | 永辉 | 香蕉 | 1 | 3.00 | 3.00
S3 | 2024-01-06 | 华联 | 苹果 | 4 | 5.00 | 20.00
S4 | 2024-01-07 | 东方 | 梨 | 2 | 4.00 | 8.00
""".strip("\n")
HEAD = "单据编号 | 单据日期 | 客户 | 商品 | 数量 | 单价 | 金额"


@pytest.mark.parametrize(("above", "row"), [
    ("", 1),
    ("某某贸易有限公司 | . | . | . | . | . | .\n销售出库明细表 | . | . | . | . | . | .", 3),
    ("销售明细表 | . | . | . | . | . | .\n日期：2024-01-01 至 2024-01-31 | . | . | 客户：全部 | . | . | .", 3),
    ("打印日期：2024-02-01 | . | . | . | 制表人：李四 | . | .\n. | . | . | . | . | . | .", 3),
    ("公司名称 | 华联商贸 | . | . | . | . | .\n开始 | 2024-01-01 | 结束 | 2024-01-31 | . | . | .\n.|.|.|.|.|.|.", 4),
])  # fmt: skip
def test_the_header_stands_below_titles_and_filters(above: str, row: int) -> None:
    sheet = rows("\n".join(part for part in (above, HEAD, SALES) if part))
    found = header_row(sheet)
    assert (found.row, found.first) == (row, row + 1)
    assert found.names == tuple(c.strip() for c in HEAD.split("|"))
    assert found.certainty >= 0.8


def test_an_english_report_with_its_title_period_and_filter() -> None:
    sheet = rows("""
Sales by Customer Detail | . | . | . | .
Acme Ltd | . | . | . | .
January - March 2024 | . | . | . | .
. | . | . | . | .
Date | Transaction Type | Num | Customer | Amount
01/05/2024 | Invoice | 1001 | Ann Baker | 120.00
01/06/2024 | Invoice | 1002 | Bob Cole | 80.00
01/09/2024 | Credit Memo | 1003 | Ann Baker | -20.00
. | . | . | TOTAL | 180.00
Accrual basis Friday, March 1, 2024 | . | . | . | .
""")
    found = header_row(sheet)
    assert found.row == 5
    assert [(r.row, r.kind) for r in rows_without_data(sheet, found)] == [(9, "total"), (10, "footer")]


def test_a_header_of_two_lines_names_its_columns_in_full() -> None:
    sheet = rows(
        f"""
销售明细表 | . | . | . | . | . | .
单据编号 | 日期 | 客户 | 商品信息 | . | 金额信息 | .
. | . | . | 名称 | 数量 | 单价 | 金额
{SALES}""".replace("苹果 | ", "苹果 | ").strip("\n")
    )
    found = header_row(sheet)
    assert (found.above, found.row, found.first) == (2, 3, 4)
    assert found.names == ("单据编号", "日期", "客户", "名称", "数量", "单价", "金额")
    assert found.labels == (
        "单据编号", "日期", "客户", "商品信息 名称", "商品信息 数量", "金额信息 单价", "金额信息 金额",
    )  # fmt: skip


def test_columns_of_two_groups_are_told_apart_by_their_group() -> None:
    sheet = rows(f"""
单据编号 | 单据日期 | 客户 | 商品 | 本期销售 | . | .
. | . | . | . | 数量 | 单价 | 金额
{SALES}""")
    assert header_row(sheet).names == ("单据编号", "单据日期", "客户", "商品", "数量", "单价", "金额")
    sheet[0][4:] = ["销售", None, "退货"]
    sheet[1][4:] = ["数量", "金额", "金额"]
    assert header_row(sheet).names[3:] == ("商品", "数量", "销售 金额", "退货 金额")


@pytest.mark.parametrize("said", [2, 3])
def test_who_points_at_either_line_of_a_header_gets_both(said: int) -> None:
    sheet = rows(f"""
销售明细表 | . | . | . | . | . | .
单据编号 | 日期 | 客户 | 商品 | 本期销售 | . | .
. | . | . | . | 数量 | 单价 | 金额
{SALES}""")
    found = header_at(sheet, said)
    assert (found.above, found.row, found.first, found.certainty) == (2, 3, 4, 1.0)
    assert found.names == ("单据编号", "日期", "客户", "商品", "数量", "单价", "金额")


def test_a_row_of_units_is_no_sale() -> None:
    sheet = rows(f"{HEAD}\n. | . | . | . | 件 | 元 | 元\n{SALES}")
    found = header_row(sheet)
    assert (found.row, found.units, found.first) == (1, 2, 3)
    assert [(r.row, r.kind) for r in rows_without_data(sheet, found)] == [(2, "units")]


@pytest.mark.parametrize(("line", "kind"), [
    ("合计 | . | . | . | 9 | . | 41.00", "total"),
    ("合 计： | . | . | . | 9 | . | 41.00", "total"),
    ("总计 | . | . | . | 9 | . | 41.00", "total"),
    (". | . | . | 合计 | 9 | . | 41.00", "total"),
    ("小计 | . | . | . | 9 | . | 41.00", "subtotal"),
    ("本页小计 | . | . | . | 9 | . | 41.00", "subtotal"),
    ("Grand Total | . | . | . | 9 | . | 41.00", "total"),
    ("Total | . | . | . | . | . | 41.00", "total"),
    ("Total for Ann Baker | . | . | . | . | . | 41.00", "subtotal"),
    ("制单人：张三 | . | . | 审核人： | . | . | .", "footer"),
    ("打印时间：2024-02-01 10:00 | . | . | . | . | . | .", "footer"),
    ("第1页 共3页 | . | . | . | . | . | .", "footer"),
    ("Page 1 of 3 | . | . | . | . | . | .", "footer"),
    ("共 4 条记录 | . | . | . | . | . | .", "footer"),
    (HEAD, "header_again"),
])  # fmt: skip
def test_totals_notes_and_repeated_headers_are_left_out(line: str, kind: str) -> None:
    sheet = rows(f"{HEAD}\n{SALES}\n{line}")
    found = rows_without_data(sheet, header_row(sheet))
    assert [(r.row, r.kind) for r in found] == [(6, kind)]
    assert found[0].certainty >= 0.75
    assert found[0].reason.text("zh") and found[0].reason.text("en")


def test_sales_are_never_left_out() -> None:
    odd = "S5 | 2024-01-08 | 合计商贸 | 总计算器 | 1 | 9.00 | 9.00"
    also = "S6 | 2024-01-08 | Total Wine | Sum 41 | 1 | 2.00 | 2.00"
    sheet = rows(f"{HEAD}\n{SALES}\n{odd}\n{also}\nS7 | 2024-01-09 | . | 梨 | 1 | . | 4.00")
    assert rows_without_data(sheet, header_row(sheet)) == ()


def test_the_end_of_a_long_sheet_keeps_its_row_numbers() -> None:
    head = header_row(rows(f"{HEAD}\n{SALES}"))
    tail = rows(f"{SALES}\n合计 | . | . | . | 9 | . | 41.00")
    assert [r.row for r in rows_without_data(tail, head, first=1000)] == [1004]


@pytest.mark.parametrize("sheet", [
    [], [[]], [[None, None]], [["1", "2"], ["3", "4"]], [["2024-01-05", "12.5"], ["2024-01-06", "8"]],
])  # fmt: skip
def test_a_sheet_without_a_header_is_told_to_have_none(sheet: Rows) -> None:
    found = header_row(sheet)
    assert found.row is None
    assert found.reasons[0].code == "header_none"


def test_headers_that_no_vocabulary_knows_are_told_by_what_stands_below_them() -> None:
    sheet = rows("""
Verkaufsliste | . | . | .
Belegnr | Belegdatum | Kunde | Betrag
1 | 2024-01-05 | Meier | 10.00
2 | 2024-01-06 | Schulz | 12.50
3 | 2024-01-07 | Meier | 3.00
""")
    assert header_row(sheet).row == 2


def test_a_list_of_words_only_has_its_header_by_its_words() -> None:
    sheet = rows("客户名称 | 行业 | 城市\n华联 | 零售 | 杭州\n永辉 | 餐饮 | 宁波\n东方 | 制造 | 温州")
    assert header_row(sheet).row == 1


def test_names_are_those_that_the_reader_of_files_gives() -> None:
    text = '单据\n编号,"Customer\r\nNo",,\ufeff金额 \n1,2,3,4\n2,3,4,5\n'.replace("单据\n编号", '"单据\n编号"')
    sheet: Rows = [list(r) for r in csv.reader(io.StringIO(text))]
    found = header_row(sheet)
    cells = [cell.replace("\r\n", " ").replace("\n", "") if cell else cell for cell in sheet[0]]
    assert found.names == column_names(cells, "a.csv")


def test_names_that_stand_twice_are_told() -> None:
    sheet = "单号 | 日期 | 数量 | 金额 | 数量 | 金额\n1 | 2024-01-05 | 1 | 2 | 3 | 4\n2|2024-01-06|1|2|3|4"
    found = header_row(rows(sheet))
    assert isinstance(found, HeaderGuess)
    assert set(found.twice) == {"数量", "金额"}
