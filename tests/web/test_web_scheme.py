"""The scheme in the browser: checked as one types, kept version by version, published only over what it was made from.
"""

from __future__ import annotations

from typing import Any

import pytest
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.web.access import Role
from custrata.web.models import Job, Version
from custrata.web.site import site
from custrata.web.trail import search

pytestmark = pytest.mark.slow

HTMX = {"HX-Request": "true"}


def text_of(shop: Shop) -> str:
    return (shop.folder / "scheme.yaml").read_text("utf-8")


def draft(shop: Shop, before: str, after: str, reason: str = "") -> Any:
    """A draft saved by an analyst, in which one piece of the text is another."""
    client = shop.client(Role.ANALYST)
    client.get("/scheme/")
    base = Version.objects.filter(published_at__isnull=False).order_by("-id")[0]
    text = base.text.replace(before, after).replace("\n", "\r\n")
    answer = client.post("/scheme/save/", {"base": str(base.pk), "text": text, "reason": reason})
    assert answer.status_code == 302, answer.content.decode()
    return Version.objects.order_by("-id")[0]


def test_a_draft_that_comes_to_nothing_waits_for_nobody_and_can_be_taken_up_again(own_shop: Shop) -> None:
    made = draft(own_shop, "above 10000", "above 20000")
    path, approver = f"/scheme/versions/{made.pk}/", own_shop.client(Role.APPROVER, lang="en")
    assert "A draft of the scheme" in approver.get("/").content.decode()
    stranger = own_shop.client(Role.ANALYST, name="stranger")
    assert "放弃草稿" not in stranger.get(path).content.decode()
    for client in (stranger, own_shop.client(Role.VIEWER)):
        assert client.post(f"{path}drop/", {"dropped": "1"}).status_code == 403
    author = own_shop.client(Role.ANALYST)
    assert "放弃草稿" in author.get(path).content.decode()
    for _ in range(2):
        assert author.post(f"{path}drop/", {"dropped": "1"}).status_code == 302
    assert "A draft of the scheme" not in approver.get("/").content.decode()
    assert f"#{made.pk}" not in approver.get("/scheme/").content.decode()
    assert "dropped" in approver.get("/scheme/history/").content.decode()
    assert approver.post(f"{path}drop/", {"dropped": "0"}).status_code == 302
    assert f"#{made.pk}" in approver.get("/scheme/").content.decode()
    assert approver.post(f"{path}publish/").status_code == 302
    assert approver.post(f"{path}drop/", {"dropped": "1"}).status_code == 400
    assert [e.verb for e in search(subject=f"version {made.pk}")].count("drop draft") == 1


def test_the_first_look_records_what_stands_in_the_file(own_shop: Shop) -> None:
    client = own_shop.client(Role.VIEWER)
    for _ in range(2):
        assert client.get("/scheme/").status_code == 200
    assert [(v.text, v.who) for v in Version.objects.all()] == [(text_of(own_shop), "")]
    (own_shop.folder / "scheme.yaml").write_text(text_of(own_shop) + "# by hand\n", "utf-8")
    client.get("/scheme/")
    found = Version.objects.order_by("id")
    assert [v.text.endswith("# by hand\n") for v in found] == [False, True] and found[1].base_id == found[0].pk


def test_a_text_is_checked_while_it_is_typed(shop: Shop) -> None:
    client = shop.client(Role.ANALYST)
    said = client.post("/scheme/check/", {"text": text_of(shop)}, headers=HTMX).content.decode()
    assert "没有问题" in said
    wrong = text_of(shop).replace("ABC:       {share: 年消费", "ABC:       {share: 年消肥")
    said = client.post("/scheme/check/", {"text": wrong}, headers=HTMX).content.decode()
    line = wrong[: wrong.index("年消肥")].count("\n") + 1
    assert "E-SCHEME-003" in said and f'data-line="{line}"' in said
    assert "E-SCHEME-" in client.post("/scheme/check/", headers=HTMX).content.decode()
    assert shop.client(Role.VIEWER).post("/scheme/check/", {"text": wrong}).status_code == 403


def test_a_draft_waits_until_it_is_published_by_whoever_may(own_shop: Shop) -> None:
    before = text_of(own_shop)
    made = draft(own_shop, "above 10000", "above 20000", "涨价")
    assert (made.who, made.reason, made.published_at) == ("analyst", "涨价", None) and "\r" not in made.text
    assert text_of(own_shop) == before
    assert own_shop.client(Role.ANALYST).post(f"/scheme/versions/{made.pk}/publish/").status_code == 403
    assert own_shop.client(Role.APPROVER).post(f"/scheme/versions/{made.pk}/publish/").status_code == 302
    assert text_of(own_shop) == before.replace("above 10000", "above 20000") == Version.objects.get(pk=made.pk).text
    entry = site().store.audit(f"version {made.pk}")[0]
    assert (entry.who, entry.verb, entry.detail["by"]) == ("approver", "publish scheme", "analyst")
    again = own_shop.client(Role.APPROVER).post(f"/scheme/versions/{made.pk}/publish/")
    assert again.status_code == 400 and "E-WEB-035" in again.content.decode()


def test_a_version_shows_its_difference_and_who_would_move(own_shop: Shop) -> None:
    made = draft(own_shop, "from 5000", "from 2000")
    client = own_shop.client(Role.APPROVER, lang="en")
    text = client.get(f"/scheme/versions/{made.pk}/").content.decode()
    assert 'class="line-gone"' in text and "from 2000" in text and "+1 −1" in text
    told = client.get(f"/scheme/versions/{made.pk}/preview/").content.decode()
    assert "would be in another class" in told and "三维分层" in told
    other = draft(own_shop, "年消费:    {monetary: 12 months}", "年消费:    {monetary: 6 months}")
    assert "A run is needed" in client.get(f"/scheme/versions/{other.pk}/preview/").content.decode()


def test_a_draft_over_a_scheme_that_changed_since_is_not_published(own_shop: Shop) -> None:
    made = draft(own_shop, "above 10000", "above 20000")
    file = own_shop.folder / "scheme.yaml"
    file.write_text(text_of(own_shop) + "# changed by hand\n", "utf-8")
    changed = text_of(own_shop)
    client = own_shop.client(Role.APPROVER)
    answer = client.post(f"/scheme/versions/{made.pk}/publish/")
    assert answer.status_code == 409 and "E-WEB-034" in answer.content.decode()
    assert text_of(own_shop) == changed and Version.objects.get(pk=made.pk).published_at is None
    assert "已有其他版本生效" in client.get(f"/scheme/versions/{made.pk}/").content.decode()


def test_a_wrong_text_may_be_kept_and_never_published(own_shop: Shop) -> None:
    before = text_of(own_shop)
    made = draft(own_shop, "monetary: lifetime", "monetry: lifetime")
    page = own_shop.client(Role.APPROVER).get(f"/scheme/versions/{made.pk}/").content.decode()
    assert "E-SCHEME-006" in page and 'id="publish"' not in page
    answer = own_shop.client(Role.APPROVER).post(f"/scheme/versions/{made.pk}/publish/")
    assert answer.status_code == 400 and "E-SCHEME-006" in answer.content.decode() and text_of(own_shop) == before


def test_going_back_publishes_the_old_text_as_a_new_version(own_shop: Shop) -> None:
    before = text_of(own_shop)
    made = draft(own_shop, "above 10000", "above 20000")
    client = own_shop.client(Role.APPROVER)
    client.post(f"/scheme/versions/{made.pk}/publish/")
    first = Version.objects.order_by("id")[0]
    assert client.post(f"/scheme/versions/{first.pk}/publish/", {"reason": "太高"}).status_code == 302
    last = Version.objects.order_by("-id")[0]
    assert (last.text, last.reason, last.who, last.base_id) == (before, "太高", "approver", made.pk)
    assert text_of(own_shop) == before and Version.objects.count() == 3
    assert site().store.audit(f"version {last.pk}")[0].verb == "roll back scheme"
    text = client.get(f"/scheme/history/?a={made.pk}&b={last.pk}").content.decode()
    assert 'class="line-new"' in text and "above 20000" in text


def test_editing_goes_on_from_a_draft(own_shop: Shop) -> None:
    made = draft(own_shop, "above 10000", "above 20000")
    client = own_shop.client(Role.ANALYST)
    assert "above 20000" in client.get(f"/scheme/?from={made.pk}").content.decode()
    text = made.text.replace("from 5000", "from 6000")
    client.post("/scheme/save/", {"base": str(made.pk), "text": text})
    last = Version.objects.order_by("-id")[0]
    assert last.base_id == made.base_id, "it is published over the same scheme in force"
    same = client.post("/scheme/save/", {"base": str(made.pk), "text": made.text})
    assert same.status_code == 400 and "E-WEB-035" in same.content.decode()


def test_after_publishing_a_run_is_asked_for(own_shop: Shop) -> None:
    made = draft(own_shop, "above 10000", "above 20000")
    client = own_shop.client(Role.ADMINISTRATOR)
    client.post(f"/scheme/versions/{made.pk}/publish/")
    assert "立即评估" in client.get("/scheme/").content.decode()
    assert client.post("/scheme/run/", {"run": "1"}).status_code == 302
    assert [(j.kind, j.state) for j in Job.objects.all()] == [("run", "waiting")]
    assert client.post("/scheme/run/").status_code == 400


def test_comments_survive_forms_and_a_file_of_another_encoding_is_read(own_shop: Shop) -> None:
    file = own_shop.folder / "scheme.yaml"
    text = text_of(own_shop).replace("metrics:", "# 老板说：消费按自然月\r\nmetrics:")
    file.write_bytes(text.encode("gb18030"))
    client = own_shop.client(Role.ADMINISTRATOR)
    client.post("/segments/消费层级/cuts/save/", {"c0": "12000"})
    made = Version.objects.order_by("-id")[0]
    assert client.post(f"/scheme/versions/{made.pk}/publish/").status_code == 302
    assert "# 老板说：消费按自然月" in text_of(own_shop) and "above 12000" in text_of(own_shop)
    assert Scheme.load(file).text == text_of(own_shop)


def test_versions_that_are_not_there_are_told(shop: Shop) -> None:
    client = shop.client(Role.ADMINISTRATOR)
    for path in ("/scheme/versions/99/", "/scheme/versions/99/preview/", "/scheme/?from=99"):
        assert client.get(path).status_code == 404
    assert client.post("/scheme/save/", {"base": "x", "text": "a"}).status_code == 404
    assert client.post("/scheme/versions/99/publish/").status_code == 404


def test_pages_ask_the_database_little(shop: Shop) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = shop.client(Role.VIEWER)
    client.get("/scheme/")
    pk = Version.objects.order_by("-id")[0].pk
    for path, most in (("/scheme/", 6), ("/scheme/history/", 6), (f"/scheme/versions/{pk}/", 6)):
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        assert len(found) <= most, path


def test_a_draft_that_was_passed_is_taken_over_to_the_version_in_force(own_shop: Shop) -> None:
    author, publisher = own_shop.client(Role.ANALYST), own_shop.client(Role.APPROVER)
    one, two = (draft(own_shop, a, b) for a, b in (("above 10000", "above 12000"), ("年消费 >= 2万", "年消费 >= 3万")))
    publisher.post(f"/scheme/versions/{one.pk}/publish/")
    passed = f"/scheme/versions/{two.pk}/"
    assert f'action="{passed}renew/"' in author.get(passed).content.decode()
    renewed = author.post(f"{passed}renew/").headers["Location"]
    assert renewed != passed and publisher.post(f"{renewed}publish/").status_code == 302
    assert "above 12000" in text_of(own_shop) and "年消费 >= 3万" in text_of(own_shop)


def test_a_draft_over_the_same_lines_is_not_taken_over(own_shop: Shop) -> None:
    one, two = (draft(own_shop, "above 10000", f"above {n}") for n in (11000, 12000))
    own_shop.client(Role.APPROVER).post(f"/scheme/versions/{one.pk}/publish/")
    answer = own_shop.client(Role.ANALYST).post(f"/scheme/versions/{two.pk}/renew/")
    assert answer.status_code == 409 and "E-WEB-111" in answer.content.decode()


def test_whoever_may_publish_finds_drafts_on_the_overview_and_who_runs_what_was_published(own_shop: Shop) -> None:
    publisher, operator = (own_shop.client(r, lang="en") for r in (Role.APPROVER, Role.OPERATOR))
    made = draft(own_shop, "above 10000", "above 12000")
    author = own_shop.client(Role.ANALYST, lang="en")
    assert "Kept as a draft" in author.get(f"/scheme/versions/{made.pk}/").content.decode()
    assert "A draft of the scheme can be published" in publisher.get("/").content.decode()
    assert "has not been run yet" not in operator.get("/").content.decode()
    publisher.post(f"/scheme/versions/{made.pk}/publish/")
    assert "has not been run yet" in operator.get("/").content.decode()
    assert "can be published" not in publisher.get("/").content.decode()


def test_what_a_version_changes_is_told_without_its_text(own_shop: Shop) -> None:
    made = draft(own_shop, "above 10000", "above 12000")
    page = own_shop.client(Role.APPROVER).get(f"/scheme/versions/{made.pk}/").content.decode()
    assert "客群 › 消费层级 › 类 › 高消费" in page and "<ins>&gt; 12,000</ins>" in page
