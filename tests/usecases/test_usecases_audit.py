"""The audit: every defect is found by its own check and by no other, with the right counts; a clean shop has none."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from audit_defects import GROUPS, Expected, spoiled
from audit_shops import LAST, SCHEME, audited, checked, clean_shop, copied, findings, told

from custrata.core.audit.model import Audit

pytestmark = pytest.mark.slow

CLEAN = clean_shop()


@pytest.fixture(scope="module")
def clean() -> Audit:
    return audited(copied(CLEAN))


def test_a_clean_shop_has_nothing_to_mend_and_scores_full(clean: Audit) -> None:
    assert told(clean) == {}
    assert clean.score.total == 100
    assert {s.code for s in clean.skipped} == {"A-CON-004", "A-CON-008"}, "no freight, no control totals"
    assert [c.filled for c in clean.columns if c.column != "status"] == [1.0] * (len(clean.columns) - 1)
    wholly_returned = sum(len(CLEAN.order(r["order_id"])) == 1 for r in CLEAN.returns)
    assert sum(m.orders for m in clean.months) == len({r["order_id"] for r in CLEAN.orders}) - wholly_returned


@pytest.mark.parametrize("group", GROUPS)
def test_each_defect_is_found_by_its_own_check_alone_and_counted_right(group: str) -> None:
    shop = copied(CLEAN)
    expected: Expected = {}
    for plant in GROUPS[group]:
        expected |= plant(shop)
    found = told(audited(shop))
    assert set(found) == set(expected), {c: dict(f.values) for c, f in found.items() if c not in expected}
    for code, (severity, values) in expected.items():
        finding = found[code]
        assert finding.severity == severity, (code, finding.share)
        assert {k: finding.values[k] for k in values} == values, code
        assert 0 < finding.share <= 1


def test_a_fixed_as_of_date_long_after_the_last_sale_warns() -> None:
    old = SCHEME.replace("2024-12-31", "2025-07-31")
    finding = checked(copied(CLEAN), "freshness", old, today=date(2025, 8, 1))
    assert (finding.severity, finding.values["days"]) == ("warning", 212)
    recent = SCHEME.replace("2024-12-31", "end of data")
    assert checked(copied(CLEAN), "freshness", recent, today=LAST + timedelta(days=40)).severity == "notice"


def test_the_order_of_the_rows_never_matters() -> None:
    shop = spoiled(CLEAN)
    found = findings(shop)
    rng = random.Random(3)
    for rows in (shop.orders, shop.returns, shop.customers, shop.products):
        rng.shuffle(rows)
    again = findings(shop)
    # Where the rows stand is another matter; all else is the same to the last digit.
    assert [replace(f, examples=()) for f in again] == [replace(f, examples=()) for f in found]
    assert sum(f.severity != "good" for f in found) > 15


def test_examples_stand_where_they_say() -> None:
    """Every example is a cell of the file that it names, in the row that it names (below a header)."""
    shop = spoiled(CLEAN)
    for finding in audited(shop).findings:
        assert len(finding.examples) <= 20
        for e in finding.examples:
            rows: list[Any] = getattr(shop, e.source)
            if e.source == "orders":
                rows = [r for r in rows if shop.file(r) == e.file]
            assert e.row is not None
            cell = rows[e.row - 2].get(e.column)
            shown = Decimal(e.value) if e.value is not None and isinstance(cell, Decimal | int) else e.value
            assert shown == (str(cell) if isinstance(cell, date) else cell), (finding.code, e)


def test_an_order_far_beyond_habit_is_shown_by_all_its_lines() -> None:
    shop = copied(CLEAN)
    GROUPS["outliers"][0](shop)
    finding = told(audited(shop))["A-VAL-004"]
    big = max(shop.orders, key=lambda r: r["amount"])
    rows = {i for i, r in enumerate(shop.orders, 2) if r["order_id"] == big["order_id"]}
    assert {e.row for e in finding.examples} == rows
    assert finding.details is not None
    assert finding.details.rows[0][:2] == ("c03", big["order_id"])
