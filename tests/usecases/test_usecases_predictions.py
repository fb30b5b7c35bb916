"""Predictions as metrics of a scheme: what a manager reads of a customer is what the models say of his history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from custrata.core.errors import CustrataError
from custrata.core.predict.beta_geometric import MBGNBD
from custrata.core.predict.counts import Counts
from custrata.core.predict.gamma_gamma import GammaGamma
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

AS_OF = date(2024, 6, 30)
SCHEME = """scheme: Shop
as_of: 2024-06-30
sources: {orders: {file: orders.csv}}
metrics:
  alive: {alive: mbg/nbd}
  churn: {churn: 90 days}
  soon: {expected_purchases: 90 days}
  worth: {lifetime_value: 6 months, margin: 40%}
  spend: {monetary: lifetime}
segments:
  risk: {thresholds: churn, classes: {High: above 60%, Low: else}, missing: Never bought}
  worthy: {quantile: worth, groups: 4}
"""
Row = tuple[str, str, date, float]


def orders(customers: int = 250, seed: int = 1) -> list[Row]:
    """Orders of customers with rates of their own, sometimes two on one day."""
    rng = np.random.default_rng(seed)
    found: list[Row] = []
    for i in range(customers):
        day, gap, usual = AS_OF - timedelta(int(rng.integers(20, 400))), rng.gamma(1, 40) + 2, rng.gamma(6, 20)
        while day <= AS_OF:
            for _ in range(1 + int(rng.random() < 0.1)):
                found.append((f"o{len(found)}", f"c{i}", day, round(float(usual * rng.gamma(5, 0.2)), 2)))
            if rng.random() < 0.25:
                break
            day += timedelta(1 + int(rng.exponential(gap)))
    return found


def evaluated(folder: Path, rows: list[Row], scheme: str = SCHEME) -> tuple[RunResult, dict[str, dict[str, Any]]]:
    lines = ["order_id,customer_id,ordered_at,amount", *(f"{o},{c},{d},{a}" for o, c, d, a in rows)]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(scheme, "utf-8")
    result = run(Workspace.at(folder), duckdb_store, lambda: datetime.now(UTC))
    table = duckdb.sql(f"FROM '{result.run.folder}/customers.parquet'").fetch_arrow_table().to_pylist()
    return result, {row["customer_id"]: row for row in table}


def test_a_customer_has_what_the_model_says_of_his_own_days(tmp_path: Path) -> None:
    rows = orders()
    _, found = evaluated(tmp_path, rows)
    days: dict[str, set[date]] = {}
    spent: dict[str, float] = {}
    for _, who, day, amount in rows:
        days.setdefault(who, set()).add(day)
        spent[who] = spent.get(who, 0) + amount
    who = sorted(days)
    x = [len(days[c]) - 1 for c in who]
    recency = [(max(days[c]) - min(days[c])).days for c in who]
    counts = Counts.of(x, recency, [(AS_OF - min(days[c])).days for c in who])
    model = MBGNBD.fit(counts)
    assert [found[c]["alive"] for c in who] == pytest.approx(model.alive(counts), abs=2e-9)
    assert [found[c]["churn"] for c in who] == pytest.approx(model.silent(counts, 90), abs=2e-9)
    assert [found[c]["soon"] for c in who] == pytest.approx(model.expected(counts, 90), abs=2e-9)
    n, net = np.array([len(days[c]) for c in who]), np.array([spent[c] for c in who])
    spend = GammaGamma.fit(n, (net / n).round(2))
    # Six months, each discounted from its middle: 184 days.
    ends = [(date(2024, m, d) - AS_OF).days for m, d in ((7, 30), (8, 30), (9, 30), (10, 30), (11, 30), (12, 30))]
    worth, before, start = np.zeros(len(who)), np.zeros(len(who)), 0
    for end in [*ends[:-1], 183]:
        until = model.expected(counts, end)
        worth += (until - before) * 1.1 ** (-(start + end) / 2 / 365.25)
        before, start = until, end
    expected = worth * 0.4 * spend.p * (spend.gamma + net) / (spend.p * n + spend.q - 1)
    assert [float(found[c]["worth"]) for c in who] == pytest.approx(expected, rel=1e-4, abs=2e-3)


def test_classes_and_order_of_columns_follow_predictions_as_any_metric(tmp_path: Path) -> None:
    _, found = evaluated(tmp_path, orders())
    assert list(found["c1"])[:6] == ["customer_id", "alive", "churn", "soon", "worth", "spend"]
    for row in found.values():
        assert row["risk"] == ("High" if row["churn"] > 0.6 else "Low")
    assert not [c for c in found["c1"] if c.startswith(("#", "~"))]


def test_equal_histories_are_equal_to_the_last_digit(tmp_path: Path) -> None:
    rows = orders(120)
    twins = [(f"{o}t", f"{c}-twin", d, a) for o, c, d, a in rows]
    _, found = evaluated(tmp_path, [*rows, *twins])
    for who in (c for c in found if not c.endswith("-twin")):
        mine, twin = found[who], found[f"{who}-twin"]
        assert {**twin, "customer_id": who} == mine


def test_a_refresh_predicts_what_a_run_of_everything_predicts(tmp_path: Path) -> None:
    rows, later = orders(), [("new1", "c3", AS_OF, 55.0), ("new2", "c4", AS_OF, 77.0)]
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for folder in (one, two):
        evaluated(folder, rows, SCHEME.replace("orders.csv", "orders*.csv"))
    (one / "orders-2.csv").write_text(
        "order_id,customer_id,ordered_at,amount\n" + "".join(f"{o},{c},{d},{a}\n" for o, c, d, a in later), "utf-8"
    )  # fmt: skip
    result, refreshed = evaluated(one, rows, SCHEME.replace("orders.csv", "orders*.csv"))
    _, anew = evaluated(two, [*rows, *later], SCHEME.replace("orders.csv", "orders*.csv"))
    assert refreshed == anew
    assert result.customers == 250


def test_a_shop_without_second_purchases_is_told_so_and_has_no_numbers(tmp_path: Path) -> None:
    once = [(f"o{i}", f"c{i}", AS_OF - timedelta(i), 10.0 + i) for i in range(40)]
    result, found = evaluated(tmp_path, once)
    assert {n.code for n in result.notes} == {"E-PREDICT-001"}
    assert {n.place for n in result.notes} == {f"scheme.yaml:{n} metrics.{m}" for n, m in
                                              ((5, "alive"), (6, "churn"), (7, "soon"), (8, "worth"))}  # fmt: skip
    assert {(r["alive"], r["churn"], r["worth"], r["risk"]) for r in found.values()} == {
        (None, None, None, "Never bought")
    }  # fmt: skip


def test_spend_that_hangs_on_how_often_one_buys_is_told(tmp_path: Path) -> None:
    rows = orders()
    often = {c: len({d for _, w, d, _ in rows if w == c}) for c in {c for _, c, _, _ in rows}}
    result, _ = evaluated(tmp_path, [(o, c, d, a * often[c] ** 2) for o, c, d, a in rows])
    assert [n.code for n in result.notes] == ["E-PREDICT-004"]


@pytest.mark.parametrize("amount", [0.0, 10.0])
def test_spend_that_no_model_tells_anything_of_is_told_by_its_own_name(tmp_path: Path, amount: float) -> None:
    result, found = evaluated(tmp_path, [(o, c, d, amount) for o, c, d, _ in orders()])
    [note] = result.notes
    assert note.code == "E-PREDICT-008" and note.place == "scheme.yaml:8 metrics.worth"
    assert "{" not in note.text("en") + note.text("zh")
    assert {(r["worth"], r["alive"] is None) for r in found.values()} == {(None, False)}


def test_who_brought_nothing_on_the_whole_is_worth_nothing_that_is_known(tmp_path: Path) -> None:
    rows = orders()
    rows += [("plus", "returner", AS_OF - timedelta(50), 20.0), ("minus", "returner", AS_OF - timedelta(40), -30.0)]
    _, found = evaluated(tmp_path, rows)
    assert found["returner"]["worth"] is None
    assert found["returner"]["alive"] is not None


@pytest.mark.parametrize("wrong", ["{churn: last month}", "{alive: mbg/nbd, window: 90 days}", "{churn: lifetime}"])
def test_a_prediction_of_no_length_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(CustrataError) as error:
        Scheme.parse(SCHEME.replace("{churn: 90 days}", wrong))
    [problem] = error.value.problems
    assert problem.place.startswith("scheme.yaml:6")


def test_where_nobody_seems_to_leave_that_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    rows: list[Row] = []
    for i in range(200):
        day, gap = AS_OF - timedelta(int(rng.integers(150, 300))), rng.gamma(3, 5) + 2
        while day <= AS_OF:
            rows.append((f"o{len(rows)}", f"c{i}", day, float(rng.integers(10, 99))))
            day += timedelta(1 + int(rng.exponential(gap)))
    result, found = evaluated(tmp_path, rows)
    assert {n.code for n in result.notes} == {"E-PREDICT-009"}
    assert min(r["alive"] for r in found.values()) > 0.9
