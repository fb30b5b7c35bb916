"""The back-test from Python says what the command line says of the same data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import custrata
from custrata import CustrataError, Scheme
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.backtest import backtest as of_workspace
from custrata.usecases.workspace import Workspace

LAST = date(2024, 6, 30)


def sales() -> pa.Table:
    rng = np.random.default_rng(8)
    rows = []
    for i in range(150):
        day, gap = LAST - timedelta(int(rng.integers(200, 450))), 5 + rng.gamma(1, 40)
        while day <= LAST:
            rows.append((f"o{len(rows)}", f"c{i}", day, 10.0 + len(rows) % 9))
            if rng.random() < 0.12:
                break
            day += timedelta(1 + int(rng.exponential(gap)))
    rows.append(("last", "newcomer", LAST, 5.0))
    names = ("order_id", "customer_id", "ordered_at", "amount")
    return pa.table({name: [r[i] for r in rows] for i, name in enumerate(names)})


def test_tables_and_a_workspace_give_the_same_figures(tmp_path: Path) -> None:
    import pyarrow.csv

    table = sales()
    pyarrow.csv.write_csv(table, tmp_path / "orders.csv")
    (tmp_path / "scheme.yaml").write_text("scheme: Shop\nsources: {orders: {file: orders.csv}}\n", "utf-8")
    from datetime import UTC, datetime

    kept = of_workspace(Workspace.at(tmp_path), duckdb_store, lambda: datetime.now(UTC), times=2, models=["mbg/nbd"])
    found = custrata.backtest(Scheme.parse("scheme: Shop"), orders=table, times=2, models=["mbg/nbd"])
    # The two group in different threads, so a sum may differ in its last digit.
    for one, other in zip(found.means, kept.means(), strict=True):
        for name, value in asdict(one).items():
            same = getattr(other, name)
            assert value == (pytest.approx(same, rel=1e-9) if isinstance(value, float) else same), name
    assert [(c.as_of, c.until, c.customers) for c in found.all.cuts] == [
        (c.as_of, c.until, c.customers) for c in kept.cuts
    ]


def test_what_is_found_can_be_read_written_and_put_in_a_table(tmp_path: Path) -> None:
    found = custrata.backtest(Scheme.parse("scheme: Shop"), orders=sales(), times=1)
    assert [m.by for m in found.means] == ["rule", "mbg/nbd", "bg/nbd", "pareto/nbd"]
    assert found.best is not None and found.best.by in found.table().column("by").to_pylist()
    assert found.sentences("en")[0].startswith("In the 90 days after, ")
    assert found.as_dict()["horizon"] == "90 days" and found.as_dict()["scheme"] == "Shop"
    for name in ("b.html", "b.xlsx", "b.json"):
        assert found.write(tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(("horizon", "code"), [("last month", "E-PREDICT-007"), ("24 months", "E-PREDICT-005")])
def test_a_length_of_time_that_cannot_be_is_refused(horizon: str, code: str) -> None:
    with pytest.raises(CustrataError) as error:
        custrata.backtest(Scheme.parse("scheme: Shop"), orders=sales(), horizon=horizon)
    assert error.value.problems[0].code == code
