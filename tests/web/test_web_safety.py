"""What strangers, other sites and hostile texts try: log-ins that lead elsewhere, sessions set before, foreign names of
this server, bombs in texts."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from web_planted import paths, text_of
from web_shops import PASSWORD, Quick, Shop

from custrata.web.page import pages

ELSEWHERE = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:///x",
    "javascript:alert(1)", "data:text/html,x", "https:evil.example", "\t//evil.example", " //evil.example",
    "//evil.example%2f@here", "http://[", "//[::1", "\x00//evil.example", "/%0d%0aSet-Cookie:x=1", "/a\r\nX: y",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_log_in_and_no_choice_of_language_leads_elsewhere(shop: Shop, target: str) -> None:
    shop.client()
    shop.user("viewer")
    for path, said in (("/login/", {"username": "viewer", "password": PASSWORD}), ("/language/", {"language": "en"})):
        answer = Client().post(path, {**said, "next": target})
        assert answer.status_code == 302
        where = answer.headers["Location"]
        assert where.startswith("/") and not where.startswith(("//", "/\\")) and "\n" not in where
        assert not answer.headers.get("X") and "x" not in answer.cookies


def test_a_session_that_somebody_set_before_is_another_after_the_log_in(shop: Shop) -> None:
    shop.client()
    shop.user("viewer")
    client = Client()
    client.cookies["custrata_session"] = "a" * 32
    client.post("/login/", {"username": "viewer", "password": PASSWORD})
    fresh = client.cookies["custrata_session"].value
    assert fresh != "a" * 32 and client.get("/").status_code == 200
    client.post("/logout/")
    thief = Client()
    thief.cookies["custrata_session"] = fresh
    assert thief.get("/").status_code == 302, "what was logged out stays out"


def test_the_way_over_the_second_factor_changes_the_session_too(shop: Shop) -> None:
    from test_web_second import code_of, halfway, with_second

    user, _ = with_second(shop, "fixed")
    client = halfway("fixed")
    before = client.cookies["custrata_session"].value
    assert client.post("/login/code/", {"code": code_of(user, 1)}).status_code == 302
    assert client.cookies["custrata_session"].value != before


@pytest.mark.parametrize("name", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b"])
def test_a_foreign_name_of_this_server_is_refused(shop: Shop, name: str) -> None:
    for path in ("/login/", "/", "/api/v1/segments", "/customers/"):
        answer = Client().get(path, headers={"host": name})
        assert answer.status_code == 400 and name not in answer.content.decode()
        assert Client().get(path, headers={"x-forwarded-host": name}).status_code in (200, 302, 401)


def test_every_page_says_what_a_browser_may_do_with_it(shop: Shop) -> None:
    client = shop.client(lang="en")
    company: Any = type("Company", (), {"texts": ("none",), "numbers": (1,)})()
    for page in pages().values():
        for path in paths("/" + page.path, company) if "GET" in page.methods else ():
            answer = client.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert answer.headers["Cache-Control"] == "no-store", path
            assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            text = text_of(answer)
            if "Content-Disposition" not in answer.headers:
                assert " style=" not in text and "onclick=" not in text and "<script>" not in text, path


def test_cookies_are_for_this_server_alone(shop: Shop) -> None:
    shop.client()
    shop.user("viewer")
    client = Client()
    client.post("/language/", {"language": "en"})
    client.post("/login/", {"username": "viewer", "password": PASSWORD})
    client.get("/account/")
    assert {"custrata_session", "custrata_csrf", "custrata_language"} <= set(client.cookies)
    assert all(c["httponly"] and c["samesite"] == "Lax" for c in client.cookies.values())


def test_a_wrong_password_takes_as_long_for_a_name_that_nobody_has(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.client()
    shop.user("viewer", name="here")
    gone = shop.user("viewer", name="shut out")
    gone.is_active = False
    gone.save()
    hashed, encode = list[str](), Quick.encode

    def counted(hasher: Any, *args: Any, **more: Any) -> Any:
        hashed.append("x")
        return encode(hasher, *args, **more)

    monkeypatch.setattr(Quick, "encode", counted)
    times = {}
    for name in ("here", "shut out", "nobody at all"):
        hashed.clear()
        answer = Client().post("/login/", {"username": name, "password": "wrong"})
        times[name] = (answer.status_code, len(hashed))
    assert set(times.values()) == {(401, 1)}


BOMBS = [
    "scheme: x\na: &a [x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n"
                                         for i in range(12)),
    "scheme: x\na: " + "[" * 20_000, "scheme: x\na: " + "{a: " * 20_000, "scheme: !!python/object/apply:os.system [id]",
    "scheme: x\nsegments: {s: {rules: {a: '" + "(" * 20_000 + "'}}}", "a" * 500_000, "- " * 100_000, "\x00", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_scheme_that_is_a_bomb_is_told_to_be_no_scheme(shop: Shop, bomb: str) -> None:
    began = time.process_time()
    said = urlencode({"text": bomb}, errors="surrogatepass")
    answer = shop.client("analyst", lang="en").post("/scheme/check/", said, "application/x-www-form-urlencoded")
    assert answer.status_code == 200 and "E-" in answer.content.decode() and time.process_time() - began < 5


CONDITIONS = ["(" * 3000, "not " * 1000 + "年消费 > 1", "年消费 > " + "1+" * 2000 + "1", "年消费 > 1e400000000",
              "年消费 > " + "9" * 3000, "年消费 = 'x' or 1=1; DROP TABLE customers; --",
              "年消费 > 1) UNION SELECT 1 --", "姓名 = '\\'; SELECT 1'"]  # fmt: skip


@pytest.mark.parametrize("said", CONDITIONS)
def test_a_condition_that_makes_no_sense_is_told_at_once(shop: Shop, said: str) -> None:
    client, began = shop.client("viewer", lang="en"), time.process_time()
    for path in ("/customers/", "/api/v1/customers"):
        answer = client.get(path, {"where": said})
        assert 400 <= answer.status_code < 500 and "E-" in answer.content.decode()
    assert client.post("/segments/-/rules/", {"where": said}).status_code < 500
    assert time.process_time() - began < 5


def test_a_long_text_is_masked_in_the_time_that_it_takes_to_read_it() -> None:
    from custrata.core.personal import scrubbed

    began = time.process_time()
    for text in ("a" * 100_000, "a" * 100_000 + "@", "1" * 100_000, "a@" * 50_000, "A1" * 50_000, "0" * 100_000):
        scrubbed(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("said", ["../../etc/passwd", "..", "/etc/passwd", "20240101/../..", ".", "%2e%2e"])
def test_a_name_of_a_run_leads_to_no_other_folder(shop: Shop, said: str) -> None:
    client = shop.client(lang="en")
    assert client.get("/api/v1/segments", {"run": said}).status_code == 404
    assert client.get(f"/data/runs/~/quarantine/?run={said}").status_code == 404
    assert client.get(f"/data/runs/~/?id={said}").status_code == 404
    assert client.post("/export/customers/", {"run": said, "format": "csv"}).status_code == 404


def test_what_belongs_to_others_is_not_there(shop: Shop) -> None:
    from custrata.web.models import Job, View

    owner, other = shop.user("analyst", name="owner"), shop.client("analyst", name="other")
    view = View.objects.create(user=owner, name="mine", query="", shared=False)
    job = Job.objects.create(kind="export", who="owner", state="done", result={"file": "x.csv"})
    for method, path in (
        ("POST", f"/views/{view.pk}/delete/"), ("GET", f"/downloads/{job.pk}/"), ("GET", f"/data/jobs/{job.pk}/"),
        ("GET", f"/data/jobs/{job.pk}/file/"), ("POST", f"/data/jobs/{job.pk}/end/"),
        ("POST", f"/data/jobs/{job.pk}/again/"), ("GET", f"/api/v1/exports/{job.pk}"),
        ("GET", f"/api/v1/jobs/{job.pk}"), ("GET", f"/api/v1/exports/{job.pk}/file"),
    ):  # fmt: skip
        assert other.generic(method, path).status_code == 404, path
    assert View.objects.filter(pk=view.pk).exists() and not Job.objects.get(pk=job.pk).stop
