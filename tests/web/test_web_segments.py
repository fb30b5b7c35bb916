"""Segments in the browser: what each is made of, and what other cuts would change."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from web_shops import Shop

from custrata.web.access import Role
from custrata.web.models import Version
from custrata.web.site import site

pytestmark = pytest.mark.slow

TIER, HTMX = "消费层级", {"HX-Request": "true"}


def page(shop: Shop, path: str, role: Role = Role.VIEWER, **more: Any) -> str:
    answer = shop.client(role, **more).get(quote(path, safe="/?=&%:"))
    assert answer.status_code == 200, answer.content.decode()[:600]
    return str(answer.content.decode())


def queries(client: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_every_segment_and_ladder_is_listed_with_its_rule(shop: Shop) -> None:
    text = page(shop, "/segments/")
    for name in (TIER, "RFM", "ABC", "关注名单", "会员等级"):
        assert f">{name}</a>" in text
    assert "上月消费 &gt; 10,000" in text and f"/segments/{quote(TIER)}/cuts/" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [TIER, "三维分层", "会员等级", "产品偏好", "ABC"])
def test_a_segment_tells_its_classes_and_leads_to_their_customers(shop: Shop, name: str, lang: str) -> None:
    text = page(shop, f"/segments/{name}/", lang=lang)
    assert re.search(rf'href="/customers/\?c\.{quote(name)}=[^"]+"', text)
    assert '<svg role="img"' in text


def test_the_trend_tells_what_there_is(shop: Shop) -> None:
    assert "两个不同基准日" in page(shop, f"/segments/{TIER}/trend/")


def test_a_segment_leaves_as_a_sheet_and_the_trail_knows(shop: Shop) -> None:
    answer = shop.client(Role.ANALYST).get(f"/segments/{quote(TIER)}/table/?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None and "高消费" in {c.value for row in sheet.iter_rows() for c in row}
    assert site().store.audit(TIER)[0].verb == "export segment"
    assert shop.client(Role.VIEWER).get(f"/segments/{quote(TIER)}/table/").status_code == 403
    csv = shop.client(Role.ANALYST).get(f"/segments/{quote(TIER)}/table/?format=csv").content.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("高消费,")
    assert shop.client(Role.ANALYST).get(f"/segments/{quote(TIER)}/table/?format=pdf").status_code == 400


def test_what_is_not_there_is_told_with_a_code(shop: Shop) -> None:
    client = shop.client(Role.ANALYST)
    for path, code in (("/segments/none/", 404), ("/segments/none/cuts/", 404), ("/segments/none/trend/", 404),
                       (f"/segments/{quote('产品偏好')}/cuts/", 400)):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == code and re.search(r"E-(RUN|WEB)-0\d\d", answer.content.decode())


def test_a_slider_shows_who_would_move_before_anything_is_saved(shop: Shop) -> None:
    client = shop.client(Role.ANALYST)
    before = page(shop, f"/segments/{TIER}/cuts/")
    assert "尚未调整" in before
    part = client.get(f"/segments/{quote(TIER)}/cuts/?c0=500&c1=400", headers=HTMX).content.decode()
    assert "<html" not in part and "将有哪些变化" in part and 'name="c0" value="500"' in part
    assert "上月消费 &gt; 500" in part
    wrong = client.get(f"/segments/{quote(TIER)}/cuts/?c0=abc", headers=HTMX)
    assert wrong.status_code == 400 and "E-WEB-030" in wrong.content.decode()
    order = client.get(f"/segments/{quote(TIER)}/cuts/?c0=1&c1=2", headers=HTMX)
    assert order.status_code == 400 and "E-SCHEME-" in order.content.decode()
    assert not Version.objects.exists()


def test_who_may_only_look_is_offered_no_saving(shop: Shop) -> None:
    client = shop.client(Role.VIEWER)
    part = client.get(f"/segments/{quote(TIER)}/cuts/?c0=500&c1=400", headers=HTMX).content.decode()
    assert "cuts/save" not in part
    assert client.post(f"/segments/{quote(TIER)}/cuts/save/", {"c0": "500"}).status_code == 403


def test_turned_cuts_become_a_draft_of_the_scheme_and_nothing_else(own_shop: Shop) -> None:
    file = own_shop.folder / "scheme.yaml"
    before = file.read_text("utf-8")
    client = own_shop.client(Role.ANALYST)
    answer = client.post(f"/segments/{quote(TIER)}/cuts/save/", {"c0": "12000", "c1": "5000", "reason": "客单价上涨"})
    draft = Version.objects.order_by("-id")[0]
    assert answer.headers["Location"] == f"/scheme/versions/{draft.pk}/"
    assert (draft.who, draft.reason, draft.published_at) == ("analyst", "客单价上涨", None)
    assert draft.text == before.replace("above 10000", "above 12000") and file.read_text("utf-8") == before
    same = client.post(f"/segments/{quote(TIER)}/cuts/save/", {"c0": "10000"})
    assert same.status_code == 400 and "E-WEB-035" in same.content.decode()


def test_a_reader_with_a_scope_previews_their_own_customers(shop: Shop) -> None:
    own = shop.client(Role.VIEWER, scope="年消费 > 5万", name="scoped")
    part = own.get(f"/segments/{quote('ABC')}/cuts/?c0=40&c1=90", headers=HTMX).content.decode()
    whole = shop.client(Role.VIEWER).get(f"/segments/{quote('ABC')}/cuts/?c0=40&c1=90", headers=HTMX).content.decode()
    rules = re.compile(r'<dl class="facts small">.*?</dl>', re.S)
    assert rules.findall(part) == rules.findall(whole), "cuts are found among everybody"
    counts = [sum(map(int, re.findall(r'<td class="num">(\d+)</td><td class="num">', t))) for t in (part, whole)]
    assert 0 < counts[0] < counts[1]


def test_a_cross_table_leads_from_every_cell_to_its_customers(shop: Shop) -> None:
    text = page(shop, f"/segments/-/cross/?d={TIER}&d=RFM&d=区域")
    assert 'class="num tone-6"' in text
    assert re.search(r'href="/customers/\?c\.[^"]+&amp;c\.RFM=[^"]+&amp;c\.[^"]+"', text)
    for show in ("share", "spend", "average", "none"):
        assert "tone-" in page(shop, f"/segments/-/cross/?d=ABC&d=RFM&show={show}")
    assert shop.client().get("/segments/-/cross/?d=none&d=RFM").status_code == 404


def test_what_sets_a_class_apart_is_said_in_words(shop: Shop) -> None:
    assert "compare/told/?a=ABC%3AA" in page(shop, "/segments/-/compare/?a=ABC:A")
    text = page(shop, "/segments/-/compare/told/?a=ABC:A", lang="en")
    assert "What sets ABC" in text and "apart from everybody else" in text
    assert "is higher:" in text and "large" in text
    page(shop, "/segments/-/compare/told/?a=ABC:A&b=ABC:C")
    for path in ("/segments/-/compare/", "/segments/-/compare/told/"):
        assert shop.client().get(path, {"a": "ABC:Z"}).status_code == 400
        assert shop.client().get(path, {"a": "none:Z"}).status_code == 404


def test_pages_ask_the_database_little(shop: Shop) -> None:
    client = shop.client(Role.VIEWER)
    for path in ("/segments/", f"/segments/{quote(TIER)}/", f"/segments/{quote(TIER)}/cuts/", "/segments/-/rules/",
                 "/segments/-/cross/", "/segments/-/compare/"):  # fmt: skip
        assert queries(client, path) <= 5, path


def test_who_sees_some_customers_is_told_no_class_that_only_others_have(shop: Shop) -> None:
    whole = shop.client("viewer", name="all")
    every = {r["class"]: r["customers"] for r in whole.get("/api/v1/segments/行业").json()["classes"]}
    own = next(c for c, n in every.items() if n and c != "个人客户")
    others = [c for c in every if c not in (own, "个人客户")]
    narrow = shop.client("viewer", scope=f"行业 = '{own}'", name="few")
    told = narrow.get("/api/v1/segments/行业").json()
    assert [c["class"] for c in told["classes"]] == [own] and len(others) > 2
    assert told["rules"] and not any(o in str(told) for o in others)
    for path in ("/segments/", "/segments/行业/", "/filters/customers/", f"/segments/-/rules/?where=行业 = '{own}'"):
        page = narrow.get(path).content.decode()
        assert own in page and not [o for o in others if o in page], path
    # A class that the scheme itself names is told, with nobody in it.
    assert len(narrow.get("/api/v1/segments/RFM").json()["classes"]) >= 8
