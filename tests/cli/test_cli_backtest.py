"""`custrata backtest`: what it prints, keeps, writes and refuses; `custrata explain` of a prediction."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

LAST = date(2024, 6, 30)
SCHEME = """scheme: Corner <shop>
as_of: 2024-06-30
sources: {orders: {file: orders.csv}}
metrics:
  alive: {alive: mbg/nbd}
  worth: {lifetime_value: 6 months}
segments:
  state: {thresholds: alive, classes: {Active: above 80%, Other: else}}
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Customers with a rhythm each, who may leave after each purchase."""
    rng, lines = np.random.default_rng(4), ["order_id,customer_id,ordered_at,amount"]
    for i in range(120):
        day, gap = LAST - timedelta(int(rng.integers(200, 400))), 5 + rng.gamma(1, 40)
        while day <= LAST:
            lines.append(f"o{len(lines)},c{i},{day},{10 + len(lines) % 7}")
            if rng.random() < 0.12:
                break
            day += timedelta(1 + int(rng.exponential(gap)))
    lines.append(f"last,newcomer,{LAST},5")
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    return tmp_path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_shows_every_way_to_predict_and_keeps_what_it_found(call: Any, company: Path, lang: str) -> None:
    done = call("--lang", lang, "backtest", company, "--times", "1", "--out", company / "b.html",
                    "--out", company / "b.xlsx")  # fmt: skip
    assert done.status == 0, done.err
    assert all(word in done.out for word in ("MBG/NBD", "BG/NBD", "Pareto/NBD"))
    assert {"en": "silent longest", "zh": "沉默最久"}[lang] in done.out
    [kept] = (company / ".custrata" / "backtests").iterdir()
    told = json.loads(kept.read_text("utf-8"))
    assert (told["as_of"], told["horizon"], len(told["cuts"])) == ("2024-06-30", "90 days", 1)
    assert "Corner &lt;shop&gt;" in (company / "b.html").read_text("utf-8")
    assert (company / "b.xlsx").stat().st_size > 5000


def test_json_is_what_is_kept(call: Any, company: Path) -> None:
    done = call("backtest", company, "--times", "1", "--horizon", "60 days", "--json")
    [kept] = (company / ".custrata" / "backtests").iterdir()
    assert json.loads(done.out) == json.loads(kept.read_text("utf-8"))


@pytest.mark.parametrize(("options", "code"), [
    (["--horizon", "last month"], "E-PREDICT-007"), (["--horizon", "24 months"], "E-PREDICT-005"),
    (["--out", "b.pdf"], "E-CLI-003"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    call: Any, company: Path, options: list[str], code: str
) -> None:
    done = call("--lang", "en", "backtest", company, *options)
    assert done.status != 0 and code in done.err
    assert not (company / ".custrata" / "backtests").exists()


def test_explain_says_where_a_prediction_comes_from(call: Any, company: Path) -> None:
    assert call("run", company).status == 0
    told = json.loads(call("--lang", "en", "explain", "newcomer", "-w", company, "--json").out)
    because = {m["name"]: m["because"] for m in told["metrics"]}
    assert because["alive"].startswith("Bought once, on the as-of date: no rhythm of their own yet → ")
    shown = call("--lang", "en", "explain", "newcomer", "-w", company).out
    assert "no rhythm of their own" in " ".join(shown.split())
