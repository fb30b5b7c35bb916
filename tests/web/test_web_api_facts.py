"""Programs send sales: they are taken whole or not at all, once, and by who may."""

from __future__ import annotations

import json
from typing import Any

import pytest
from web_api import call, posting, token
from web_shops import Shop

from custrata.web.models import Job, Sent

ROW = {"order_id": "API-1", "customer_id": "K000001", "ordered_at": "2024-12-30", "amount": "88.00", "quantity": 1,
       "price": 88, "status": "已完成"}  # fmt: skip
ORDERS = "/api/v1/facts/orders"


@pytest.fixture(autouse=True)
def reading(shop: Shop) -> None:
    posting(shop)


def code(answer: Any) -> tuple[int, str, str]:
    first = answer.json()["errors"][0]
    return answer.status_code, first["code"], first["place"]


def files(shop: Shop) -> list[str]:
    folder = shop.folder / "data" / "posted"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def test_rows_are_taken_and_the_run_is_asked_for(shop: Shop) -> None:
    answer = call(shop, "POST", f"{ORDERS}?run=true", token(shop, "operator"), [ROW])
    told = answer.json()
    assert answer.status_code == 202 and told["rows"] == 1 and told["new"]
    assert (shop.folder / told["file"]).is_file()
    assert Job.objects.get(pk=told["job"]["id"]).kind == "run"
    again = call(shop, "POST", ORDERS, token(shop, "operator"), [ROW]).json()
    assert not again["new"] and again["file"] == told["file"] and again["job"] is None


def test_returns_and_contacts_are_taken_too(shop: Shop) -> None:
    headers = token(shop, "operator")
    back = {"return_id": "API-R1", "order_id": "API-1", "returned_at": "2024-12-31", "amount": 10.5}
    said = {"id": "API-I1", "customer_id": "K000001", "happened_at": "2024-12-31T09:00:00+08:00"}
    assert call(shop, "POST", "/api/v1/facts/returns", headers, [back]).json()["source"] == "returns"
    assert call(shop, "POST", "/api/v1/facts/interactions", headers, [said]).json()["source"] == "interactions"


def test_a_key_sent_again_takes_rows_once(shop: Shop) -> None:
    headers = {**token(shop, "operator"), "Idempotency-Key": "batch-7"}
    rows = [{**ROW, "order_id": "API-7"}]
    first, second = (call(shop, "POST", ORDERS, headers, rows) for _ in range(2))
    assert first.json() == second.json() and second.json()["new"]
    assert Sent.objects.get(key="batch-7").status == 202
    assert code(call(shop, "POST", ORDERS, headers, [ROW]))[:2] == (400, "E-WEB-063")


def test_every_wrong_cell_is_told_and_nothing_is_written(shop: Shop) -> None:
    before = files(shop)
    rows = [ROW, {**ROW, "amount": "viel", "ordered_at": "gestern"}, {"customer_id": "K1", "colour": "red"}]
    answer = call(shop, "POST", ORDERS, token(shop, "operator"), rows)
    places = {(e["code"], e["place"]) for e in answer.json()["errors"]}
    assert answer.status_code == 422 and files(shop) == before
    assert places == {
        ("E-WEB-074", "row 2 amount"), ("E-WEB-074", "row 2 ordered_at"), ("E-WEB-072", "row 3 colour"),
        ("E-WEB-073", "row 3 ordered_at"), ("E-WEB-073", "row 3 amount"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", (415, "E-WEB-066")), (b"[{", (400, "E-WEB-068")), (b"[" * 100_000, (400, "E-WEB-068")),
        (b'[{"amount": NaN}]', (400, "E-WEB-068")), (b"\xff\xfe", (400, "E-WEB-068")),
        (b"9" * 5000, (400, "E-WEB-068")), (b"{}", (422, "E-WEB-075")), (b"[]", (422, "E-WEB-075")),
        (b"[" + b"1," * 10_000 + b"1]", (422, "E-WEB-075")), (b'["row"]', (422, "E-WEB-074")),
        (b" " * ((16 << 20) + 1), (413, "E-WEB-065")),
        (b'[{"customer_id": "K1", "ordered_at": "2024-12-30", "amount": 1e400000000}]', (422, "E-WEB-074")),
    ],
)  # fmt: skip
def test_a_body_that_holds_no_rows_is_refused(shop: Shop, body: bytes, told: tuple[int, str]) -> None:
    answer = call(shop, "POST", ORDERS, token(shop, "operator"), body)
    assert code(answer)[:2] == told and answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_of_another_kind_is_refused(shop: Shop) -> None:
    from django.test import Client

    said = json.dumps([ROW])
    answer = Client().post(ORDERS, said, content_type="text/csv", headers=token(shop, "operator"))
    assert code(answer)[:2] == (415, "E-WEB-066")


def test_a_large_batch_fits(shop: Shop) -> None:
    rows = [{**ROW, "order_id": f"L-{i}", "status": "已完成" * 60} for i in range(10_000)]
    assert len(json.dumps(rows)) > 4 << 20
    assert call(shop, "POST", ORDERS, token(shop, "operator"), rows).json()["rows"] == 10_000


def test_who_sees_some_customers_sends_none(shop: Shop) -> None:
    answer = call(shop, "POST", ORDERS, token(shop, "operator", scope="区域 = '城市'"), [ROW])
    shop.user("operator", "en", "", "operator-robot")
    assert code(answer)[:2] == (403, "E-WEB-077")


def test_who_may_not_send_is_told_so_before_his_rows_are_read(shop: Shop) -> None:
    assert code(call(shop, "POST", ORDERS, token(shop, "viewer"), b"[{"))[:2] == (403, "E-WEB-001")
    assert code(call(shop, "POST", ORDERS, token(shop, "operator", "look"), [ROW]))[:2] == (403, "E-WEB-001")


def test_a_scheme_that_does_not_read_what_is_sent_says_which_line_it_lacks(shop: Shop) -> None:
    file = shop.folder / "scheme.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(", data/posted/orders-*.parquet", ""), "utf-8")
    answer = call(shop, "POST", ORDERS, token(shop, "operator"), [ROW])
    file.write_text(text, "utf-8")
    assert code(answer) == (409, "E-WEB-071", "sources.orders")
    assert "data/posted/orders-*.parquet" in answer.json()["errors"][0]["mend"]


def test_what_is_sent_stands_in_the_audit_trail(shop: Shop) -> None:
    from custrata.web.trail import search

    call(shop, "POST", ORDERS, token(shop, "operator"), [{**ROW, "order_id": "API-9"}])
    entry = search(who="operator-robot", verb="post facts")[0]
    assert entry.subject == "orders" and entry.detail["rows"] == 1
