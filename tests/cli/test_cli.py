"""The command line: what each command answers, with which status, in which language, and what it leaves on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Shop = Path
CLASSES = ["tier", "rfm", "trade", "care"]


def test_check_says_what_a_scheme_means(shop: Shop, call: Any) -> None:
    said = call("check", shop)
    assert said.status == 0
    assert "Corner shop" in said.out
    data = call("check", shop / "scheme.yaml", "--json").json
    assert (data["ok"], data["segments"]) == (True, CLASSES)
    assert len(data["logic_hash"]) == len(data["label_hash"]) == 64
    assert not (shop / ".custrata").exists(), "looking leaves nothing behind"


def test_check_tells_every_fault_and_ends_with_one(shop: Shop, call: Any) -> None:
    broken = (
        (shop / "scheme.yaml")
        .read_text("utf-8")
        .replace("above 100", "over 100")
        .replace("recency: days", "recency: hours")
    )
    (shop / "scheme.yaml").write_text(broken, "utf-8")
    said = call("check", shop)
    assert (said.status, said.out) == (1, "")
    lines = said.err.splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["E-SCHEME-005", "scheme.yaml:7"],
        ["E-SCHEME-037", "scheme.yaml:11"],
    ]
    data = call("check", shop, "--json")
    assert data.status == 1
    assert [p["code"] for p in data.json["problems"]] == ["E-SCHEME-005", "E-SCHEME-037"]
    assert "“over 100”不是界限" in call("check", shop, "--lang", "zh").err


def test_run_publishes_a_folder_that_other_programs_can_read(shop: Shop, call: Any) -> None:
    said = call("run", shop)
    assert said.status == 0, said.err
    home = shop / ".custrata"
    run = (home / "current").read_text("utf-8").strip()
    folder = home / "runs" / run
    files = {
        "customers.parquet",
        "orders.parquet",
        "attributes.parquet",
        "params.json",
        "record.json",
        "quarantine.csv",
    }
    assert {p.name for p in folder.iterdir()} == files
    assert run in said.out
    assert not (home / "staging").exists()
    table = pq.read_table(folder / "customers.parquet")
    assert table.column_names == ["customer_id", "recency", "spend", "orders", *CLASSES]
    assert table["customer_id"].to_pylist() == sorted(["ann", "bob", "eve", "王芳"])
    rows = {r["customer_id"]: r for r in table.to_pylist()}
    assert (float(rows["ann"]["spend"]), rows["ann"]["orders"], rows["ann"]["recency"], rows["ann"]["tier"]) == (
        120.5,
        2,
        22,
        "大户",
    )
    assert (rows["eve"]["orders"], rows["eve"]["recency"], rows["eve"]["trade"]) == (0, None, "tea")


def test_the_record_tells_what_a_run_was_made_from(shop: Shop, call: Any) -> None:
    import hashlib

    call("run", shop)
    record = json.loads(next((shop / ".custrata" / "runs").glob("*/record.json")).read_text("utf-8"))
    assert (record["as_of"], record["customers"], record["first_day"], record["last_day"]) == (
        "2024-03-31", 4, "2024-01-05", "2024-03-31",
    )  # fmt: skip
    orders = record["rows"]["orders"]
    assert (orders["read"], orders["used"], orders["quarantined"], orders["excluded"]) == (5, 4, 1, 0)
    assert record["rows"]["customers"]["read"] == 3
    (file,) = record["inputs"]["orders"]
    content = (shop / "data" / "sales.csv").read_bytes()
    assert (file["path"], file["bytes"], file["sha256"]) == (
        "data/sales.csv",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    scheme = call("check", shop, "--json").json
    assert record["scheme"]["logic_hash"] == scheme["logic_hash"]
    assert record["scheme"]["text"] == (shop / "scheme.yaml").read_text("utf-8")
    assert set(record["versions"]) >= {"custrata", "python", "duckdb", "ibis"}


def test_quarantine_is_a_sheet_that_a_person_can_mend_and_no_spreadsheet_runs(shop: Shop, call: Any) -> None:
    sales = (shop / "data" / "sales.csv").read_text("utf-8") + "bob,=cmd(),5\n"
    (shop / "data" / "sales.csv").write_text(sales, "utf-8")
    call("run", shop)
    lines = next((shop / ".custrata" / "runs").glob("*/quarantine.csv")).read_text("utf-8-sig").splitlines()
    assert lines[1].startswith("orders,data/sales.csv,6,paid,many,E-ROW-002,")
    assert lines[2].startswith("orders,data/sales.csv,7,day,'=cmd(),E-ROW-003,")


def test_the_same_files_give_the_same_bytes(shop: Shop, call: Any) -> None:
    first, second = (call("run", shop, "--json").json for _ in range(2))
    assert first["run"] != second["run"]
    one, two = (Path(r["folder"]) for r in (first, second))
    for name in ("customers.parquet", "params.json", "quarantine.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    assert (
        call("summary", "tier", "-w", shop, "--run", first["run"], "--json").json
        == call("summary", "tier", "-w", shop, "--json").json
    )


def test_a_run_as_of_an_earlier_day_knows_nothing_later(shop: Shop, call: Any) -> None:
    data = call("run", shop, "--as-of", "2024-03-08", "--json").json
    assert (data["as_of"], data["rows"]["orders"]["excluded_by"]) == ("2024-03-08", {"after_as_of": 2})
    assert call("explain", "ann", "-w", shop, "--json").json["orders_total"] == 1


def test_summary_shows_every_class_with_its_share(shop: Shop, call: Any) -> None:
    call("run", shop)
    rows = call("summary", "tier", "--workspace", shop, "--json").json
    assert [(r["class"], r["key"], r["customers"], r["spend"]) for r in rows] == [
        ("Big", "big", 2, 620.5),
        ("small", "small", 2, 7),
    ]
    assert sum(r["customer_share"] for r in rows) == 1
    everything = call("summary", "-w", shop, "--json").json
    assert list(everything) == CLASSES
    assert "大户" in call("summary", "tier", "-w", shop, "--lang", "zh").out
    assert "Big" in call("--lang=en", "summary", "tier", "-w", shop).out


def test_explain_gives_numbers_rule_and_orders(shop: Shop, call: Any) -> None:
    call("run", shop)
    data = call("explain", "王芳", "-w", shop, "--json").json
    assert data["customer_id"] == "王芳"
    assert {m["name"]: m["value"] for m in data["metrics"]} == {"recency": 86, "spend": 500, "orders": 1}
    reasons = {c["segment"]: c for c in data["classes"]}
    assert (reasons["tier"]["class"], reasons["tier"]["rule"]) == ("Big", "spend > 100")
    assert reasons["care"]["conditions"][0]["holds"] is True
    assert [o["net"] for o in data["orders"]] == [500]
    assert "spend > 100" in call("explain", "王芳", "-w", shop).out
    assert "大户" in call("explain", "王芳", "-w", shop, "--lang", "zh").out


def test_report_and_chart_write_files(shop: Shop, call: Any, tmp_path: Path) -> None:
    call("run", shop)
    assert call("report", "-w", shop, "-o", tmp_path / "r.html", "-o", tmp_path / "r.xlsx").status == 0
    assert "Corner shop" in (tmp_path / "r.html").read_text("utf-8")
    assert (tmp_path / "r.xlsx").read_bytes()[:2] == b"PK"
    assert call("chart", "rfm", tmp_path / "c.svg", "-w", shop).status == 0
    assert "<svg" in (tmp_path / "c.svg").read_text("utf-8")
    wrong = call("report", "-w", shop, "-o", tmp_path / "r.docx")
    assert (wrong.status, wrong.err.split(" ")[0]) == (1, "E-CLI-003")


@pytest.mark.parametrize("words, code", [
    (["summary"], "E-RUN-001"), (["explain", "ann"], "E-RUN-001"), (["run", "--as-of", "soon"], "E-CLI-001"),
    (["check", "nowhere"], "E-SCHEME-021"), (["run", "nowhere"], "E-SCHEME-021"),
    (["check", "--lang", "fr"], "E-CLI-004"), (["run", "--as-of", "9999-12-31"], "E-SCHEME-033"),
    (["run", "--as-of", "1999-12-31"], "E-DATA-006"),
])  # fmt: skip
def test_what_cannot_be_done_is_told_with_a_code_and_ends_with_one(
    shop: Shop, call: Any, monkeypatch: Any, words: Any, code: str
) -> None:
    monkeypatch.chdir(shop)
    said = call(*words)
    assert (said.status, said.err.split(" ")[0].rstrip(":")) == (1, code)
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words, code, near", [
    (["summary", "teir"], "E-RUN-003", "tier"), (["explain", "an"], "E-RUN-004", "ann"),
    (["summary", "--run", "2020"], "E-RUN-002", ""), (["chart", "teir", "x.svg"], "E-RUN-003", "tier"),
])  # fmt: skip
def test_a_near_name_is_offered(shop: Shop, call: Any, monkeypatch: Any, words: Any, code: str, near: str) -> None:
    monkeypatch.chdir(shop)
    call("run")
    said = call(*words)
    assert (said.status, said.err.split(" ")[0]) == (1, code)
    assert near in said.err


def test_wrong_usage_ends_with_two(call: Any) -> None:
    assert call("run", "--nonsense").status == 2
    assert call("explain").status == 2
    assert call("paint").status == 2


def test_debug_alone_shows_a_traceback(shop: Shop, call: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(shop)
    assert "Traceback" in call("summary", "--debug").err
    assert "Traceback" not in call("summary").err


def test_schema_and_generate(call: Any, tmp_path: Path) -> None:
    assert "$defs" in call("schema").json
    folder = tmp_path / "company"
    assert call("generate", folder, "--customers", 20, "--start", "2024-01-01", "--end", "2024-03-31").status == 0
    assert call("check", folder, "--json").json["ok"]
    again = call("generate", folder, "--customers", 20)
    assert (again.status, again.err.split(" ")[0]) == (1, "E-GEN-005")


def test_help_comes_at_once_without_the_heavy_libraries() -> None:
    program = (
        "import sys\nfrom custrata.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'ibis', 'duckdb', 'pyarrow', 'pandas', 'polars', 'altair', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout


def test_check_can_look_into_the_files_without_running(shop: Shop, call: Any) -> None:
    said = call("check", "--data", shop)
    assert said.status == 0, said.err
    assert "data/sales.csv, 5 rows looked at" in said.out and "The files fit the scheme; 1 of the values" in said.out
    data = call("check", "--data", shop, "--json").json
    assert [s["source"] for s in data["sources"]] == ["orders", "customers"]
    paid = next(c for c in data["sources"][0]["columns"] if c["column"] == "amount")
    assert (paid["header"], paid["filled"], paid["readable"]) == ("paid", 5, 4)
    assert not (shop / ".custrata").exists()
    (shop / "data" / "people.csv").unlink()
    gone = call("check", "--data", shop)
    assert (gone.status, gone.err.split(" ")[0]) == (1, "E-FILE-001")
    assert call("check", shop).status == 0, "the scheme alone is fine"


def test_a_run_on_the_last_day_of_a_month_says_which_month_the_last_one_is(shop: Shop, call: Any) -> None:
    scheme = (
        (shop / "scheme.yaml")
        .read_text("utf-8")
        .replace("spend: {monetary: lifetime}", "spend: {monetary: last month}")
    )
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    said = " ".join(call("run", shop).out.split())
    assert "2024-03-31 is the last day of its month, and last month means 2024-02-01 to 2024-02-29" in said
    assert "is the last day" not in call("run", shop, "--as-of", "2024-03-30").out
