"""Lists of customers: everybody once, the largest first, in files that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, evaluate
from custrata.report import customers as customers_sheet
from custrata.usecases import export as exporting
from custrata.usecases.export import export
from custrata.usecases.listing import largest
from shops import sales, scheme

SCHEME = """
currency: EUR
metrics:
  spend: {monetary: lifetime, label: {zh: 消费, en: Total spend}}
  returned: {return_rate: lifetime}
  basket: {average_order_value: lifetime}
  favourite: {top: category}
  first: {first_purchase: lifetime}
segments:
  tier:
    thresholds: spend
    classes: {big: above 100, small: else}
    labels: {big: {zh: 大户, en: Big}, small: {zh: 散户, en: Small}}
  abc: {share: spend}
"""
SALES = sales(
    ("ann", "2024-03-01", "90.00"), ("ann", "2024-03-09", "30.50"), ("bob", "2024-03-31", 7),
    ("=1+1", "2024-01-05", 500), ("+49", "2024-01-06", 120.5),
)  # fmt: skip
CATEGORIES = ["tea", "tea", "@ink", "-pens", "-2"]
PEOPLE = pa.table({
    "customer_id": ["ann", "bob", "=1+1", "+49", "eve"],
    "name": ["Ann & Sons", "\t=cmd", "=HYPERLINK(1)", None, "\x01 Eve 王"],
})  # fmt: skip


@contextmanager
def shop(people: Any = PEOPLE) -> Iterator[Any]:
    orders = SALES.append_column("category", pa.array(CATEGORIES))
    with evaluate(scheme(SCHEME), orders=orders, customers=people) as result:
        yield result._result


def written(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "without the mark Excel takes Chinese for something else"
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_everybody_is_listed_once_and_the_largest_first(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"all.{ending}"
    with shop() as result:
        assert export(result, path, "en").customers == 5
    if ending == "csv":
        ids = [r["Customer"].lstrip("'") for r in written(path)]
    elif ending == "xlsx":
        ids = [row[0].value for row in openpyxl.load_workbook(path)["Customers"].iter_rows(min_row=2)]
    else:
        ids = pq.read_table(path)["customer_id"].to_pylist()
    assert ids == ["=1+1", "+49", "ann", "bob", "eve"]
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "no half-written file is left"


def test_no_text_is_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    with shop() as result:
        export(result, tmp_path / "all.csv", "en")
        export(result, tmp_path / "all.xlsx", "en")
    rows = {r["Customer"]: r for r in written(tmp_path / "all.csv")}
    assert set(rows) == {"'=1+1", "+49", "ann", "bob", "eve"}
    assert [rows["bob"]["Name"], rows["'=1+1"]["Name"]] == ["'=cmd", "'=HYPERLINK(1)"]
    assert [rows["'=1+1"]["favourite"], rows["bob"]["favourite"], rows["+49"]["favourite"]] == ["'-pens", "'@ink", "-2"]
    assert Decimal(rows["ann"]["Total spend (EUR)"]) == Decimal("120.50")
    cells = [c for row in openpyxl.load_workbook(tmp_path / "all.xlsx")["Customers"].iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert {"=1+1", "=HYPERLINK(1)", "-pens"} <= {c.value for c in cells}


def test_the_sheet_has_formats_a_frozen_head_and_a_filter(tmp_path: Path) -> None:
    with shop() as result:
        export(result, tmp_path / "all.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx")["客户"]
    heads = [c.value for c in sheet[1]]
    assert heads[:4] == ["客户编号", "名称", "消费 (EUR)", "returned"] and heads[-2:] == ["tier", "abc"]
    ann = dict(zip(heads, sheet[4], strict=True))
    assert ann["消费 (EUR)"].value == 120.5 and ann["消费 (EUR)"].number_format == "#,##0.00"
    assert ann["returned"].number_format == "0.0%"
    assert (ann["first"].value.date(), ann["first"].number_format) == (date(2024, 3, 1), "yyyy-mm-dd")
    assert (ann["orders"].value, ann["orders"].number_format, ann["tier"].value) == (2, "#,##0", "大户")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", f"A1:{sheet.cell(1, len(heads)).column_letter}6")
    eve = dict(zip(heads, sheet[6], strict=True))
    assert [eve[h].value for h in ("消费 (EUR)", "returned", "first", "favourite")] == [0, None, None, None]


def test_the_workbook_says_where_the_figures_come_from(tmp_path: Path) -> None:
    with shop() as result:
        export(result, tmp_path / "big.xlsx", "en", "tier", ["大户"])
    sheet = openpyxl.load_workbook(tmp_path / "big.xlsx")["About this list"]
    said = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert sheet["A1"].value == "Shop"
    assert said["List of"] == "customers with tier: Big"
    assert (said["Customers"], said["Order"]) == (3, "Total spend, from the largest down")
    assert said["As-of date"].date() == date(2024, 3, 31)
    assert said["Total spend"] == "Net spend (lifetime): paid less refunds, without freight"
    assert said["abc"] == "Class: share"


def test_class_by_class_in_the_order_of_the_segment_and_by_spend_within(tmp_path: Path) -> None:
    with shop() as result:
        export(result, tmp_path / "abc.parquet", "en", "abc")
        export(result, tmp_path / "some.parquet", "en", "abc", ["C", "a"])
    table = pq.read_table(tmp_path / "abc.parquet")
    assert list(zip(table["abc"].to_pylist(), table["customer_id"].to_pylist(), strict=True)) == [
        ("A", "=1+1"), ("A", "+49"), ("A", "ann"), ("C", "bob"), ("C", "eve"),
    ]  # fmt: skip
    assert table.column_names.index("abc") < table.column_names.index("tier")
    assert pq.read_table(tmp_path / "some.parquet")["abc"].to_pylist() == ["A", "A", "A", "C", "C"]


def test_nobody_in_a_class_is_a_list_with_headings_only(tmp_path: Path) -> None:
    with shop() as result:
        for ending in ("csv", "xlsx", "parquet"):
            assert export(result, tmp_path / f"none.{ending}", "en", "tier", ["missing"]).customers == 0
    assert (tmp_path / "none.csv").read_text("utf-8-sig").startswith('"Customer","Name","Total spend (EUR)"')
    assert openpyxl.load_workbook(tmp_path / "none.xlsx")["Customers"].max_row == 1
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_more_customers_than_a_sheet_holds_are_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert customers_sheet.MOST_ROWS == 2**20 - 1
    monkeypatch.setattr(exporting, "MOST_ROWS", 4)
    with shop() as result:
        with pytest.raises(CustrataError) as caught:
            export(result, tmp_path / "all.xlsx", "en")
        (problem,) = caught.value.problems
        assert (problem.code, problem.values["n"], problem.values["most"]) == ("E-RUN-009", "5", "4")
        assert ".csv" in problem.mend("zh") and "--class" in problem.mend("en")
        assert export(result, tmp_path / "all.csv", "en").customers == 5
        assert export(result, tmp_path / "big.xlsx", "en", "tier", ["big"]).customers == 3
    assert not (tmp_path / "all.xlsx").exists()


def test_every_batch_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_ROWS", 2)
    with shop() as result:
        export(result, tmp_path / "all.csv", "en")
        export(result, tmp_path / "all.xlsx", "en")
    assert len(written(tmp_path / "all.csv")) == 5
    assert openpyxl.load_workbook(tmp_path / "all.xlsx")["Customers"].max_row == 6


def test_without_a_customer_file_there_is_no_column_for_names(tmp_path: Path) -> None:
    with shop(people=None) as result:
        export(result, tmp_path / "all.csv", "en")
        assert not largest(result, "en").named
    assert "Name" not in written(tmp_path / "all.csv")[0]


def test_the_list_of_a_report_is_the_largest_with_their_classes() -> None:
    with shop() as result:
        listed = largest(result, "zh", most=3)
    assert [(c.id, c.name, c.spend, c.orders) for c in listed.customers] == [
        ("=1+1", "=HYPERLINK(1)", 500, 1),
        ("+49", None, Decimal("120.5"), 1),
        ("ann", "Ann & Sons", Decimal("120.5"), 2),
    ]  # fmt: skip
    assert listed.segments == ["tier", "abc"] and listed.customers[0].classes == ["大户", "A 类"]
    assert listed.customers[0].spend_share == pytest.approx(500 / 748)
    assert listed.basis.spend.title == "消费"
