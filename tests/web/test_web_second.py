"""The second factor: a stolen password lets nobody in, a lost telephone locks nobody out for good."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from web_shops import PASSWORD, Shop

from custrata.web import second


def code_of(user: Any, ahead: int = 0) -> str:
    """What the telephone shows, `ahead` steps from now: a code is good once."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + ahead * device.step
    return f"{totp.token():06d}"


def with_second(shop: Shop, name: str) -> tuple[Any, list[str]]:
    shop.client()
    user = shop.user("viewer", name=name)
    second.begin(user)
    codes = second.confirm(user, code_of(user))
    assert codes is not None
    return user, codes


def halfway(name: str) -> Client:
    client = Client()
    answer = client.post("/login/", {"username": name, "password": PASSWORD, "next": "/account/"})
    assert answer.headers["Location"] == "/login/code/"
    return client


def test_the_password_alone_opens_nothing(shop: Shop) -> None:
    with_second(shop, "careful")
    client = halfway("careful")
    assert client.get("/").status_code == 302
    assert client.get("/login/code/").status_code == 200


def test_the_code_leads_to_where_one_wanted_to_go_and_counts_once(shop: Shop) -> None:
    user, _ = with_second(shop, "twice")
    code = code_of(user, 1)
    client = halfway("twice")
    assert client.post("/login/code/", {"code": code}).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert halfway("twice").post("/login/code/", {"code": code}).status_code == 401


def test_a_wrong_code_makes_the_next_try_wait(shop: Shop) -> None:
    user, _ = with_second(shop, "hasty")
    client = halfway("hasty")
    assert client.post("/login/code/", {"code": "000000"}).status_code == 401
    assert client.post("/login/code/", {"code": code_of(user, 1)}).status_code == 401


def test_a_spare_code_works_once(shop: Shop) -> None:
    _, codes = with_second(shop, "lost")
    assert halfway("lost").post("/login/code/", {"code": codes[0]}).status_code == 302
    assert halfway("lost").post("/login/code/", {"code": codes[0]}).status_code == 401


def test_an_administrator_takes_it_away_from_somebody_who_lost_everything(shop: Shop) -> None:
    user, _ = with_second(shop, "stranded")
    assert shop.client("viewer").post(f"/admin/users/{user.pk}/second/").status_code == 403
    assert shop.client().post(f"/admin/users/{user.pk}/second/").status_code == 302
    answer = Client().post("/login/", {"username": "stranded", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_it_is_put_into_force_by_a_right_code_and_taken_away_by_the_password(shop: Shop) -> None:
    client = shop.client("viewer", lang="en", name="chooser")
    page = client.get("/account/second/").content.decode()
    assert 'class="qr"' in page and "style=" not in page
    user = shop.user("viewer", name="chooser")
    assert client.post("/account/second/", {"code": "12"}).status_code == 400 and not second.is_on(user)
    TOTPDevice.objects.filter(user=user).update(throttling_failure_count=0, throttling_failure_timestamp=None)
    answer = client.post("/account/second/", {"code": code_of(user)})
    assert answer.status_code == 200 and second.is_on(user)
    assert client.post("/account/second/", {"password": "wrong"}).status_code == 400 and second.is_on(user)
    assert client.post("/account/second/", {"password": PASSWORD}).status_code == 302 and not second.is_on(user)


def test_who_is_halfway_when_the_password_changes_begins_anew(shop: Shop) -> None:
    user, codes = with_second(shop, "overtaken")
    client = halfway("overtaken")
    user.set_password("changed in the meantime")
    user.save()
    assert client.post("/login/code/", {"code": codes[0]}).headers["Location"] == "/login/"
    assert client.get("/").status_code == 302 and client.get("/login/code/").headers["Location"] == "/login/"


def test_who_waits_too_long_or_is_shut_out_is_halfway_no_longer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    user, codes = with_second(shop, "slow")
    client, late = halfway("slow"), time.time() + second.PATIENCE + 1
    with monkeypatch.context() as patch:
        patch.setattr(second.time, "time", lambda: late)
        assert client.post("/login/code/", {"code": codes[0]}).headers["Location"] == "/login/"
    user.is_active = False
    user.save()
    assert client.post("/login/code/", {"code": codes[0]}).headers["Location"] == "/login/"


def test_nobody_comes_halfway_without_a_password(shop: Shop) -> None:
    shop.client()
    assert Client().get("/login/code/").headers["Location"] == "/login/"
