"""Coming in: the first administrator, names and passwords, and how often one may be wrong."""

from __future__ import annotations

from pathlib import Path

from django.test import Client
from web_shops import PASSWORD, Shop, served

from custrata.web import site
from custrata.web.models import Member
from custrata.web.welcome import welcome_token


def test_who_holds_the_token_becomes_the_first_administrator(own_shop: Shop) -> None:
    token = welcome_token(own_shop.folder / ".custrata")
    said = {"token": token, "username": "王经理", "password": PASSWORD, "again": PASSWORD}
    answer = Client().post("/welcome/", said)
    assert answer.status_code == 302
    assert [(m.user.username, m.role) for m in Member.objects.all()] == [("王经理", "administrator")]


def test_without_the_token_nobody_becomes_anything(own_shop: Shop) -> None:
    said = {"token": "guess", "username": "mallory", "password": PASSWORD, "again": PASSWORD}
    assert Client().post("/welcome/", said).status_code == 403
    assert not Member.objects.exists()


def test_the_welcome_is_over_once_there_is_an_administrator(own_shop: Shop) -> None:
    own_shop.client()
    token = welcome_token(own_shop.folder / ".custrata")
    said = {"token": token, "username": "second", "password": PASSWORD, "again": PASSWORD}
    assert Client().post("/welcome/", said).headers["Location"] == "/"
    assert Member.objects.count() == 1


def test_five_wrong_passwords_lock_the_name_out(own_shop: Shop) -> None:
    own_shop.user("viewer")
    own_shop.client()
    client = Client()
    codes = [client.post("/login/", {"username": "viewer", "password": "wrong"}).status_code for _ in range(6)]
    assert codes[:4] == [401] * 4 and codes[5] == 429
    assert client.post("/login/", {"username": "viewer", "password": PASSWORD}).status_code == 429


def test_a_log_in_goes_back_to_where_it_was_asked_for_and_never_elsewhere(own_shop: Shop) -> None:
    own_shop.user("viewer")
    own_shop.client()
    for target, expected in (("/account/", "/account/"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        said = {"username": "viewer", "password": PASSWORD, "next": target}
        assert Client().post("/login/", said).headers["Location"] == expected


def test_the_secret_is_the_workspaces_own_and_only_its_owner_reads_it(template: Path, tmp_path: Path) -> None:
    with served(template, tmp_path / "a") as one:
        file = one.folder / ".custrata" / "secret"
        assert file.stat().st_mode & 0o077 == 0 and len(file.read_text()) >= 48
        assert site.secret_of(one.folder / ".custrata", None) == file.read_text()


def test_a_proxy_that_speaks_https_is_believed_only_where_it_is_told_of(template: Path, tmp_path: Path) -> None:
    from django.conf import settings

    with served(template, tmp_path / "a") as shop:
        forwarded = {"X-Forwarded-Proto": "https"}
        assert "Strict-Transport-Security" not in Client().get("/login/", headers=forwarded).headers
        site.enter(shop.folder, hosts=["testserver"], https=True, proxied=True)
        shop.client()
        answer = Client().get("/login/", headers=forwarded)
        assert answer.headers["Strict-Transport-Security"] and settings.SESSION_COOKIE_SECURE
        site.enter(shop.folder)
        assert settings.SECURE_PROXY_SSL_HEADER is None and not settings.SESSION_COOKIE_SECURE
