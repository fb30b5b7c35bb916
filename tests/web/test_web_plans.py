"""Plans in the browser and for programs: who moves, list by list, and what is said of a plan that holds no longer."""

from __future__ import annotations

import re
import shutil
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_api import call, get, token
from web_shops import Shop

from custrata.web.jobs.runner import once
from custrata.web.models import Job
from custrata.web.site import site

pytestmark = pytest.mark.slow


def planned(shop: Shop, more: str = "    brakes: {fall: 1%}\n") -> str:
    """A plan by a scheme under which many fall; a brake holds it."""
    file = shop.folder / "scheme.yaml"
    text = file.read_text("utf-8").replace('金卡: {enter: "年消费 >= 2万"}', '金卡: {enter: "年消费 >= 8万"}')
    file.write_text(text + more, "utf-8")
    shop.client("operator").post("/levels/plan/")
    assert once("write", shop.folder)
    return site().store.plans("open")[0].id


def imported(shop: Shop) -> None:
    """Another file of complaints, which nobody has loaded yet."""
    there = next((shop.folder / "data").glob("投诉记录*"))
    shutil.copy(there, there.with_name(f"投诉记录-new{there.suffix}"))


def page(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_plan_that_an_import_made_stale_is_offered_to_nobody(own_shop: Shop) -> None:
    plan = planned(own_shop)
    operator, approver = own_shop.client("operator", lang="en"), own_shop.client("approver", lang="en")
    assert "1 plan waits for your approval" in page(approver, "/")
    assert "no longer holds" not in page(operator, "/levels/")
    imported(own_shop)
    told = page(operator, "/")
    assert "The plan no longer holds: make a new one" in told and 'action="/levels/plan/"' in told
    told = page(approver, "/")
    assert "waits for your approval" not in told and "no longer holds" not in told, "he can do nothing about it"
    for path in ("/levels/", f"/levels/plans/{plan}/"):
        told = page(operator, path)
        assert "the data has changed" in told and "Make a new plan" in told and 'action="/levels/plan/"' in told
        told = page(approver, path)
        assert 'href="#verdict"' not in told and "Ask an operator to make a new one" in told
    answer = approver.post(f"/levels/plans/{plan}/decide/", {"verdict": "approve"})
    assert answer.status_code == 409 and "E-PLAN-003" in answer.content.decode()
    robot = token(own_shop, "approver")
    assert get(own_shop, "/plans", robot).json()[0]["changed"] == ["facts"]
    assert call(own_shop, "POST", f"/api/v1/plans/{plan}/approve", robot).status_code == 409
    operator.post("/levels/plan/")
    assert "A new plan is being made" in page(operator, "/")
    assert once("write", own_shop.folder) and Job.objects.filter(kind="plan").latest("id").state == "done"
    assert [p["changed"] for p in get(own_shop, "/plans", robot).json()] == [[], [], []]
    told = page(operator, f"/levels/plans/{plan}/")
    assert "replaced by a newer one" in told and "Made by operator" in told, "its lists are gone, what it was is not"


def test_a_new_version_of_the_scheme_makes_a_plan_stale_and_a_rejected_one_says_why(own_shop: Shop) -> None:
    plan = planned(own_shop)
    approver = own_shop.client("approver", lang="en")
    assert approver.post(
        f"/levels/plans/{plan}/decide/", {"verdict": "reject", "comment": "not in December"}
    ).status_code == 302  # fmt: skip
    assert "not in December" in page(approver, f"/levels/plans/{plan}/")
    newer = planned(own_shop, more="")
    file = own_shop.folder / "scheme.yaml"
    file.write_text(file.read_text("utf-8").replace("年消费 >= 8万", "年消费 >= 7万"), "utf-8")
    assert "the rules of the scheme have changed" in page(approver, f"/levels/plans/{newer}/")
    told = page(approver, f"/levels/plans/{plan}/")
    assert "rejected" in told and "not in December" in told and f'href="/levels/plans/{newer}/"' in told


def test_what_a_waiting_plan_costs_the_store_is_counted(own_shop: Shop) -> None:
    plan = planned(own_shop)
    client = own_shop.client("administrator")
    # Whether it holds asks for the runs, the overrides and the latest correction.
    asked = {}
    for path in ("/", "/levels/", f"/levels/plans/{plan}/"):
        page(client, path)
        with CaptureQueriesContext(connection) as found:
            page(client, path)
        asked[path] = len(found)
    assert list(asked.values()) == [14, 16, 10], asked


def test_a_first_plan_shows_the_biggest_of_each_level(shop: Shop) -> None:
    path = f"/levels/plans/{site().store.plans()[0].id}/"
    client = shop.client("analyst", lang="en")

    def rows(said: str) -> list[tuple[str, str]]:
        return re.findall(r'<th scope="row"><a href="/customers/([^/]+)/">.*?<td class="nowrap">— → ([^<]+)</td>', said)

    every, number = [], 1
    while found := rows(page(client, f"{path}?page={number}")):
        if found[-1] in every:
            break
        every += found
        number += 1
    order = ["VIP", "金卡", "普通", "潜在"]
    assert len(every) == len({who for who, _ in every}) == 150
    assert [level for _, level in every] == sorted((level for _, level in every), key=order.index)
    told = page(client, f"{path}?to=金卡")
    assert {level for _, level in rows(told)} == {"金卡"} and f"{path}file/xlsx/" in told
    assert rows(told) == [r for r in every if r[1] == "金卡"][:25]
    senseless = page(client, f"{path}?way=down&from=x&cause=nothing")
    assert rows(senseless) == every[:25], "what means nothing narrows nothing"


def test_who_falls_is_listed_apart_from_who_rises(own_shop: Shop) -> None:
    plan = planned(own_shop)
    told = page(own_shop.client("viewer", lang="en"), f"/levels/plans/{plan}/")
    assert "金卡 → 普通" in told and "−" in told and not re.search(r">-\d", told), "a minus sign is none of a hyphen"
