"""What an operations manager takes away: totals, what columns mean, the list of customers, why rows were left out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

NAMED = "who,trade,name\nann,tea,Ann & Sons\nbob,ink,=HYPERLINK(1)\neve,tea,\n"


@pytest.fixture
def named(shop: Path) -> Path:
    """The corner shop with names in its customer file."""
    (shop / "data" / "people.csv").write_text(NAMED, "utf-8")
    scheme = (shop / "scheme.yaml").read_text("utf-8")
    (shop / "scheme.yaml").write_text(scheme.replace("trade: trade}}", "trade: trade, name: name}}"), "utf-8")
    return shop


def test_the_last_row_of_a_summary_is_the_total(shop: Path, call: Any) -> None:
    call("run", shop)
    said = call("summary", "tier", "-w", shop).out
    (total,) = [line.split() for line in said.splitlines() if line.strip().startswith("Total")]
    assert total == ["Total", "4", "100.0%", "¥627.50", "100.0%", "¥156.88", "1.0"]
    assert "合计" in call("summary", "tier", "-w", shop, "--lang", "zh").out
    rows = call("summary", "tier", "-w", shop, "--json").json
    assert [r["class"] for r in rows] == ["Big", "small"], "a list of classes stays one for programs"


def test_below_a_summary_stands_what_its_columns_are(shop: Path, call: Any) -> None:
    call("run", shop)
    said = call("summary", "tier", "-w", shop).out
    for line in (
        "Spend: up to 2024-03-31. Net spend (lifetime): paid less refunds, without freight.",
        "Orders: up to 2024-03-31. Purchases (lifetime), without orders that were fully refunded.",
        "Last order: recency, up to 2024-03-31. Days from the last purchase (lifetime) to the as-of date.",
    ):
        assert line in said
    assert "距上次消费：recency，截至 2024-03-31。" in call("summary", "tier", "-w", shop, "--lang", "zh").out


def test_one_customer_is_not_customers(shop: Path, call: Any) -> None:
    (shop / "data" / "sales.csv").write_text("who,day,paid\nann,2024-03-01,90\n", "utf-8")
    (shop / "data" / "people.csv").write_text("who,trade\nann,tea\n", "utf-8")
    assert ": 1 customer as of" in call("run", shop).out
    assert "：1 位客户" in call("run", shop, "--lang", "zh").out
    assert "the only order" in call("explain", "ann", "-w", shop).out


def test_after_a_run_the_commonest_faults_are_told_with_an_example(shop: Path, call: Any) -> None:
    sales = (shop / "data" / "sales.csv").read_text("utf-8") + "bob,yesterday,5\nbob,,6\nbob,2024-13-40,7\n"
    (shop / "data" / "sales.csv").write_text(sales, "utf-8")
    said = call("run", shop)
    lines = [line.split() for line in said.out.splitlines()]
    assert "4 faults keep rows from being used:" in said.out
    assert ["2", "orders", "day", "2024-13-40", "not", "a", "date", "that", "can", "be", "read", "E-ROW-003"] in lines
    assert ["1", "orders", "day", "(empty)", "a", "value", "is", "missing", "E-ROW-001"] in lines
    assert "quarantine.csv" in said.out
    chinese = call("run", shop, "--lang", "zh").out
    assert "有 4 处错误" in chinese and "（空）" in chinese
    faults = call("run", shop, "--json").json["quarantine"]
    assert faults[0] == {
        "source": "orders", "column": "day", "code": "E-ROW-003", "rows": 2, "example": "2024-13-40",
        "used": False,
    }  # fmt: skip


def test_a_run_without_faults_tells_of_none(shop: Path, call: Any) -> None:
    (shop / "data" / "sales.csv").write_text("who,day,paid\nann,2024-03-01,90\n", "utf-8")
    said = call("run", shop).out
    assert "quarantine.csv" not in said and "fault" not in said


def test_only_five_kinds_of_faults_are_shown(shop: Path, call: Any) -> None:
    scheme = (shop / "scheme.yaml").read_text("utf-8")
    mapped = ["quantity", "price", "discount", "freight"]
    columns = ", ".join(f"{c}: {c}" for c in mapped)
    (shop / "scheme.yaml").write_text(scheme.replace("amount: paid}", f"amount: paid, {columns}}}"), "utf-8")
    rows = f"who,day,paid,{','.join(mapped)}\nann,2024-03-01,9,1,9,0,0\n,x,x,x,x,x,x\n"
    (shop / "data" / "sales.csv").write_text(rows, "utf-8")
    said = call("run", shop).out
    assert "7 faults keep rows from being used; the commonest:" in said
    assert said.count("E-ROW-") == 5


def test_the_customers_name_is_told_where_it_is_known(named: Path, call: Any) -> None:
    call("run", named)
    assert "Customer ann, Ann & Sons, as of 2024-03-31" in call("explain", "ann", "-w", named).out
    assert "客户 ann（Ann & Sons），" in call("explain", "ann", "-w", named, "--lang", "zh").out
    assert call("explain", "ann", "-w", named, "--json").json["name"] == "Ann & Sons"
    assert "Customer eve as of" in call("explain", "eve", "-w", named).out
    assert call("explain", "王芳", "-w", named, "--json").json["name"] is None


def test_export_writes_a_list_that_excel_opens(named: Path, call: Any, tmp_path: Path) -> None:
    call("run", named)
    said = call("export", "-w", named, "-o", tmp_path / "all.xlsx")
    assert (said.status, said.out.strip()) == (0, f"Wrote {tmp_path / 'all.xlsx'}: 4 customers")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert [row[0] for row in book["Customers"].iter_rows(values_only=True)] == [
        "Customer",
        "王芳",
        "ann",
        "bob",
        "eve",
    ]
    done = call("export", "tier", "--class", "大户", "-w", named, "-o", tmp_path / "big.csv", "--json").json
    assert done == {"file": str(tmp_path / "big.csv"), "customers": 2}
    rows = list(csv.reader((tmp_path / "big.csv").read_text("utf-8-sig").splitlines()))
    assert [r[0] for r in rows] == ["Customer", "王芳", "ann"]
    assert call("export", "tier", "--class", "Big", "-w", named).status == 0
    assert (named / "customers-tier-Big.xlsx").is_file()
    assert call("export", "-w", named, "-o", tmp_path / "all.parquet").status == 0
    assert pq.read_table(tmp_path / "all.parquet")["name"].to_pylist() == [None, "Ann & Sons", "=HYPERLINK(1)", None]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["-o", "x.pdf"], "E-CLI-005", ".parquet"),
        (["--class", "Big"], "E-CLI-012", "custrata export tier --class 'Big'"),
        (["teir"], "E-RUN-003", "tier"),
        (["tier", "--class", "bigg"], "E-RUN-008", "Did you mean"),
    ],
)
def test_what_cannot_be_exported_is_told(
    shop: Path, call: Any, monkeypatch: Any, words: list[str], code: str, told: str
) -> None:
    monkeypatch.chdir(shop)
    call("run")
    said = call("export", *words)
    assert (said.status, said.err.split(" ")[0]) == (1, code)
    assert told in said.err
    assert not [p for p in shop.iterdir() if p.name not in ("data", "scheme.yaml", ".custrata")]


def test_a_segment_may_be_called_as_people_call_it_and_a_customer_by_name(shop: Path, call: Any) -> None:
    people = "who,trade,name\nann,tea,Ann Tea House\nbob,ink,Bob\n"
    (shop / "data" / "people.csv").write_text(people, "utf-8")
    scheme = (shop / "scheme.yaml").read_text("utf-8").replace("trade: trade}}", "trade: trade, name: name}}")
    (shop / "scheme.yaml").write_text(scheme.replace("tier: {", "tier: {label: {zh: 分层, en: Spend tier}, "), "utf-8")
    call("run", shop)
    for name in ("tier", "TIER", "分层", "spend tier"):
        assert call("summary", name, "-w", shop).status == 0
    assert "E-RUN-003" in call("summary", "tears", "-w", shop).err
    assert "ann Ann Tea House" in call("explain", "tea house", "-w", shop).err
