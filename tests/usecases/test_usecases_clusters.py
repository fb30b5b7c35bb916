"""A workspace with clusters: published, explained and reported; keys stay from run to run, and what-ifs work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS
from custrata.report import html, xlsx
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.preview import preview_scheme
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

AS_OF = date(2024, 6, 30)
SCHEME = """scheme: 门店
as_of: 2024-06-30
sources: {orders: {file: orders.csv}}
segments:
  类型: {聚类: [spend, orders, recency]}
  消费: {thresholds: spend, classes: {高: above 5000, 低: else}}
  交叉: {matrix: [类型, 消费]}
  召回: {rules: {要召回: '类型 = "沉睡大客户"', 其他: else}}
"""
#: Purchases, what each brings, days between them, days since the last.
Kinds = dict[str, tuple[int, int, int, int]]
KINDS: Kinds = {
    "常客": (40, 100, 8, 3), "偶尔": (2, 30, 20, 20), "走了": (4, 40, 20, 700), "大客走了": (12, 4000, 20, 600)
}  # fmt: skip


def sells(folder: Path, *, seed: int = 1, of_each: int = 25, more: Kinds | None = None) -> None:
    """Orders of customers of these kinds."""
    rng = np.random.default_rng(seed)
    lines = ["order_id,customer_id,ordered_at,amount"]
    for kind, (orders, amount, every, silent) in {**KINDS, **(more or {})}.items():
        for i in range(of_each):
            for n in range(orders + int(rng.integers(0, 2))):
                day = AS_OF - timedelta(int(silent * rng.uniform(0.8, 1.2)) + every * n)
                lines.append(f"o{len(lines)},{kind}{i},{day},{amount * rng.uniform(0.8, 1.2):.2f}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")


def evaluated(folder: Path, scheme: str = SCHEME) -> RunResult:
    (folder / "scheme.yaml").write_text(scheme, "utf-8")
    return run(Workspace.at(folder), duckdb_store, lambda: datetime.now(UTC))


@contextmanager
def looked_at(folder: Path, scratch: Path) -> Iterator[Result]:
    with open_run(Workspace.at(folder), duckdb_engine, scratch) as result:
        yield result


def stored(result: RunResult) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((result.run.folder / "params.json").read_text("utf-8"))
    return found["segments"]["类型"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    sells(folder)
    return folder


def test_a_run_finds_the_kinds_and_other_segments_read_them(shop: Path, tmp_path: Path) -> None:
    assert evaluated(shop).notes == ()
    with looked_at(shop, tmp_path) as result:
        rows = result.engine.rows(result.customers)
        found = {(r["customer_id"].rstrip("0123456789"), r["类型"], r["召回"]) for r in rows}
        assert found == {
            ("常客", "常客", "其他"), ("偶尔", "低频小额", "其他"), ("走了", "沉睡客户", "其他"),
            ("大客走了", "沉睡大客户", "要召回"),
        }  # fmt: skip
        why = next(c for c in result.explain("大客走了3").classes if c.segment == "类型")
        assert why.class_ == "沉睡大客户" and "spend > " in why.rule and why.rule.startswith(f"{why.key} 类：100%")
        assert set(why.numbers) == {"spend", "orders", "recency"}


def test_clusters_are_in_the_report_in_both_languages(shop: Path, tmp_path: Path) -> None:
    evaluated(shop)
    with looked_at(shop, tmp_path) as result:
        for lang in LANGS:
            model = result.report(lang)
            own = next(s for s in model.segments if s.kind == "cluster")
            assert [r.customers for r in own.rows] == [25] * 4 and len(own.rules) == 4
            page = html.render(model, lang)
            assert {"zh": "沉睡大客户", "en": "Big and sleeping"}[lang] in page
            xlsx.write(model, tmp_path / f"{lang}.xlsx", lang)
            assert (tmp_path / f"{lang}.xlsx").stat().st_size > 5000


def test_the_next_run_keeps_the_keys_and_a_new_kind_gets_a_new_one(shop: Path) -> None:
    first = stored(evaluated(shop))
    sells(shop, seed=2, more={"新的大户": (300, 9000, 1, 2)})
    second = stored(evaluated(shop))
    names = [{c["key"]: c["zh"] for c in s["classes"]} for s in (first, second)]
    assert list(names[0]) == ["A", "B", "C", "D"] and list(names[1]) == ["A", "B", "C", "D", "E"]
    typical = [{c["key"]: float(c["typical"][0]) for c in s["params"]["clusters"]} for s in (first, second)]
    assert all(typical[1][key] == pytest.approx(spend, rel=0.1) for key, spend in typical[0].items())
    kept = [k for k in names[0] if names[1][k] == names[0][k]]
    assert "沉睡客户" in {names[0][k] for k in kept}
    # Another scheme for the same segment begins anew; so does a scheme with other metrics.
    third = stored(evaluated(shop, SCHEME.replace("[spend, orders, recency]", "[spend, recency]")))
    assert third["classes"][0]["key"] == "A" and third["params"]["letters"] == len(third["classes"])


def test_a_what_if_with_more_clusters_keeps_the_keys_and_moves_only_whom_it_must(shop: Path, tmp_path: Path) -> None:
    evaluated(shop)
    with looked_at(shop, tmp_path) as result:
        same = preview_scheme(result, Scheme.parse(SCHEME), "zh")
        assert (same.segments, same.lacking) == ((), ())
        fewer = preview_scheme(result, Scheme.parse(SCHEME.replace("recency]", "recency], 类数: 3", 1)), "zh")
        told = next(p for p in fewer.segments if p.name == "类型")
        assert 0 < told.moved <= 50 and sum(1 for c in told.classes if c.will and c.will[0]) == 3
        labelled = Scheme.parse(SCHEME.replace("recency]", "recency], 标签: {A: 甲类}", 1))
        assert preview_scheme(result, labelled, "zh").segments == ()


def test_what_is_wrong_with_the_clusters_is_said_and_stops_nothing(shop: Path) -> None:
    lines = ["order_id,customer_id,ordered_at,amount", "1,a,2024-06-01,10", "2,b,2024-06-01,10"]
    (shop / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    result = evaluated(shop)
    assert {n.code for n in result.notes} == {"E-PREDICT-021", "E-PREDICT-022"}
    assert result.customers == 2 and "scheme.yaml:5" in result.notes[0].place
