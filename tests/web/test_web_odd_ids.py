"""Customers whose ids no path carries are found like all others: by links, forms and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from web_api import call, token
from web_shops import Shop

from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.plan import plan
from custrata.usecases.workspace import Workspace
from custrata.web import reading, site
from custrata.web.page import address

ODD = [
    "..",
    ".",
    "~",
    "a/classes",
    "a/",
    "/a",
    "a//b",
    "%2F",
    "%2e%2e",
    "a b",
    "客户#1",
    "?x",
    "a\\b",
    "a",
    "100%",
    "...",
]
SCHEME = """scheme: Odd
timezone: UTC
language: en
sources:
  orders: {file: data/*.csv, columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid}}
metrics:
  spend_12m: {monetary: 12 months}
segments:
  tier: {thresholds: spend_12m, classes: {big: from 100, small: else}}
levels:
  member:
    VIP: {enter: "spend_12m >= 200"}
    plain: {}
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    from django.conf import settings
    from web_shops import now

    folder: Path = tmp_path_factory.mktemp("odd") / "company"
    (folder / "data").mkdir(parents=True)
    rows = [f'{n},"{who}",2024-03-0{1 + n % 9},{100 + n}' for n, who in enumerate(ODD)]
    (folder / "data" / "sales.csv").write_text("no,who,day,paid\n" + "\n".join(rows) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    workspace = Workspace.at(folder)
    plan(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    apply(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    site.enter(folder)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["web_shops.Quick"]
    yield Shop(folder)
    reading.forget()


def sent(href: str) -> str:
    """What reaches the server of an address: browsers resolve dots, also coded ones; proxies merge slashes, and some
    refuse coded ones."""
    parts = urlsplit(href)
    assert not re.search(r"%2f|%5c|%25", parts.path, re.I), href
    kept: list[str] = []
    for step in re.sub("/+", "/", parts.path).split("/"):
        if unquote(step) == "..":
            kept = kept[:-1] or [""]
        elif unquote(step) != ".":
            kept.append(step)
    return "/".join(kept) + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize("who", ODD)
def test_a_link_leads_to_the_customer_whatever_his_id_is(odd: Shop, who: str) -> None:
    page = odd.client("viewer", lang="en").get(sent(address("customer", id=who)))
    assert page.status_code == 200 and f"<h1>{who}</h1>" in unescape(page.content.decode())


def test_every_link_of_a_list_leads_to_its_customer(odd: Shop) -> None:
    client = odd.client("viewer", lang="en")
    found = re.findall(r'href="(/customers/[^"?]+/(?:\?id=[^"]*)?)"', client.get("/customers/").content.decode())
    told = set()
    for href in found:
        page = unescape(client.get(sent(unescape(href))).content.decode())
        told.add(page.split("<h1>")[1].split("</h1>")[0])
    assert told == set(ODD)


@pytest.mark.parametrize("who", ODD)
def test_what_is_written_about_a_customer_is_written_about_him(odd: Shop, who: str) -> None:
    client = odd.client("operator", lang="en")
    page = client.get(sent(address("customer", id=who))).content.decode()
    (form,) = re.findall(r'<form method="post" action="([^"]+)" class="write">', page)
    answer = client.post(sent(unescape(form)), {"do": "note", "text": f"about «{who}»"})
    assert answer.status_code == 302
    back = client.get(sent(answer.headers["Location"])).content.decode()
    assert f"about «{who}»" in unescape(back)


@pytest.mark.parametrize("who", ODD)
def test_a_program_reaches_every_customer(odd: Shop, who: str) -> None:
    robot, query = token(odd, "operator"), f"?id={quote(who, safe='')}"
    assert call(odd, "GET", f"/api/v1/customers/~{query}", robot).json()["id"] == who
    for part in ("classes", "orders", "history"):
        assert call(odd, "GET", f"/api/v1/customers/~/{part}{query}", robot).json()["id"] == who
    assert call(odd, "GET", f"/api/v1/customers/~/level{query}", robot).status_code == 200
    body = {"level": "VIP", "reason": "x"}
    assert call(odd, "PUT", f"/api/v1/customers/~/override{query}", robot, body).json()["customer_id"] == who


def test_plain_ids_keep_their_plain_addresses(odd: Shop) -> None:
    assert address("customer", id="C0017") == "/customers/C0017/"
    assert address("customer", id="客户#1") == "/customers/%E5%AE%A2%E6%88%B7%231/"
    assert address("customer", id="~") == "/customers/~/?id=~"
    robot = token(odd, "viewer")
    assert call(odd, "GET", "/api/v1/customers/a", robot).json()["id"] == "a"
    assert call(odd, "GET", "/api/v1/customers/~", robot).json()["id"] == "~"


def test_levels_given_by_hand_and_plans_link_to_odd_customers(odd: Shop) -> None:
    from custrata.web.site import site as here

    client = odd.client("approver", lang="en")
    for path in ("/levels/", f"/levels/plans/{here().store.plans()[0].id}/"):
        for href in re.findall(r'href="(/customers/[^"]+)"', client.get(path).content.decode()):
            assert client.get(sent(unescape(href))).status_code == 200, href
