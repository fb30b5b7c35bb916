"""Decimal commas and CR/DR: read as the source says, never by the look of one cell."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from custrata.core.facts.marks import usual
from custrata.core.facts.parse import parse
from custrata.core.guess import guess_columns, profile, source_options
from custrata.core.scheme.model import Scheme


def read(cell: str, decimal: Any = "point", credit: Any = None) -> float | str | None:
    """The number in a cell, or the code of what is wrong with it."""
    t = ibis.memtable([(cell,)], schema={"cell": "string"})
    p = parse(usual(t.cell, "money", decimal, credit), "money")
    codes = {f"c{i}": holds for i, (_, holds) in enumerate(p.because)}
    row = t.select(value=p.value, unreadable=p.unreadable, **codes).to_pyarrow().to_pylist()[0]
    if row["unreadable"]:
        return next((code for i, (code, _) in enumerate(p.because) if row[f"c{i}"]), "E-ROW-002")
    return None if row["value"] is None else float(row["value"])


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("1.234,56", "E-ROW-016", 1234.56), ("12,5", "E-ROW-016", 12.5), ("1.234", 1.234, 1234.0),
        ("1,234", 1234.0, 1.234), ("€ 1.234.567,80-", "E-ROW-016", -1234567.8), ("(12,50)", "E-ROW-016", -12.5),
        ("(12.50)", -12.5, "E-ROW-016"), ("12.50-", -12.5, "E-ROW-016"), ("17", 17.0, 17.0),
        ("１２，５", "E-ROW-016", 12.5),
        ("-", None, None), ("n. a.", "E-ROW-002", "E-ROW-002"),
    ],
)  # fmt: skip
def test_the_source_says_which_sign_is_before_the_decimals(cell: str, point: Any, comma: Any) -> None:
    assert (read(cell), read(cell, "comma")) == (point, comma)


@pytest.mark.parametrize(("cell", "minus"), [("12.50 CR", -12.5), ("12.50Dr.", 12.5), ("¥3 cr", -3.0), ("7", 7.0)])
def test_credits_are_read_only_where_the_source_says_what_they_are(cell: str, minus: float) -> None:
    assert read(cell, credit="minus") == minus
    assert read(cell, credit="plus") == (7.0 if cell == "7" else -minus)
    assert read(cell) == (7.0 if cell == "7" else "E-ROW-002")


def options(amounts: list[str], prices: list[str] | None = None) -> dict[str, Any]:
    n = len(amounts)
    columns = {"单号": [f"S{i}" for i in range(n)], "客户编码": [f"C{i % 3}" for i in range(n)],
               "日期": ["2024-01-05"] * n, "实收金额": amounts, "单价": prices or ["5"] * n}  # fmt: skip
    return source_options(guess_columns([profile(name, v) for name, v in columns.items()], "orders"))


def test_a_column_in_which_every_number_can_have_a_decimal_comma_and_one_must_is_told_by_itself() -> None:
    many = ["1.234,50", "12,5", "8", "1.000", "99,95", "7,10"]
    assert options(many)["decimal"] == "comma"
    assert "decimal" not in options([*many[:-1], "7.1"])
    assert "decimal" not in options(["1.234", "8", "1.000", "12", "13", "14"])
    assert "decimal" not in options(many, ["2.5", "3.5", "1.25", "8.75", "1.5", "2.25"])
    assert options(["1.50 CR", "20.00 DR", "30.00", "4.25", "8.10", "9.99"])["credit"] == "minus"


def test_a_scheme_that_says_nothing_of_marks_stays_the_scheme_it_was() -> None:
    scheme = "scheme: x\nsources: {orders: {file: a.csv%s}}\nmetrics: {spend: {monetary: lifetime}}\n"
    plain, point, comma = (Scheme.parse(scheme % s, "s.yaml") for s in ("", ", 小数点: 点", ", decimal: comma"))
    assert plain.fingerprint.logic == point.fingerprint.logic != comma.fingerprint.logic
    assert "decimal" not in plain.sources.rules()["orders"]
