"""Programs ask for ladders and movement, and have lists written as files."""

from __future__ import annotations

from typing import Any

import pytest
from web_api import call, get, token
from web_shops import Shop

from custrata.web import jobs
from custrata.web.models import Job


def test_a_ladder_is_told_with_conditions_and_customers(shop: Shop) -> None:
    (ladder,) = get(shop, "/levels", token(shop, "viewer")).json()
    assert [x["level"] for x in ladder["levels"]] == ["VIP", "金卡", "普通", "潜在"]
    assert "100,000" in ladder["levels"][0]["enter"] and ladder["levels"][-1]["enter"] is None
    assert sum(x["customers"] for x in ladder["levels"]) + ladder["without"] == 150


def test_movement_balances_and_ends_where_the_ladder_stands(shop: Shop) -> None:
    headers = token(shop, "viewer")
    (ladder,) = get(shop, "/levels", headers).json()
    told = get(shop, "/levels/会员等级/movement", headers, first="2024-12-01", last="2024-12-31").json()
    for level in told["levels"]:
        assert level["opening"] + sum(level["won"].values()) - sum(level["lost"].values()) == level["closing"]
    assert [x["closing"] for x in told["levels"]] == [x["customers"] for x in ladder["levels"]]
    assert sum(p["customers"] for p in told["pairs"]) == 150 and told["plans"]


def test_a_scope_holds_for_movement(shop: Shop) -> None:
    robot = token(shop, "viewer", scope="区域 = '城市'")
    told = get(shop, "/levels/会员等级/movement", robot).json()
    assert 0 < sum(x["closing"] for x in told["levels"]) < 150


@pytest.mark.parametrize(
    ("path", "asked", "told"),
    [
        ("/levels/RFM/movement", {}, (404, "E-RUN-003")),
        ("/levels/会员等级/movement", {"first": "2024-12-31", "last": "2024-12-01"}, (409, "E-PLAN-010")),
        ("/levels/会员等级/movement", {"first": "soon"}, (422, "E-WEB-060")),
    ],
)
def test_movement_that_cannot_be_is_told(shop: Shop, path: str, asked: dict[str, str], told: tuple[int, str]) -> None:
    answer = get(shop, path, token(shop, "viewer", scope=""), **asked)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == told


def test_methods_that_an_address_does_not_have_are_told(shop: Shop) -> None:
    answer = call(shop, "DELETE", "/api/v1/levels", token(shop, "operator"))
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["code"] == "E-WEB-067"


def done(shop: Shop, answer: Any) -> int:
    """Does the export as its runner would, and says its number."""
    from custrata.web.export import write
    from custrata.web.site import site

    job = Job.objects.get(pk=answer.json()["job"]["id"])
    folder = jobs.folder_of(shop.folder / ".custrata", job.pk)
    result = write({**job.arguments, "who": job.who}, folder)
    Job.objects.filter(pk=job.pk).update(state="done", result=result, ended_at=site().now())
    return int(job.pk)


def test_a_list_is_written_as_a_file_and_downloaded(shop: Shop) -> None:
    headers = token(shop, "analyst")
    body = {"format": "csv", "classes": {"会员等级": ["金卡", "VIP"]}, "columns": ["@name", "年消费"], "sort": "年消费",
            "ranges": {"年消费": {"min": "2万"}}}  # fmt: skip
    answer = call(shop, "POST", "/api/v1/exports", headers, body)
    assert answer.status_code == 202 and answer.json()["file"] is None
    number = done(shop, answer)
    told = get(shop, f"/exports/{number}", headers).json()
    listed = get(shop, "/customers", headers, **{"c.会员等级": ["金卡", "VIP"], "min.年消费": "2万"}).json()
    assert told["customers"] == listed["total"] > 0 and told["until"] and told["masked"]
    file = get(shop, f"/exports/{number}/file", headers)
    assert file.headers["Content-Type"] == "text/csv"
    assert len(b"".join(file.streaming_content).decode("utf-8-sig").splitlines()) == told["customers"] + 1
    other = token(shop, "approver")
    assert get(shop, f"/exports/{number}", other).status_code == 404
    assert get(shop, f"/exports/{number}/file", other).status_code == 404


def test_a_token_that_shows_less_takes_out_less(shop: Shop) -> None:
    full, less = token(shop, "operator"), token(shop, "operator", "look", "export")
    masked, open_ = (done(shop, call(shop, "POST", "/api/v1/exports", h, {"q": "K"})) for h in (less, full))
    assert Job.objects.get(pk=masked).result["masked"] and not Job.objects.get(pk=open_).result["masked"]
    for number, headers in ((masked, less), (open_, full)):
        file = get(shop, f"/exports/{number}/file", headers)
        assert file.status_code == 200 and b"".join(file.streaming_content)
    refused = get(shop, f"/exports/{open_}/file", less)
    assert refused.status_code == 404 and refused.json()["errors"][0]["code"] == "E-WEB-023"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"format": "pdf"}, (422, "E-WEB-060")), ({"where": "nobody knows"}, (400, "E-FILTER-001")),
        ({"columns": ["nothing"]}, (400, "E-WEB-020")), ({"classes": {"会员等级": ["钻石"]}}, (400, "E-RUN-008")),
        ({"values": {"行业": ["\0"]}}, (422, "E-WEB-060")), ({"run": "20200101-000000-abcd"}, (404, "E-RUN-002")),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_told_at_once(shop: Shop, body: dict[str, Any], told: tuple[int, str]) -> None:
    before = Job.objects.count()
    answer = call(shop, "POST", "/api/v1/exports", token(shop, "analyst"), body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == told and Job.objects.count() == before
