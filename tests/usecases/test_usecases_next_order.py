"""The next order and the best time as metrics of a scheme, and what is said where the data cannot tell them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from test_usecases_predictions import AS_OF, orders

from custrata.core.errors import CustrataError
from custrata.core.predict.gaps import Gaps
from custrata.core.predict.rhythm import Rhythm
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.opened import open_run
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

SCHEME = """scheme: Shop
as_of: 2024-06-30
sources:
  orders:
    file: orders.csv
    columns: {order_id: no, customer_id: who, ordered_at: at, amount: paid, time: at}
metrics:
  alive: {alive: mbg/nbd}
  next: {next_order: middle}
  first: {next_order: early}
  last: {next_order: late}
  weekday: {best_weekday: when}
  habit: {best_weekday: share}
  hour: {best_hour: when}
segments:
  soon:
    rules: {This week: next <= 2024-07-07, Later: next > 2024-07-07, Nobody knows: else}
"""
Row = tuple[str, str, Any, float]


def evaluated(
    folder: Path, rows: Sequence[Row], scheme: str = SCHEME
) -> tuple[RunResult, dict[str, dict[str, Any]], dict[str, Any]]:
    """The run, its customers, and the codes of what it says with their values."""
    lines = ["no,who,at,paid", *(f"{o},{c},{d},{a}" for o, c, d, a in rows)]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(scheme, "utf-8")
    result = run(Workspace.at(folder), duckdb_store, lambda: datetime.now(UTC))
    table = duckdb.sql(f"FROM '{result.run.folder}/customers.parquet'").fetch_arrow_table().to_pylist()
    return result, {row["customer_id"]: row for row in table}, {n.code: n.values for n in result.notes}


def clocked(rows: Sequence[Row]) -> list[Row]:
    """The same orders with times: of even customers in the morning, of odd ones in the evening."""
    return [(o, c, f"{d} {'09' if int(c[1:]) % 2 else '19'}:{i % 60:02d}:00", a) for i, (o, c, d, a) in enumerate(rows)]


def test_a_customer_is_expected_when_his_rhythm_says(tmp_path: Path) -> None:
    rows = orders()
    _, found, said = evaluated(tmp_path, clocked(rows))
    days: dict[str, set[date]] = {}
    for _, who, day, _ in rows:
        days.setdefault(who, set()).add(day)
    own = {c: Gaps.from_days([d.toordinal() for d in on], AS_OF.toordinal()) for c, on in days.items()}
    fields = ("number", "logs", "squares", "silent")
    together = Gaps(*(np.concatenate([getattr(g, f) for g in own.values()]) for f in fields))
    rhythm = Rhythm.fit(together)
    for who, gaps in own.items():
        row = found[who]
        if row["alive"] < 0.05:
            assert row["next"] is None is row["first"] is row["last"]
            continue
        for name, share in (("first", 0.1), ("next", 0.5), ("last", 0.9)):
            assert row[name] == AS_OF + timedelta(int(rhythm.days(gaps, share)[0]))
        assert AS_OF < row["first"] <= row["next"] <= row["last"]
    assert {r["soon"] for r in found.values()} == {"This week", "Later", "Nobody knows"}
    assert set(said) == {"E-PREDICT-055"}, "these customers come on any day of the week"


def test_a_customer_is_reached_when_he_buys(tmp_path: Path) -> None:
    saturdays = [(f"s{i}", "c9999", AS_OF - timedelta(1 + 7 * i), 20.0) for i in range(12)]
    _, found, _ = evaluated(tmp_path, clocked([*orders(), *saturdays]))
    assert found["c9999"]["weekday"] == 6
    assert found["c9999"]["habit"] > 0.2
    assert sum(row["weekday"] is not None for row in found.values()) < 10, "the others come on any day"
    assert all(row["hour"] == (9 if int(who[1:]) % 2 else 19) for who, row in found.items())
    with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path / "scratch") as shown:
        told = {m.name: m.because for m in shown.explain("c9999", "en").metrics}
        zh = {m.name: m.because for m in shown.explain("c9999", "zh").metrics}
    saturday = "Bought on 12 days, 12 of them a Saturday; with everybody's habits beside them → Saturday."
    assert told["weekday"] == saturday
    assert zh["weekday"] == "有 12 天购买，其中 12 天是周六；再参考全体客户的习惯 → 周六。"
    assert "between 09:00 and 10:00" in told["hour"]
    assert "half of them do so by 2024-07-0" in told["next"]
    assert "80%" in told["first"] and "80%" in told["last"]


def test_a_refresh_expects_what_a_run_of_everything_expects(tmp_path: Path) -> None:
    rows = clocked(orders())
    parted = SCHEME.replace("orders.csv", "orders*.csv")
    _, before, _ = evaluated(tmp_path, rows, parted)
    (tmp_path / "orders-2.csv").write_text(f"no,who,at,paid\nnew,c3,{AS_OF} 09:00:00,50\n", "utf-8")
    _, refreshed, _ = evaluated(tmp_path, rows, parted)
    other = tmp_path / "other"
    other.mkdir()
    _, anew, _ = evaluated(other, [*rows, ("new", "c3", f"{AS_OF} 09:00:00", 50.0)])
    assert refreshed == anew
    assert before["c3"] != anew["c3"]


def test_dates_without_a_time_of_day_tell_no_hour(tmp_path: Path) -> None:
    for at in ("{}", "{} 00:00:00"):
        _, found, said = evaluated(tmp_path, [(o, c, at.format(d), a) for o, c, d, a in orders()])
        assert all(row["hour"] is None for row in found.values())
        assert said.pop("E-PREDICT-012") == {"purchases": 0}
        assert set(said) == {"E-PREDICT-055"}
        assert {row["weekday"] for row in found.values()} <= {None, *range(1, 8)}


def test_a_best_hour_needs_a_column_that_tells_it(tmp_path: Path) -> None:
    with pytest.raises(CustrataError) as error:
        evaluated(tmp_path, orders(), SCHEME.replace(", time: at", ""))
    [problem] = error.value.problems
    assert (problem.code, problem.values["column"]) == ("E-SCHEME-039", "time")


def test_a_shop_three_weeks_old_has_no_next_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    drawn = zip(rng.integers(0, 60, 70).tolist(), rng.integers(0, 21, 70).tolist(), strict=True)
    rows = [(f"o{i}", f"c{who}", AS_OF - timedelta(ago), 9.0) for i, (who, ago) in enumerate(drawn)]
    _, found, said = evaluated(tmp_path, rows, SCHEME.replace("  hour: {best_hour: when}\n", ""))
    several = sum(len({d for _, c, d, _ in rows if c == who}) > 2 for who in found)
    assert 0 < several < 10
    assert all(row["next"] is None for row in found.values())
    assert said["E-PREDICT-010"]["several"] == several
    assert {row["soon"] for row in found.values()} == {"Nobody knows"}


def test_wholesale_customers_beside_daily_buyers_keep_their_own_rhythm(tmp_path: Path) -> None:
    rows: list[Row] = []
    for i in range(30):
        rows += [(f"d{i}-{n}", f"c{i}", AS_OF - timedelta(n), 5.0) for n in range(300)]
        rows += [(f"w{i}-{n}", f"w{i}", AS_OF - timedelta(40 + i + 182 * n), 900.0) for n in range(5)]
    _, found, said = evaluated(tmp_path, rows, SCHEME.replace("  hour: {best_hour: when}\n", ""))
    assert found["c3"]["next"] == AS_OF + timedelta(1)
    assert all(80 < (found[f"w{i}"]["next"] - AS_OF).days < 170 for i in range(30))
    assert (found["w3"]["last"] - found["w3"]["first"]).days > (found["c3"]["last"] - found["c3"]["first"]).days
    assert "E-PREDICT-010" not in said


def test_negative_spend_and_forty_thousand_orders_change_no_rhythm(tmp_path: Path) -> None:
    rows = orders(120)
    on = sorted({d for _, c, d, _ in rows if c == "c1"})
    many = [(f"m{i}", "c1", on[i % len(on)], -3.0 if i % 2 else 2.0) for i in range(40_000)]
    plain, other = tmp_path / "plain", tmp_path / "other"
    plain.mkdir()
    other.mkdir()
    scheme = SCHEME.replace("  hour: {best_hour: when}\n", "")
    _, one, _ = evaluated(plain, rows, scheme)
    _, two, _ = evaluated(other, [*rows, *many], scheme)
    told = [{c: (r["next"], r["weekday"]) for c, r in found.items()} for found in (one, two)]
    assert told[0] == told[1]


def test_a_holiday_up_to_the_as_of_date_is_told(tmp_path: Path) -> None:
    rows = [r for r in orders() if r[2] <= AS_OF - timedelta(30)]
    _, found, said = evaluated(tmp_path, rows, SCHEME.replace("  hour: {best_hour: when}\n", ""))
    last = max(r[2] for r in rows)
    assert said["E-PREDICT-013"] == {"days": (AS_OF - last).days}, found["c1"]
    assert all(r["next"] is None or r["next"] > AS_OF for r in found.values())
