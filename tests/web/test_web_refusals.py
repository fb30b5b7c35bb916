"""Passwords are not guessed: not at the door, not in a stolen session; and who tries leaves a trail that fills no
disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from web_shops import PASSWORD, Shop

from custrata.web import refusals
from custrata.web.site import Site
from custrata.web.trail import search


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The time, which a test may put forward."""
    at = [datetime(2026, 5, 4, 10, 30, tzinfo=UTC)]
    monkeypatch.setattr(Site, "now", staticmethod(lambda: at[0]))
    refusals._counts.clear()
    yield at
    refusals._counts.clear()


def asked(address: str = "203.0.113.9") -> Any:
    return type("Asked", (), {"META": {"REMOTE_ADDR": address}})()


def told(who: str) -> list[Any]:
    return [e.detail for e in reversed(search(who=who, verb="log in refused", limit=500))]


def test_a_stolen_session_cannot_try_out_the_password(own_shop: Shop) -> None:
    own_shop.client()
    client = own_shop.client("viewer", lang="en", name="stolen")
    said = {"password": "another long password", "again": "another long password"}
    codes = [client.post("/account/", {"old": f"guess {n}", **said}).status_code for n in range(6)]
    assert codes[:4] == [400] * 4 and codes[5] == 429
    answer = client.post("/account/", {"old": PASSWORD, **said})
    assert answer.status_code == 429 and "E-WEB-009" in answer.content.decode()
    assert own_shop.user("viewer", name="stolen").check_password(PASSWORD)
    assert client.post("/account/second/", {"code": "1"}).status_code == 400, "other things still work"


def test_taking_the_second_factor_away_is_throttled_too(own_shop: Shop) -> None:
    from test_web_second import with_second

    with_second(own_shop, "guarded")
    client = own_shop.client("viewer", lang="en", name="guarded")
    codes = [client.post("/account/second/", {"password": f"guess {n}"}).status_code for n in range(6)]
    assert codes[:4] == [400] * 4 and codes[5] == 429
    assert client.post("/account/second/", {"password": PASSWORD}).status_code == 429
    assert len(search(who="guarded", verb="password refused")) >= 4


def test_no_password_that_was_typed_is_kept(own_shop: Shop) -> None:
    from axes.models import AccessAttempt, AccessLog

    own_shop.client()
    client = own_shop.client("viewer", name="typist")
    client.post("/account/", {"old": "my-other-secret", "password": "my-new-secret", "again": "my-new-secret"})
    client.post("/account/second/", {"password": "my-other-secret"})
    Client().post("/login/", {"username": "typist", "password": "my-other-secret"})
    Client().post("/login/", {"username": "my-new-secret", "password": "x"})
    Client().post("/login/", {"username": "typist", "password": PASSWORD})
    kept = str([vars(a) for a in AccessAttempt.objects.exclude(username="my-new-secret")]) + str(search())
    assert "secret" not in kept and PASSWORD not in kept and not AccessLog.objects.exists()


def test_refused_log_ins_of_one_name_are_told_one_by_one_and_then_counted(shop: Shop, clock: Any) -> None:
    shop.user("viewer", name="target")
    for n in range(100):
        refusals.refused("log in refused", "target", asked(f"203.0.113.{n}"))
    entries = told("target")
    assert len(entries) == refusals.SINGLE + 2 and [e.get("times", 1) for e in entries[-2:]] == [20, 40]
    assert entries[0]["address"] == "203.0.113.0"
    clock[0] += timedelta(hours=1)
    refusals.settle()
    assert sum(e.get("times", 1) for e in told("target")) == 100


def test_names_that_nobody_has_are_counted_by_address_and_told_by_their_beginning(shop: Shop, clock: Any) -> None:
    before = len(told("?"))
    for n in range(1_000):
        refusals.refused("log in refused", f"robot-{n}", asked())
        refusals.refused("log in refused", f"robot-{n}", asked(f"2001:db8::{n:x}"))
    entries = told("?")[before:]
    assert len(entries) <= 2 * (refusals.SINGLE + 6) and {e["address"] for e in entries} == {
        "203.0.113.9", "2001:db8::/64",
    }  # fmt: skip
    assert all(e["begins"] == "ro" for e in entries), "it may be a password in the wrong field"
    clock[0] += timedelta(hours=2)
    page = shop.client(lang="en").get("/admin/trail/", {"who": "?"}).content.decode()
    assert "2026-05-04 10:00 UTC" in page
    assert sum(e.get("times", 1) for e in told("?")[before:]) == 2_000


def test_many_addresses_fill_nothing_either(shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "APART", 30)
    before = len(told("?"))
    for n in range(2_000):
        refusals.refused("log in refused", "nobody", asked(f"198.51.{n // 250}.{n % 250}"))
    assert len(told("?")) - before <= 30 + refusals.SINGLE + 8
    clock[0] += timedelta(hours=1)
    refusals.settle()
    assert sum(e.get("times", 1) for e in told("?")[before:]) == 2_000 and len(refusals._counts) == 0


def test_a_name_that_is_locked_out_stands_in_the_trail(own_shop: Shop) -> None:
    own_shop.user("viewer")
    own_shop.client()
    for _ in range(8):
        Client().post("/login/", {"username": "viewer", "password": "wrong"})
    assert search(who="viewer", verb="locked out")
