"""Levels in the browser: a plan is made by one, approved by another, applied, and told."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from web_api import call, token
from web_shops import Shop

from custrata.web.jobs.runner import once
from custrata.web.models import Job
from custrata.web.site import site

pytestmark = pytest.mark.slow


def stricter(shop: Shop) -> str:
    """A plan by a scheme under which every tenth customer falls; a brake holds it."""
    file = shop.folder / "scheme.yaml"
    text = file.read_text("utf-8").replace('金卡: {enter: "年消费 >= 2万"}', '金卡: {enter: "年消费 >= 8万"}')
    file.write_text(text + "    brakes: {fall: 1%}\n", "utf-8")
    shop.client("operator").post("/levels/plan/")
    assert once("write", shop.folder)
    job = Job.objects.get(kind="plan")
    assert job.state == "done", job.log
    return site().store.plans("open")[0].id


def test_one_makes_a_plan_another_approves_it_and_it_is_applied(own_shop: Shop) -> None:
    plan = stricter(own_shop)
    operator, approver = own_shop.client("operator"), own_shop.client("approver")
    page = operator.get(f"/levels/plans/{plan}/").content.decode()
    assert "待批准" in page and "降级" in page
    # A brake holds it: nobody applies it before somebody has approved.
    operator.post(f"/levels/plans/{plan}/apply/")
    once("write", own_shop.folder)
    failed = Job.objects.filter(kind="apply").latest("id")
    assert failed.state == "failed" and [p["code"] for p in failed.result["problems"]] == ["E-PLAN-007"]
    told = operator.get(f"/data/jobs/{failed.pk}/").content.decode()
    assert "E-PLAN-007" in told.split("<pre")[0], "before the log"
    assert "E-PLAN-007" in operator.get("/levels/").content.decode(), "where one who pressed the button looks"
    assert "E-PLAN-007" not in own_shop.client("viewer").get("/levels/").content.decode()
    made = Job.objects.get(kind="plan")
    assert made.result["id"] == plan and set(made.result) == {"id", "as_of", "moves", "brakes"}, "nobody is named"
    said = {"verdict": "approve", "comment": "同意，按新标准执行"}
    assert approver.post(f"/levels/plans/{plan}/decide/", said).status_code == 302
    assert "同意，按新标准执行" in operator.get(f"/levels/plans/{plan}/").content.decode()
    operator.post(f"/levels/plans/{plan}/apply/")
    once("write", own_shop.folder)
    assert site().store.current().plan == plan  # type: ignore[union-attr]
    trail = {(e.who, e.verb) for e in site().store.audit(plan)}
    assert ("approver", "approve") in trail


def test_a_program_applies_a_plan_when_somebody_has_approved_it(own_shop: Shop) -> None:
    plan = stricter(own_shop)
    robot, approver = token(own_shop, "operator"), token(own_shop, "approver")
    path = f"/api/v1/plans/{plan}"
    assert call(own_shop, "POST", f"{path}/apply", approver).status_code == 403
    assert call(own_shop, "POST", f"{path}/approve", approver, {"comment": "yes"}).json()["state"] == "approved"
    answer = call(own_shop, "POST", f"{path}/apply", robot)
    assert answer.status_code == 202 and answer.json()["kind"] == "apply"
    assert once("write", own_shop.folder)
    job = call(own_shop, "GET", f"/api/v1/jobs/{answer.json()['id']}", robot).json()
    assert job["state"] == "done" and site().store.current().plan == plan  # type: ignore[union-attr]
    told = call(own_shop, "POST", f"{path}/apply", robot)
    assert told.status_code == 409 and told.json()["errors"][0]["code"] == "E-PLAN-006"
    assert call(own_shop, "POST", "/api/v1/plans/none/apply", robot).status_code == 404


def test_who_made_a_plan_does_not_approve_it_while_somebody_else_could(own_shop: Shop) -> None:
    plan = stricter(own_shop)
    said = {"verdict": "approve", "comment": ""}
    operator = own_shop.client("administrator", name="operator")
    own_shop.user("approver")
    page = operator.get(f"/levels/plans/{plan}/").content.decode()
    assert 'href="#verdict"' not in page and "另一位有审批权限的人" in page
    answer = operator.post(f"/levels/plans/{plan}/decide/", said)
    assert answer.status_code == 400 and "E-WEB-083" in answer.content.decode()
    own_shop.user("viewer", name="approver")
    assert 'href="#verdict"' in operator.get(f"/levels/plans/{plan}/").content.decode()
    assert operator.post(f"/levels/plans/{plan}/decide/", said).status_code == 302


def test_a_plan_is_not_rejected_without_a_word(own_shop: Shop) -> None:
    plan = stricter(own_shop)
    answer = own_shop.client("approver").post(f"/levels/plans/{plan}/decide/", {"verdict": "reject"})
    assert answer.status_code == 409 and "E-PLAN-008" in answer.content.decode()


def test_a_manager_of_a_region_sees_its_movers_only(own_shop: Shop) -> None:
    plan = stricter(own_shop)
    whole = own_shop.client("viewer", lang="en").get(f"/levels/plans/{plan}/").content.decode()
    part = own_shop.client("viewer", lang="en", scope="区域 = '城市'", name="city").get(f"/levels/plans/{plan}/")
    assert part.status_code == 200
    ids = {line.split("/")[0] for line in part.content.decode().split('href="/customers/')[1:]}
    everybody = {line.split("/")[0] for line in whole.split('href="/customers/')[1:]}
    assert ids and ids != everybody


def test_a_plan_names_customers_as_their_profiles_do(own_shop: Shop) -> None:
    plan, phone = stricter(own_shop), "13812345678"
    file = own_shop.folder / ".custrata" / "plans" / plan / "attributes.parquet"
    people = pq.read_table(file)
    at = people.schema.get_field_index("name")
    names = pa.array([f"张三 {phone}"] * len(people))
    pq.write_table(people.set_column(at, "name", names) if at >= 0 else people.append_column("name", names), file)
    for address in (f"/levels/plans/{plan}/", f"/levels/plans/{plan}/file/html/"):
        # Who sees it in full looks first: what is remembered for him is not for others.
        told = [own_shop.client(role).get(address) for role in ("operator", "analyst")]
        full, masked = (b"".join(a.streaming_content if a.streaming else [a.content]).decode() for a in told)
        assert phone in full and phone not in masked and "张三 138****5678" in masked


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_movement_of_the_first_month_balances(shop: Shop, lang: str) -> None:
    page = shop.client("viewer", lang=lang, name=f"viewer-{lang}").get("/levels/movement/").content.decode()
    assert ("期初" if lang == "zh" else "At the beginning") in page
    assert len(re.findall(r'<svg(?! class="icon")', page)) == 4, "two charts, each for a desk and for a telephone"


def test_a_report_can_be_taken_along_by_those_who_may_export(shop: Shop) -> None:
    answer = shop.client("analyst").get("/levels/movement/file/xlsx/")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"
    answer.close()
    assert shop.client("viewer").get("/levels/movement/file/xlsx/").status_code == 403
    assert shop.client("analyst").get("/levels/movement/file/exe/").status_code == 404


def test_days_that_are_none_are_told(shop: Shop) -> None:
    answer = shop.client("viewer").get("/levels/movement/", {"first": "yesterday"})
    assert answer.status_code == 400 and "E-CLI-001" in answer.content.decode()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_a_file_that_is_deleted_is_closed_before(shop: Shop) -> None:
    client = shop.client("approver")
    plan = site().store.plans()[0].id
    for address in (f"/levels/plans/{plan}/file/xlsx/", "/levels/movement/file/html/"):
        answer = client.get(address)
        # Windows refuses to delete a file that is open.
        held = [str(fd.readlink()) for fd in list(Path("/proc/self/fd").iterdir()) if fd.is_symlink()]
        assert not [path for path in held if "deleted" in path and ("plan-" in path or "movement-" in path)]
        content = b"".join(answer.streaming_content)
        assert int(answer.headers["Content-Length"]) == len(content) > 5000
        assert "attachment" in answer.headers["Content-Disposition"]
