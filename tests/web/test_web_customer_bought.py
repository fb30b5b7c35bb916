"""What a customer buys, on his page and in the interface for programs."""

from __future__ import annotations

import json
from decimal import Decimal
from html import unescape
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from web_shops import Shop

from custrata.web.movements import known
from custrata.web.site import site


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return unescape(answer.content.decode())


@pytest.fixture
def buyer(shop: Shop) -> tuple[str, Decimal]:
    """Who spent most, and how much."""
    lines = pq.read_table(site().workspace.run().folder / "lines.parquet")
    sums = lines.group_by("customer_id").aggregate([("net", "sum")])
    best = sums.slice(pc.index(sums["net_sum"], pc.max(sums["net_sum"])).as_py(), 1).to_pylist()[0]
    return best["customer_id"], best["net_sum"]


def test_the_page_tells_at_once_what_he_buys_and_then_what_all_do(shop: Shop, buyer: tuple[str, Decimal]) -> None:
    client, (who, _) = shop.client("viewer", lang="en", scope="年订单 >= 0", name="fresh"), buyer
    text = body(client.get(f"/customers/{who}/"))
    assert "What they buy" in text and f'hx-get="/bought/customers/{who}/"' in text
    part = body(client.get(f"/bought/customers/{who}/"))
    assert "All customers" in part and "…" not in part
    assert known(("usual", str(site().workspace.path), site().workspace.run().id, ("年订单 >= 0", 0))) is not None
    again = body(client.get(f"/customers/{who}/"))
    assert "hx-get=\"/bought/" not in again, "what all buy is known by now"


def test_each_order_of_the_page_opens_to_its_lines(shop: Shop, buyer: tuple[str, Decimal]) -> None:
    text = body(shop.client("viewer", lang="en").get(f"/customers/{buyer[0]}/"))
    run = site().workspace.run().folder
    lines = pq.read_table(run / "lines.parquet").filter(pc.field("customer_id") == buyer[0]).to_pylist()
    names = {p["product_id"]: p["product"] for p in pq.read_table(run / "products.parquet").to_pylist()}
    shown = [r for r in lines if r["order_id"] in text]
    assert shown and all(names[r["product_id"]] in text for r in shown)


def test_nobody_learns_what_a_customer_buys_whom_he_may_not_see(shop: Shop, buyer: tuple[str, Decimal]) -> None:
    other = shop.client("operator", lang="en", scope="年消费 < 0", name="narrow")
    assert "E-RUN-004" in body(other.get(f"/bought/customers/{buyer[0]}/"), 404)


def test_programs_are_told_the_same_and_it_adds_up(shop: Shop, buyer: tuple[str, Decimal]) -> None:
    who, net = buyer
    answer = json.loads(body(shop.client("viewer", lang="en").get(f"/api/v1/customers/{who}")))
    assert [b["by"] for b in answer["bought"]] == ["category", "brand", "product", "kind"]
    for one in answer["bought"]:
        assert sum((Decimal(r["spend"]) for r in one["rows"]), Decimal(one["rest"])) == net
    assert all(r["usual"] is not None for r in answer["bought"][0]["rows"])
