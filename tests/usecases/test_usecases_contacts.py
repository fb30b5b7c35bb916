"""Complaints, visits and assets of a workspace: loaded, checked, mended, merged, published and explained."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.audit import audit_workspace
from custrata.usecases.check import check_data
from custrata.usecases.identity_decide import merge
from custrata.usecases.load.loaded import loaded
from custrata.usecases.mend import mend
from custrata.usecases.opened import open_run
from custrata.usecases.quarantine_sheet import write_sheet
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

SCHEME = """scheme: 小店
as_of: 2024-03-31
sources:
  orders: {file: sales.csv, columns: {order_id: 单号, customer_id: 客户, ordered_at: 日期, amount: 金额}}
  interactions:
    投诉: {file: 投诉*.csv, columns: {id: 编号, customer_id: 客户, happened_at: 日期, closed_at: 办结, value: 评分}}
    visit: {file: visits.csv, columns: {customer_id: 客户, happened_at: 日期}}
  assets: {file: assets.csv, columns: {customer_id: 客户, day: 日期, value: 余额, kind: 种类}}
metrics:
  投诉: {互动次数: 投诉}
  未结: {互动次数: 投诉, 状态: 未结}
  拜访: {未联系天数: 拜访}
  满意: {满意度: 全部, 互动类型: 投诉}
  资产: {持有资产: 全部}
segments:
  tier: {thresholds: spend, classes: {高: above 100, 低: else}}
"""
FILES = {
    "sales.csv": "单号,客户,日期,金额\nA1,甲,2024-03-01,150\nA2,乙,2024-03-02,5\n",
    "投诉-1.csv": "编号,客户,日期,办结,评分\nT1,甲,2024-03-05,2024-04-02,4\n"
    "T2,丙,2024-03-06,2024-03-07,5分\nT3,丙,2024-03-08,,\n",
    "visits.csv": "客户,日期\n甲,2024-03-30\n乙,2024-04-05\n",
    "assets.csv": "客户,日期,余额,种类\n甲,2024-01-31,10,存款\n甲,2024-02-29,20,存款\n乙,2024-02-29,7,基金\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return Workspace.at(tmp_path)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    def ticks() -> Iterator[datetime]:
        now = datetime(2024, 6, 1, tzinfo=UTC)
        while True:
            now += timedelta(minutes=1)
            yield now

    moments = ticks()
    return lambda: next(moments)


def published(result: RunResult) -> dict[str, tuple[Any, ...]]:
    rows = pq.read_table(result.run.customers).to_pylist()
    return {r["customer_id"]: (r["投诉"], r["未结"], r["拜访"], r["满意"], r["资产"]) for r in rows}


def test_a_run_tells_of_all_sources_and_of_customers_who_only_complained(shop: Workspace, clock: Any) -> None:
    result = run(shop, duckdb_store, clock)
    assert published(result) == {"甲": (1, 1, 1, 4, 20), "乙": (0, 0, None, None, 7), "丙": (2, 1, None, None, None)}
    record = json.loads((result.run.folder / "record.json").read_text("utf-8"))
    assert {n: (r["read"], r["used"], r["quarantined"], r["excluded_by"]) for n, r in record["rows"].items()} == {
        "orders": (2, 2, 0, {}), "interactions.投诉": (3, 3, 0, {}),
        "interactions.visit": (2, 1, 0, {"after_as_of": 1}), "assets": (3, 3, 0, {}),
    }  # fmt: skip
    assert [f["path"] for f in record["inputs"]["interactions.投诉"]] == ["投诉-1.csv"]
    with (result.run.folder / "emptied.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[:6] for row in list(csv.reader(file))[1:]] == [
            ["interactions.投诉", "投诉-1.csv", "3", "评分", "5分", "E-ROW-002"]
        ], "the complaint counts, its score does not"


def test_a_complaint_settled_after_the_as_of_date_is_shown_as_open(shop: Workspace, clock: Any, tmp_path: Path) -> None:
    run(shop, duckdb_store, clock)
    with open_run(shop, duckdb_engine, tmp_path / "scratch") as result:
        found = result.explain("甲")
    assert found.interactions_total == 2
    assert [(i["id"], i["kind"], i["day"], i["closed_at"], i["open"]) for i in found.interactions] == [
        (None, "visit", date(2024, 3, 30), None, None), ("T1", "complaint", date(2024, 3, 5), None, True),
    ]  # fmt: skip
    assert [(a["kind"], a["day"], a["value"]) for a in found.assets] == [("存款", date(2024, 2, 29), 20)]


def test_only_a_new_file_of_complaints_is_read(shop: Workspace, clock: Any) -> None:
    run(shop, duckdb_store, clock)
    (shop.path / "投诉-2.csv").write_text("编号,客户,日期,办结,评分\nT9,乙,2024-03-09,2024-03-09,1\n", "utf-8")
    with loaded(shop, duckdb_store, clock()) as ready:
        told = {s.source: (s.new, s.same, s.read) for s in ready.result.sources}
    assert told["interactions.投诉"] == (("投诉-2.csv",), 1, 1)
    assert {read for name, (_, _, read) in told.items() if name != "interactions.投诉"} == {0}
    assert published(run(shop, duckdb_store, clock))["乙"] == (1, 0, None, 1, 7)


def test_a_source_that_the_scheme_no_longer_has_leaves_the_facts(shop: Workspace, clock: Any) -> None:
    run(shop, duckdb_store, clock)
    text = "\n".join(line for line in SCHEME.splitlines() if "visit" not in line and "拜访" not in line)
    (shop.path / "scheme.yaml").write_text(text + "\n", "utf-8")
    result = run(shop, duckdb_store, clock)
    assert "interactions.visit" not in {s.source for s in result.sources}
    assert {r["customer_id"] for r in pq.read_table(result.run.customers).to_pylist()} == {"甲", "乙", "丙"}


def test_what_the_words_of_a_kind_mean_is_known_without_reading_again(shop: Workspace, clock: Any) -> None:
    assert published(run(shop, duckdb_store, clock))["甲"][2] == 1
    (shop.path / "scheme.yaml").write_text(SCHEME.replace("visit: {file", "visit: {kind: ticket, file"), "utf-8")
    with loaded(shop, duckdb_store, clock()) as ready:
        assert not ready.result.changed
    assert published(run(shop, duckdb_store, clock))["甲"][2] is None


def test_complaints_and_assets_of_merged_customers_are_one_customers(shop: Workspace, clock: Any) -> None:
    run(shop, duckdb_store, clock)
    merge(shop, clock, ["甲", "丙"], "li", "one person", min, {"甲", "乙", "丙"}, keep="甲")
    merge(shop, clock, ["甲", "乙"], "li", "one person", min, {"甲", "乙", "丙"}, keep="甲")
    assert published(run(shop, duckdb_store, clock)) == {"甲": (3, 2, 1, 4, 27)}


def test_a_complaint_is_mended_like_any_other_row(shop: Workspace, clock: Any) -> None:
    sheet = shop.path / "m.csv"
    with loaded(shop, duckdb_store, clock()) as ready:
        assert write_sheet(ready, sheet, "zh").rows == {"interactions.投诉": 1}
    sheet.write_text(sheet.read_text("utf-8-sig").replace("5分", "5"), "utf-8-sig")
    left = mend(shop, duckdb_store, clock, [sheet], who="li").left
    assert not left
    assert published(run(shop, duckdb_store, clock))["丙"] == (2, 1, None, 5, None)


def test_check_data_looks_at_every_source(shop: Workspace) -> None:
    found = check_data(Scheme.load(shop.path / "scheme.yaml"), shop.path, duckdb_engine)
    assert [(c.source, c.rows) for c in found] == [
        ("orders", 2), ("interactions.投诉", 3), ("interactions.visit", 2), ("assets", 3),
    ]  # fmt: skip
    value = next(c for c in found[1].columns if c.column == "value")
    assert (value.type, value.filled, value.readable) == ("number", 2, 1)
    (shop.path / "visits.csv").write_text("客户,时间\n甲,2024-03-30\n", "utf-8")
    with pytest.raises(CustrataError) as caught:
        check_data(Scheme.load(shop.path / "scheme.yaml"), shop.path, duckdb_engine)
    assert {p.code for p in caught.value.problems} == {"E-DATA-003"}


def test_the_audit_tells_of_rows_of_complaints_that_cannot_be_used(shop: Workspace, clock: Any, tmp_path: Path) -> None:
    (shop.path / "投诉-2.csv").write_text("编号,客户,日期,办结,评分\nT5,,2024-03-09,,\nT6,乙,9号,,\n", "utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    audit = audit_workspace(shop, duckdb_engine, clock, scratch)
    told = {f.code: f for f in audit.findings}
    assert told["A-VAL-001"].rows == 2
    assert not {"A-COM-002", "A-VAL-002"} & {code for code, f in told.items() if f.severity != "good"}
