"""From duplicates to one customer and back, as a person would: find, record, look up, split, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SCHEME = """scheme: Corner shop
sources:
  orders: {file: data/sales.csv, columns: {customer_id: who, ordered_at: day, amount: paid, order_id: no}}
  customers: {file: data/people.csv, columns: {customer_id: who, joined_at: since}}
"""
PEOPLE = """who,since,名称,手机号
1001,2020-05-01,恒达商贸有限公司,13977011000
1002,2019-05-01,恒达商贸有限责任公司,139 7701 1000
1003,2021-05-01,王建业,13977011001
1004,2021-06-01,王建叶,13977011001
1005,2021-07-01,=cmd,
"""
SALES = "who,day,paid,no\n1001,2024-03-01,90,a\n1001,2024-03-02,90,b\n1003,2024-03-01,5,c\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    (folder / "data" / "sales.csv").write_text(SALES, "utf-8")
    (folder / "data" / "people.csv").write_text(PEOPLE, "utf-8")
    return folder


def test_a_person_finds_records_and_looks_up_duplicates(shop: Path, call: Any) -> None:
    found = call("duplicates", "-w", shop, "--json").json
    assert [g["members"] for g in found["groups"]] == [["1001", "1002"]]
    assert found["groups"][0]["survivor"] == "1002" and found["groups"][0]["rules"] == ["phone+name"]
    assert found["recorded"] is None
    said = call("duplicates", "-w", shop, "--apply", "--out", shop / "review.xlsx")
    assert said.status == 0, said.err
    assert "1002" in said.out and "phone and name" in said.out and (shop / "review.xlsx").exists()
    resolved = call("resolve", "1001", "-w", shop, "--json").json
    assert (resolved["survivor"], resolved["members"]) == ("1002", ["1002", "1001"])
    assert call("resolve", "1001", "-w", shop, "--at", "2020-01-01", "--json").json["survivor"] == "1001"
    assert "归入 1002" in call("resolve", "1001", "-w", shop, "--lang", "zh").out


def test_a_person_merges_splits_and_undoes(shop: Path, call: Any) -> None:
    assert (
        call("merge", "1003", "1004", "-w", shop, "--reason", "brothers? no, one", "--json").json["survivor"] == "1003"
    )
    assert call("resolve", "1004", "-w", shop, "--json").json["entries"][0]["reason"] == "brothers? no, one"
    assert call("split", "1004", "-w", shop, "--reason", "brothers").status == 0
    assert call("resolve", "1004", "-w", shop, "--json").json["apart"] == ["1003"]
    assert call("split", "--undo", "2", "-w", shop, "--reason", "one after all").status == 0
    assert call("resolve", "1004", "-w", shop, "--json").json["survivor"] == "1003"
    assert "Entry 2" not in call("resolve", "1004", "-w", shop).err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["merge", "1001", "--reason", "x"], "E-ID-015"),
        (["merge", "1001", "1002"], "E-ID-016"),
        (["merge", "1001", "100", "--reason", "x"], "E-ID-005"),
        (["split", "1001", "--reason", "x"], "E-ID-007"),
        (["split", "--reason", "x"], "E-ID-014"),
        (["resolve", "1001", "--at", "soon"], "E-ID-013"),
        (["resolve", "nobody"], "E-ID-005"),
        (["duplicates", "--decisions", "r.csv", "--apply"], "E-ID-014"),
        (["duplicates", "--out", "r.pdf"], "E-ID-009"),
    ],
)
def test_what_cannot_be_done_is_told(shop: Path, call: Any, words: list[str], code: str) -> None:
    said = call(*words, "-w", shop)
    assert said.status == 1
    assert said.err.startswith(code), said.err


def test_without_a_source_of_customers_there_is_nobody_to_compare(shop: Path, call: Any) -> None:
    (shop / "scheme.yaml").write_text(SCHEME.rsplit("  customers", 1)[0], "utf-8")
    assert call("duplicates", "-w", shop).err.startswith("E-ID-003")
    (shop / "scheme.yaml").write_text(SCHEME, "utf-8")
    (shop / "data" / "people.csv").write_text("who,since,note\n1001,2020-05-01,x\n", "utf-8")
    assert call("duplicates", "-w", shop).err.startswith("E-ID-004")


def test_a_merged_customer_is_explained_under_the_id_that_stands_and_his_orders_under_their_own(
    shop: Path, call: Any
) -> None:
    assert call("merge", "1003", "1001", "-w", shop, "--reason", "one").status == 0
    assert call("run", shop).status == 0
    told = call("explain", "1003", "-w", shop, "--json").json
    assert (told["asked"], told["customer_id"]) == ("1003", "1001")
    assert {o["order_id"]: o["original_id"] for o in told["orders"]} == {"a": None, "b": None, "c": "1003"}
    assert "1003 现计入 1001" in call("explain", "1003", "-w", shop, "--lang", "zh").out
    said = call("explain", "1001", "-w", shop).out
    assert "booked under" in said and "counts under" not in said
    assert call("explain", "1004", "-w", shop, "--json").json["asked"] is None
