"""`check --data` finds what a run would stumble over, all of it at once, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from custrata import CustrataError, Problem, Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.check import ROWS, SourceCheck, check_data

pytestmark = pytest.mark.slow

SCHEME = """scheme: Shop
as_of: 2020-01-01
sources:
  orders: {file: sales.csv, columns: {customer_id: who, ordered_at: day, amount: paid}}
  returns: {file: back.csv, columns: {returned_at: day, amount: paid, customer_id: who}}
  customers: {file: people.csv, columns: {customer_id: who, trade: trade}}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  trade: {attribute: trade}
"""
FILES = {
    "sales.csv": "who,day,paid,note\nann,2024-03-01,90\nbob,2024-03-02,\nann,soon,5\n",
    "back.csv": "who,day,paid\nann,2024-03-05,3\n",
    "people.csv": "who,trade\nann,tea\nbob,\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    return tmp_path


def checked(shop: Path) -> dict[str, SourceCheck]:
    found = check_data(Scheme.load(shop / "scheme.yaml"), shop, duckdb_engine)
    return {c.source: c for c in found}


def told(shop: Path) -> list[Problem]:
    with pytest.raises(CustrataError) as caught:
        checked(shop)
    return list(caught.value.problems)


def test_each_column_with_an_example_and_how_many_can_be_read(shop: Path) -> None:
    """An as-of date before every sale is no fault of the files."""
    found = checked(shop)
    orders = {c.column: (c.header, c.type, c.filled, c.readable) for c in found["orders"].columns}
    assert orders == {
        "customer_id": ("who", "id", 3, 3), "ordered_at": ("day", "day", 3, 2), "amount": ("paid", "money", 2, 2),
    }  # fmt: skip
    assert (found["orders"].rows, found["orders"].unused, found["orders"].files) == (3, ["note"], ["sales.csv"])
    assert [c.example for c in found["customers"].columns] == ["ann", "tea"]
    assert sorted(p.name for p in shop.iterdir()) == sorted(["scheme.yaml", *FILES]), "looking leaves nothing behind"


def test_what_is_wrong_with_every_file_is_told_at_once(shop: Path) -> None:
    (shop / "sales.csv").write_text("who,date,paid\nann,2024-03-01,90\n", "utf-8")
    (shop / "back.csv").unlink()
    (shop / "people.csv").write_text("no,trade\nann,tea\n", "utf-8")
    assert sorted((p.code, p.place) for p in told(shop)) == [
        ("E-DATA-003", "people.csv"), ("E-DATA-003", "sales.csv"), ("E-FILE-001", "back.csv"),
    ]  # fmt: skip


def test_a_column_that_needs_another_is_told_before_the_run(shop: Path) -> None:
    scheme = (shop / "scheme.yaml").read_text("utf-8") + "metrics: {share: {discount_share: lifetime}}\n"
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    assert {p.code for p in told(shop)} == {"E-SCHEME-039"}


def test_dates_that_are_no_dates_are_told_with_one_of_them(shop: Path) -> None:
    rows = "".join(f"ann,{d:02}/03/2024,{d}\n" for d in range(1, 29))
    (shop / "sales.csv").write_text(f"who,day,paid\nann,2024-03-01,9\n{rows}", "utf-8")
    (problem,) = told(shop)
    assert (problem.code, problem.place) == ("E-DATA-010", "sales.csv")
    assert "28 of the 29 values" in problem.message("en") and "13/03/2024" in problem.message("en")
    assert "dmy" in problem.mend("en") and "dmy" in problem.mend("zh")


def test_a_needed_column_that_is_mostly_empty_is_told(shop: Path) -> None:
    (shop / "sales.csv").write_text("who,day,paid\n" + ",2024-03-01,9\n" * 9 + "ann,2024-03-01,9\n", "utf-8")
    (problem,) = told(shop)
    assert problem.code == "E-DATA-011"
    assert "9 of the 10 rows" in problem.message("en") and "no customer" in problem.message("en")


def test_returns_of_orders_that_were_not_looked_at_are_no_fault(shop: Path) -> None:
    columns = "{returned_at: day, amount: paid, order_id: no}"
    scheme = SCHEME.replace("{returned_at: day, amount: paid, customer_id: who}", columns)
    scheme = scheme.replace("amount: paid}}\n  returns", "amount: paid, order_id: no}}\n  returns")
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    lines = "".join(f"{i},ann,2024-03-01,9\n" for i in range(3 * ROWS))
    (shop / "sales.csv").write_text(f"no,who,day,paid\n{lines}", "utf-8")
    back = "".join(f"{i},2024-03-02,1\n" for i in range(0, 3 * ROWS, 3))
    (shop / "back.csv").write_text(f"no,day,paid\n{back}", "utf-8")
    found = checked(shop)
    assert (found["orders"].rows, found["returns"].rows) == (ROWS, ROWS)


def test_a_file_without_a_usable_row_says_why(shop: Path) -> None:
    scheme = SCHEME.replace("amount: paid}}\n  returns", "amount: paid, status: state}, count: [paid]}\n  returns")
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    (shop / "sales.csv").write_text("who,day,paid,state\nann,2024-03-01,9,Paid!\n", "utf-8")
    (problem,) = told(shop)
    assert problem.code == "E-DATA-006" and "status" in problem.text("en")


def test_a_reading_that_is_told_of_no_file_is_noted(shop: Path) -> None:
    told = 'orders: {file: sales.csv, by_file: {"sale.csv": {header: 1}, "sal*.csv": {header: 1}},'
    (shop / "scheme.yaml").write_text(SCHEME.replace("orders: {file: sales.csv,", told), "utf-8")
    notes: list[Problem] = []
    check_data(Scheme.load(shop / "scheme.yaml"), shop, duckdb_engine, notes=notes)
    assert [(n.code, n.place, n.values["suggestion"]) for n in notes if n.code == "E-FILE-028"] == [
        ("E-FILE-028", "sources.orders.by_file.sale.csv", "sales.csv")
    ]
