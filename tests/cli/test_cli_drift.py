"""`custrata drift`: what it prints, writes and refuses; `custrata explain` of a stage."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

LAST = date(2024, 6, 30)
SCHEME = """scheme: Corner <shop>
as_of: end of data
sources: {orders: {file: orders.csv}}
segments:
  life: {lifecycle: own, label: {zh: 阶段, en: Stage}}
  tier: {thresholds: spend, classes: {big: from 1000, small: else}}
"""


@pytest.fixture
def company(tmp_path: Path, call: Any) -> Path:
    """Customers with a fortnight's rhythm, some of whom stop; two runs, and all spend more by the second one."""
    lines = ["order_id,customer_id,ordered_at,amount"]
    for c in range(60):
        for k in range(20):
            day = LAST - timedelta(days=14 * k + c % 5)
            if c % 6 or k > 5:
                lines.append(f"o{c}-{k},c{c},{day},{100 if day > LAST - timedelta(days=30) else 10 + c}")
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    for day in (LAST - timedelta(days=45), LAST):
        assert call("run", tmp_path, "--as-of", day).status == 0
    return tmp_path


def test_it_says_what_moved_writes_it_and_tells_when_the_next_stage_comes(company: Path, call: Any) -> None:
    done = call("--lang", "en", "drift", "-w", company, "--out", company / "d.html", "--out", company / "d.json")
    assert done.status == 0, done.err
    assert "beside those as of 2024-05-16" in done.out and "Stage: " in done.out
    told = json.loads((company / "d.json").read_text("utf-8"))
    assert {d["name"] for d in told["found"]} == {"spend", "orders", "recency", "life", "tier"}
    assert json.loads(call("drift", "-w", company, "--json").out)["against"] == told["against"]
    one = call("--lang", "zh", "drift", "-w", company, "--only", "阶段")
    assert one.status == 0 and "客户换了类" not in one.out and "位换了类" in one.out
    explained = call("--lang", "en", "explain", "c1", "-w", company)
    assert "without a further" in explained.out


@pytest.mark.parametrize(("options", "code"), [
    (["--against", "nothing"], "E-RUN-002"), (["--only", "stages"], "E-PREDICT-028"), (["--out", "d.pdf"], "E-CLI-003"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_a_code(company: Path, call: Any, options: list[str], code: str) -> None:
    done = call("--lang", "en", "drift", "-w", company, *options)
    assert done.status and code in done.err + done.out
