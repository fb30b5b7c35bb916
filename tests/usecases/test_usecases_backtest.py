"""A back-test knows on each past day what was known then, and counts what came afterwards as anybody would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from custrata.core.errors import CustrataError
from custrata.core.predict.backtest import RULE, Backtest, Trial
from custrata.core.predict.beta_geometric import MBGNBD
from custrata.core.predict.counts import Counts, Floats
from custrata.core.windows import Window
from custrata.engines.duckdb.store import duckdb_store
from custrata.report.backtest_words import sentences, trust
from custrata.usecases import backtest as module
from custrata.usecases.backtest import backtest
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

LAST = date(2024, 6, 30)
SCHEME = """scheme: Shop
as_of: 2024-06-30
sources:
  orders: {file: orders.csv}
  returns: {file: returns.csv}
"""
Row = tuple[str, str, date, float]


def shop(folder: Path, rows: Sequence[Row], returns: Sequence[tuple[str, str, date, float]] = ()) -> Workspace:
    lines = ["order_id,customer_id,ordered_at,amount", *(f"{o},{c},{d},{a}" for o, c, d, a in rows)]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    back = ["return_id,order_id,returned_at,amount", *(f"{r},{o},{d},{a}" for r, o, d, a in returns)]
    (folder / "returns.csv").write_text("\n".join(back) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    return Workspace.at(folder)


def trial(workspace: Workspace, **options: Any) -> Backtest:
    return backtest(workspace, duckdb_store, lambda: datetime.now(UTC), **options)


def regulars(customers: int, seed: int, leaving: float = 0.12, days: int = 500) -> list[Row]:
    """Customers each with a gap of his own between purchases, who may leave after each."""
    rng = np.random.default_rng(seed)
    found: list[Row] = []
    for i in range(customers):
        day, gap = LAST - timedelta(int(rng.integers(200, days))), 5 + rng.gamma(1, 40)
        while day <= LAST:
            found.append((f"o{len(found)}", f"c{i}", day, round(float(rng.gamma(4, 10)) + 1, 2)))
            if rng.random() < leaving:
                break
            day += timedelta(1 + int(rng.exponential(gap)))
    return found


def by(found: Backtest, way: str, cut: int = 0) -> Trial:
    [one] = [t for t in found.cuts[cut].trials if t.by == way]
    return one


def test_days_go_back_from_the_last_one_without_overlap(tmp_path: Path) -> None:
    found = trial(shop(tmp_path, regulars(150, 1)), times=3, models=["mbg/nbd"])
    assert [(c.as_of, c.until) for c in found.cuts] == [
        (date(2024, 4, 1), LAST), (date(2024, 1, 2), date(2024, 4, 1)), (date(2023, 10, 4), date(2024, 1, 2)),
    ]  # fmt: skip
    months = trial(Workspace.at(tmp_path), horizon=Window("months", 2), times=2, models=["mbg/nbd"])
    assert [c.as_of for c in months.cuts] == [date(2024, 4, 30), date(2024, 2, 29)]


def test_what_came_is_counted_as_by_hand(tmp_path: Path) -> None:
    rows = regulars(150, 2)
    found = trial(shop(tmp_path, rows), times=1, models=["mbg/nbd"])
    day = found.cuts[0].as_of
    known = {c for _, c, d, _ in rows if d <= day}
    came = {c: {d for _, w, d, _ in rows if w == c and d > day} for c in known}
    rule = by(found, RULE)
    assert found.cuts[0].customers == len(known)
    assert rule.risk is not None
    assert rule.risk.share == pytest.approx(sum(not d for d in came.values()) / len(known))
    assert rule.purchases is not None
    assert rule.purchases.actual == sum(len(d) for d in came.values())
    before = sum(len({d for _, w, d, _ in rows if w == c and day - timedelta(90) < d <= day}) for c in known)
    assert rule.purchases.total == pytest.approx(before / rule.purchases.actual - 1)
    assert rule.spend is not None
    assert rule.spend.actual == pytest.approx(sum(a for _, c, d, a in rows if c in known and d > day))


def test_what_happens_later_is_not_known_earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = regulars(120, 3)
    day = date(2024, 4, 1)
    future = [(f"x{i}", f"c{i}", day + timedelta(1 + i % 80), 500.0) for i in range(0, 120, 2)]
    undone = [(f"r{i}", o, day + timedelta(10), a) for i, (o, _, d, a) in enumerate(rows[:40]) if d <= day]
    seen = []
    real = module._customers

    def watched(*args: Any) -> dict[str, Any]:
        columns = real(*args)
        known = ("#repeats", "#recency", "#age", "#days", "spent", "bought_before", "spent_before")
        seen.append(sorted(zip(*(columns[n].tolist() for n in known), strict=True)))
        return columns

    monkeypatch.setattr(module, "_customers", watched)
    for i, (sold, back) in enumerate([(rows, []), ([*rows, *future], undone), ([r for r in rows if r[2] <= day], [])]):
        folder = tmp_path / str(i)
        folder.mkdir()
        # Somebody new on the last day, so that all shops end on the same one.
        last = ("last", "newcomer", LAST, 1.0)
        trial(shop(folder, [*sold, last], back), times=1, models=["mbg/nbd"])
    assert seen[0] == seen[1] == seen[2]


def test_a_leak_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the future known, ranking would be perfect; so a ranking that is not says that it is unknown."""
    workspace = shop(tmp_path, regulars(200, 4))
    honest = by(trial(workspace, times=1, models=["mbg/nbd"]), "mbg/nbd")
    real = module._customers

    def leaking(*args: Any) -> dict[str, Any]:
        columns = real(*args)
        # As if of repeat customers a purchase that is yet to come were known.
        comes = (columns["came"] > 0) & (columns["#repeats"] > 0)
        return {**columns, "#recency": np.where(comes, columns["#age"], columns["#recency"])}

    monkeypatch.setattr(module, "_customers", leaking)
    leaked = by(trial(workspace, times=1, models=["mbg/nbd"]), "mbg/nbd")
    assert honest.risk is not None
    assert leaked.risk is not None
    assert honest.risk.ranking is not None
    assert leaked.risk.ranking is not None
    assert 0.6 < honest.risk.ranking < 0.95
    assert leaked.risk.ranking > honest.risk.ranking + 0.04


def test_regular_customers_are_told_apart_better_by_their_own_rhythm(tmp_path: Path) -> None:
    found = trial(shop(tmp_path, regulars(400, 5)), times=2)
    assert found.worth_a_model()
    means = {m.by: m for m in found.means()}
    assert set(means) == {RULE, "mbg/nbd", "bg/nbd", "pareto/nbd"}
    best = found.best()
    assert best is not None
    assert best.ranking is not None
    assert best.ranking > (means[RULE].ranking or 1) + 0.01
    assert not [n for n in found.notes if n.place == best.by]


def test_a_model_that_is_worse_than_the_rule_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(tmp_path, regulars(150, 6))
    def turned_round(_: MBGNBD, counts: Counts, __: float) -> Floats:
        return 1 / (2 + counts.age - counts.recency)

    monkeypatch.setattr(MBGNBD, "silent", turned_round)
    found = trial(workspace, times=1, models=["mbg/nbd"])
    assert [n.place for n in found.notes if n.code == "E-PREDICT-006"] == ["mbg/nbd"]
    assert not found.worth_a_model()


def test_a_young_shop_is_told_how_long_its_data_are(tmp_path: Path) -> None:
    rows = [(f"o{i}", f"c{i % 9}", LAST - timedelta(i % 21), 10.0) for i in range(60)]
    with pytest.raises(CustrataError) as error:
        trial(shop(tmp_path, rows))
    assert error.value.problems[0].code == "E-PREDICT-005"


def test_a_shop_to_which_everything_was_sent_back_has_nothing_to_predict_from(tmp_path: Path) -> None:
    rows = regulars(60, 8, days=300)
    back = [(f"r{o}", o, d, a) for o, _, d, a in rows]
    with pytest.raises(CustrataError) as error:
        trial(shop(tmp_path, rows, back))
    assert error.value.problems[0].code == "E-PREDICT-001"


def test_a_past_day_on_which_nobody_had_kept_anything_is_left_out(tmp_path: Path) -> None:
    rows = regulars(150, 8, days=300)
    back = [(f"r{o}", o, d, a) for o, _, d, a in rows if d <= LAST - timedelta(180)]
    assert [c.as_of for c in trial(shop(tmp_path, rows, back), times=2).cuts] == [LAST - timedelta(90)]


def test_where_everybody_comes_back_like_clockwork_no_model_is_blamed(tmp_path: Path) -> None:
    rows = [(f"o{i}-{w}", f"c{i}", LAST - timedelta(7 * w), 10.0) for i in range(40) for w in range(40)]
    found = trial(shop(tmp_path, rows), times=1)
    assert not found.notes, "days off by nothing are not worse than those of a rule"
    assert "nobody to tell from the others" in " ".join(sentences(found, "en"))
    assert "没有可区分的客户" in trust(found, "zh")


def test_a_shop_of_one_time_buyers_has_the_rule_alone(tmp_path: Path) -> None:
    rows = [(f"o{i}", f"c{i}", LAST - timedelta(i * 3), 10.0) for i in range(120)]
    found = trial(shop(tmp_path, rows), times=1)
    assert {t.refused for t in found.cuts[0].trials} == {"", "once"}
    assert found.best() is None
    assert not found.worth_a_model()


def test_orders_that_were_cancelled_later_are_told_since_nobody_knows_when(tmp_path: Path) -> None:
    workspace = shop(tmp_path, regulars(120, 2))
    lines = (tmp_path / "orders.csv").read_text("utf-8").splitlines()
    stated = [f"{line},{'cancelled' if i % 10 == 0 else 'paid'}" for i, line in enumerate(lines[1:])]
    (tmp_path / "orders.csv").write_text("\n".join([f"{lines[0]},status", *stated]) + "\n", "utf-8")
    scheme = SCHEME.replace("{file: orders.csv}", "{file: orders.csv, count: [paid]}")
    (tmp_path / "scheme.yaml").write_text(scheme, "utf-8")
    found = trial(workspace, times=1, models=["mbg/nbd"])
    assert found.by_status == (-(-len(stated) // 10), len(stated))
    assert {n.code: n.values.get("share") for n in found.notes}["E-PREDICT-063"] in ("10.0%", "10.1%")
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    assert trial(workspace, times=1, models=["mbg/nbd"]).by_status is None
