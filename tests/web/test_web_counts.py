"""What pages ask of the store is counted, and does not grow with what they list."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from web_shops import Shop, now

from custrata.core.store import Override
from custrata.web import versions
from custrata.web.models import Job, Member, Token
from custrata.web.pages import admin, data_jobs, data_runs, downloads, levels, scheme
from custrata.web.site import site
from custrata.web.trail import record

#: Pages as an administrator opens them again: session, user and role are three of the questions.
COUNTS = {
    "/": 12, "/figures/": 5, "/levels/": 13, "/levels/plans/{plan}/": 7, "/levels/movement/": 6,
    "/levels/ladders/会员等级/": 6, "/data/": 4, "/data/duplicates/": 4, "/data/runs/": 5, "/data/runs/{run}/": 6,
    "/data/jobs/": 6, "/downloads/": 7, "/admin/": 5, "/admin/trail/": 4, "/tokens/": 5, "/scheme/": 5,
    "/scheme/history/": 6, "/customers/": 5, "/customers/K000001/": 12,
}  # fmt: skip
MANY = 12


@pytest.fixture(scope="module")
def places(shop: Shop) -> dict[str, str]:
    """What stands in addresses; of what lists show there is more than at the beginning."""
    here, told = site(), {}
    plan, run = here.store.plans(limit=1)[0], here.workspace.run().id
    told |= {"plan": plan.id, "run": run}
    folder = here.workspace.run().folder
    for n in range(MANY):
        shutil.copytree(folder, folder.parent / f"20240101-0000{n:02}-0000")
    base = versions.in_force()
    with here.store.transaction():
        for n in range(MANY):
            here.store.add_plan(replace(plan, id=f"old-{n}", state="rejected"))
            told_of = {"ladder": "会员等级", "customer_id": f"K0000{n + 10}", "kind": "pin", "level": "VIP"}
            here.store.add_override(
                Override(id=0, **told_of, reason="a promise", who="ann", created_at=now(), starts=now().date())
            )
    for n in range(MANY):
        versions.save(base.text + f"# {n}\n", "li", "a try", base)
        user = User.objects.create_user(f"user-{n}")
        Member.objects.create(user=user, role="viewer")
        Token.objects.create(user=user, name=f"token {n}", digest=f"{n:064}", start="ct", scopes=[])
        asked = {"kind": "export", "who": user.username, "arguments": {"query": "c.RFM=111", "format": "csv"}}
        Job.objects.create(**asked, state="done", ended_at=timezone.now() - timedelta(days=30))
        Job.objects.create(kind="run", who=user.username, state="failed", ended_at=timezone.now())
        record(user.username, "export plan", f"plan {n}")
    return told


@pytest.mark.parametrize("path", COUNTS)
def test_a_page_asks_the_store_as_often_as_it_did(shop: Shop, places: dict[str, str], path: str) -> None:
    client, place = shop.client("administrator"), path.format(**places)
    assert client.get(place).status_code == 200
    with CaptureQueriesContext(connection) as found:
        assert client.get(place).status_code == 200
    assert len(found) == COUNTS[path], [q["sql"][:120] for q in found.captured_queries]


@pytest.mark.parametrize(
    ("path", "module", "size", "key", "rows"),
    [
        ("/data/jobs/", data_jobs, "_LISTED", "page", 2 * MANY),
        ("/data/runs/", data_runs, "_LISTED", "page", MANY + 1),
        ("/downloads/", downloads, "_SHOWN", "page", MANY), ("/scheme/history/", scheme, "_LISTED", "page", MANY + 1),
        ("/admin/", admin, "_LISTED", "page", MANY + 1), ("/tokens/", admin, "_LISTED", "page", MANY),
        ("/levels/", levels, "_BY_HAND", "hand", MANY), ("/levels/", levels, "_LISTED", "page", MANY + 1),
    ],
)  # fmt: skip
def test_every_row_of_a_list_that_grows_is_on_one_of_its_pages(
    shop: Shop, places: dict[str, str], monkeypatch: pytest.MonkeyPatch, path: str, module: Any, size: str, key: str,
    rows: int,
) -> None:  # fmt: skip
    client = shop.client("administrator", lang="en")
    pattern = {
        "/data/jobs/": r'<th scope="row"><a href="(/data/jobs/\d+/)">',
        "/downloads/": r"<td>(user-\d+)</td>",
        "/data/runs/": r'<th scope="row"[^>]*><a href="(/data/runs/[^/]+/)">',
        "/admin/": r"/admin/users/(\d+)/\"",
        "/scheme/history/": r'href="/scheme/versions/(\d+)/">#',
        "/tokens/": r'<th scope="row">(token \d+)',
    }.get(path, r'<a href="/customers/(K\d+)/">' if key == "hand" else r'<li><a href="/levels/plans/([^/]+)/">')
    monkeypatch.setattr(module, size, 5)
    found: list[str] = []
    for page in range(1, -(-rows // 5) + 1):
        text = client.get(path, {key: str(page)}).content.decode()
        assert (f"{key}={page + 1}&" in text or f'{key}={page + 1}"' in text) is (page * 5 < rows)
        found += dict.fromkeys(re.findall(pattern, text))
    assert len(found) == len(set(found)) == rows
    beyond = client.get(path, {key: "999999"}).content.decode()
    assert list(dict.fromkeys(re.findall(pattern, beyond))) == found[-(rows % 5 or 5) :]
