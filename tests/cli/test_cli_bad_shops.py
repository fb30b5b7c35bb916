"""Shops that no model was made for: each verb answers with its uncertainty, or says by code why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

END = date(2024, 6, 30)
SCHEME = """scheme: Shop
timezone: UTC
as_of: {as_of}
sources:
  orders:
    file: sales.csv
    columns: {{order_id: no, customer_id: who, ordered_at: at, amount: paid, product: item, time: at}}
metrics:
  spend: {{monetary: lifetime}}
  orders: {{frequency: lifetime}}
  recency: {{recency: days}}
  alive: {{alive: mbg/nbd}}
  churn: {{churn: 30 days}}
  leaving: {{churn: 30 days, model: best}}
  soon: {{expected_purchases: 30 days}}
  worth: {{lifetime_value: 12 months}}
  next: {{next_order: middle}}
  weekday: {{best_weekday: when}}
  hour: {{best_hour: when}}
segments:
  stage: {{lifecycle: own}}
  kinds: {{cluster: [recency, orders, spend]}}
  tier: {{thresholds: spend, classes: {{big: above 100, small: else}}}}
"""
Row = tuple[str, date, str, float, Sequence[str]]
THINGS = [f"p{i}" for i in range(10)]


def usual(days: int = 360, customers: int = 90, gap: float = 22) -> list[Row]:
    """Customers with rhythms of their own, of whom some leave; in shop hours, most of them on Saturdays."""
    rng, rows = np.random.default_rng(7), list[Row]()
    for c in range(customers):
        ago, own = float(rng.uniform(0.4, 1)) * days, gap * float(rng.uniform(0.4, 2))
        last = ago - float(rng.exponential(days * 0.6))
        while ago > max(last, 0):
            day = END - timedelta(int(ago))
            day += timedelta((5 - day.weekday()) % 7 if rng.random() < 0.5 else 0)
            at = f" {int(rng.normal(14, 2)) % 24:02d}:{int(rng.integers(60)):02d}:00"
            if day <= END:
                things = [str(t) for t in rng.choice(THINGS, 2, replace=False)]
                rows.append((f"c{c}", day, at, float(rng.uniform(5, 60)), things))
            ago -= float(rng.exponential(own)) + 1
    return [*rows, ("c0", END, " 12:00:00", 20.0, THINGS[:2])]


def wholesale() -> list[Row]:
    """Two orders a year beside somebody who comes every day."""
    rng, rows = np.random.default_rng(3), usual()
    for w in range(15):
        ago = int(rng.integers(0, 180))
        rows += [(f"w{w}", END - timedelta(ago + 182 * k), " 10:00:00", 30_000.0, THINGS[:6]) for k in range(6)]
    for d in range(15):
        rows += [(f"d{d}", END - timedelta(k), " 08:00:00", 3.0, [THINGS[d % 10]]) for k in range(300) if (k + d) % 9]
    return rows


def whale() -> list[Row]:
    """One customer with 40,000 orders, at all hours."""
    orders = [("whale", END - timedelta(k % 350), f" {k % 24:02d}:{k % 60:02d}:01", 5.0, [THINGS[k % 10]])
              for k in range(40_000)]  # fmt: skip
    return [*usual(), *orders]


def without(rows: list[Row], first: date, last: date) -> list[Row]:
    return [r for r in rows if not first <= r[1] <= last]


SHOPS: dict[str, tuple[Callable[[], list[Row]], set[str]]] = {
    "three weeks old": (lambda: usual(20, gap=4), {"E-PREDICT-057", "E-PREDICT-058", "E-PREDICT-005", "E-PREDICT-053",
                                                   "E-PREDICT-064", "E-PREDICT-037", "E-PREDICT-043"}),
    "one product": (lambda: [(c, d, t, a, ["only"]) for c, d, t, a, _ in usual()], {"E-PREDICT-032"}),
    "wholesale beside daily buyers": (wholesale, set()),
    "negative spend": (lambda: [(c, d, t, -a if i % 2 else a, p) for i, (c, d, t, a, p) in enumerate(usual())], set()),
    "40,000 orders": (whale, {"E-PREDICT-004"}),
    "no time of day": (lambda: [(c, d, "", a, p) for c, d, _, a, p in usual()], {"E-PREDICT-012"}),
    "a holiday": (lambda: without(usual(), date(2024, 1, 20), date(2024, 2, 28)), {"E-PREDICT-059"}),
    "a holiday at the end": (lambda: without(usual(), date(2024, 5, 25), END), {"E-PREDICT-013", "E-PREDICT-061"}),
    "everybody once": (lambda: list({r[0]: r for r in usual()}.values()), {"E-PREDICT-001"}),
    "one customer": (lambda: [r for r in usual() if r[0] == "c0"], {"E-PREDICT-002", "E-PREDICT-050"}),
}  # fmt: skip
VERBS: tuple[tuple[str, ...], ...] = (
    ("explain", "c0"), ("summary",), ("drift",), ("baskets",), ("baskets", "--segment", "tier"), ("recommend", "c0"),
    ("recommend", "--all", "--json"), ("apart", "tier=big"), ("apart", "--leavers", "--days", "40"),
    ("backtest", "--horizon", "30 days", "--times", "2"),
)  # fmt: skip


@pytest.mark.parametrize("name", SHOPS)
def test_every_verb_answers_or_says_why_not(name: str, tmp_path: Path, call: Any) -> None:
    make, expected = SHOPS[name]
    rows = sorted(make(), key=lambda r: (r[1], r[0]))
    lines = ["no,who,at,paid,item"]
    lines += [f"o{n},{c},{d}{t},{a / len(p):.2f},{i}" for n, (c, d, t, a, p) in enumerate(rows) for i in p]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME.format(as_of=END), "utf-8")
    earlier = END - timedelta(8 if name == "three weeks old" else 40)
    told = [call("run", "-w", tmp_path, "--as-of", earlier), call("run", "-w", tmp_path)]
    assert [t.status for t in told] == [0, 0]
    told += [call(*verb, "-w", tmp_path) for verb in VERBS]
    for said in told:
        everything = said.out + said.err
        assert "E-BUG" not in everything
        assert "Traceback" not in everything
        assert not re.search(r"\b(nan|NaN|inf|None)\b", everything)
        assert said.status == 0 or re.match(r"E-[A-Z]+-\d+", said.err), everything
    codes = {c for t in told for c in re.findall(r"E-PREDICT-\d+", t.out + t.err)}
    assert expected <= codes, codes
    [file] = sorted((tmp_path / ".custrata" / "runs").glob("*/customers.parquet"))[-1:]
    people = {r["customer_id"]: r for r in pq.read_table(file).to_pylist()}
    _are_right(name, people)


def _are_right(name: str, people: dict[str, dict[str, Any]]) -> None:
    for row in people.values():
        assert all(row[n] is None or 0 <= row[n] <= 1 for n in ("alive", "churn", "leaving"))
        assert all(row[n] is None or row[n] >= 0 for n in ("soon", "worth"))
        assert row["next"] is None or row["next"] > END
    if name == "three weeks old":
        assert {r["worth"] for r in people.values()} == {None}
    if name == "wholesale beside daily buyers":
        seldom = [r for c, r in people.items() if c.startswith("w")]
        daily = [r for c, r in people.items() if c.startswith("d")]
        assert all(r["next"] is None or (r["next"] - END).days > 15 for r in seldom)
        assert all((r["next"] - END).days <= 3 for r in daily)
        assert {r["stage"] for r in seldom} <= {"New", "Growing", "Mature"}
        assert max(r["soon"] for r in seldom) < 1 < 20 < min(r["soon"] for r in daily)
    if name == "negative spend":
        assert any(r["spend"] <= 0 for r in people.values())
        assert all(r["worth"] is None for r in people.values() if r["spend"] <= 0)
    if name == "40,000 orders":
        assert 11 <= sorted(r["hour"] for r in people.values())[len(people) // 2] <= 16
    if name == "no time of day":
        assert {r["hour"] for r in people.values()} == {None}
