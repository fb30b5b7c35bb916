"""The list of customers in the browser: what it shows to whom, and that its state stands in the address."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_shops import Shop

from custrata.web.list_address import ListAddress
from custrata.web.models import View
from custrata.web.site import site

PART = {"HTTP_HX_REQUEST": "true"}


def body(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return unescape(answer.content.decode())


def found(text: str) -> int:
    match = re.search(r"<strong>([\d,]+) customers?</strong>", text)
    assert match is not None
    return int(match[1].replace(",", ""))


@pytest.fixture(scope="module")
def client(shop: Shop) -> Any:
    return shop.client("operator", lang="en")


def test_everybody_is_listed_those_who_spend_most_first(client: Any) -> None:
    text = body(client.get("/customers/"))
    assert found(text) == 150
    assert 'aria-sort="descending"' in text and "1–50 of 150" in text
    assert text.count("<tr>") == 51


def test_filters_narrow_the_list_and_each_can_be_taken_away(client: Any) -> None:
    text = body(client.get("/customers/?c.ABC=A&min.年消费=1000&q=K0"))
    assert 0 < found(text) < 150
    hrefs = re.findall(r'class="chip">[^<]*<a href="([^"]+)"', text)
    assert len(hrefs) == 3
    for href in hrefs:
        assert len(re.findall(r'class="chip">', body(client.get(href)))) == 2


def test_a_part_of_the_page_comes_alone_with_its_address(client: Any) -> None:
    answer = client.get("/customers/?c.ABC=A&panel=1&min.年消费=&max.年消费=", **PART)
    text = body(answer)
    assert "<html" not in text and answer.headers["HX-Push-Url"] == "/customers/?c.ABC=A"
    assert 'form="find-list" name="c.ABC"' not in text, "the panel has it"
    text = body(client.get("/customers/?c.ABC=A", **PART))
    assert 'form="find-list" name="c.ABC" value="A"' in text, "the panel is closed, and the search must keep it"
    whole = body(client.get("/customers/?c.ABC=A", HTTP_HX_HISTORY_RESTORE_REQUEST="true", **PART))
    assert "<html" in whole


def test_what_a_form_leaves_empty_does_not_stay_in_the_address(client: Any) -> None:
    answer = client.get("/customers/?q=&c.ABC=A&min.年消费=")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/?c.ABC=A")


@pytest.mark.parametrize("said", ["%", "_", "'", '"', "<b>", "\\", "；DROP", "王", "\u0000", "K0000"])
def test_any_text_can_be_searched_for(client: Any, said: str) -> None:
    answer = client.get("/customers/", {"q": said})
    text = body(answer)
    assert b"<b>" not in answer.content
    if said in ("%", "_", "'", "\\"):
        assert found(text) == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("c.nothing=1", "E-WEB-020"), ("c.ABC=nothing", "E-RUN-008"), ("min.年消费=much", "E-WEB-021"),
        ("sort=nothing", "E-WEB-020"), ("col=nothing", "E-WEB-020"), ("where=(((", "E-FILTER-001"),
        ("v.nothing=1", "E-WEB-020"), ("where=" + "(" * 3000, "E-"),
    ],
)  # fmt: skip
def test_an_address_that_means_nothing_is_told_with_its_code(client: Any, query: str, code: str) -> None:
    answer = client.get(f"/customers/?{query}")
    assert answer.status_code == 400 and code in answer.content.decode()


def test_pages_and_columns_are_chosen_in_the_address(client: Any) -> None:
    text = body(client.get("/customers/?size=25&page=6&sort=customer_id&col=customer_id&col=年消费"))
    assert "126–150 of 150" in text and text.count("<tr>") == 26
    assert len(re.findall(r"<th scope=\"col\"", text)) == 2
    assert "126–150 of 150" in body(client.get("/customers/?size=25&page=999")), "beyond the last page is the last"


def test_the_panel_offers_every_class_and_number(client: Any) -> None:
    text = body(client.get("/filters/customers/?c.ABC=A", **PART))
    assert 'name="c.ABC" value="A" checked' in text and 'name="min.年消费"' in text and 'name="v.类型"' in text
    assert 'hx-swap-oob="true"' in text
    assert "<html" in body(client.get("/filters/customers/"))


def test_who_may_not_export_is_offered_none(shop: Shop) -> None:
    assert "export-list" not in body(shop.client("viewer", lang="en").get("/customers/"))
    assert "export-list" in body(shop.client("analyst", lang="en").get("/customers/"))


def test_the_scope_of_a_user_is_all_there_is(shop: Shop) -> None:
    narrow = shop.client("viewer", lang="en", scope="ABC is A", name="narrow")
    wide = body(shop.client("analyst", lang="en").get("/customers/?c.ABC=A"))
    assert found(body(narrow.get("/customers/"))) == found(wide)
    assert found(body(narrow.get("/customers/?c.ABC=B&c.ABC=C"))) == 0


def test_a_list_is_saved_shared_and_deleted(shop: Shop, client: Any) -> None:
    answer = client.post("/views/", {"name": "大客户", "query": "c.ABC=A&page=3&x=1", "shared": "1"})
    assert answer.headers["Location"] == "/customers/?c.ABC=A"
    client.post("/views/", {"name": "mine", "query": "q=K"})
    analyst = shop.client("analyst", lang="en")
    assert "大客户" in body(analyst.get("/customers/")) and ">mine<" not in body(analyst.get("/customers/"))
    saved = View.objects.get(name="大客户")
    assert analyst.post(f"/views/{saved.pk}/delete/").status_code == 404
    assert client.post(f"/views/{saved.pk}/delete/").status_code == 302
    assert not View.objects.filter(name="大客户").exists()
    assert client.post("/views/", {"name": " "}).status_code == 400
    assert any(e.verb == "save view" for e in site().store.audit())


def test_an_address_says_the_same_when_it_is_read_again() -> None:
    from django.http import QueryDict

    said = (
        "q=a%26b&c.x=1&c.x=2&min.m=2&max.m=9&v.%E8%A1%8C%E4%B8%9A=%E2%88%85&where=a+%3E+1&sort=-m&col=m&size=25&page=4"
    )
    at = ListAddress.read(QueryDict(said))
    assert at.said() == said and ListAddress.read(QueryDict(at.said())) == at
    assert at.cleared().said() == "sort=-m&col=m&size=25"


def test_the_list_asks_the_store_little(client: Any) -> None:
    client.get("/customers/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/customers/?c.ABC=A")
    assert len(asked) <= 6, [q["sql"][:80] for q in asked]


def test_the_page_knows_no_inline_script_or_style(client: Any) -> None:
    for path in ("/customers/", "/filters/customers/", f"/customers/{quote('K000001')}/", "/downloads/"):
        text = client.get(path).content.decode()
        assert not re.search(r"\son\w+=|\sstyle=|<script>|<style", text), path


def test_a_heading_says_which_days_its_numbers_count(shop: Shop) -> None:
    page = shop.client("viewer").get("/customers/").content.decode()
    head = page[page.index("<thead>") : page.index("</thead>")]
    assert re.search(r'年消费[^<]*(<span[^>]*>↓</span>)?</a><span class="days">2024-01-01 至 2024-12-31</span>', head)
    # A number of no stretch of days says none.
    assert re.search(r"间隔天数\s*</a></th>", head)
    every = shop.client("viewer").get("/customers/?col=总消费&col=上月消费").content.decode()
    assert '<span class="days">截至 2024-12-31</span>' in every and "2024-11-01 至 2024-11-30" in every
