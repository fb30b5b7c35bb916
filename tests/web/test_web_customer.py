"""The page of one customer: what it tells to whom, and what people change there."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_shops import Shop

from custrata.core.store import ProfileChange
from custrata.web.models import Note
from custrata.web.page import address
from custrata.web.site import site

PHONE, ODD = "13812345678", ["店/7", "50% off?#&", "客 户", "a\"b'<i>", "../up", "Ω%2F"]


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return unescape(answer.content.decode())


@pytest.fixture(scope="module")
def told(shop: Shop) -> str:
    """A customer; the profiles of the published run have telephones, remarks and ids of every kind."""
    run = site().workspace.run()
    customers = pq.read_table(run.customers)
    ids = customers["customer_id"].to_pylist()
    odd = dict(zip(ids, ODD, strict=False))
    renamed = pa.array([odd.get(i, i) for i in ids])
    pq.write_table(customers.set_column(0, "customer_id", renamed), run.customers)
    file = run.folder / "attributes.parquet"
    people = pq.read_table(file)
    who = pa.array([odd.get(i, i) for i in people["customer_id"].to_pylist()])
    people = people.set_column(0, "customer_id", who)
    people = people.append_column("手机", pa.array([f"138{1234_5678 + i:08}" for i in range(len(people))]))
    people = people.append_column("备注", pa.array([f"回电 {PHONE}"] * len(people)))
    pq.write_table(people, file)
    return str(ids[len(ODD) + 3])


def test_a_profile_shows_in_full_or_masked_by_role(shop: Shop, told: str) -> None:
    path = f"/customers/{told}/"
    full = body(shop.client("operator", lang="en").get(path))
    assert f"回电 {PHONE}" in full
    for role in ("viewer", "analyst"):
        for shown in (
            path,
            f"/customers/?q={told}&col=@手机&col=@备注",
            "/customers/?col=@手机&col=@备注&sort=@手机",
        ):
            masked = body(shop.client(role, lang="en").get(shown))
            assert PHONE not in masked and "回电 138****5678" in masked


def changed(customer: str, column: str, old: str | None, new: str | None, reason: str) -> None:
    store = site().store
    with store.transaction():
        store.add_profile_change(ProfileChange(0, customer, column, old, new, "li", datetime.now(UTC), reason))


@pytest.mark.parametrize("id", ODD)
def test_any_id_has_an_address(shop: Shop, told: str, id: str) -> None:
    client = shop.client("operator", lang="en")
    text, own = body(client.get("/customers/", {"q": id, "col": "customer_id"})), address("customer", id=id)
    assert f'href="{own}"' in text
    assert id in body(client.get(own))
    answer = client.post(address("change_customer", id=id), {"do": "note", "text": "seen"})
    assert answer.headers["Location"] == own


def test_nobody_reads_of_a_customer_outside_his_scope(shop: Shop, told: str) -> None:
    other = shop.client("operator", lang="en", scope="年消费 < 0", name="narrow")
    for answer in (
        other.get(f"/customers/{told}/"),
        other.post(f"/change/customers/{told}/", {"do": "note", "text": "x"}),
    ):
        assert "E-RUN-004" in body(answer, 404)


def test_a_profile_is_corrected_shown_at_once_and_taken_back(shop: Shop, told: str) -> None:
    client, path = shop.client("operator", lang="en"), f"/change/customers/{told}/"
    new = "13700000001"
    said = {"do": "correct", "column": "手机", "value": new, "reason": "told by phone"}
    assert client.post(path, said).status_code == 302
    assert client.post(path, said).status_code == 302
    assert len(site().store.profile_changes([told])) == 1, "what is so already is no change"
    assert new in body(client.get(f"/customers/{told}/")) and "told by phone" in body(client.get(f"/customers/{told}/"))
    assert told in body(client.get(f"/customers/?q={new}&col=@手机"))
    viewer = body(shop.client("viewer", lang="en").get(f"/customers/{told}/"))
    assert new not in viewer and "137****0001" in viewer
    assert client.post(path, {"do": "withdraw", "column": "手机"}).status_code == 302
    assert "<strong>0 customers</strong>" in body(client.get(f"/customers/?q={new}"))
    assert "E-WEB-027" in body(client.post(path, {"do": "withdraw", "column": "手机"}), 400)


def test_a_name_that_was_corrected_is_told_and_taken_back_where_it_stands(shop: Shop, told: str) -> None:
    client, path = shop.client("operator", lang="en"), f"/change/customers/{told}/"
    said = {"do": "correct", "column": "name", "value": "Li & Sons", "reason": "letter"}
    before = body(client.get(f"/customers/{told}/"))
    assert client.post(path, said).status_code == 302
    page = body(client.get(f"/customers/{told}/"))
    assert "<h1>Li & Sons</h1>" in page and '<input type="hidden" name="column" value="name">' in page
    assert client.post(path, {"do": "withdraw", "column": "name"}).status_code == 302
    after = body(client.get(f"/customers/{told}/"))
    assert "<h1>Li" not in after and '<input type="hidden" name="column" value="name">' not in before + after


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"do": "correct", "column": "手机", "value": "1"}, "E-WEB-026"),
        ({"do": "correct", "column": "joined_at", "value": "soon", "reason": "y"}, "E-WEB-025"),
        ({"do": "correct", "column": "customer_id", "value": "x", "reason": "y"}, "E-WEB-024"),
        ({"do": "note", "text": " "}, "E-WEB-028"), ({"do": "delete note", "note": "1e9"}, "E-WEB-029"),
        ({"do": "set level", "level": "VIP"}, "E-HAND-001"),
        ({"do": "set level", "level": "?", "reason": "x"}, "E-HAND-003"),
        ({"do": "set level", "level": "VIP", "reason": "x", "until": "soon"}, "E-WEB-021"),
        ({"do": "end level", "override": "77"}, "E-HAND-005"), ({}, "E-WEB-029"), ({"do": "burn"}, "E-WEB-029"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told(shop: Shop, told: str, said: dict[str, str], code: str) -> None:
    assert code in body(shop.client("operator", lang="en").post(f"/change/customers/{told}/", said), 400)


def test_a_level_set_by_hand_is_told_on_the_page_and_ends(shop: Shop, told: str) -> None:
    client, path = shop.client("approver", lang="en"), f"/change/customers/{told}/"
    said = {
        "do": "set level",
        "ladder": "会员等级",
        "level": "VIP",
        "kind": "floor",
        "reason": "founder",
        "until": "2099-01-01",
    }
    assert client.post(path, said).status_code == 302
    text = body(client.get(f"/customers/{told}/"))
    assert "founder" in text and "at least this level: VIP" in text
    number = site().store.overrides(customer_id=told)[-1].id
    assert "E-HAND-005" in body(
        client.post("/change/customers/K000149/", {"do": "end level", "override": str(number)}), 400
    )
    assert client.post(path, {"do": "end level", "override": str(number)}).status_code == 302
    assert "taken back" in body(client.get(f"/customers/{told}/"))


def test_a_note_is_its_writers_to_delete_and_its_numbers_are_masked(shop: Shop, told: str) -> None:
    client, path = shop.client("operator", lang="en"), f"/change/customers/{told}/"
    client.post(path, {"do": "note", "text": f"rang {PHONE} <b>"})
    note = Note.objects.get(customer_id=told)
    assert "<b>" not in client.get(f"/customers/{told}/").content.decode()
    assert "rang 138****5678" in body(shop.client("viewer", lang="en").get(f"/customers/{told}/"))
    said = {"do": "delete note", "note": str(note.pk)}
    assert shop.client("approver", lang="en").post(path, said).status_code == 400
    assert client.post(path, said).status_code == 302 and not Note.objects.filter(pk=note.pk).exists()


def test_who_may_only_look_changes_nothing(shop: Shop, told: str) -> None:
    for role in ("viewer", "analyst"):
        client = shop.client(role, lang="en")
        assert "change/customers" not in body(client.get(f"/customers/{told}/"))
        assert client.post(f"/change/customers/{told}/", {"do": "note", "text": "x"}).status_code == 403


def test_who_looked_at_whom_is_in_the_audit_trail(shop: Shop, told: str) -> None:
    shop.client("operator", lang="en").get(f"/customers/{told}/")
    assert any((e.verb, e.who) == ("see customer", "operator") for e in site().store.audit(subject=told))


def test_the_page_asks_the_store_little(shop: Shop, told: str) -> None:
    client = shop.client("operator", lang="en")
    client.get(f"/customers/{told}/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/customers/{told}/")
    assert len(asked) <= 12, [q["sql"][:90] for q in asked]


def test_what_people_wrote_about_a_customer_shows_no_number_to_who_sees_them_masked(shop: Shop, told: str) -> None:
    operator, path = shop.client("operator", lang="en"), f"/change/customers/{told}/"
    reason = f"asked by {PHONE}"
    given = {"do": "set level", "ladder": "会员等级", "level": "VIP", "kind": "pin", "reason": reason}
    assert operator.post(path, given).status_code == 302
    # A column whose present values have nothing to hide, and one that the source has no longer.
    for column in ("省份", "旧电话"):
        changed(told, column, PHONE, "-", reason)
    for path in (f"/customers/{told}/", "/levels/"):
        assert reason in body(operator.get(path))
        masked = body(shop.client("viewer", lang="en").get(path))
        assert PHONE not in masked and "asked by 138****5678" in masked


def test_who_may_not_see_a_customer_learns_no_id_from_an_override_or_a_merged_one(own_shop: Shop) -> None:
    run, kept = site().workspace.run(), "K000003"
    (run.folder / "identity.json").write_text(f'{{"OLD": "{kept}"}}', "utf-8")
    given = {"do": "set level", "ladder": "会员等级", "level": "VIP", "kind": "pin", "reason": "asked"}
    assert own_shop.client("operator").post(f"/change/customers/{kept}/", given).status_code == 302
    number = max(o.id for o in site().store.overrides(customer_id=kept))
    scoped = own_shop.client("operator", lang="en", scope="年消费 < 0", name="nobody")
    assert kept not in body(scoped.post(f"/levels/overrides/{number}/end/"), 400)
    assert kept not in body(scoped.get("/customers/OLD/"), 404)


def test_a_correction_that_no_longer_fits_its_column_breaks_no_page(shop: Shop, told: str) -> None:
    changed(told, "joined_at", None, "unknown", "r")
    assert told in body(shop.client("operator", lang="en").get(f"/customers/{told}/"))


def test_a_merged_id_leads_to_the_customer_who_is_left(own_shop: Shop, tmp_path: Path) -> None:
    run = site().workspace.run()
    (run.folder / "identity.json").write_text('{"OLD": "K000003"}', "utf-8")
    text = body(own_shop.client("operator", lang="en").get("/customers/OLD/"))
    assert "K000003" in text and "OLD was merged into this customer" in text
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_notes_and_corrections_of_a_merged_id_are_on_the_page_of_the_customer_who_is_left(own_shop: Shop) -> None:
    run, kept = site().workspace.run(), "K000003"
    (run.folder / "identity.json").write_text(f'{{"OLD": "{kept}"}}', "utf-8")
    Note.objects.create(customer_id="OLD", who="li", text="wants the invoice by post")
    changed("OLD", "省份", "江苏省", "浙江省", "moved house")
    client = own_shop.client("operator", lang="en")
    text = body(client.get(f"/customers/{kept}/"))
    assert "wants the invoice by post" in text and "moved house" in text
    assert "浙江省" in body(client.get("/customers/", {"q": kept, "col": "@省份"}))
    assert client.post(f"/change/customers/{kept}/", {"do": "withdraw", "column": "省份"}).status_code == 302
    assert "浙江省" not in body(client.get("/customers/", {"q": kept, "col": "@省份"}))


def test_a_scope_goes_by_what_is_corrected(own_shop: Shop) -> None:
    scoped = own_shop.client("operator", lang="en", scope="省份 = 火星", name="martian")
    assert "E-RUN-004" in body(scoped.get("/customers/K000003/"), 404)
    changed("K000003", "省份", None, "火星", "moved")
    assert "K000003" in body(scoped.get("/customers/K000003/"))
    assert "E-RUN-004" in body(scoped.get("/customers/K000004/"), 404)


def test_sums_of_a_scope_are_told_anew_when_a_correction_moves_somebody_into_it(own_shop: Shop) -> None:
    scoped = own_shop.client("operator", lang="en", scope="省份 = 火星", name="martian")
    for who in ("K000003", "K000004"):
        changed(who, "省份", None, "火星", "moved")
        page = body(scoped.get("/figures/?days=365"))
        n = 1 if who == "K000003" else 2
        assert f'<div class="value">{n}</div><div class="change">{n} ' in page.split("</dd>")[0], page[:900]


def test_the_page_says_that_the_source_changed_after_a_correction(own_shop: Shop) -> None:
    own = pq.read_table(site().workspace.run().folder / "attributes.parquet").to_pylist()[0]
    changed(own["customer_id"], "省份", "过去的省", "别的省", "moved")
    run = site().workspace.run()
    told = {"customer_id": own["customer_id"], "column": "省份", "value": "别的省", "source": "现在的省", "who": "li",
            "at": "2024-12-31T00:00:00+00:00", "reason": "moved"}  # fmt: skip
    pq.write_table(pa.Table.from_pylist([told]), run.folder / "corrections.parquet")
    text = body(own_shop.client("operator", lang="en").get(f"/customers/{own['customer_id']}/"))
    assert "The source says: 现在的省" in text and "it said: 过去的省" in text


def test_the_numbers_behind_a_class_are_told_as_people_call_and_write_them(shop: Shop) -> None:
    client = shop.client("viewer")
    own = client.get("/api/v1/customers", {"sort": "-年消费", "size": 1}).json()["rows"][0]["customer_id"]
    page = client.get(f"/customers/{own}/").content.decode()
    why = page.partition('<table class="why">')[2].partition("</table>")[0]
    assert re.search(r'商品占比 = <span class="nowrap">\d+\.\d%</span>', why) and "产品偏好.product" not in why
    assert "消费最多的（近 12 个月） = " in why
    assert re.search(r'年消费 = <span class="nowrap">¥[\d,]+\.\d\d</span>', why)
    assert "birthday" not in why and ("年龄（生日）" in why or "缺少 生日 的数值" in why)
