"""What a finding does to the classes is what applying the scheme to the mended shop shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from audit_defects import identical_rows, overlapping_files, repeated_customers, repeated_orders
from audit_shops import SCHEME, Row, Shop, audited, clean_shop, copied, table, told

from custrata import Scheme, evaluate
from custrata.core.audit.finding import Finding
from shops import backend

pytestmark = pytest.mark.slow

CLEAN = clean_shop()
SEGMENTS = ("tier", "rfm", "taste", "trade")
# Limits that few customers are far from, so that a little money moves many.
CLOSE = SCHEME.replace(
    "big: above 3000, small: else", "a: above 7000, b: above 6500, c: above 6000, d: above 5500, e: else"
)


def classes(shop: Shop) -> dict[str, Row]:
    tables = {
        name: table(rows) for name in ("orders", "returns", "customers", "products") if (rows := getattr(shop, name))
    }
    with evaluate(Scheme.parse(CLOSE), backend=backend(), **tables) as result:
        return {r["customer_id"]: r for r in result.table().to_pylist()}


def difference(before: dict[str, Row], after: dict[str, Row], same: Callable[[str], str] = str) -> dict[str, Any]:
    """Segment → customers who are in another class, and in any at all."""
    moved = {s: {c for c, r in before.items() if r[s] != after[same(c)][s]} for s in SEGMENTS}
    found: dict[str, Any] = {s: (len(who), sum(before[c]["spend"] for c in who)) for s, who in moved.items() if who}
    found["any"] = len(set().union(*moved.values()))
    return found


def shown(finding: Finding) -> dict[str, Any]:
    assert finding.effects is not None
    return {e.segment: (e.customers, e.spend) for e in finding.effects} | {"any": finding.moved}


def wrong_amounts(shop: Shop) -> tuple[str]:
    """A third of the sales, those without returns, are booked with tax."""
    returned = {r["order_id"] for r in shop.returns}
    for r in shop.orders[::3]:
        if r["order_id"] not in returned:
            r["amount"] = (r["amount"] * Decimal("1.13")).quantize(Decimal("0.01"))
    return ("A-CON-001",)


@pytest.mark.parametrize("plant", [overlapping_files, repeated_orders, wrong_amounts])
def test_mending_a_defect_moves_as_many_customers_as_the_shop_without_it(plant: Callable[[Shop], Any]) -> None:
    spoiled = copied(CLEAN)
    (code,) = plant(spoiled)
    finding = told(audited(spoiled, CLOSE))[code]
    expected = difference(classes(spoiled), classes(CLEAN))
    assert shown(finding) == expected
    assert expected["any"] > 0, "or the test shows nothing"


def test_merging_customers_moves_as_many_as_the_shop_in_which_they_are_one() -> None:
    spoiled, one = copied(CLEAN), copied(CLEAN)
    (code,) = repeated_customers(spoiled)
    for r in (*one.orders, *one.returns):
        r["customer_id"] = "c05" if r["customer_id"] == "c38" else r["customer_id"]
    del one.customers[38]
    finding = told(audited(spoiled, CLOSE))[code]
    expected = difference(classes(spoiled), classes(one), lambda c: "c05" if c == "c38" else c)
    assert shown(finding) == expected
    assert expected["any"] > 1


def test_a_scheme_without_segments_has_no_effects_to_tell_of() -> None:
    spoiled = copied(CLEAN)
    (code,) = identical_rows(spoiled)
    bare = SCHEME[: SCHEME.index("segments:")]
    assert told(audited(spoiled, bare))[code].effects is None
