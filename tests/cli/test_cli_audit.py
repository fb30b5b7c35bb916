"""`custrata audit`: what it prints, writes and ends with, over files as a shop has them."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from custrata.locale import LANGS

pytestmark = pytest.mark.slow

SCHEME = """scheme: Corner <shop>
as_of: 2024-12-30
sources:
  orders:
    file: data/sales*.csv
    columns: {order_id: No, customer_id: who, ordered_at: day, product_id: what, quantity: n, amount: paid}
  customers: {file: data/people.csv, columns: {customer_id: who, name: name}}
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  recency: {recency: days}
segments:
  tier: {thresholds: spend, classes: {big: above 500, small: else}}
"""


def sales(months: range) -> list[str]:
    """One order a day of each month, of one of nine customers in turn."""
    rows = []
    for month in months:
        for day in range(1, 31 if month != 2 else 30):
            i = month * 31 + day
            rows.append(f"s{i},c{i % 9},2024-{month:02}-{day:02},p{i % 5},{1 + i % 3},10.00,{10 * (1 + i % 3)}.00")
    return rows


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Two half years; the second file begins with the last three days of the first and ends with what is no number."""
    folder = tmp_path / "company"
    (folder / "data").mkdir(parents=True)
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    header = "No,who,day,what,n,price,paid"
    first, second = sales(range(1, 7)), sales(range(7, 13))
    broken = "s999,c1,2024-07-05,p1,1,<b>ten</b>,many"
    (folder / "data" / "sales1.csv").write_text("\n".join([header, *first]) + "\n", "utf-8")
    (folder / "data" / "sales2.csv").write_text("\n".join([header, *first[-3:], *second, broken]) + "\n", "utf-8")
    people = [f"c{i},Person {i}" for i in range(9)]
    (folder / "data" / "people.csv").write_text("\n".join(["who,name", *people]) + "\n", "utf-8")
    return folder


def test_it_prints_the_score_and_the_worst_first_and_leaves_nothing_behind(company: Path, call: Any) -> None:
    said = call("audit", company)
    assert said.status == 0, said.err
    assert re.search(r"Score 89\b", said.out)
    assert said.out.index("A-DUP-002") < said.out.rindex("A-VAL-001")
    assert "3 rows" in said.out
    assert "data/sales1.csv + data/sales2.csv" not in said.out or "most of them in" in said.out
    assert not (company / ".custrata").exists()
    chinese = call("audit", company, "--lang", "zh")
    assert "得分 89" in chinese.out
    assert "文件重叠" in chinese.out


def test_json_tells_where_every_fault_stands(company: Path, call: Any) -> None:
    data = call("audit", company, "--json").json
    found = {f["code"]: f for f in data["findings"]}
    assert set(found) == {"A-DUP-002", "A-VAL-001"}
    overlap, broken = found["A-DUP-002"], found["A-VAL-001"]
    assert (overlap["rows"], overlap["severity"]) == (3, "warning")
    places = [(e["file"], e["row"], e["value"]) for e in overlap["examples"]]
    assert places == [
        ("data/sales1.csv", 178, "s214"), ("data/sales1.csv", 179, "s215"), ("data/sales1.csv", 180, "s216"),
        ("data/sales2.csv", 2, "s214"), ("data/sales2.csv", 3, "s215"), ("data/sales2.csv", 4, "s216"),
    ]  # fmt: skip
    assert [(e["file"], e["row"], e["column"], e["value"]) for e in broken["examples"]] == [
        ("data/sales2.csv", 185, "paid", "many"), ("data/sales2.csv", 185, "price", "<b>ten</b>"),
    ]  # fmt: skip
    assert {p["part"] for p in data["parts"]} == {
        "completeness", "validity", "uniqueness", "consistency", "timeliness",
    }  # fmt: skip
    assert data["score"] == 89 == data["cap"]
    assert sum(m["orders"] for m in data["months"]) == 179 + 180
    assert {"code": "A-CON-008", "lacking": ["--control"]} in data["skipped"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_shows_the_figures_of_the_json_and_runs_no_script(company: Path, call: Any, lang: str) -> None:
    page, data = company / "out" / "audit.html", company / "out" / "audit.json"
    said = call("audit", company, "-o", page, "-o", data, "--lang", lang)
    assert said.status == 0, said.err
    html, told = page.read_text("utf-8"), json.loads(data.read_text("utf-8"))
    assert "<script" not in html
    assert "Content-Security-Policy" in html
    assert "<b>ten</b>" not in html
    assert "&lt;b&gt;ten&lt;/b&gt;" in html
    words = unescape(re.sub(r"<[^>]+>", " ", html[html.index("<body>") :]))
    words = re.sub(r"\s+", " ", words)
    assert f" {told['score']} " in words
    for part in told["parts"]:
        assert f" {part['score']:g} " in words
    for finding in told["findings"]:
        for text in (finding["title"], finding["message"], finding["mend"], finding["code"]):
            assert text in words
        for example in finding["examples"]:
            assert example["value"] in words
        for effect in finding["effects"] or []:
            assert f" {effect['segment']} {effect['customers']} " in words
    for passed in told["passed"]:
        assert passed["message"] in words
    for month in told["months"]:
        assert f" {month['month']} {month['days']} {month['orders']} " in words


def test_it_fails_only_when_asked_to(company: Path, call: Any) -> None:
    said = call("audit", company, "--fail-under", "90")
    assert said.status == 1
    assert "89 is below 90" in said.out
    said = call("audit", company, "--fail-under", "89", "--json")
    assert (said.status, said.json["score"]) == (0, 89)


def test_control_totals_are_compared_and_their_faults_told(company: Path, call: Any) -> None:
    (company / "books.csv").write_text("month,total,orders\n2024-03,600,30\n2024-06,99999,30\n", "utf-8")
    data = call("audit", company, "--control", company / "books.csv", "--json").json
    details = next(f for f in data["findings"] if f["code"] == "A-CON-008")["details"]
    assert [d["month"] for d in details] == ["2024-03", "2024-06"]
    assert details[1]["control"] == 99999
    (company / "books.csv").write_text("when,total\n2024-03,600\n", "utf-8")
    said = call("audit", company, "--control", company / "books.csv")
    assert (said.status, said.err.split()[0]) == (1, "E-DATA-020")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-o", "audit.docx"], "E-CLI-003"),
        (["--as-of", "soon"], "E-CLI-001"),
        (["--control", "none.csv"], "E-FILE-001"),
    ],
)
def test_what_cannot_be_done_is_told_by_code(company: Path, call: Any, words: list[str], code: str) -> None:
    said = call("audit", company, *words)
    assert said.status == 1
    assert said.err.startswith(code)
