"""The web application with its store on PostgreSQL: logging in, work, a plan that two agree on, levels by hand, the
trail and tokens, as with SQLite."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from web_shops import PASSWORD, Shop

from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.levels.plan import plan
from custrata.web import people, reading, site
from custrata.web.models import Job, Token
from custrata.web.trail import record
from servers import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def on_server(postgres: Server, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The company of the other web tests with a store on a server, which knows of no plan yet."""
    from django.conf import settings

    postgres.create("custrata_web")
    folder = tmp_path_factory.mktemp("server") / "company"
    shutil.copytree(template, folder)
    site.enter(folder, postgres.url("custrata_web"))
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["web_shops.Quick"]
    try:
        yield Shop(folder)
    finally:
        reading.forget()
        connections.close_all()


def page(client: Any, path: str, **asked: Any) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def test_somebody_logs_in_and_is_locked_out_after_too_many_wrong_passwords(on_server: Shop) -> None:
    assert connection.vendor == "postgresql"
    on_server.user("administrator")
    on_server.user("viewer", name="wang")
    client, said = Client(), {"username": "wang", "password": PASSWORD}
    assert client.post("/login/", said).status_code == 302 and "客户" in page(client, "/")
    tries = [Client().post("/login/", {**said, "password": "wrong"}).status_code for _ in range(6)]
    assert tries[:4] == [401] * 4 and tries[-1] == 429
    assert Client().post("/login/", said).status_code == 429, "then the right one as well"


def test_a_plan_is_made_approved_by_another_and_listed(on_server: Shop) -> None:
    here = site.site()
    made = plan(here.workspace, duckdb_store, here.open_store, here.now, who="operator").entry
    operator, approver = on_server.client("operator", lang="en"), on_server.client("approver", lang="en")
    where = f"/levels/plans/{made.id}/"
    assert made.id in page(operator, "/levels/")
    assert operator.post(f"{where}decide/", {"verdict": "approve"}).status_code == 403
    assert approver.post(f"{where}decide/", {"verdict": "approve", "comment": "为什么不"}).status_code == 302
    assert [v.comment for v in here.store.verdicts(made.id)] == ["为什么不"] and "为什么不" in page(operator, where)
    assert operator.post(f"{where}apply/").status_code == 302 and operator.post(f"{where}apply/").status_code == 302
    assert Job.objects.filter(kind="apply").count() == 1, "what waits is not asked for twice"
    job = Job.objects.get(kind="apply")
    assert job.arguments == {"plan": made.id} and f"/data/jobs/{job.pk}/" in page(operator, "/data/jobs/")


def test_a_level_given_by_hand_is_shown_and_ended(on_server: Shop) -> None:
    client, path = on_server.client("operator", lang="en"), "/change/customers/K000007/"
    told = {"do": "set level", "ladder": "会员等级", "level": "VIP", "kind": "pin", "reason": "老板的亲戚's"}
    assert client.post(path, told).status_code == 302
    assert "老板的亲戚&#39;s" in page(client, "/levels/")
    (given,) = site.site().store.overrides()
    assert client.post(f"/levels/overrides/{given.id}/end/").status_code == 302
    assert "老板的亲戚" not in page(client, "/levels/")


def test_a_profile_that_was_corrected_is_found_under_its_new_name(on_server: Shop) -> None:
    client, path = on_server.client("operator", lang="en"), "/change/customers/K000007/"
    told = {"do": "correct", "column": "name", "value": "新名字'\\", "reason": "told by phone"}
    assert client.post(path, told).status_code == 302
    assert "K000007" in page(client, "/customers/", q="新名字")
    assert client.post(path, {"do": "withdraw", "column": "name"}).status_code == 302
    assert "K000007" not in page(client, "/customers/", q="新名字")


def test_the_trail_is_searched_and_nobody_changes_it(on_server: Shop) -> None:
    admin = on_server.client("administrator", lang="en")
    record("li%_", "export plan", "p'1", rows=3)
    record("lixx", "export plan", "p2")
    found = page(admin, "/admin/trail/", who="LI%_")
    assert "li%_" in found and "lixx" not in found, "a percent sign is a percent sign, letters of either case are one"
    with pytest.raises(Exception, match=r"(?i)audit"), connection.cursor() as cursor:
        cursor.execute("UPDATE store_auditentry SET who = 'nobody'")
    connections.close_all()


def test_a_token_opens_the_api_until_it_expires_or_is_revoked(on_server: Shop) -> None:
    user = on_server.user("viewer", name="script")
    kept, token = people.give_token(user, "nightly", [], timezone.now() + timedelta(days=1))

    def status() -> int:
        return int(Client().get("/api/v1/segments", headers={"Authorization": f"Bearer {token}"}).status_code)

    assert status() == 200
    Token.objects.filter(pk=kept.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert status() == 401
    Token.objects.filter(pk=kept.pk).update(expires_at=None)
    assert status() == 200
    assert on_server.client("administrator").post(f"/tokens/{kept.pk}/revoke/").status_code == 302
    assert status() == 401
