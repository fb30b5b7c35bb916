"""Files of one kind are one source, whether Excel or text, with a column more or less, wherever their headers stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from init_shops import HEADERS, as_csv, looked, made, published, ran, sales, spends, titled

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.init import look
from custrata.usecases.init_add import add_files
from custrata.usecases.init_choices import settle

pytestmark = pytest.mark.slow

CATEGORY = HEADERS.index("类别")


def book(path: Path, rows: list[list[Any]], title: str = "Sheet1", cover: bool = False) -> Path:
    """A workbook whose amounts are numbers and whose days are dates, as Excel has them."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/m/d"}) as made_:
        if cover:
            made_.add_worksheet("说明").write(0, 0, "本表由系统导出")
        sheet = made_.add_worksheet(title)
        for n, row in enumerate(rows):
            for m, cell in enumerate(row):
                if n and row[m] and HEADERS[m % len(HEADERS)] == "日期":
                    sheet.write_datetime(n, m, date.fromisoformat(cell))
                elif n and isinstance(cell, str) and cell.replace(".", "", 1).isdecimal():
                    sheet.write_number(n, m, float(cell))
                else:
                    sheet.write(n, m, cell)
    return path


def without(rows: list[list[Any]], at: int) -> list[list[Any]]:
    return [[*row[:at], *row[at + 1 :]] for row in rows]


def test_a_workbook_and_a_text_of_the_next_month_are_one_source(tmp_path: Path) -> None:
    january, february = sales()[:60], sales()[60:]
    files = (book(tmp_path / "1月.xlsx", [HEADERS, *january]),
             as_csv(tmp_path / "2月.csv", [HEADERS, *february], "gbk"))  # fmt: skip
    scheme = made(tmp_path / "shop", *files).scheme
    assert scheme.sources.orders.file == ("data/1月.xlsx", "data/2月.csv") and not scheme.sources.orders.by_file
    assert published(ran(tmp_path / "shop")) == spends(sales())


def test_a_column_that_one_file_lacks_is_empty_there(tmp_path: Path) -> None:
    january, february = sales()[:60], sales()[60:]
    one = as_csv(tmp_path / "1月.csv", without([HEADERS, *january], CATEGORY))
    two = as_csv(tmp_path / "2月.csv", [HEADERS, *february])
    scheme = made(tmp_path / "shop", one, two).scheme
    assert scheme.sources.orders.columns["category"] == "类别"
    result = ran(tmp_path / "shop")
    assert published(result) == spends(sales())
    kinds = pq.read_table(result.run.customers, columns=["customer_id", "category"]).to_pydict()
    later = {r[1] for r in february if r[-1] == "已完成"}
    labels = dict(zip(kinds["customer_id"], kinds["category"], strict=True))
    missing = scheme.segments["category"].missing_class().label(scheme.lang)
    assert {c for c, label in labels.items() if label != missing} == later


def test_titles_above_the_headers_of_one_file_are_no_matter_to_the_other(tmp_path: Path) -> None:
    january, february = sales()[:60], sales()[60:]
    one = as_csv(tmp_path / "1月.csv", titled(january), "gbk")
    two = book(tmp_path / "2月.xlsx", without([HEADERS, *february], CATEGORY), "明细", cover=True)
    written = made(tmp_path / "shop", one, two)
    orders = written.scheme.sources.orders
    assert orders.file == ("data/1月.csv", "data/2月.xlsx")
    assert {orders.header, *(f.header for f in orders.by_file.values())} - {None} == {1, 3}
    assert "逐文件:" in written.scheme.text
    result = ran(tmp_path / "shop")
    assert published(result) == spends(sales())
    # The total and the signature are no sales.
    assert result.run.record["rows"]["orders"]["read"] == len(sales()) + 2


def test_decimal_commas_and_decimal_points_are_not_read_as_one_source(tmp_path: Path) -> None:
    lines = [[*row[:6], row[6].replace(".", ","), row[7]] for row in sales()[:60]]
    one = tmp_path / "1月.csv"
    one.write_text("\n".join(";".join(map(str, row)) for row in [HEADERS, *lines]), "utf-8")
    two = book(tmp_path / "2月.xlsx", [HEADERS, *sales()[60:]])
    with looked(one, two) as draft:
        draft.take_best()
        (problem,) = draft.problems("en")
    assert problem.code == "E-INIT-007" and "实收金额 " in str(problem.values["columns"])


def test_days_that_come_first_and_months_that_come_first_are_not_read_as_one_source(tmp_path: Path) -> None:
    def turned(rows: list[list[Any]], form: str) -> list[list[Any]]:
        return [[*r[:2], date.fromisoformat(r[2]).strftime(form), *r[3:]] for r in rows]

    one = as_csv(tmp_path / "a.csv", [HEADERS, *turned(sales(), "%d/%m/%Y")])
    two = as_csv(tmp_path / "b.csv", without([HEADERS, *turned(sales(), "%m/%d/%Y")], CATEGORY))
    with looked(one, two) as draft:
        assert len(draft.tables) == 2
    # Year first is told by itself, so it goes with either.
    three = book(tmp_path / "c.xlsx", without([HEADERS, *sales(start="2024-09-01")], CATEGORY))
    made(tmp_path / "shop", one, three)
    both = spends([*sales(), *sales()])
    assert published(ran(tmp_path / "shop")) == pytest.approx(both)


def test_a_needed_column_under_another_header_keeps_files_apart_and_is_named(tmp_path: Path) -> None:
    other = ["实付款" if h == "实收金额" else h for h in HEADERS]
    files = as_csv(tmp_path / "a.csv", [HEADERS, *sales()]), as_csv(tmp_path / "b.csv", [other, *sales()])
    with looked(*files) as draft:
        draft.take_best()
        (problem,) = draft.problems("en")
    assert problem.code == "E-INIT-007" and "实收金额" in str(problem.values["columns"])


def test_sales_and_returns_under_the_same_headers_stay_two_sources(tmp_path: Path) -> None:
    files = (as_csv(tmp_path / "销售明细.csv", [HEADERS, *sales()]),
             book(tmp_path / "退货明细.xlsx", without([HEADERS, *sales()[:9]], CATEGORY)))  # fmt: skip
    with looked(*files) as draft:
        assert sorted(t.kind for t in draft.tables) == ["orders", "returns"]


def add(folder: Path, file: Path) -> Scheme:
    """The scheme after a file of `data/` was added."""
    with look([f"data/{file.name}"], folder, duckdb_engine) as draft:
        settle(draft, {})
        add_files(folder, draft)
    return Scheme.load(folder)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_of_the_next_month_joins_the_scheme_of_a_text(tmp_path: Path, lang: Any) -> None:
    folder = tmp_path / "shop"
    as_csv(folder / "data" / "1月.csv", without(titled(sales()[:60]), CATEGORY), "gbk")
    made(folder, folder / "data" / "1月.csv", lang=lang)
    before = published(ran(folder))
    assert before == spends(sales()[:60])
    scheme = add(folder, book(folder / "data" / "2月.xlsx", [HEADERS, *sales()[60:]], "明细", cover=True))
    orders = scheme.sources.orders
    assert orders.file == ("data/1月.csv", "data/2月.xlsx") and orders.header == 3
    assert orders.by_file["data/2月.xlsx"].header == 1 and orders.by_file["data/2月.xlsx"].sheet == "明细"
    assert orders.columns["category"] == "类别"
    assert ("逐文件" if lang == "zh" else "by_file") in scheme.text
    assert published(ran(folder)) == spends(sales())


def test_a_file_without_the_status_that_decides_what_counts_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    as_csv(folder / "data" / "1月.csv", [HEADERS, *sales()[:60]])
    made(folder, folder / "data" / "1月.csv")
    with pytest.raises(CustrataError) as told:
        add(folder, book(folder / "data" / "2月.xlsx", without([HEADERS, *sales()[60:]], len(HEADERS) - 1)))
    assert [p.code for p in told.value.problems] == ["E-WEB-044"] and "状态" in told.value.problems[0].values["lacking"]


def test_customers_who_are_read_from_the_sales_are_read_from_the_new_file_too(tmp_path: Path) -> None:
    folder, headers = tmp_path / "shop", ["会员姓名", *HEADERS]

    def named(rows: list[list[Any]], end: str) -> list[list[Any]]:
        return [headers, *([f"张{row[1]}{end}", *row] for row in rows)]

    as_csv(folder / "data" / "1月.csv", named(sales()[:60], "旧"))
    made(folder, folder / "data" / "1月.csv")
    scheme = add(folder, as_csv(folder / "data" / "2月.csv", named(sales()[60:], "新")))
    assert scheme.sources.customers is not None
    assert scheme.sources.customers.file == scheme.sources.orders.file == ("data/1月.csv", "data/2月.csv")


def test_a_discount_that_the_new_file_tells_is_read_where_the_amount_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    as_csv(folder / "data" / "1月.csv", [HEADERS, *sales()[:60]])
    made(folder, folder / "data" / "1月.csv")
    rows = [["优惠金额", *HEADERS], *(["1.50", *row] for row in sales()[60:])]
    scheme = add(folder, as_csv(folder / "data" / "2月.csv", rows))
    assert scheme.sources.orders.columns["discount"] == "优惠金额"
    assert published(ran(folder)) == spends(sales()), "what was paid is what it was"
