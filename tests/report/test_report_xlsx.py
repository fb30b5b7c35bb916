"""The workbook holds numbers that Excel reckons with, opens clean, and runs nothing that a name asks for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from custrata.core.measure.model import ReportModel
from custrata.locale import LANGS, Lang, text
from custrata.report import xlsx
from custrata.report.sheet import sheet_names


@pytest.mark.parametrize("lang", LANGS)
def test_a_sheet_for_each_segment(chinese_shop: ReportModel, tmp_path: Path, lang: Lang) -> None:
    book = openpyxl.load_workbook(xlsx.write(chinese_shop, tmp_path / "report.xlsx", lang))
    assert book.sheetnames[0] == text("report.overview", lang)
    assert set(book.sheetnames) >= {segment.name for segment in chinese_shop.segments}
    assert book.sheetnames[-2:] == [text("report.data", lang), text("report.metrics", lang)]


def test_figures_are_numbers_with_formats(chinese_shop: ReportModel, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(xlsx.write(chinese_shop, tmp_path / "report.xlsx", "zh"))["消费档"]
    segment = chinese_shop.segments[0]
    rows = list(sheet.iter_rows(min_row=3, max_row=2 + len(segment.rows)))
    for cells, row in zip(rows, segment.rows, strict=True):
        assert cells[0].value == row.class_
        assert [cells[1].value, cells[3].value] == [row.customers, float(row.spend)]
        assert cells[2].value == pytest.approx(row.customer_share)
        assert [cells[i].number_format for i in (1, 2, 3)] == ["#,##0", "0.0%", "#,##0.00"]
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == "A2:H6"
    assert sheet["B7"].value == "=SUM(B3:B6)"
    assert len(sheet._charts) == 1


def test_totals_are_there_for_readers_that_do_not_reckon(chinese_shop: ReportModel, tmp_path: Path) -> None:
    path = xlsx.write(chinese_shop, tmp_path / "report.xlsx", "zh")
    sheet = openpyxl.load_workbook(path, data_only=True)["消费档"]
    assert sheet["B7"].value == 6275
    assert sheet["D7"].value == 6136514.5


def test_dates_are_dates(chinese_shop: ReportModel, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(xlsx.write(chinese_shop, tmp_path / "report.xlsx", "zh"))["概览"]
    found = {row[0].value: row[1] for row in sheet.iter_rows()}
    assert found["评估基准日"].value.date() == date(2024, 6, 30)
    assert found["评估基准日"].number_format == "yyyy-mm-dd"


def test_no_name_becomes_a_formula_or_a_link(hostile: ReportModel, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(xlsx.write(hostile, tmp_path / "report.xlsx", "en"))
    formulas = [c.value for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert formulas and all(str(f).startswith("=SUM(") for f in formulas)
    links = [c.hyperlink for s in book for row in s.iter_rows() for c in row if c.hyperlink]
    assert links and all(link.target is None and link.location for link in links)
    texts = {c.value for s in book for row in s.iter_rows() for c in row}
    assert {"=cmd|' /C calc'!A0", "+1", "@x"} <= texts


def test_the_grid_of_the_cross_table_holds_the_cells(english_shop: ReportModel, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(xlsx.write(english_shop, tmp_path / "report.xlsx", "en"))["Spend by preference"]
    rows = [[cell.value for cell in row[:5]] for row in sheet.iter_rows()]
    assert ["High", 20, 9, 12, 0] in rows
    assert ["Low", 412, 221, 146, 20] in rows


@pytest.mark.parametrize("lang", LANGS)
def test_nobody_and_one_customer_break_nothing(
    nobody: ReportModel, one_customer: ReportModel, tmp_path: Path, lang: Lang
) -> None:
    for model in (nobody, one_customer):
        book = openpyxl.load_workbook(xlsx.write(model, tmp_path / "report.xlsx", lang))
        assert len(book.sheetnames) >= len(model.segments) + 3


def test_sheet_names_keep_excels_rules() -> None:
    names = sheet_names(["客户" * 30, "客户" * 30, "a[b]c", "ABC", "abc", "😀" * 30, "'x", "history"])
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'") and not name.endswith("'")
        assert name.casefold() != "history"
