"""Data pages: sources and their state, the audit, duplicates that people decide about, runs and going back."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from web_shops import Shop

from custrata.core.identity.ledger import who_is_who
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.store import duckdb_store
from custrata.sources.files.find import find_files
from custrata.store import open_store
from custrata.usecases.fresh import days_old
from custrata.usecases.identity_store import read_ledger
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace
from custrata.web.models import Job
from custrata.web.page import pages
from custrata.web.site import Site
from custrata.web.tasks.kept import AUDIT, DUPLICATES, kept
from custrata.web.tasks.work import WORK

DATA_PAGES = [p for p in pages().values() if p.path.startswith("data/") and not p.path.startswith("data/jobs/")]


def keep(shop: Shop, name: str, told: dict[str, Any]) -> None:
    file = kept(shop.folder / ".custrata", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told), "utf-8")


def doubts(*pairs: tuple[str, str], certain: list[tuple[str, ...]] = []) -> dict[str, Any]:  # noqa: B006 - read only
    """What a search found."""
    words = {"why": "可能", "evidence": ["电话：一致"]}
    return {
        "at": datetime.now(UTC).isoformat(), "customers": 150, "compared": 9, "doubtful": len(pairs),
        "ranked": sorted({i for p in (*pairs, *certain) for i in p}),
        "pairs": [
            {"a": a, "b": b, "probability": 0.93, "zh": words, "en": words,
             "records": [{"name": f"甲{a}", "phone": "138"}, {"name": f"甲{b}", "phone": "138"}]} for a, b in pairs
        ],
        "certain": [{"ids": list(g), "survivor": g[0], "zh": "电话", "en": "phone"} for g in certain],
        "certain_groups": len(certain),
    }  # fmt: skip


_MAIN = ("data/", "data/runs/", "data/jobs/", "data/import/", "data/quality/", "data/duplicates/")


@pytest.mark.parametrize("path", _MAIN)
def test_a_data_page_asks_the_store_little(shop: Shop, path: str) -> None:
    client = shop.client("operator", lang="en")
    client.get(f"/{path}")
    with CaptureQueriesContext(connections["default"]) as asked:
        assert client.get(f"/{path}").status_code == 200
    assert len(asked) <= 9, [q["sql"][:120] for q in asked]


@pytest.mark.parametrize("page", DATA_PAGES, ids=lambda p: p.name)
def test_who_sees_a_part_of_the_customers_sees_no_data_of_others(shop: Shop, page: Any) -> None:
    client = shop.client("administrator", scope="行业 = 零售", name="scoped")
    path = "/" + page.path.replace("<str:id>", "x").replace("<int:id>", "1").replace("<str:run>", "x")
    for method in page.methods:
        answer = client.generic(method, path)
        assert answer.status_code == 403 and "E-WEB-040" in answer.content.decode()


def test_who_sees_a_part_sees_only_work_that_he_asked_for(shop: Shop) -> None:
    other = Job.objects.create(kind="run", who="li", state="done")
    own = Job.objects.create(kind="export", who="scoped", state="done")
    client = shop.client("administrator", scope="行业 = 零售", name="scoped")
    page = client.get("/data/jobs/").content.decode()
    assert f"/data/jobs/{own.pk}/" in page and f"/data/jobs/{other.pk}/" not in page
    assert client.get(f"/data/jobs/{other.pk}/").status_code == 404


def test_sources_tell_what_was_used_and_what_has_changed_since(own_shop: Shop) -> None:
    client = own_shop.client("viewer")
    page = client.get("/data/").content.decode()
    rows = Workspace.at(own_shop.folder).run().record["rows"]["orders"]
    assert f"{rows['read']:,}" in page and f"{rows['used']:,}" in page and "上次运行后有改动" not in page
    assert "/data/run/" not in page, "who may not bring in data is not asked to"
    file = next((own_shop.folder / "data").glob("销售单*"))
    os.utime(file, (2e9, 2e9))
    assert "上次运行后有改动" in own_shop.client("operator").get("/data/").content.decode()
    file.unlink()
    assert client.get("/data/").status_code == 200


def test_a_scheme_that_cannot_be_read_is_told_on_the_page(own_shop: Shop) -> None:
    (own_shop.folder / "scheme.yaml").write_text("scheme: [", "utf-8")
    page = own_shop.client("operator").get("/data/")
    assert page.status_code == 200 and "E-SCHEME-" in page.content.decode()


def test_an_audit_is_shown_in_the_readers_language_with_what_it_changes(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    assert client.get("/data/quality/").status_code == 200
    client.post("/data/quality/")
    job = Job.objects.get(kind="audit")
    answer = WORK["audit"](own_shop.folder, {**job.arguments, "who": job.who}, "en")
    told = json.loads(kept(own_shop.folder / ".custrata", AUDIT).read_text("utf-8"))
    for lang in ("en", "zh"):
        page = own_shop.client("operator", lang=lang).get("/data/quality/").content.decode()
        assert f">{answer['score']}</strong>" in page
        assert all(f["title"] in page.replace("&#39;", "'") for f in told[lang]["findings"])


def test_two_records_that_a_person_calls_one_customer_are_one_after_the_next_run(own_shop: Shop) -> None:
    keep(own_shop, DUPLICATES, doubts(("K000001", "K000002")))
    client = own_shop.client("operator")
    page = client.get("/data/duplicates/").content.decode()
    assert "甲K000001" in page and "甲K000002" in page
    said = {"a": "K000001", "b": "K000002", "verb": "merge", "reason": "同一手机"}
    assert client.post("/data/duplicates/decide/", said).status_code == 302
    workspace = Workspace.at(own_shop.folder)
    (entry,) = read_ledger(workspace)
    assert (entry.who, entry.reason, entry.survivor) == ("operator", "同一手机", "K000001")
    page = client.get("/data/duplicates/").content.decode()
    assert "甲K000001" not in page and "从下次运行起生效" in page
    client.post("/data/duplicates/undo/", {"seq": "1", "reason": "弄错了"})
    assert not who_is_who(read_ledger(workspace)).groups
    assert "甲K000001" in client.get("/data/duplicates/").content.decode()
    assert client.post("/data/duplicates/undo/", {"seq": "1"}).status_code == 400


def test_a_pair_that_is_kept_apart_is_asked_for_no_more_and_one_put_off_waits(own_shop: Shop) -> None:
    keep(own_shop, DUPLICATES, doubts(("K000001", "K000002"), ("K000003", "K000004")))
    client = own_shop.client("operator")
    client.post("/data/duplicates/decide/", {"a": "K000001", "b": "K000002", "verb": "apart"})
    client.post("/data/duplicates/decide/", {"a": "K000003", "b": "K000004", "verb": "later"})
    assert "甲K" not in client.get("/data/duplicates/").content.decode()
    assert "甲K000003" in client.get("/data/duplicates/?show=later").content.decode()
    client.post("/data/duplicates/decide/", {"a": "K000003", "b": "K000004", "verb": "now"})
    assert "甲K000003" in client.get("/data/duplicates/").content.decode()


_WRONG: list[dict[str, str]] = [
    {}, {"a": "K000001", "b": "nobody", "verb": "merge"}, {"a": "K000001", "b": "K000002", "verb": "eat"}
]  # fmt: skip


@pytest.mark.parametrize("said", _WRONG)
def test_only_pairs_of_the_list_can_be_decided(own_shop: Shop, said: dict[str, str]) -> None:
    keep(own_shop, DUPLICATES, doubts(("K000001", "K000002")))
    assert own_shop.client("operator").post("/data/duplicates/decide/", said).status_code == 404
    assert not read_ledger(Workspace.at(own_shop.folder))


def test_a_search_finds_the_record_that_was_entered_twice(own_shop: Shop) -> None:
    file = next((own_shop.folder / "data").glob("客户档案*"))
    import pandas as pd

    people = pd.read_parquet(file)
    twin = people[people["手机号"].notna()].iloc[:1].copy()
    first, twin["客户编码"] = str(twin["客户编码"].iloc[0]), "K999999"
    pd.concat([people, twin]).to_parquet(file)
    answer = WORK["duplicates"](own_shop.folder, {}, "zh")
    assert answer["certain"] + answer["doubtful"] >= 1
    client = own_shop.client("operator")
    pages_ = "".join(client.get(f"/data/duplicates/?show={s}").content.decode() for s in ("doubtful", "certain"))
    assert first in pages_ and "K999999" in pages_
    if answer["certain"]:
        assert WORK["join"](own_shop.folder, {}, "zh")["certain"] == answer["certain"] - 1
        assert "K999999" in client.get("/data/duplicates/?show=decided").content.decode()


def test_going_back_to_an_earlier_run_asks_why_and_needs_an_approver(own_shop: Shop) -> None:
    workspace = Workspace.at(own_shop.folder)
    first = workspace.run().id
    run(workspace, duckdb_store, lambda: datetime.now(UTC), open_store=lambda f: open_store(None, f))
    assert workspace.run().id != first
    approver, operator = own_shop.client("approver"), own_shop.client("operator")
    page = approver.get(f"/data/runs/{first}/").content.decode()
    assert f"/data/runs/{first}/back/" in page
    assert f"/data/runs/{first}/back/" not in operator.get(f"/data/runs/{first}/").content.decode()
    assert operator.post(f"/data/runs/{first}/back/", {"reason": "x"}).status_code == 403
    answer = approver.post(f"/data/runs/{first}/back/", {"reason": " "})
    assert answer.status_code == 400 and "E-HAND-001" in answer.content.decode()
    assert approver.post(f"/data/runs/{first}/back/", {"reason": "数据有误"}).status_code == 302
    assert workspace.run().id == first
    assert "已回退" in approver.get("/data/runs/").content.decode()
    assert approver.get("/data/runs/none/").status_code == 404


def test_a_run_tells_what_it_read(shop: Shop) -> None:
    run_id = Workspace.at(shop.folder).run().id
    page = shop.client("viewer", lang="en").get(f"/data/runs/{run_id}/").content.decode()
    assert run_id in page and "data/销售单" in page and "/quarantine/" not in page


def test_an_empty_workspace_sends_its_first_visitor_to_the_wizard(tmp_path: Path) -> None:
    from web_shops import served

    (tmp_path / "nothing").mkdir()
    with served(tmp_path / "nothing", tmp_path / "new") as empty:
        for path in ("/data/", "/data/runs/", "/data/quality/", "/data/duplicates/", "/data/jobs/", "/data/import/"):
            assert empty.client("administrator").get(path).status_code == 200
        assert 'href="/data/import/"' in empty.client("administrator").get("/data/").content.decode()
        assert 'href="/data/import/"' not in empty.client("viewer").get("/data/").content.decode()
        for path in ("/data/run/", "/data/quality/", "/data/mend/sheet/"):
            assert empty.client("operator").post(path).status_code == 409


def audited(shop: Shop, message: str) -> None:
    finding = {"code": "A-DUP-005", "message": message, "customers": 7}
    told = {"findings": [finding], "passed": []}
    keep(shop, AUDIT, {"at": datetime.now(UTC).isoformat(), "score": 80, "zh": told, "en": told})


def test_before_the_first_search_the_page_says_so_and_what_the_audit_saw(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    page = client.get("/data/duplicates/").content.decode()
    assert "Nobody has looked for duplicates yet" in page and "A-DUP" not in page
    audited(own_shop, "7 customer numbers belong to 3 customers.")
    page = client.get("/data/duplicates/").content.decode()
    assert "7 customer numbers belong to 3 customers." in page
    assert page.count("/data/duplicates/search/") == 1, "one button that starts the search"
    assert 'href="?show=doubtful"' not in page, "no counts of a search that was never made"
    assert client.post("/data/duplicates/search/").status_code == 302
    assert Job.objects.get(kind="duplicates").state == "waiting"


def test_a_search_that_is_older_than_the_customers_says_so(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    keep(own_shop, DUPLICATES, doubts(("C1", "C2")))
    page = client.get("/data/duplicates/").content.decode()
    assert "have changed since" not in page and "150 customers compared" in page
    people = Scheme.load(own_shop.folder).sources.customers
    assert people is not None
    later = datetime.now(UTC).timestamp() + 60
    for file in find_files(list(people.file), own_shop.folder):
        os.utime(file, (later, later))
    assert "have changed since" in client.get("/data/duplicates/").content.decode()


def test_newest_sales_are_as_old_on_every_page(own_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    last = Workspace.at(own_shop.folder).run().record["last_day"]
    # In Shanghai it is already the next day.
    evening = datetime.combine(date.fromisoformat(last), time(17), UTC)
    monkeypatch.setattr(Site, "now", staticmethod(lambda: evening))
    client = own_shop.client("operator", lang="en")
    assert "1 day old" in client.get("/data/").content.decode()
    assert days_old(date.fromisoformat(last), evening, Scheme.load(own_shop.folder).timezone) == 1
