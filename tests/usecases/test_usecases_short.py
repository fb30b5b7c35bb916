"""Sums are kept as short decimals only where all of them fit, and come back as the sums they were."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from custrata.engines.duckdb.store import DuckDBStore, duckdb_store
from custrata.usecases.short import lengthened, same_but_for_length, shortened

LARGE = Decimal("123456789012345678.0001")


def sums(store: DuckDBStore, **values: str) -> ir.Table:
    """`customer_id`, `spend` and `orders` of some customers."""
    rows = pa.table({
        "customer_id": pa.array(list(values)),
        "spend": pa.array([Decimal(v).quantize(Decimal("0.0001")) for v in values.values()], pa.decimal128(38, 4)),
        "orders": pa.array([1] * len(values)),
    })  # fmt: skip
    return store.from_arrow("sums", rows)


def test_sums_that_fit_are_kept_short_and_come_back_as_they_were(tmp_path: Path) -> None:
    with duckdb_store("UTC", tmp_path, tmp_path / "facts.duckdb") as store:
        t = sums(store, ann="12.5", bob="-99999999999999.9999")
        short: Any = shortened(t, store)
        assert short.spend.type().precision == 18
        assert same_but_for_length(short, t)
        back = lengthened(short, t)
        assert back.schema() == t.schema()
        assert store.rows(back) == store.rows(t)


def test_a_customer_with_a_sum_that_is_too_long_keeps_everybodys_long(tmp_path: Path) -> None:
    with duckdb_store("UTC", tmp_path, tmp_path / "facts.duckdb") as store:
        store.replace("numbers", shortened(sums(store, ann="12.5", bob="7"), store))
        late = shortened(sums(store, cat=str(LARGE)), store)
        assert late.schema() == sums(store, cat="1").schema()
        store.append("numbers", late)
        store.append("numbers", shortened(sums(store, dan="1"), store))
        found = store.rows(store.kept("numbers").order_by("customer_id"))
    assert [r["spend"] for r in found] == [Decimal("12.5"), Decimal(7), LARGE, Decimal(1)]


def test_columns_of_other_types_are_other_columns(tmp_path: Path) -> None:
    with duckdb_store("UTC", tmp_path, tmp_path / "facts.duckdb") as store:
        t = sums(store, ann="1")
        assert not same_but_for_length(t, t.mutate(orders=t.orders.cast("string")))
        assert not same_but_for_length(t, t.drop("orders"))
