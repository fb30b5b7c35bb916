"""From an unknown export to every customer's spend: what is guessed is written into a scheme and evaluated."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from guess_shop import Export, exports

from custrata import Scheme, evaluate
from custrata.core.guess import source_options
from shops import backend

EXPORTS = {e.name: e for e in exports()}
Row = dict[str, str]
Spend = dict[str, float]


def spends(export: Export) -> Spend:
    """Each customer's lifetime spend as the guess has it."""
    body: dict[str, Any] = {"orders": source_options(export.guess)}
    written = json.dumps(body, ensure_ascii=False)
    scheme = Scheme.parse(f"scheme: Shop\nsources: {written}\nmetrics: {{spend: {{monetary: lifetime}}}}")
    rows = {header: pa.array([c or None for c in cells], pa.string()) for header, cells in export.table.items()}
    with evaluate(scheme, orders=pa.table(rows), backend=backend()) as result:
        found = result.table().select(["customer_id", "spend"]).to_pydict()
    return {c: round(float(s), 2) for c, s in zip(found["customer_id"], found["spend"], strict=True) if s}


def truth(export: Export, who: str, what: Callable[[Row], float]) -> Spend:
    """The same by plain addition over the cells."""
    found: defaultdict[str, float] = defaultdict(float)
    for cells in zip(*export.table.values(), strict=True):
        row = dict(zip(export.table, cells, strict=True))
        if row[who]:
            found[row[who].removesuffix(".0")] += what(row)
    return {c: round(s, 2) for c, s in found.items() if round(s, 2)}


def if_(holds: bool, amount: str) -> float:
    return float(amount) if holds else 0.0


@pytest.mark.parametrize(("name", "who", "what"), [
    ("管家婆 单据明细", "往来单位", lambda r: float(r["折后金额"]) * (-1 if r["单据类型"] == "销售退货单" else 1)),
    ("淘宝 订单", "买家会员名", lambda r: if_(r["订单状态"] == "交易成功", r["买家应付货款"])),
    ("UCI Online Retail", "CustomerID", lambda r: float(r["Quantity"]) * float(r["UnitPrice"])),
    ("Shopify orders", "Email",
     lambda r: if_(r["Financial Status"] == "paid", r["Total"]) - if_(r["Financial Status"] == "paid", r["Shipping"])),
])  # fmt: skip
def test_every_customers_spend_is_right(name: str, who: str, what: Callable[[Row], float]) -> None:
    export = EXPORTS[name]
    expected = truth(export, who, what)
    assert len(expected) >= 4
    assert spends(export) == pytest.approx(expected)


def test_the_options_hold_only_what_the_scheme_needs() -> None:
    assert set(source_options(EXPORTS["商品档案"].guess)) == {"columns"}
    assert set(source_options(EXPORTS["Superstore"].guess)) == {"columns", "dates"}
    taobao = source_options(EXPORTS["淘宝 订单"].guess)
    assert taobao["count"] == ["交易成功"]
    square = source_options(EXPORTS["Square items"].guess)
    assert square["returns"] == {"status": ["Refund"]}
