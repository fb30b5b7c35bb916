"""What is said of why somebody is in a class or on a level uses the words that people know, on both sides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.levels.weighing import Scales
from custrata.usecases.look_one import explain
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

SCHEME = """scheme: 门店
sources:
  orders: {file: sales.csv}
  customers: {file: people.csv, columns: {customer_id: 编号, type: 客户类型, city: 市}}
metrics:
  spend: {monetary: lifetime, label: {zh: 消费, en: Spend}}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}, label: {zh: 档次, en: Tier},
         labels: {big: {zh: 大客户, en: Big}, small: {zh: 小客户, en: Small}}}
  kinds: {attribute: type}
  list:
    rules: {重点: "type = 企业 and tier = big", 同城: "city in (杭州)", 其余: else}
levels:
  member:
    VIP: {enter: "tier = big and type = 企业"}
    普通: {}
"""
SALES = "customer_id,ordered_at,amount\n1,2024-03-01,150\n2,2024-03-02,5\n"
PEOPLE = "编号,客户类型,市\n1,企业,杭州\n2,个人,杭州\n"


def test_why_somebody_is_in_a_class_is_told_in_labels(tmp_path: Path) -> None:
    for name, content in (("scheme.yaml", SCHEME), ("sales.csv", SALES), ("people.csv", PEOPLE)):
        (tmp_path / name).write_text(content, "utf-8")
    shop = Workspace.at(tmp_path)
    run(shop, duckdb_store, lambda: datetime(2024, 4, 1, tzinfo=UTC))
    with open_run(shop, duckdb_engine, tmp_path) as result:
        told = {c.segment: c for c in explain(result, "1", "zh").classes}
        tried = [said for _, said, _ in told["list"].conditions]
        assert tried == ["客户类型 = 企业", "档次 = 大客户", "城市 属于 (杭州)"]
        assert told["list"].rule == "客户类型 = 企业 且 档次 = 大客户" and told["kinds"].rule == "客户类型 = 企业"
        english = {c.segment: c for c in explain(result, "1", "en").classes}
        assert english["list"].rule == "type = 企业 and Tier = Big", "a class is called in the language of the reader"


@pytest.mark.parametrize(
    ("lang", "asked", "shown"),
    [
        (
            "zh", "档次 = 大客户 且 客户类型 = 企业",
            [("档次", "小客户", "= 大客户", False), ("客户类型", "企业", "= 企业", True)],
        ),
        ("en", "Tier = Big and type = 企业", [("Tier", "Small", "= Big", False), ("type", "企业", "= 企业", True)]),
    ],
)  # fmt: skip
def test_the_numbers_of_a_move_stand_under_labels(lang: str, asked: str, shown: list[tuple[str, ...]]) -> None:
    scheme = Scheme.parse(SCHEME)
    scales = Scales(scheme, scheme.levels["member"], lang)  # type: ignore[arg-type]
    enter = scheme.levels["member"].levels["VIP"].enter
    assert scales.asked(enter) == asked
    numbers = {"tier": "小客户", "type": "企业"}
    found = scales.weighed(enter, [numbers[n] for n in scales.inputs])
    assert [(w.name, w.value, w.asked, w.holds) for w in found] == shown
