"""Those who stopped buying, in the browser and for programs: worked out by a job, told to who may see everybody."""

from __future__ import annotations

import pytest
from web_api import call, get, token
from web_shops import Shop

from custrata.usecases.apart_kept import newest
from custrata.web.jobs.runner import once
from custrata.web.models import Job

pytestmark = pytest.mark.slow


def test_leavers_are_worked_out_by_a_job_and_shown_until_there_is_newer_data(own_shop: Shop) -> None:
    operator, viewer = own_shop.client("operator", lang="en"), own_shop.client("viewer", lang="en")
    assert "Not worked out yet" in viewer.get("/segments/-/leavers/").content.decode()
    robot = token(own_shop, "operator")
    told = get(own_shop, "/leavers", robot)
    assert told.status_code == 404 and told.json()["errors"][0]["code"] == "E-WEB-131"
    refused = operator.post("/segments/-/leavers/make/", {"days": "7000"})
    assert refused.status_code == 400 and "E-WEB-130" in refused.content.decode()
    assert viewer.post("/segments/-/leavers/make/", {"days": "30"}).status_code == 403
    assert operator.post("/segments/-/leavers/make/", {"days": "30"}).status_code == 302
    assert once("write", own_shop.folder)
    job = Job.objects.get(kind="leavers")
    assert job.state == "done", job.log
    assert set(job.result) == {"customers", "own"}
    found = newest(own_shop.folder / ".custrata")
    assert found is not None and (found.days, (found.until - found.day).days) == (30, 30)
    page = viewer.get("/segments/-/leavers/").content.decode()
    assert f"{found.report.found.own:,} bought nothing in the 30 days after" in page
    answer = get(own_shop, "/leavers", robot).json()
    assert answer["apart"]["own"] == found.report.found.own == job.result["own"] and answer["day"] == str(found.day)
    assert answer["apart"]["sentences"] and answer["apart"]["segment"] is None
    later = call(own_shop, "POST", "/api/v1/leavers", robot, {"days": 90})
    assert later.status_code == 202 and later.json()["kind"] == "leavers"
    assert call(own_shop, "POST", "/api/v1/leavers", robot, {"days": 1}).status_code == 422


def test_who_sees_a_region_is_told_of_its_classes_and_not_of_everybodys_leavers(shop: Shop) -> None:
    whole, part = token(shop, "analyst"), token(shop, "viewer", scope="区域 = '城市'")
    assert get(shop, "/leavers", part).status_code == get(shop, "/drift", part).status_code == 403
    assert shop.client("viewer", scope="区域 = '城市'", name="city").get("/segments/-/leavers/").status_code == 403
    told = [get(shop, "/segments/ABC/apart", who, **{"class": "C"}) for who in (whole, part)]
    assert told[0].status_code == 200
    everybody, own = told[0].json(), told[1].json()
    assert everybody["customers"] == 150 and everybody["class"] == "C" and "年消费" in everybody["left_out"]
    # Of those whom this reader sees there may be too few to say anything, which is said.
    assert own.get("customers", 0) < 150 or own["errors"][0]["code"] == "E-PREDICT-050"
    assert get(shop, "/segments/ABC/apart", whole, **{"class": "none"}).json()["errors"][0]["code"] == "E-RUN-008"
