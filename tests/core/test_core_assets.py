"""What customers hold: of each kind the latest value that is known on the as-of date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shops import AS_OF, classify, column, evaluated, sales, the_problem

Told = tuple[Any, ...]
ONE_SALE = (("ann", "2024-03-01", 100),)


def held(*rows: Told) -> pa.Table:
    """Assets from (customer, day, value) and, where wanted, kind."""
    return pa.table({
        "customer_id": [r[0] for r in rows],
        "day": pa.array([date.fromisoformat(r[1]) for r in rows], pa.date32()),
        "value": pa.array([str(r[2]) for r in rows]), "kind": pa.array([(*r, None)[3] for r in rows], pa.string()),
    })  # fmt: skip


def assets(written: str, *rows: Told) -> dict[str, Any]:
    body = f"metrics: {{it: {written}}}"
    return column(classify(body, sales(*ONE_SALE), assets=held(*rows), as_of=AS_OF), "it")


def test_of_what_a_customer_holds_the_latest_value_of_each_kind_counts() -> None:
    rows = [("ann", "2024-01-31", 10, "fund"), ("ann", "2024-02-29", 20, "fund"), ("ann", "2024-01-31", 5, "cash"),
            ("ann", "2024-04-01", 99, "cash"), ("bob", "2024-04-01", 1, "cash")]  # fmt: skip
    assert assets("{assets: all}", *rows) == {"ann": Decimal(25)}
    assert assets("{assets: fund}", *rows) == {"ann": Decimal(20)}
    assert assets("{assets: [fund, cash], window: 40 days}", *rows) == {"ann": Decimal(20)}
    assert assets("{assets: all}", ("cid", "2024-01-01", 0)) == {"ann": None, "cid": Decimal(0)}


def test_two_values_of_one_day_are_told_and_a_repeated_one_counts_once() -> None:
    told = ((10, "fund"), (10, "fund"), (7, "cash"), (8, "cash"))
    rows = [("ann", "2024-01-31", value, kind) for value, kind in told]
    body = "metrics: {it: {assets: all}}"
    with evaluated(body, sales(*ONE_SALE), assets=held(*rows), as_of=AS_OF) as result:
        found = result.quarantine().to_pylist()
        assert [(r["code"], r["column"]) for r in found] == [("E-ROW-013", "value")]
        assert result.rows["assets"].excluded_by == {"duplicate": 1}
        assert result.table().to_pylist()[0]["it"] == 10 + (15 - Decimal(found[0]["value"]))
        assert [(a["kind"], a["value"]) for a in result.explain("ann").assets] == [("cash", 7), ("fund", 10)]


def test_a_kind_of_asset_that_no_row_is_of_is_a_slip() -> None:
    assert the_problem("scheme: x\nmetrics: {it: {assets: funds}}", orders=sales(*ONE_SALE),
                       assets=held(("ann", "2024-01-01", 1, "fund"))).code == "E-SCHEME-055"  # fmt: skip
