"""Rows that a program sends are rows like any others: the same customers come of them as of a file."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custrata.core.errors import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.post import post
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 6, 30, 12, tzinfo=UTC)
HEADERS = {"order_id": "单号", "customer_id": "会员号", "ordered_at": "日期", "amount": "实收", "status": "状态",
           "product": "品名"}  # fmt: skip
MAPPED = "{order_id: 单号, customer_id: 会员号, ordered_at: 日期, amount: 实收, status: 状态, product: 品名}"
FIRST = {"order_id": "A1", "customer_id": "C1", "ordered_at": "2024-05-01", "amount": "100.00", "status": "完成",
         "product": "茶"}  # fmt: skip
ROW = {**FIRST, "order_id": "B1", "customer_id": "C2", "amount": Decimal("12.5")}


def shop(folder: Path, files: str = "[data/sales*.csv, data/posted/orders-*.csv]", more: str = "") -> Workspace:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "scheme.yaml").write_text(
        f"scheme: 小店\nas_of: 2024-06-30\nsources:\n  orders:\n    file: {files}\n    columns: {MAPPED}\n"
        f"    count: [完成]\n{more}"
        "metrics:\n  spend: {monetary: lifetime}\n  orders: {frequency: lifetime}\n  recency: {recency: days}\n"
        "segments:\n  tier: {thresholds: spend, classes: {大: above 500, 中: from 100, 小: else}}\n",
        "utf-8",
    )
    return Workspace.at(folder)


def as_file(folder: Path, rows: list[dict[str, Any]], name: str = "sales.csv", **how: Any) -> None:
    with (folder / "data" / name).open("w", encoding=how.pop("encoding", "utf-8"), newline="") as out:
        writer = csv.DictWriter(out, list(HEADERS.values()), **how)
        writer.writeheader()
        writer.writerows({HEADERS[k]: v for k, v in row.items()} for row in rows)


def customers(workspace: Workspace) -> tuple[list[Any], Any]:
    """What a run makes of the workspace: its customers, and what became of the rows."""
    import duckdb

    done = run(workspace, duckdb_store, lambda: NOW, open_store=lambda f: open_store(None, f))
    found = duckdb.sql(f"select * from '{done.run.customers}' order by customer_id").fetchall()
    return found, done.run.record["rows"]["orders"]


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc"]), max_size=12)
SALES = st.lists(
    st.fixed_dictionaries({
        "order_id": st.integers(1, 40).map(lambda n: f"S{n}"),
        "customer_id": st.sampled_from(["C1", "C2", "0003", "C,4", 'C"5', "客;6", "7"]),
        "ordered_at": st.dates(datetime(2023, 1, 1).date(), datetime(2024, 6, 30).date()).map(str),  # noqa: DTZ001
        "amount": st.decimals(-500, 900, places=2).map(str),
        "status": st.sampled_from(["完成", "取消"]),
        "product": NAMES | st.sampled_from(["a;b;c", "x\ty", 'say "no"', "两行\n一格", "|"]),
    }), min_size=5, max_size=30,
)  # fmt: skip


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=SALES, later=SALES)
def test_customers_are_the_same_whether_their_orders_came_by_program_or_by_file(
    tmp_path_factory: pytest.TempPathFactory, before: list[dict[str, Any]], later: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("post")
    told, sent = shop(folder / "told"), shop(folder / "sent")
    before = [FIRST, *before]  # somebody buys something
    as_file(told.path, later, "sales-2.csv")
    for folder_ in (told.path, sent.path):
        as_file(folder_, before)
    customers(sent)  # what is there is loaded before anything is sent
    post(sent, "orders", later, NOW)
    found, rows = customers(sent)
    expected, counted = customers(told)
    assert found == expected and rows == counted
    shutil.rmtree(folder)


def test_the_same_rows_are_one_file_and_count_once(tmp_path: Path) -> None:
    workspace = shop(tmp_path)
    as_file(tmp_path, [FIRST])
    first, again = post(workspace, "orders", [ROW], NOW), post(workspace, "orders", [ROW], NOW.replace(day=29))
    assert first.new and not again.new and first.file == again.file
    assert [r[0] for r in customers(workspace)[0]] == ["C1", "C2"]
    assert post(workspace, "orders", [{**ROW, "amount": "13"}], NOW).file != first.file


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_rows_go_beside_files_of_any_kind(tmp_path: Path, ending: str) -> None:
    import pandas as pd

    workspace = shop(tmp_path, f"[data/sales.{ending}, data/posted/orders-*.{ending}]")
    frame = pd.DataFrame([{HEADERS[k]: v for k, v in FIRST.items()}])
    frame["日期"], frame["实收"] = pd.to_datetime(frame["日期"]), frame["实收"].astype(float)
    path = tmp_path / "data" / f"sales.{ending}"
    {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[ending](path, index=False)
    customers(workspace)
    assert post(workspace, "orders", [ROW], NOW).file.endswith(ending)
    found, rows = customers(workspace)
    assert [(r[0], r[1]) for r in found] == [("C1", Decimal("100")), ("C2", Decimal("12.5"))]
    assert rows["used"] == 2 and not rows["quarantined"]


@pytest.mark.parametrize(
    ("more", "how"),
    [
        ("    encoding: gbk\n    delimiter: ';'\n", {"encoding": "gbk", "delimiter": ";"}),
        ("    decimal: comma\n    delimiter: tab\n", {"delimiter": "\t"}),
    ],
)
def test_rows_are_written_as_the_scheme_has_files_read(tmp_path: Path, more: str, how: dict[str, str]) -> None:
    workspace = shop(tmp_path, more=more)
    comma = "comma" in more
    as_file(tmp_path, [{**FIRST, "amount": "100,5" if comma else "100.5"}], **how)
    post(workspace, "orders", [{**ROW, "amount": Decimal("1234.5")}], NOW)
    assert [r[1] for r in customers(workspace)[0]] == [Decimal("100.5"), Decimal("1234.5")]


@pytest.mark.parametrize("sheet", ["2", "明细", "[1月, 2月]", '"2024*"'])
def test_rows_go_into_the_sheet_that_is_read(tmp_path: Path, sheet: str) -> None:
    workspace = shop(tmp_path, "data/posted/orders-*.xlsx", f"    sheet: {sheet}\n    header: 3\n")
    post(workspace, "orders", [ROW], NOW)
    assert [r[0] for r in customers(workspace)[0]] == ["C2"]


def test_a_source_of_sent_rows_alone_is_enough(tmp_path: Path) -> None:
    workspace = shop(tmp_path, "data/posted/orders-*.csv")
    with pytest.raises(CustrataError, match="E-FILE-001"):
        customers(workspace)
    post(workspace, "orders", [ROW, FIRST], NOW)
    assert len(customers(workspace)[0]) == 2


def test_a_pattern_of_sent_rows_may_mean_nothing_yet(tmp_path: Path) -> None:
    workspace = shop(tmp_path)
    as_file(tmp_path, [FIRST])
    assert len(customers(workspace)[0]) == 1


def test_sheets_of_a_workbook_month_by_month_need_no_sent_rows_yet(tmp_path: Path) -> None:
    import pandas as pd

    workspace = shop(tmp_path, "[data/sales.xlsx, data/posted/orders-*.xlsx]", '    sheet: "2024*"\n')
    frame = pd.DataFrame([{HEADERS[k]: v for k, v in FIRST.items()}])
    with pd.ExcelWriter(tmp_path / "data" / "sales.xlsx") as book:
        frame.to_excel(book, sheet_name="2024-05", index=False)
    assert len(customers(workspace)[0]) == 1
    post(workspace, "orders", [ROW], NOW)
    assert len(customers(workspace)[0]) == 2


def test_what_cannot_be_read_as_a_purchase_is_set_aside_as_from_any_file(tmp_path: Path) -> None:
    workspace = shop(tmp_path)
    as_file(tmp_path, [FIRST])
    post(workspace, "orders", [ROW, {**ROW, "order_id": "B2", "customer_id": None}], NOW)
    _, rows = customers(workspace)
    assert (rows["read"], rows["used"], rows["quarantined"]) == (3, 2, 1)


def wrong(call: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(CustrataError) as caught:
        call()
    return [(p.code, p.place) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"amuont": 1}, ("E-WEB-072", "row 2 amuont")),
        ({"brand": "华为"}, ("E-WEB-072", "row 2 brand")),
        ({"ordered_at": None}, ("E-WEB-073", "row 2 ordered_at")),
        ({"amount": None}, ("E-WEB-073", "row 2 amount")),
        ({"amount": float("nan")}, ("E-WEB-074", "row 2 amount")),
        ({"amount": "1e3"}, ("E-WEB-074", "row 2 amount")),
        ({"amount": True}, ("E-WEB-074", "row 2 amount")),
        ({"amount": Decimal("1e14")}, ("E-WEB-074", "row 2 amount")),
        ({"customer_id": 1.5}, ("E-WEB-074", "row 2 customer_id")),
        ({"ordered_at": "01/05/2024"}, ("E-WEB-074", "row 2 ordered_at")),
        ({"ordered_at": "2024-02-30"}, ("E-WEB-074", "row 2 ordered_at")),
        ({"ordered_at": "1815-06-18"}, ("E-WEB-074", "row 2 ordered_at")),
        ({"product": "a\0b"}, ("E-WEB-079", "row 2 product")),
        ({"product": "\ud800"}, ("E-WEB-079", "row 2 product")),
        ({"product": "茶" * 4001}, ("E-WEB-079", "row 2 product")),
        ({"customer_id": "C" * 201}, ("E-WEB-079", "row 2 customer_id")),
        ({"product": ["茶"]}, ("E-WEB-074", "row 2 product")),
    ],
)
def test_a_row_that_is_none_is_told_and_nothing_is_written(
    tmp_path: Path, change: dict[str, Any], told: tuple[str, str]
) -> None:
    workspace = shop(tmp_path)
    as_file(tmp_path, [FIRST])
    assert wrong(lambda: post(workspace, "orders", [ROW, {**ROW, **change}], NOW)) == [told]
    assert not (tmp_path / "data" / "posted").exists()


def test_a_scheme_says_what_it_reads(tmp_path: Path) -> None:
    assert wrong(lambda: post(shop(tmp_path, "data/sales*.csv"), "orders", [ROW], NOW))[0][0] == "E-WEB-071"
    assert wrong(lambda: post(shop(tmp_path), "returns", [ROW], NOW)) == [("E-WEB-071", "sources.returns")]
    greedy = shop(tmp_path, more="  returns:\n    file: data/**/*.csv\n")
    assert wrong(lambda: post(greedy, "orders", [ROW], NOW)) == [("E-WEB-078", "orders")]
    table = shop(tmp_path, more="  returns: {database: erp, table: returns}\n")
    assert wrong(lambda: post(table, "returns", [ROW], NOW)) == [("E-WEB-070", "returns")]


@pytest.mark.parametrize("rows", [[], [ROW] * 10_001, {"rows": [ROW]}, None])
def test_a_request_has_rows_and_not_too_many(tmp_path: Path, rows: Any) -> None:
    assert wrong(lambda: post(shop(tmp_path), "orders", rows, NOW)) == [("E-WEB-075", "")]


def test_contacts_have_a_source_for_each_kind_where_the_scheme_has(tmp_path: Path) -> None:
    contacts = "  interactions:\n    投诉: {file: data/posted/interactions.投诉-*.csv}\n    拜访: {file: data/v*.csv}\n"
    workspace = shop(tmp_path, more=contacts)
    row = {"customer_id": "C1", "happened_at": "2024-05-09T22:30:00+08:00"}
    assert post(workspace, "interactions", [row], NOW, "投诉").source == "interactions.投诉"
    assert wrong(lambda: post(workspace, "interactions", [row], NOW, "拜访"))[0][0] == "E-WEB-071"
    assert wrong(lambda: post(workspace, "interactions", [row], NOW))[0][0] == "E-WEB-071"


def test_rows_for_files_with_a_header_of_two_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/sales.csv").write_text(
        "单号,会员号,日期,销售,,退货,\n,,,数量,金额,数量,金额\nA1,C1,2024-05-01,1,100,0,0\n", "utf-8"
    )
    columns = "{order_id: 单号, customer_id: 会员号, ordered_at: 日期, quantity: 销售 数量, amount: 销售 金额}"
    (tmp_path / "scheme.yaml").write_text(
        "scheme: 小店\nas_of: 2024-06-30\nsources:\n  orders:\n    file: [data/sales.csv, data/posted/orders-*.csv]\n"
        f"    header: 2\n    header_lines: 2\n    columns: {columns}\n"
        "metrics:\n  spend: {monetary: lifetime}\n"
        "segments:\n  tier: {thresholds: spend, classes: {大: above 500, 小: else}}\n",
        "utf-8",
    )
    workspace = Workspace.at(tmp_path)
    row = {"order_id": "B1", "customer_id": "C2", "ordered_at": "2024-05-02", "quantity": "1", "amount": "12.5"}
    post(workspace, "orders", [row], NOW)
    found, rows = customers(workspace)
    assert [c[0] for c in found] == ["C1", "C2"]
    assert (rows["read"], rows["used"]) == (2, 2)
