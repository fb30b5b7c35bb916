"""Programs read and change the scheme, and list levels given by hand, as their users may on pages."""

from __future__ import annotations

from web_api import call, get, token
from web_shops import Shop

from custrata.web.models import Version
from custrata.web.trail import search

SCHEME, VERSIONS = "/api/v1/scheme", "/api/v1/scheme/versions"


def test_a_draft_goes_from_a_program_into_force_by_who_may_publish(own_shop: Shop) -> None:
    shop = own_shop
    operator, approver = token(shop, "operator"), token(shop, "approver")
    now = get(shop, "/scheme", operator).json()
    assert now["state"] == "in force" and now["text"] == (shop.folder / "scheme.yaml").read_text("utf-8")
    text = now["text"].replace("年消费 >= 10万", "年消费 >= 12万")
    said = {"text": text.replace("\n", "\r\n"), "reason": "fewer VIPs", "base": now["id"]}
    sent = operator | {"Idempotency-Key": "k1"}
    made = [call(shop, "POST", VERSIONS, sent, said) for _ in range(2)]
    assert [m.status_code for m in made] == [201, 201] and made[0].json() == made[1].json()
    draft = made[0].json()
    assert draft["state"] == "draft" and draft["text"] == text and draft["base"] == now["id"]
    assert Version.objects.filter(published_at=None).count() == 1, "the same key makes no second draft"
    refused = call(shop, "POST", f"{VERSIONS}/{draft['id']}/publish", operator)
    assert refused.status_code == 403 and refused.json()["errors"][0]["code"] == "E-WEB-001"
    done = call(shop, "POST", f"{VERSIONS}/{draft['id']}/publish", approver).json()
    assert done["state"] == "in force" and (shop.folder / "scheme.yaml").read_text("utf-8") == text
    assert [v["state"] for v in get(shop, "/scheme/versions", operator).json()] == ["in force", "past"]
    (entry,) = search(verb="publish scheme")
    assert (entry.who, entry.detail["by"]) == ("approver-robot", "operator-robot")
    again = call(shop, "POST", f"{VERSIONS}/{now['id']}/publish", approver, {"reason": "too few"}).json()
    assert again["text"] == now["text"] and again["id"] not in (now["id"], draft["id"]) and again["reason"] == "too few"


def test_a_draft_over_a_version_that_was_passed_is_no_more_published(own_shop: Shop) -> None:
    operator, approver = token(own_shop, "operator"), token(own_shop, "approver")
    text = get(own_shop, "/scheme", operator).json()["text"]
    texts = [text.replace("10万", f"{n}万") for n in (11, 12)]
    ids = [call(own_shop, "POST", VERSIONS, operator, {"text": t}).json()["id"] for t in texts]
    assert call(own_shop, "POST", f"{VERSIONS}/{ids[0]}/publish", approver).status_code == 200
    late = call(own_shop, "POST", f"{VERSIONS}/{ids[1]}/publish", approver)
    assert late.status_code == 409 and late.json()["errors"][0]["code"] == "E-WEB-034"
    assert get(own_shop, f"/scheme/versions/{ids[1]}", operator).json()["state"] == "passed"


def test_a_text_is_checked_without_being_kept(shop: Shop) -> None:
    analyst = token(shop, "analyst")
    text = get(shop, "/scheme", analyst).json()["text"]
    before = Version.objects.count()
    assert call(shop, "POST", f"{SCHEME}/check", analyst, {"text": text}).json() == {"sound": True, "faults": []}
    told = call(shop, "POST", f"{SCHEME}/check", analyst, {"text": text.replace("share: 年消费", "share: 没有")}).json()
    assert not told["sound"] and told["faults"][0]["code"] == "E-SCHEME-003" and told["faults"][0]["line"] > 1
    assert Version.objects.count() == before
    assert call(shop, "POST", f"{SCHEME}/check", token(shop, "viewer"), {"text": text}).status_code == 403


def test_levels_given_by_hand_are_listed_for_who_sees_the_customer(shop: Shop) -> None:
    operator = token(shop, "operator")
    rows = get(shop, "/customers", operator, size=2).json()["rows"]
    for row, until in zip(rows, ("2999-12-31", "2999-06-30"), strict=True):
        body = {"level": "VIP", "reason": "a promise", "until": until}
        assert call(shop, "PUT", f"/api/v1/customers/{row['customer_id']}/override", operator, body).status_code == 200
    listed = get(shop, "/overrides", operator).json()
    assert [o["until"] for o in listed] == ["2999-06-30", "2999-12-31"], "the soonest to end first"
    call(shop, "DELETE", f"/api/v1/overrides/{listed[0]['id']}", operator)
    assert [o["id"] for o in get(shop, "/overrides", operator).json()] == [listed[1]["id"]]
    assert {o["id"] for o in get(shop, "/overrides", operator, ended="true").json()} == {o["id"] for o in listed}
    narrow = token(shop, "viewer", scope="总消费 < -1000000")
    assert get(shop, "/overrides", narrow).json() == []
    unknown = get(shop, "/overrides", operator, ladder="没有")
    assert unknown.json()["errors"][0]["code"] == "E-HAND-002"
    assert "Choose" not in unknown.json()["errors"][0]["mend"], "a program is told how the command line says it"
    page = shop.client("operator", lang="en", name="op-en").get("/api/v1/overrides", {"ladder": "没有"})
    assert page.json()["errors"][0]["mend"] == "Choose one of them."
