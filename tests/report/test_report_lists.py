"""What columns mean stands under every table; the largest customers are named; a tenth of a handful is told as such."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report_lists import ENGLISH

from custrata.core.measure.model import Concentration, ReportModel, SegmentReport
from custrata.locale import LANGS, Lang
from custrata.report import html, tables, xlsx


def test_under_every_table_stands_what_spend_orders_and_last_order_are(pages: Any, english_shop: ReportModel) -> None:
    page = pages["english", "en"]
    lines = [
        "Spend: Spend last month, 2024-06-01 to 2024-06-30. Net spend (last month).",
        "Orders: 2024-06-01 to 2024-06-30. Purchases (last month).",
        "Last order: recency, up to 2024-06-30. Weeks from the last purchase to the as-of date.",
    ]
    for line in lines:
        assert page.count(f"<li>{line}</li>") == len(english_shop.segments) + 1, line
    assert "消费：月消费，2024-06-01 至 2024-06-30。上月内的净消费。" in pages["chinese", "zh"]


def test_weeks_are_not_called_days(pages: Any) -> None:
    assert "Since last order<small>weeks</small>" in pages["english", "en"]
    assert "距上次消费<small>天</small>" in pages["chinese", "zh"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_says_it_too(english_shop: ReportModel, tmp_path: Path, lang: Lang) -> None:
    book = openpyxl.load_workbook(xlsx.write(english_shop, tmp_path / "report.xlsx", lang))
    said = tables.basis_lines(ENGLISH, english_shop.as_of, lang)
    for segment in english_shop.segments:
        texts = {cell.value for row in book[segment.name].iter_rows() for cell in row}
        assert set(said) <= texts, segment.name


def test_the_page_names_twenty_and_the_workbook_all(pages: Any, chinese_shop: ReportModel, tmp_path: Path) -> None:
    page = pages["chinese", "zh"]
    section = page[page.index('<section id="largest">') : page.index('<section id="segment-1"')]
    assert section.count("<tr>") == 21
    assert '丽颜商贸<span class="id">K001</span>' in section
    assert "K002</th>" in section, "who has no name goes by his number"
    sheet = openpyxl.load_workbook(xlsx.write(chinese_shop, tmp_path / "report.xlsx", "zh"))["最大客户"]
    rows = list(sheet.iter_rows(min_row=2, max_row=32, values_only=True))
    assert rows[0][:6] == ("客户编号", "名称", "消费金额 (元)", "消费占比", "订单数", "距上次消费 (天)")
    assert rows[0][6:] == tuple(s.name for s in chinese_shop.segments)
    assert rows[1][:6] == ("K001", "丽颜商贸", 8900, 0.01, 39, 1)
    assert rows[30][:6] == ("K030", "客户27", 0, 0, 0, None), "never bought: no days since"
    assert [sheet["C3"].number_format, sheet["D3"].number_format] == ["#,##0.00", "0.0%"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B3", "A2:M32")


def test_without_names_there_is_no_column_for_them(english_shop: ReportModel, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(xlsx.write(english_shop, tmp_path / "report.xlsx", "en"))["Largest customers"]
    assert [cell.value for cell in sheet[2]][:3] == ["Customer", "Spend (USD)", "Share of spend"]


def test_a_report_without_a_list_has_no_section_for_it(english_shop: ReportModel, tmp_path: Path) -> None:
    bare = replace(english_shop, largest=None)
    assert 'id="largest"' not in html.render(bare, "en")
    assert "Largest customers" not in openpyxl.load_workbook(xlsx.write(bare, tmp_path / "r.xlsx", "en")).sheetnames


@pytest.mark.parametrize(
    ("top", "everybody", "en", "zh"),
    [
        (1, 4, " The customer who spends most makes 40.0% of the spend.", "消费最高的一位客户贡献了 40.0% 的消费。"),
        (3, 25, " The 3 customers who spend most make 40.0% of the spend.", "消费最高的 3 位客户贡献了 40.0% 的消费。"),
        (30, 300, " The tenth of customers who spend most make 40.0% of the spend.", "消费最高的 10% 客户"),
    ],
)
def test_the_top_tenth_reads_well_however_few_they_are(top: int, everybody: int, en: str, zh: str) -> None:
    curve = Concentration([], None, 0.4, top_customers=top)
    assert tables.top_tenth("report.lead_top", curve, everybody, "en") == en
    assert tables.top_tenth("report.lead_top", curve, everybody, "zh").startswith(zh)
    assert tables.top_tenth("report.lead_top", Concentration([], None, None), everybody, "en") == ""


@pytest.mark.parametrize(("top", "said"), [(1, "Spend share of the largest customer"), (12, "(12 customers)")])
def test_the_workbook_says_how_many_the_top_tenth_are(
    english_shop: ReportModel, tmp_path: Path, top: int, said: str
) -> None:
    model = replace(english_shop, concentration=Concentration([(0, 0), (1, 1)], 0.5, 0.4, top_customers=top))
    sheet = openpyxl.load_workbook(xlsx.write(model, tmp_path / "r.xlsx", "en"))["Overview"]
    assert any(said in str(cell.value) for cell in sheet["A"])


def test_one_customer_is_told_in_the_singular(one_customer: ReportModel) -> None:
    page = html.render(one_customer, "en")
    assert "1 of 1 customer has bought: 1 order and" in page
    assert "1 customers" not in page and "1 orders" not in page
    assert "The only combination" in page


def test_a_rule_is_told_beside_its_class() -> None:
    rules = ["A: spend ≥ 10", "A: B: spend ≥ 5", "by amount"]
    segment = SegmentReport("t", "thresholds", rules, [], "spend", ["A", "A: B"])
    assert tables.rules(segment, "en") == [("A", "spend ≥ 10"), ("A: B", "spend ≥ 5"), ("", "by amount")]
