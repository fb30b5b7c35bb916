"""A further file for a workspace that has a scheme: what a person wrote into it stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from custrata.core.errors import CustrataError
from custrata.core.scan import TableScan
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.sources.files.open import open_files
from custrata.usecases.init import look
from custrata.usecases.init_add import add_files
from custrata.usecases.init_choices import settle
from custrata.usecases.load.rows import file_spec

ROWS = "".join(f"D{n},C{n % 5},2024-0{n % 9 + 1}-1{n % 9},{n}9.50\n" for n in range(30))
SALES = "单号,会员号,日期,金额\n" + ROWS
COLUMNS = "{order_id: 单号, customer_id: 会员号, ordered_at: 日期, amount: 金额}"
MONTHS = SALES.split("\n")[0] + "\n" + "".join(f"E{n},C{n % 5},0{n % 9 + 1}/2{n % 9}/2024,{n}9\n" for n in range(30))
REST = "\nmetrics:\n  spend: {monetary: lifetime}  # ours\nsegments:\n  abc: {share: spend}\n"


def added(folder: Path, scheme: str, name: str = "b.csv", text: str = SALES) -> tuple[str, dict[str, bool]]:
    """The scheme's text after a file of this name was added."""
    (folder / "data").mkdir()
    (folder / "data" / "a.csv").write_text(SALES, "utf-8")
    (folder / "data" / name).write_text(text, "utf-8")
    (folder / "scheme.yaml").write_text(scheme + REST, "utf-8")
    with look([f"data/{name}"], folder, duckdb_engine) as draft:
        settle(draft, {})
        _, sources = add_files(folder, draft)
    return (folder / "scheme.yaml").read_text("utf-8"), sources


@pytest.mark.parametrize(
    "written",
    [
        f"scheme: x\ncurrency: CNY\nsources:\n  orders:\n    file: data/a.csv   # the old ones\n    columns: {COLUMNS}",
        f"scheme: x\ncurrency: CNY\nsources:\n  orders: {{file: data/a.csv, columns: {COLUMNS}}}  # mine",
        f"scheme: x\ncurrency: CNY\nsources:\n  orders:\n    file:\n      - data/a.csv\n    columns: {COLUMNS}",
        "方案: x\n币种: CNY\n数据源:\n  销售:\n    文件: [data/a.csv]\n"
        "    列: {单号: 单号, 客户: 会员号, 日期: 日期, 金额: 金额}",
    ],
)
def test_a_file_of_the_same_form_joins_its_source(tmp_path: Path, written: str) -> None:
    after, sources = added(tmp_path, written)
    assert sources == {"orders": False}
    assert Scheme.load(tmp_path).sources.orders.file == ("data/a.csv", "data/b.csv")
    assert [c for c in ("# the old ones", "# mine") if c in written] == [
        c for c in ("# the old ones", "# mine") if c in after
    ]
    assert after.endswith(REST)


def test_a_file_with_its_headers_elsewhere_joins_its_source_with_a_line_of_its_own(tmp_path: Path) -> None:
    source = f"{{file: data/a.csv, header: 1, columns: {COLUMNS}}}  # mine"
    written = f"scheme: x\ncurrency: CNY\nsources:\n  orders: {source}"
    after, _ = added(tmp_path, written, text=f"门店销售表,,,\n\n{SALES}")
    orders = Scheme.load(tmp_path).sources.orders
    assert orders.header == 1 and orders.by_file["data/b.csv"].header == 3
    assert "by_file: {data/b.csv: {header: 3}}" in after and "# mine" in after


def test_a_file_that_a_pattern_would_misread_is_told_of_by_its_own_name(tmp_path: Path) -> None:
    forms = "by_file: {data/*.csv: {header: 3}, data/a.csv: {header: 1}}"
    written = f"scheme: x\ncurrency: CNY\nsources:\n  orders: {{file: data/a.csv, {forms}, columns: {COLUMNS}}}"
    added(tmp_path, written)
    spec = file_spec(Scheme.load(tmp_path).sources.orders, [])
    assert [spec.of(f"data/{name}.csv").header for name in "abc"] == [1, 1, 3]


def test_each_sheet_of_a_workbook_that_joins_has_its_headers_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("a", "b"):
        with xlsxwriter.Workbook(tmp_path / "data" / f"{name}.xlsx") as book:
            for title, first in (("1月", 0), ("2月", 2)):
                sheet = book.add_worksheet(title)
                if first and name == "b":
                    sheet.write(0, 0, "门店销售表")
                for i, line in enumerate(SALES.replace("D", f"{name}{title}").splitlines()):
                    sheet.write_row((first if name == "b" else 0) + i, 0, line.split(","))
    source = f"{{file: data/a.xlsx, sheet: '*月', columns: {COLUMNS}}}"
    (tmp_path / "scheme.yaml").write_text(f"scheme: x\ncurrency: CNY\nsources:\n  orders: {source}{REST}", "utf-8")
    with look(["data/b.xlsx"], tmp_path, duckdb_engine) as draft:
        settle(draft, {})
        add_files(tmp_path, draft)
    orders = Scheme.load(tmp_path).sources.orders
    assert orders.file == ("data/a.xlsx", "data/b.xlsx")
    scan = open_files(file_spec(orders, list(orders.file)), tmp_path, tmp_path / "scratch").scan
    assert isinstance(scan, TableScan)
    assert [(p.name, p.table.num_rows) for p in scan.parts] == [
        (f"data/{name}.xlsx[{title}]", 30) for name in ("a", "b") for title in ("1月", "2月")
    ]  # fmt: skip


def test_a_text_joins_a_source_of_workbooks(tmp_path: Path) -> None:
    written = f"scheme: x\ncurrency: CNY\nsources:\n  orders: {{file: data/*.xlsx, sheet: 明细, columns: {COLUMNS}}}"
    after, _ = added(tmp_path, written)
    assert "file: [data/*.xlsx, data/b.csv]" in after and "by_file" not in after


def test_a_source_that_says_only_its_file_says_two(tmp_path: Path) -> None:
    text = SALES.replace("单号,会员号,日期,金额", "order_id,customer_id,ordered_at,amount")
    after, _ = added(tmp_path, "scheme: x\ncurrency: CNY\nsources:\n  orders: data/a.csv", text=text)
    assert "orders: [data/a.csv, data/b.csv]" in after


def test_a_file_that_a_pattern_means_already_changes_nothing(tmp_path: Path) -> None:
    written = f"scheme: x\ncurrency: CNY\nsources:\n  orders: {{file: data/*.csv, columns: {COLUMNS}}}"
    after, sources = added(tmp_path, written)
    assert after == written + REST and sources == {"orders": False}


def test_customers_become_a_source_of_their_own_beside_the_sales(tmp_path: Path) -> None:
    people = "会员号,姓名,城市\n" + "".join(f"C{n},张{n},{'北京上海'[n % 2 * 2:][:2]}\n" for n in range(5))
    written = f"scheme: x\ncurrency: CNY\nsources:   # here\n    orders: {{file: data/a.csv, columns: {COLUMNS}}}"
    after, sources = added(tmp_path, written, "会员.csv", people)
    assert sources == {"customers": True}
    found = Scheme.load(tmp_path).sources.customers
    assert found is not None and found.file == ("data/会员.csv",) and found.columns["name"] == "姓名"
    assert "# here" in after and after.endswith(REST)


@pytest.mark.parametrize(
    ("written", "name", "text"),
    [
        (f"orders: {{file: data/a.csv, columns: {COLUMNS}}}", "b.csv", SALES.replace("金额", "实付款")),
        (f"orders: {{file: data/a.csv, columns: {COLUMNS}}}", "b.csv", SALES.replace(",", ";").replace(".50", ",50")),
        (f"orders: {{file: data/a.csv, dates: dmy, columns: {COLUMNS}}}", "b.csv", MONTHS),
        ("orders: {database: erp, table: sales}", "b.csv", SALES),
    ],
)
def test_a_file_of_another_form_is_told_and_the_scheme_stays(
    tmp_path: Path, written: str, name: str, text: str
) -> None:
    scheme = f"scheme: x\ncurrency: CNY\nsources:\n  {written}"
    with pytest.raises(CustrataError) as told:
        added(tmp_path, scheme, name, text)
    assert [p.code for p in told.value.problems] == ["E-WEB-044"]
    assert (tmp_path / "scheme.yaml").read_text("utf-8") == scheme + REST
