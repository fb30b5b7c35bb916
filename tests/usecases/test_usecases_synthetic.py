"""A synthetic company under its own scheme is what its truth says: orders, net spend, last purchase, to the cent."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from custrata import Scheme, evaluate
from custrata.synthetic import Generated, generate

pytestmark = pytest.mark.slow

TOTALS = """
metrics:
  alltime: {monetary: lifetime}
  purchases: {frequency: lifetime}
  last_day: {last_purchase: lifetime}
  back: {sql: sum(refunded), empty: 0}
"""


@pytest.fixture(scope="module", params=["csv", "xlsx", "parquet"])
def made(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("company") / request.param
    size = 150 if request.param == "xlsx" else 400
    return generate(
        folder, customers=size, seed=11, start=date(2023, 7, 1), end=date(2024, 6, 30), format=request.param
    )


def truth_of(made: Generated) -> dict[str, dict[str, str]]:
    text = made.paths["truth"][0].read_bytes().decode(made.encoding)
    return {row["客户编码"]: row for row in csv.DictReader(text.splitlines())}


def test_every_customer_has_the_orders_the_spend_and_the_last_day_of_the_truth(made: Generated) -> None:
    text = made.scheme.read_text("utf-8").replace("\nmetrics:\n", TOTALS)
    assert text != made.scheme.read_text("utf-8")
    made.scheme.with_name("totals.yaml").write_text(text, "utf-8")
    truth = truth_of(made)
    with evaluate(made.scheme.with_name("totals.yaml")) as result:
        found = {row["customer_id"]: row for row in result.table().to_pylist()}
        assert set(found) == set(truth)
        for who, row in truth.items():
            mine = found[who]
            assert mine["purchases"] == int(row["订单数"]), who
            assert mine["alltime"] == Decimal(row["净消费"]), who
            assert str(mine["last_day"] or "") == row["最后购买日"], who
            assert Decimal(str(mine["back"])).quantize(Decimal("0.01")) == Decimal(row["退款额"]), who


def test_its_own_scheme_classifies_everybody_and_loses_no_row(made: Generated) -> None:
    scheme = Scheme.load(made.scheme)
    with evaluate(scheme) as result:
        table = result.table()
        assert table.num_rows == made.rows["customers"]
        assert all(table[name].null_count == 0 for name in scheme.segments)
        for source in ("orders", "returns", "customers", "products"):
            rows = result.rows[source]
            assert rows.read == made.rows[source]
            assert (rows.quarantined, result.quarantine().num_rows) == (0, 0)
        assert set(dict(result.rows["orders"].excluded_by)) <= {"status", "anonymous"}


def test_the_company_is_the_same_as_files_and_as_tables(made: Generated, tmp_path: Path) -> None:
    if made.format != "parquet":
        pytest.skip("one format is enough")
    import pyarrow.parquet as pq

    scheme = Scheme.load(made.scheme)
    tables = {name: pq.read_table(made.paths[name][0]) for name in ("orders", "returns", "customers", "products")}
    with evaluate(scheme) as files, evaluate(scheme, **tables) as memory:
        assert memory.table().equals(files.table())
