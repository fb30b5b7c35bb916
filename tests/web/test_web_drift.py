"""The page of drift: beside which run, what moved, who went where; only for who sees everybody."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from web_api import get, token
from web_shops import Shop, now

from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import text
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

PAGE = "/segments/-/drift/"


def html(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def add_lifecycle(shop: Shop) -> None:
    file = shop.folder / "scheme.yaml"
    said = re.sub(r"\n(客群|segments):\n", r"\n\1:\n  阶段: {生命周期: 自身}\n", file.read_text("utf-8"), count=1)
    file.write_text(said, "utf-8")


def evaluated(shop: Shop, day: date) -> str:
    return run(Workspace.at(shop.folder), duckdb_store, now, as_of=day).run.id


def test_with_one_run_it_says_that_there_is_nothing_to_compare(own_shop: Shop) -> None:
    page = html(own_shop.client("viewer", lang="en").get(PAGE))
    assert "Nothing to compare yet" in page and f'href="{PAGE}"' in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_drift_and_stages_are_shown_beside_the_run_that_is_chosen(own_shop: Shop, lang: Any) -> None:
    add_lifecycle(own_shop)
    first = evaluated(own_shop, date(2024, 8, 31))
    evaluated(own_shop, date(2024, 11, 30))
    evaluated(own_shop, date(2024, 12, 31))
    client = own_shop.client("viewer", lang=lang)
    page = html(client.get(PAGE))
    assert text("drift.heading", lang) in page and page.count("<option") == 2
    assert "阶段" in page and text("drift.total", lang) in page
    beside = f"<h2>{text('drift.metrics', lang)}</h2>"
    assert "2024-11-30" in page.split(beside)[0] and "2024-08-31" not in page.split("<form class=\"row\"")[0]
    chosen = html(client.get(f"{PAGE}?against={first}"))
    assert "2024-08-31" in chosen.split("<form class=\"row\"")[0]
    assert "2024-11-30" in html(client.get(f"{PAGE}?against=<b>nothing")).split(beside)[0]
    if lang == "en":
        robot = token(own_shop, "viewer")
        told, other = (get(own_shop, "/drift", robot, **q).json() for q in ({}, {"against": first}))
        assert (told["against_as_of"], other["against_as_of"]) == ("2024-11-30", "2024-08-31")
        assert {d["name"] for d in told["found"]} >= {"年消费", "阶段", "ABC"}
        same = get(own_shop, "/drift", robot, against=told["run"])
        assert same.status_code == 400 and same.json()["errors"][0]["code"] == "E-PREDICT-026"


def test_the_reason_of_a_stage_stands_on_the_customers_page(own_shop: Shop) -> None:
    add_lifecycle(own_shop)
    evaluated(own_shop, date(2024, 12, 31))
    client = own_shop.client("viewer", lang="en")
    listed = html(client.get("/customers/?c.阶段=mature"))
    customer = re.search(r'href="(/customers/[^/"?]+/)"', listed)
    assert customer is not None
    told = html(client.get(customer[1]))
    assert "Usual gap" in told and "without a further purchase" in told


def test_who_sees_some_of_the_customers_is_not_told_of_everybody(own_shop: Shop) -> None:
    client = own_shop.client("analyst", lang="en", scope="年消费 > 0", name="scoped")
    assert "E-WEB-040" in html(client.get(PAGE), 403)
    assert PAGE not in html(client.get("/segments/"))
