"""Administrators let people in, say what each may see, and can tell who did what."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from web_shops import PASSWORD, Shop

from custrata import CustrataError
from custrata.web.access import Can, Role
from custrata.web.models import Member, Token
from custrata.web.people import Wanted, change, give_token, owner_of, revoke
from custrata.web.trail import record, search


def test_a_new_user_comes_in_with_the_role_that_was_given(shop: Shop) -> None:
    from django.test import Client

    said = {"username": "小李", "role": "analyst", "password": PASSWORD, "scope": "区域 = '城市'", "active": "on"}
    assert shop.client().post("/admin/users/new/", said).status_code == 302
    member = Member.objects.get(user__username="小李")
    assert (member.role, member.scope) == ("analyst", "区域 = '城市'")
    client = Client()
    assert client.post("/login/", {"username": "小李", "password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"username": ""}, "E-WEB-050"),
        ({"username": "ADMINISTRATOR"}, "E-WEB-050"),
        ({"password": "short"}, "E-WEB-051"),
        ({"password": "1234567890123"}, "E-WEB-051"),
        ({"scope": "区域 ="}, "E-FILTER-001"),
        ({"scope": "no_such_thing = 1"}, "E-SCHEME-003"),
    ],
)
def test_a_user_who_cannot_be_is_refused_with_a_mend(shop: Shop, said: dict[str, str], code: str) -> None:
    whole = {"username": "nobody", "role": "viewer", "password": PASSWORD, "active": "on", **said}
    answer = shop.client().post("/admin/users/new/", whole)
    assert answer.status_code == 400 and code in answer.content.decode()
    assert not User.objects.filter(username="nobody").exists()


def test_whoever_is_shut_out_is_out_at_once(shop: Shop) -> None:
    client = shop.client("viewer", name="leaver")
    assert client.get("/").status_code == 200
    user = User.objects.get(username="leaver")
    assert shop.client().post(f"/admin/users/{user.pk}/", {"role": "viewer"}).status_code == 302
    assert client.get("/").status_code == 302


def test_the_last_administrator_stays(own_shop_free_of_others: Shop) -> None:
    user = own_shop_free_of_others.user(Role.ADMINISTRATOR)
    with pytest.raises(CustrataError) as error:
        change(user, Wanted("administrator", Role.VIEWER), "administrator")
    assert error.value.problems[0].code == "E-WEB-052"
    with pytest.raises(CustrataError):
        change(user, Wanted("administrator", Role.ADMINISTRATOR, active=False), "administrator")


@pytest.fixture
def own_shop_free_of_others(shop: Shop) -> Shop:
    User.objects.all().delete()
    return shop


def test_a_scope_hides_everybody_else_also_from_sums(shop: Shop) -> None:
    whole = shop.client("viewer", name="all").get("/admin/scope/").status_code
    assert whole == 403
    answer = shop.client(lang="en").get("/admin/scope/", {"scope": "区域 = '城市'"})
    seen = int(answer.content.decode().split()[0])
    page = shop.client("viewer", lang="en", scope="区域 = '城市'", name="city").get("/figures/").content.decode()
    assert 0 < seen < 150 and f'<div class="value">{seen}</div>' in page


def test_a_token_can_do_what_its_scopes_say_and_its_owner_still_may(shop: Shop) -> None:
    user = shop.user("operator", name="robot")
    _, text = give_token(user, "nightly", ["look", "data"], None)
    found = owner_of(text)
    assert found is not None and found.allowed == {Can.LOOK, Can.DATA}
    Member.objects.filter(user=user).update(role="viewer")
    found = owner_of(text)
    assert found is not None and found.allowed == {Can.LOOK}


def test_a_token_dies_with_its_day_its_revocation_and_its_owner(shop: Shop) -> None:
    user = shop.user("viewer", name="mortal")
    _, past = give_token(user, "past", [], timezone.now() - timedelta(seconds=1))
    token, revoked = give_token(user, "revoked", [], None)
    revoke(token, "somebody")
    _, owned = give_token(user, "owned", [], None)
    assert owner_of(past) is None and owner_of(revoked) is None and owner_of(owned) is not None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert owner_of(owned) is None and owner_of("cst_guess") is None


@pytest.mark.parametrize(("said", "why"), [({"password": "a wholly new one"}, "password reset"), ({}, "shut out")])
def test_tokens_and_sessions_end_with_the_password_that_an_administrator_resets_and_with_being_shut_out(
    shop: Shop, said: dict[str, str], why: str
) -> None:
    name = f"gone-{len(said)}"
    user, client = shop.user("operator", name=name), shop.client("operator", name=name)
    (_, one), (kept, two) = give_token(user, "one", [], None), give_token(user, "two", [], None)
    revoke(kept, "somebody")
    active = {"active": "on"} if said else {}
    assert client.get("/").status_code == 200
    assert shop.client().post(f"/admin/users/{user.pk}/", {"role": "operator", **active, **said}).status_code == 302
    assert owner_of(one) is None and owner_of(two) is None and client.get("/").status_code == 302
    (entry,) = search(verb="revoke tokens", subject=name)
    assert entry.detail["why"] == why and [t.partition(" ")[2] for t in entry.detail["tokens"]] == ["one"]
    shop.client().post(f"/admin/users/{user.pk}/", {"role": "operator", "active": "on"})
    assert owner_of(one) is None and client.get("/").status_code == 302, "to be let in again brings nothing back"


def test_who_changes_the_password_says_whether_tokens_end_and_other_browsers_are_out(shop: Shop) -> None:
    from django.test import Client

    here, there = shop.client("operator", name="tidy", lang="en"), shop.client("operator", name="tidy", lang="en")
    _, text = give_token(shop.user("operator", name="tidy", lang="en"), "nightly", [], None)
    assert "End my API token too" in here.get("/account/").content.decode()
    said = {"old": PASSWORD, "password": "quite another one", "again": "quite another one"}
    assert here.post("/account/", said).status_code == 200
    assert owner_of(text) is not None and here.get("/").status_code == 200 and there.get("/").status_code == 302
    said = {"old": "quite another one", "password": PASSWORD, "again": PASSWORD, "tokens": "on"}
    assert here.post("/account/", said).status_code == 200
    assert owner_of(text) is None and here.get("/").status_code == 200
    assert [e.detail["why"] for e in search(who="tidy", verb="revoke tokens")] == ["password changed"]
    assert Client().post("/login/", {"username": "tidy", "password": PASSWORD}).status_code == 302


def test_a_token_is_shown_once_and_kept_as_a_digest(shop: Shop) -> None:
    client = shop.client("analyst")
    said = {"name": "sheet", "lasts": "30", "scopes": ["look"], "password": PASSWORD}
    answer = client.post("/tokens/", said)
    # A reload of what follows sends no form again, so it makes no second token; the address tells nothing.
    assert answer.status_code == 302 and answer.headers["Location"] == "/tokens/"
    kept = str([*Session.objects.values_list("session_data", flat=True), *client.session.items()])
    page = client.get("/tokens/").content.decode()
    token = Token.objects.get(name="sheet")
    start = page.index("<pre>cst_") + 5
    text = page[start : page.index("</pre>", start)]
    assert owner_of(text) is not None and token.digest not in page
    for said in (text, b64encode(text.encode()).decode()):
        assert said not in kept and said not in str(answer.cookies)
    assert Token.objects.filter(name="sheet").count() == 1
    assert text not in client.get("/tokens/").content.decode()
    said = {"name": "more", "scopes": ["admin"], "password": PASSWORD}
    answer = client.post("/tokens/", said)
    assert answer.status_code == 400 and "E-WEB-054" in answer.content.decode()


@pytest.mark.parametrize("password", ["", "not that one"])
def test_who_does_not_know_the_password_makes_no_token(shop: Shop, password: str) -> None:
    client = shop.client("analyst", name="left the desk", lang="en")
    answer = client.post("/tokens/", {"name": "thief", "lasts": "365", "scopes": ["look"], "password": password})
    page = answer.content.decode()
    assert answer.status_code == 400 and "The present password is not right" in page and "<pre>cst_" not in page
    assert 'value="thief"' in page and '<option value="365" selected>' in page  # what was typed stays
    assert not Token.objects.filter(name="thief").exists()
    assert search(who="left the desk", verb="password refused")


def test_nobody_revokes_or_sees_the_tokens_of_others(shop: Shop) -> None:
    token, _ = give_token(shop.user("analyst", name="owner"), "mine alone", [], None)
    other = shop.client("analyst", name="other")
    assert other.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert "mine alone" not in other.get("/tokens/").content.decode()
    assert "mine alone" in shop.client().get("/tokens/").content.decode()


def test_the_trail_is_searched_by_who_what_and_day(shop: Shop) -> None:
    record("审计员甲", "look at", "customer C1", reason="x")
    assert [e.subject for e in search(who="审计员甲")] == ["customer C1"]
    assert search(who="审计员甲", verb="export") == []
    assert search(who="审计员甲", last="2020-01-01") == [] and search(who="审计员甲", first="2020-01-01")
    page = shop.client().get("/admin/trail/", {"who": "审计员甲"}).content.decode()
    assert "customer C1" in page and "look at" in page


def test_passwords_never_reach_the_trail(shop: Shop) -> None:
    shop.client().post("/admin/users/new/", {"username": "secretive", "role": "viewer", "password": PASSWORD})
    assert all(PASSWORD not in str(e.detail) for e in search())


def test_the_overview_comes_at_once_and_its_figures_when_they_are_reckoned(shop: Shop) -> None:
    client = shop.client("viewer", lang="en", scope="区域 != '城市'", name="early")
    assert 'hx-get="/figures/?days=30"' in client.get("/?days=30").content.decode()
    assert "Repurchase rate" in client.get("/figures/?days=30").content.decode()
    page = client.get("/?days=30").content.decode()
    assert "hx-get" not in page.split('id="figures"')[1].split(">")[0] and "Repurchase rate" in page
