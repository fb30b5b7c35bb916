"""`custrata init`: what it shows, asks, writes and ends with."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from custrata.core.scheme.model import Scheme
from custrata.locale import LANGS

HEADERS = "单号,会员号,日期,实收金额,状态"
SALES = "\n".join(
    ["门店销售明细表,,,,", HEADERS]
    + [f"XS{100 + i},C{i % 9},2024-{1 + i % 12:02}-15,{10 + i}.50,{'已取消' if i % 7 == 6 else '已完成'}"
       for i in range(60)]
    + ["合计,,,2400.00,"]
)  # fmt: skip
DATES = "\n".join(
    ["order number,customer,date,amount,currency"]
    + [f"A{i},K{i % 9},{1 + i % 12:02}/{1 + (5 * i) % 12:02}/2024,{10 + i}.50,EUR" for i in range(60)]
)


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    (tmp_path / "销售.csv").write_bytes(SALES.encode("gbk"))
    return tmp_path / "销售.csv"


@pytest.fixture
def dates(tmp_path: Path) -> Path:
    """Nothing tells day from month."""
    (tmp_path / "orders.csv").write_text(DATES, "utf-8")
    return tmp_path / "orders.csv"


def test_a_sure_guess_asks_nothing_and_runs(sales: Path, tmp_path: Path, call: Any) -> None:
    said = call("init", tmp_path / "shop", sales, "--lang", "zh")
    assert (said.status, said.err) == (0, "")
    assert "GB18030" in said.out and "表头在第 2 行" in said.out
    assert "不计入：已取消 (8)" in said.out and "（“合计”）是合计" in said.out
    assert "已发布批次" in said.out and "report -w" in said.out
    shown = call("summary", "rfm", "-w", tmp_path / "shop", "--json")
    assert sum(row["customers"] for row in shown.json) == 9


@pytest.mark.parametrize("lang", LANGS)
def test_only_writing(sales: Path, tmp_path: Path, call: Any, lang: str) -> None:
    said = call("init", tmp_path / "shop", sales, "--no-run", "--lang", lang)
    assert said.status == 0
    assert not (tmp_path / "shop" / ".custrata").exists()
    assert Scheme.load(tmp_path / "shop").lang == lang
    assert call("check", tmp_path / "shop", "--data").status == 0


def test_where_nobody_can_be_asked_the_guess_is_shown_and_yes_is_proposed(
    dates: Path, tmp_path: Path, call: Any
) -> None:
    said = call("init", tmp_path / "shop", dates)
    assert said.status == 1
    assert "ordered_at" in said.out and "Open: Which way round are dates" in said.out
    assert said.err.startswith("E-INIT-003") and "--yes" in said.err
    assert not (tmp_path / "shop").exists()


def test_yes_takes_the_best_guess_and_says_so(dates: Path, tmp_path: Path, call: Any) -> None:
    said = call("init", tmp_path / "shop", dates, "--yes")
    assert said.status == 0
    assert "Assumed: Which way round are dates" in said.out
    order = Scheme.load(tmp_path / "shop").sources.orders.dates
    assert order in ("dmy", "mdy")
    line = next(x for x in (tmp_path / "shop" / "scheme.yaml").read_text("utf-8").splitlines() if "dates:" in x)
    assert f"dates: {order}  # " in line and "%: no day in 'date' is above 12" in line


@pytest.mark.parametrize(("typed", "order"), [("\n", 0), ("7\n2\n", 1)])
def test_a_person_is_asked(
    dates: Path, tmp_path: Path, call: Any, monkeypatch: pytest.MonkeyPatch, typed: str, order: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    said = call("init", tmp_path / "shop", dates)
    assert said.status == 0, said.err
    assert "Which way round are dates" in said.out and "1–2 [1]: " in said.out
    assert ("Type a number from 1 to 2" in said.out) == (order == 1)
    offered = [line.split()[1].rstrip(",") for line in said.out.splitlines() if line.startswith(("  1  ", "  2  "))]
    words = {"day/month/year": "dmy", "month/day/year": "mdy"}
    assert Scheme.load(tmp_path / "shop").sources.orders.dates == words[offered[order]]


def test_who_hangs_up_leaves_nothing(
    dates: Path, tmp_path: Path, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    said = call("init", tmp_path / "shop", dates)
    assert said.status == 1 and said.err.startswith("E-INIT-003")
    assert not (tmp_path / "shop").exists()


def test_who_stops_the_program_sees_no_error_and_leaves_nothing(
    dates: Path, tmp_path: Path, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Terminal):
        def readline(self, *_: Any) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Stopped())
    said = call("init", tmp_path / "shop", dates)
    assert (said.status, said.err) == (130, "")
    assert not (tmp_path / "shop").exists()


def test_the_guess_and_the_run_as_data(sales: Path, tmp_path: Path, call: Any) -> None:
    found = call("init", tmp_path / "shop", sales, "--json").json
    table = found["tables"][0]
    columns = {c["column"]: c["header"] for c in table["columns"]}
    assert columns["customer_id"] == "会员号" and columns["amount"] == "实收金额"
    assert all(0 < c["certainty"] <= 1 and c["reasons"] for c in table["columns"])
    assert (table["encoding"], table["header"], table["questions"]) == ("gb18030", 2, [])
    assert [(s["status"], s["counts"], s["rows"]) for s in table["statuses"]] == [
        ("已完成", True, 52), ("已取消", False, 8)]  # fmt: skip
    assert (found["ok"], found["run"]["customers"]) == (True, 9)
    assert Path(found["scheme"]).is_file()


def test_open_questions_as_data(dates: Path, tmp_path: Path, call: Any) -> None:
    said = call("init", tmp_path / "shop", dates, "--json")
    assert said.status == 1
    assert said.json["problems"][0]["code"] == "E-INIT-003"
    question = said.json["tables"][0]["questions"][0]
    assert {o["value"] for o in question["options"]} == {"dmy", "mdy"}
    taken = call("init", tmp_path / "shop", dates, "--json", "--yes", "--no-run").json
    assert [(a["topic"], a["given"]) for a in taken["tables"][0]["answers"]] == [("dates", False)]
    assert taken["run"] is None


def test_a_scheme_that_stands_there_is_kept_unless_forced(sales: Path, tmp_path: Path, call: Any) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "scheme.yaml").write_text("scheme: mine", "utf-8")
    said = call("init", folder, sales)
    assert said.status == 1 and said.err.startswith("E-INIT-002") and "--force" in said.err
    assert (folder / "scheme.yaml").read_text("utf-8") == "scheme: mine"
    assert call("init", folder, sales, "--force", "--no-run").status == 0
    assert (folder / "scheme.yaml.old").read_text("utf-8") == "scheme: mine"


def test_a_file_that_is_no_table_of_sales(tmp_path: Path, call: Any) -> None:
    (tmp_path / "people.csv").write_text("customer id,name,industry\n1,Ann,tea\n2,Bob,ink\n", "utf-8")
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam,\nthank you for your letter.\n", "utf-8")
    said = call("init", tmp_path / "shop", tmp_path / "people.csv", "--yes")
    assert said.status == 1 and said.err.startswith("E-INIT-006")
    assert "customer_id" in said.out
    said = call("init", tmp_path / "shop", tmp_path / "letter.txt", tmp_path / "none.csv", "--yes")
    assert said.status == 1 and "E-FILE-001" in said.err
    said = call("init", tmp_path / "shop", tmp_path / "letter.txt", "--yes")
    assert said.status == 1 and said.err.startswith("E-INIT-001")


def test_problems_as_data(tmp_path: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "people.csv").write_text("customer id,name,industry\n1,Ann,tea\n2,Bob,ink\n", "utf-8")
    words = ["init", str(tmp_path / "shop"), str(tmp_path / "people.csv"), "--json", "--yes"]
    monkeypatch.setattr(sys, "argv", ["custrata", *words])
    found = json.loads(call(*words).out)
    assert (found["ok"], found["problems"][0]["code"], found["tables"][0]["kind"]) == (False, "E-INIT-006", "customers")


def test_how_files_are_read_can_be_said_for_all_or_for_one(tmp_path: Path, call: Any) -> None:
    (tmp_path / "一月.csv").write_bytes(SALES.encode("gbk"))
    later = "\n".join([HEADERS, *SALES.split("\n")[2:-1]]).replace(",", ";").replace("XS", "XT")
    (tmp_path / "二月.csv").write_bytes(later.encode("utf-16"))
    said = call(
        "init", tmp_path / "shop", tmp_path / "一月.csv", tmp_path / "二月.csv", "--yes", "--no-run",
        "--header", "一月.csv=2", "--header", "1", "--encoding", "一月.csv=gbk", "--delimiter", "二月.csv=;",
    )  # fmt: skip
    assert said.status == 0, said.err
    orders = Scheme.load(tmp_path / "shop").sources.orders
    assert orders.file == ("data/*月.csv",)
    told = {name: form.model_dump(exclude_none=True) for name, form in orders.by_file.items()}
    assert told["data/二月.csv"]["delimiter"] == "semicolon" and told["data/一月.csv"]["encoding"] == "gbk"
    assert {orders.header, *(f.header for f in orders.by_file.values())} - {None} == {1, 2}


@pytest.mark.parametrize("option", [("--header", "first"), ("--header", "a.csv=0"), ("--delimiter", "x")])
def test_what_an_option_cannot_be_is_told(sales: Path, tmp_path: Path, call: Any, option: tuple[str, str]) -> None:
    said = call("init", tmp_path / "shop", sales, *option)
    assert said.status == 1 and said.err.startswith(f"E-INIT-009 {option[0]}")
