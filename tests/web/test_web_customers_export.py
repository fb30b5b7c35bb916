"""Exports of the list of customers: made in the background, with what the asker may see, for nobody else."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from html import unescape
from typing import Any

import pyarrow.parquet as pq
import pytest
from web_shops import Shop

from custrata.core.errors import CustrataError
from custrata.web import export
from custrata.web.jobs import KINDS, folder_of
from custrata.web.jobs.runner import once
from custrata.web.models import Job, Member
from custrata.web.site import site


def ask(
    shop: Shop, role: str, query: str = "", format_: str = "parquet", scope: str = "", name: str = ""
) -> tuple[Any, Any]:
    """The client of a user who asked for an export, and the job."""
    client = shop.client(role, lang="en", scope=scope, name=name)
    answer = client.post("/export/customers/", {"query": query, "format": format_})
    assert answer.status_code == 302 and answer.headers["Location"] == "/downloads/"
    return client, Job.objects.filter(kind="export").latest("id")


def done(job: Any) -> Any:
    """The job, its work done in this process."""
    folder = folder_of(site().workspace.home, job.pk)
    result = export.write({**job.arguments, "who": job.who}, folder)
    Job.objects.filter(pk=job.pk).update(state="done", result=result, ended_at=site().now())
    return Job.objects.get(pk=job.pk)


def content(answer: Any) -> bytes:
    """The file that a browser saves."""
    found = b"".join(answer.streaming_content)
    answer.close()
    return found


def test_the_runner_makes_what_was_asked_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTRATA_WORKSPACE", str(shop.folder))
    client, job = ask(shop, "analyst", "c.ABC=A", "csv")
    assert once("read", shop.folder)
    job.refresh_from_db()
    assert job.state == "done", (job.log, job.result)
    page = unescape(client.get("/downloads/").content.decode())
    assert f"/downloads/{job.pk}/" in page and "ABC: A" in page
    text = content(client.get(f"/downloads/{job.pk}/")).decode("utf-8-sig")
    assert text.count("\n") == job.result["customers"] + 1
    verbs = [(e.verb, e.who) for e in site().store.audit(limit=10)]
    assert {("export", "analyst"), ("download", "analyst"), ("ask for export", "analyst")} <= set(verbs)


def test_only_who_asked_and_administrators_get_the_file(shop: Shop) -> None:
    _, job = ask(shop, "operator")
    done(job)
    for role, status in (
        ("operator", 200),
        ("administrator", 200),
        ("analyst", 404),
        ("approver", 404),
        ("viewer", 403),
    ):
        answer = shop.client(role, lang="en").get(f"/downloads/{job.pk}/")
        assert answer.status_code == status, role
        if status == 404:
            assert "E-WEB-023" in answer.content.decode()
        answer.close()
    assert f"/downloads/{job.pk}/" not in shop.client("analyst", lang="en").get("/downloads/").content.decode()


def test_a_file_holds_the_customers_of_the_scope_alone(shop: Shop) -> None:
    client, job = ask(shop, "analyst", "col=ABC", scope="ABC is A", name="narrow")
    done(job)
    rows = pq.read_table(io.BytesIO(content(client.get(f"/downloads/{job.pk}/")))).to_pylist()
    assert rows and len({r["ABC"] for r in rows}) == 1 and len(rows) < 150


def test_what_a_role_lost_since_it_asked_is_lost(shop: Shop) -> None:
    _, job = ask(shop, "analyst", name="leaver")
    Member.objects.filter(user__username="leaver").update(role="viewer")
    with pytest.raises(CustrataError, match="E-WEB-001"):
        done(job)


@pytest.mark.parametrize("query", ["c.ABC=nothing", "min.年消费=much", "col=nothing"])
def test_a_list_that_means_nothing_is_told_of(shop: Shop, query: str) -> None:
    _, job = ask(shop, "operator", query)
    with pytest.raises(CustrataError):
        done(job)


def test_files_are_deleted_after_some_days(shop: Shop) -> None:
    client, job = ask(shop, "operator", "q=K")
    done(job)
    folder = folder_of(site().workspace.home, job.pk)
    assert any(folder.iterdir())
    Job.objects.filter(pk=job.pk).update(ended_at=site().now() - timedelta(days=export.DAYS, hours=1))
    assert export.sweep() == 1 and not folder.exists()
    assert client.get(f"/downloads/{job.pk}/").status_code == 404


def test_no_other_format_is_made(shop: Shop) -> None:
    answer = shop.client("operator", lang="en").post("/export/customers/", {"format": "exe"})
    assert answer.status_code == 400 and "E-WEB-029" in answer.content.decode()


def test_the_process_hears_who_asked_from_the_queue_alone() -> None:
    said = KINDS["export"].command({"query": "", "format": "csv", "run": "r", "who": "ann"})
    assert json.loads(said[0])["who"] == "ann" and KINDS["export"].answers
