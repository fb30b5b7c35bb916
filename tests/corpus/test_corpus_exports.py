"""Whatever customers are called, no file that leaves holds a live formula, and numbers stay numbers."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custrata.cli.main import main
from custrata.core.identity.levels import COMPARISONS
from custrata.usecases.cells import safe_cell, safe_column
from custrata.usecases.identity import Doubt
from custrata.usecases.identity_review import write_review

EVIL = [
    '=HYPERLINK("http://evil","x")', "+1", "-cmd", "@SUM(A1)", "-12.50", "\t=1+1", " =1+1", "＝1+1", "＋1-1", "－1+x",
    "＠x", "\u3000=1+1", "\x0b=1+1", "=1+1\n=2+2", '"=1+1', "'=1+1", "=", "-", "--1", "+8613800000000", "-1e9",
]  # fmt: skip
SCHEME = """scheme: "=1+1"
currency: EUR
sources:
  orders:
    file: data/sales.csv
    columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid, category: what}
  customers: {file: data/people.csv, columns: {customer_id: who, name: name, phone: phone, city: city}}
metrics:
  spend: {monetary: lifetime, label: {zh: "=A1", en: "=A1"}}
  favourite: {top: category}
segments:
  tier:
    thresholds: spend
    classes: {big: above 100, small: else}
    labels: {big: {zh: "=1+1", en: "=1+1"}, small: {zh: "@小", en: "@small"}}
  town: {attribute: city}
"""
LEVELS = {c.field: -1 for c in COMPARISONS} | {"name": 4}
#: What a spreadsheet takes for a formula: an opening sign, perhaps behind blanks. What is a number stays one.
LIVE = re.compile(r"[\s\x00-\x20\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_SUM = re.compile(r"SUM\([A-Z]+\d+:[A-Z]+\d+\)").fullmatch
_CELLS = re.compile(r"'?[^!]+'?!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?").fullmatch
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def live(cell: str) -> bool:
    return bool(LIVE.match(cell)) and not NUMBER.fullmatch(cell)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    (folder / "data").mkdir()
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    with (folder / "data" / "sales.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["no", "who", "day", "paid", "what"])
        for i, evil in enumerate(EVIL):
            rows.writerow([f"o{i}", evil, "2024-03-01", f"{i * 20}.50", evil])
            rows.writerow([evil, "x", evil, evil, evil])
    with (folder / "data" / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["who", "name", "phone", "city"])
        for evil in EVIL:
            rows.writerow([evil, f"{evil} 王小明", "13800000001", evil])
            rows.writerow([f"{evil}x", f"{evil} 王小明", "13800000001", evil])
    call("run", folder)
    return folder


def call(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(w) for w in words])
    assert ended.value.code in (0, None)


def cells_of(path: Path) -> list[str]:
    """Every cell of a text file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def no_live_formula(path: Path) -> list[str]:
    """The texts of a workbook, of which no cell is a formula but the report's own sums, and no link leads outside."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found = archive.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                assert all(_SUM(f) for f in re.findall(r"<f[^>]*>([^<]*)</f>", found))
            if name.endswith(".rels"):
                assert "External" not in found
            if "charts" in name:  # a series may refer to cells, never to anything else
                assert all(_CELLS(f) for f in re.findall(r"<c:f>([^<]*)", found))
    book = openpyxl.load_workbook(path)
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "s"]


def test_customers_leave_as_text_in_csv(shop: Path) -> None:
    call("export", "-w", shop, "--out", shop / "all.csv")
    cells = cells_of(shop / "all.csv")
    assert not [c for c in cells if live(c)]
    assert {"'=HYPERLINK(\"http://evil\",\"x\")", "+1", "'-cmd", "'@SUM(A1)", "-12.50"} <= set(cells)


def test_customers_leave_as_text_in_a_workbook(shop: Path) -> None:
    call("export", "tier", "-w", shop, "--out", shop / "all.xlsx")
    assert {"=HYPERLINK(\"http://evil\",\"x\")", "+1", "-cmd", "@SUM(A1)"} <= set(no_live_formula(shop / "all.xlsx"))


def test_customers_leave_as_they_are_in_parquet(shop: Path) -> None:
    call("export", "-w", shop, "--out", shop / "all.parquet")
    assert {"+1", "-cmd", "@SUM(A1)"} <= set(pq.read_table(shop / "all.parquet")["customer_id"].to_pylist())


def test_rows_in_quarantine_leave_as_text(shop: Path) -> None:
    (run,) = (shop / ".custrata" / "runs").iterdir()
    cells = cells_of(run / "quarantine.csv")
    assert not [c for c in cells if live(c)]
    assert {"'-cmd", "'@SUM(A1)"} <= set(cells)


def test_a_report_holds_no_formula_but_its_own_sums(shop: Path) -> None:
    call("report", "-w", shop, "--out", shop / "report.xlsx")
    assert {"=1+1", "@small", "-cmd"} & set(no_live_formula(shop / "report.xlsx"))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_pairs_for_review_leave_as_text(tmp_path: Path, ending: str) -> None:
    doubts = [
        Doubt(evil, f"{evil}x", 0.9, LEVELS, ("birthday",), "birthday", ({"name": evil}, {"name": f"{evil} 王"}))
        for evil in EVIL
    ]
    out = tmp_path / f"pairs.{ending}"
    write_review(out, doubts, ("name", "phone"), "zh")
    cells = cells_of(out) if ending == "csv" else no_live_formula(out)
    assert not [c for c in cells if live(c)]
    assert {"'-cmd", "'@SUM(A1)", "+1", "-12.50"} <= set(cells)


@given(st.text(st.sampled_from("=+-@＝＋－＠ \t\r\n\x00\u3000\ufeff\u200b'\"0123456789.,;ax客"), max_size=8))
@example("-1\n")
@example("\n-1")
@example("=1")
def test_no_text_stays_live_and_no_number_changes(text: str) -> None:
    shown = safe_cell(text)
    assert not live(shown)
    assert shown in (text, f"'{text}")
    assert shown == text or not NUMBER.fullmatch(text)
    assert safe_column(pa.array([text, None])).to_pylist() == [shown, None]
