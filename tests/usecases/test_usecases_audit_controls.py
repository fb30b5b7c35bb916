"""Control totals: what explains a difference is named, whatever form the totals come in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from audit_shops import SCHEME, Shop, audited, checked, clean_shop, copied, told

from custrata import CustrataError
from custrata.core.audit.facts import Control
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.usecases.controls import read_controls
from shops import backend

pytestmark = pytest.mark.slow

CLEAN = clean_shop()


def months(shop: Shop) -> dict[date, Decimal]:
    """What the books would say, refunds on the day of their order."""
    days = {r["order_id"]: r["ordered_at"] for r in shop.orders}
    found: dict[date, Decimal] = defaultdict(Decimal)
    for r in shop.orders:
        found[r["ordered_at"].replace(day=1)] += r["amount"]
    for r in shop.returns:
        found[days[r["order_id"]].replace(day=1)] -= r["amount"]
    return found


def controls(sums: dict[date, Decimal]) -> list[Control]:
    return [Control(month, total) for month, total in sorted(sums.items())]


def test_totals_that_agree_are_no_finding() -> None:
    finding = checked(copied(CLEAN), "control_totals", controls=controls(months(CLEAN)))
    assert (finding.code, finding.severity) == ("A-CON-008", "good")


def walk_ins(shop: Shop) -> dict[date, Decimal]:
    sums = months(shop)
    for r in shop.orders[::7]:
        if r["order_id"] not in {x["order_id"] for x in shop.returns}:
            r["customer_id"] = "walk-in"
    return sums


def other_statuses(shop: Shop) -> dict[date, Decimal]:
    sums = months(shop)
    for r in shop.orders[::9]:
        if r["order_id"] not in {x["order_id"] for x in shop.returns}:
            r["status"] = "open"
    return sums


def gross(shop: Shop) -> dict[date, Decimal]:
    sums = months(shop)
    days = {r["order_id"]: r["ordered_at"] for r in shop.orders}
    for r in shop.returns:
        sums[days[r["order_id"]].replace(day=1)] += r["amount"]
    return sums


def repeated(shop: Shop) -> dict[date, Decimal]:
    sums = months(shop)
    shop.orders += [dict(r) for r in shop.orders[1000:1100]]
    return sums


def taxed(shop: Shop) -> dict[date, Decimal]:
    return {month: (total * Decimal("1.13")).quantize(Decimal("0.01")) for month, total in months(shop).items()}


def refunds_on_their_day(shop: Shop) -> dict[date, Decimal]:
    for r in shop.returns:
        r["returned_at"] += timedelta(days=20)
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for r in shop.orders:
        sums[r["ordered_at"].replace(day=1)] += r["amount"]
    for r in shop.returns:
        sums[r["returned_at"].replace(day=1)] -= r["amount"]
    return {m: total for m, total in sums.items() if m.year == 2024}


@pytest.mark.parametrize(
    ("make", "causes"),
    [
        (walk_ins, ("anonymous",)),
        (other_statuses, ("status",)),
        (gross, ("refunds",)),
        (repeated, ("repeats",)),
        (taxed, ("factor",)),
        (refunds_on_their_day, ("refund_day",)),
    ],
    ids=lambda v: v.__name__ if callable(v) else "",
)
def test_the_rule_that_explains_the_difference_is_named(make: Any, causes: tuple[str, ...]) -> None:
    shop = copied(CLEAN)
    sums = make(shop)
    until = SCHEME.replace("2024-12-31", "2025-01-31")
    finding = checked(shop, "control_totals", until, today=date(2025, 2, 1), controls=controls(sums))
    assert finding.hints == causes
    if causes != ("factor",):
        assert finding.values["explained"] == finding.values["months"]


def test_a_month_that_is_missing_from_the_files_is_told() -> None:
    shop = copied(CLEAN)
    sums = months(shop)
    gone = {r["order_id"] for r in shop.orders if r["ordered_at"].month == 5}
    shop.orders = [r for r in shop.orders if r["order_id"] not in gone]
    shop.returns = [r for r in shop.returns if r["order_id"] not in gone]
    found = told(audited(shop, controls=controls(sums)))
    assert set(found) == {"A-CON-008", "A-TIM-001"}
    assert found["A-TIM-001"].severity == "serious"
    details = found["A-CON-008"].details
    assert details is not None
    causes = {row[0]: row[-1].key for row in details.rows}  # type: ignore[union-attr]
    assert causes["2024-05"] == "control.no_sales"
    assert set(causes.values()) == {"control.no_sales", "control.agrees"}
    assert found["A-CON-008"].spend == sums[date(2024, 5, 1)]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    engine = DuckDBEngine("Asia/Shanghai", tmp_path, backend())
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.csv", 'month,total,orders\n2024-02,20.5,3\n2024-01,"1,000",\n'),
        ("c.csv", "月份,金额,订单数\n2024年1月,1000,\n2024/2,20.50,3\n,,\n"),
        ("c.yaml", "2024-01: 1000\n2024-02: {total: 20.5, orders: 3}\n"),
    ],
)
def test_totals_are_read_from_tables_and_yaml_in_both_languages(
    name: str, text: str, engine: Any, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read_controls(tmp_path / name, engine, tmp_path) == (
        Control(date(2024, 1, 1), Decimal(1000)),
        Control(date(2024, 2, 1), Decimal("20.5"), 3),
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("month,profit\n2024-01,1\n", ["E-DATA-020"]),
        ("month,total\n2024-13,1\n2024-01,many\n2024-02,1\n2024-02,1\n", ["E-DATA-021"] * 3),
    ],
)
def test_totals_that_cannot_be_read_are_told_row_by_row(
    text: str, codes: list[str], engine: Any, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(text, "utf-8")
    with pytest.raises(CustrataError) as caught:
        read_controls(tmp_path / "c.csv", engine, tmp_path)
    assert [p.code for p in caught.value.problems] == codes
    assert all(p.place.startswith("c.csv") for p in caught.value.problems)
