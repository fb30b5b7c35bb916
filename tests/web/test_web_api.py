"""Programs see and do what their user does: by token or session, told in problem+json, and once however often sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from web_shops import Shop

from custrata.web.access import GRANTS, Can, Role
from custrata.web.api import description, operations
from custrata.web.models import Job
from custrata.web.people import give_token


def token(shop: Shop, role: str, *scopes: str, scope: str = "") -> dict[str, str]:
    _, text = give_token(shop.user(role, "en", scope, f"{role}-robot"), "test", scopes, None)
    return {"Authorization": f"Bearer {text}"}


def every() -> list[tuple[str, str, str]]:
    """Operation, method and an address with parts that mean nothing."""
    paths = description()["paths"].items()
    return [(e["operationId"], m.upper(), p) for p, methods in paths for m, e in methods.items()]


def call(shop: Shop, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    from django.test import Client

    for part in ("{id}", "{name}"):
        path = path.replace(part, "999999")
    said = json.dumps({} if body is None else body)
    return Client().generic(method, path, said, content_type="application/json", headers=headers)


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


def test_what_does_not_fit_is_told_with_its_place(shop: Shop) -> None:
    answer = call(shop, "POST", "/api/v1/runs", token(shop, "operator"), {"anew": "perhaps"})
    assert answer.status_code == 422 and "anew" in answer.json()["errors"][0]["place"]
    answer = call(shop, "GET", "/api/v1/nowhere", token(shop, "operator"))
    assert answer.status_code == 404 and answer.json()["errors"][0]["code"] == "E-WEB-002"


def test_the_description_names_a_permission_for_every_operation(shop: Shop) -> None:
    assert all(isinstance(can, Can) for can in operations().values())
    page = shop.client("viewer", lang="en").get("/api/").content.decode()
    assert all(f'id="{name}"' in page for name in operations())
