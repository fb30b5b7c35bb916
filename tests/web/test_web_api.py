"""Programs see and do what their user does: by token or session, told in problem+json, and once however often sent."""

from __future__ import annotations

import pytest
from web_api import call, every, get, token
from web_shops import Shop

from custrata.web.access import GRANTS, Can, Role
from custrata.web.api import operations
from custrata.web.models import Job, Sent


@pytest.mark.parametrize(("name", "method", "path"), every())
def test_nobody_is_answered_without_a_token(shop: Shop, name: str, method: str, path: str) -> None:
    answer = call(shop, method, path, {})
    assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["code"] == "E-WEB-010"


@pytest.mark.parametrize(("name", "method", "path"), every())
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_it_was_granted(shop: Shop, role: Role, name: str, method: str, path: str) -> None:
    answer = call(shop, method, path, token(shop, role.value))
    if operations()[name] in GRANTS[role]:
        assert answer.status_code not in (401, 403) and answer.status_code < 500
    else:
        assert answer.status_code == 403 and answer.json()["errors"][0]["code"] == "E-WEB-001"


def test_a_token_for_looking_changes_nothing(shop: Shop) -> None:
    answer = call(shop, "POST", "/api/v1/runs", token(shop, "administrator", "look"))
    assert answer.status_code == 403
    assert call(shop, "GET", "/api/v1/segments", token(shop, "administrator", "look")).status_code == 200


def test_a_browser_may_look_but_changes_nothing_without_its_csrf_token(shop: Shop) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.user("operator"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/segments").status_code == 200
    assert client.post("/api/v1/runs", "{}", content_type="application/json").status_code == 403


def test_a_share_table_is_that_of_the_command_line(shop: Shop) -> None:
    found = call(shop, "GET", "/api/v1/segments", token(shop, "viewer")).json()
    assert {"name": "会员等级", "title": "会员等级", "kind": "ladder"} in found
    from django.test import Client

    headers = token(shop, "viewer")
    answer = Client().get("/api/v1/segments/RFM", headers=headers).json()
    assert sum(c["customers"] for c in answer["classes"]) == 150
    assert {"class", "spend", "spend_share"} <= set(answer["classes"][0])


def test_a_scope_holds_for_programs_too(shop: Shop) -> None:
    from django.test import Client

    headers = token(shop, "viewer", scope="区域 = '城市'")
    seen = sum(c["customers"] for c in Client().get("/api/v1/segments/RFM", headers=headers).json()["classes"])
    assert 0 < seen < 150


def test_a_run_sent_twice_with_one_key_is_asked_for_once(shop: Shop) -> None:
    headers = {**token(shop, "operator"), "Idempotency-Key": "night-1"}
    first, second = (call(shop, "POST", "/api/v1/runs", headers) for _ in range(2))
    assert first.status_code == second.status_code == 202 and first.json()["id"] == second.json()["id"]
    assert Job.objects.filter(kind="run", who="operator-robot").count() >= 1
    other = call(shop, "POST", "/api/v1/runs", headers, {"anew": True})
    assert other.status_code == 400 and other.json()["errors"][0]["code"] == "E-WEB-063"


def test_two_programs_of_one_user_never_meet_in_a_key(shop: Shop) -> None:
    one, two = ({**token(shop, "operator"), "Idempotency-Key": "same-key"} for _ in range(2))
    first, other = call(shop, "POST", "/api/v1/runs", one), call(shop, "POST", "/api/v1/runs", two, {"anew": True})
    assert first.status_code == other.status_code == 202 and first.json()["id"] != other.json()["id"]
    assert call(shop, "POST", "/api/v1/runs", two, {"anew": True}).json()["id"] == other.json()["id"]
    browser = shop.client("operator", name="operator-robot")
    said = {"content_type": "application/json", "headers": {"Idempotency-Key": "same-key"}}
    mine = browser.post("/api/v1/plans", "{}", **said)
    assert mine.status_code == 202 and mine.json()["kind"] == "plan"
    assert browser.post("/api/v1/runs", "{}", **said).json()["errors"][0]["code"] == "E-WEB-063"


def test_what_does_not_fit_is_told_with_its_place(shop: Shop) -> None:
    answer = call(shop, "POST", "/api/v1/runs", token(shop, "operator"), {"anew": "perhaps"})
    assert answer.status_code == 422 and "anew" in answer.json()["errors"][0]["place"]
    answer = call(shop, "GET", "/api/v1/nowhere", token(shop, "operator"))
    assert answer.status_code == 404 and answer.json()["errors"][0]["code"] == "E-WEB-002"


def test_the_description_names_a_permission_for_every_operation(shop: Shop) -> None:
    assert all(isinstance(can, Can) for can in operations().values())
    page = shop.client("viewer", lang="en").get("/api/").content.decode()
    assert all(f'id="{name}"' in page for name in operations())


def test_who_asks_too_often_is_told_how_long_to_wait(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from custrata.web.api.who import Rate

    monkeypatch.setattr(Rate, "allow_request", lambda *_: False)
    monkeypatch.setattr(Rate, "wait", lambda *_: 11.5)
    answer = call(shop, "GET", "/api/v1/segments", token(shop, "viewer"))
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 12
    assert answer.json()["errors"][0]["code"] == "E-WEB-061"


def test_a_change_that_is_under_way_can_be_asked_for_again(shop: Shop) -> None:
    from datetime import timedelta

    from django.utils import timezone

    headers = {**token(shop, "operator"), "Idempotency-Key": "slow-1"}
    first = call(shop, "POST", "/api/v1/runs", headers)
    Sent.objects.filter(key="slow-1").update(status=None)
    waits = call(shop, "POST", "/api/v1/runs", headers)
    assert waits.status_code == 409 and waits.headers["Retry-After"]
    # A server that was killed never answers: later the change is made as if it came for the first time.
    Sent.objects.filter(key="slow-1").update(at=timezone.now() - timedelta(minutes=11))
    assert call(shop, "POST", "/api/v1/runs", headers).status_code == first.status_code == 202


def test_a_workspace_that_somebody_writes_to_says_when_to_try_again(shop: Shop) -> None:
    from custrata.usecases.workspace import Workspace
    from custrata.web.site import site

    id = get(shop, "/customers", token(shop, "operator"), size=1).json()["rows"][0]["customer_id"]
    with Workspace.at(shop.folder).writing(site().now()):
        body = {"level": "VIP", "reason": "x"}
        answer = call(shop, "PUT", f"/api/v1/customers/{id}/override", token(shop, "operator"), body)
    assert answer.status_code == 409 and answer.headers["Retry-After"] == "5"
    assert answer.json()["errors"][0]["code"] == "E-RUN-005"


@pytest.mark.parametrize(("path", "most"), [("/customers", 4), ("/segments/RFM", 4), ("/levels", 4), ("/runs", 4)])
def test_a_question_asks_the_store_little(shop: Shop, path: str, most: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    headers = token(shop, "operator")
    get(shop, path, headers)
    with CaptureQueriesContext(connection) as asked:
        assert get(shop, path, headers).status_code == 200
    assert len(asked) <= most, [q["sql"][:120] for q in asked.captured_queries]
