"""Programs ask for customers: the ones their user sees, as he sees them, with the why."""

from __future__ import annotations

from typing import Any

import pytest
from web_api import call, get, token
from web_shops import Shop

from custrata.usecases.look import Result

pytestmark = pytest.mark.slow

CITY = "区域 = '城市'"


def ids(answer: Any) -> list[str]:
    return [r["customer_id"] for r in answer.json()["rows"]]


@pytest.fixture
def headers(shop: Shop) -> dict[str, str]:
    return token(shop, "operator")


def first(shop: Shop) -> str:
    """The customer who spends most, whom the list has first."""
    return ids(get(shop, "/customers", token(shop, "operator"), size=1))[0]


def test_pages_of_a_list_hold_everybody_once(shop: Shop, headers: dict[str, str]) -> None:
    pages = [get(shop, "/customers", headers, size=60, page=n) for n in (1, 2, 3, 4)]
    found = [i for page in pages for i in ids(page)]
    assert len(found) == len(set(found)) == pages[0].json()["total"] == 150
    assert ids(pages[3]) == [] and pages[3].json()["page"] == 4


def test_a_list_is_filtered_sorted_and_composed(shop: Shop, headers: dict[str, str]) -> None:
    found = get(shop, "/customers", headers, columns="年消费,会员等级", sort="年消费", **{"c.会员等级": "金卡"}).json()
    assert [c["key"] for c in found["columns"]] == ["年消费", "会员等级"]
    spend = [float(r["年消费"]) for r in found["rows"]]
    assert spend == sorted(spend) and {r["会员等级"] for r in found["rows"]} == {"金卡"}
    rich = get(shop, "/customers", headers, where="年消费 >= 2万", size=500).json()
    bound = get(shop, "/customers", headers, size=500, **{"min.年消费": "2万"}).json()
    assert rich["total"] == bound["total"] > found["total"] - 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"wher": "年消费 > 1"}, (400, "E-WEB-069")), ({"c.": "x"}, (400, "E-WEB-069")),
        ({"c.nothing": "x"}, (400, "E-WEB-020")), ({"columns": "nothing"}, (400, "E-WEB-020")),
        ({"sort": "-nothing"}, (400, "E-WEB-020")), ({"min.年消费": "lots"}, (400, "E-WEB-021")),
        ({"where": "年消费 >="}, (400, "E-FILTER-001")), ({"size": 501}, (422, "E-WEB-060")),
        ({"page": 0}, (422, "E-WEB-060")), ({"run": "20200101-000000-abcd"}, (404, "E-RUN-002")),
        ({"q": "a\0b"}, (400, "E-WEB-011")),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(
    shop: Shop, headers: dict[str, str], asked: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = get(shop, "/customers", headers, **asked)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == told


def test_a_scope_hides_customers_from_every_operation(shop: Shop, headers: dict[str, str]) -> None:
    every = ids(get(shop, "/customers", headers, size=500))
    robot = token(shop, "viewer", scope=CITY)
    seen = ids(get(shop, "/customers", robot, size=500))
    assert 0 < len(seen) < len(every)
    hidden = next(i for i in every if i not in seen)
    for part in ("", "/classes", "/level", "/orders", "/history"):
        assert get(shop, f"/customers/{seen[0]}{part}", robot).status_code == 200
        answer = get(shop, f"/customers/{hidden}{part}", robot)
        assert answer.status_code == 404 and answer.json()["errors"][0]["code"] == "E-RUN-004"


def test_a_customer_is_told_with_his_numbers_classes_and_level(shop: Shop, headers: dict[str, str]) -> None:
    id = first(shop)
    found = get(shop, f"/customers/{id}", headers).json()
    listed = get(shop, "/customers", headers, size=1).json()["rows"][0]
    assert found["id"] == id and found["name"] == listed["@name"]
    assert found["levels"][0]["title"] == listed["会员等级"]
    assert {m["name"]: m["value"] for m in found["metrics"]}["年消费"] == listed["年消费"]
    why = get(shop, f"/customers/{id}/classes", headers).json()
    assert {c["segment"]: c["class"] for c in why["classes"]} == found["classes"]
    rfm = next(c for c in why["classes"] if c["segment"] == "RFM")
    assert rfm["rule"] and set(rfm["numbers"]) == set(rfm["cuts"])


def test_orders_come_the_latest_first_and_add_up(shop: Shop, headers: dict[str, str]) -> None:
    id = first(shop)
    pages = [get(shop, f"/customers/{id}/orders", headers, size=7, page=n).json() for n in range(1, 40)]
    rows = [r for page in pages for r in page["rows"]]
    assert len(rows) == pages[0]["total"] == get(shop, f"/customers/{id}", headers).json()["orders"]
    assert [r["day"] for r in rows] == sorted((r["day"] for r in rows), reverse=True)
    assert all(float(r["net"]) == pytest.approx(float(r["gross"]) - float(r["refunded"])) for r in rows)


def test_a_level_is_given_kept_in_the_history_and_taken_back(shop: Shop, headers: dict[str, str]) -> None:
    id = ids(get(shop, "/customers", headers, sort="年消费", size=1))[0]
    body = {"level": "VIP", "kind": "floor", "until": "2030-01-01", "reason": "合同客户 13812345678"}
    made = call(shop, "PUT", f"/api/v1/customers/{id}/override", headers, body)
    assert made.status_code == 200 and made.json()["reason"] == body["reason"]
    standing = get(shop, f"/customers/{id}/level", headers).json()[0]
    assert standing["override"]["id"] == made.json()["id"] and standing["override"]["kind"] == "floor"
    assert get(shop, f"/customers/{id}/level", token(shop, "viewer")).json()[0]["override"]["reason"] == (
        "合同客户 138****5678"
    )
    other = token(shop, "operator", scope="区域 = '火星'")
    refused = call(shop, "DELETE", f"/api/v1/overrides/{made.json()['id']}", other)
    assert refused.status_code == 404 and id not in refused.content.decode()
    ended = call(shop, "DELETE", f"/api/v1/overrides/{made.json()['id']}", token(shop, "operator"))
    assert ended.status_code == 200 and ended.json()["ended_at"]
    events = get(shop, f"/customers/{id}/history", token(shop, "operator")).json()["events"]
    assert {"override", "end of override", "move"} <= {e["kind"] for e in events}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"level": "钻石", "reason": "x"}, (400, "E-HAND-003")), ({"level": "VIP", "reason": " "}, (400, "E-HAND-001")),
        ({"level": "VIP"}, (422, "E-WEB-060")), ({"level": "VIP", "reason": "a\0b"}, (422, "E-WEB-060")),
        ({"level": "VIP", "reason": "x", "ladder": "other"}, (400, "E-HAND-002")),
        ({"level": "VIP", "reason": "x", "until": "1990-01-01"}, (400, "E-HAND-004")),
    ],
)  # fmt: skip
def test_a_level_that_cannot_be_given_is_told(
    shop: Shop, headers: dict[str, str], body: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = call(shop, "PUT", f"/api/v1/customers/{first(shop)}/override", headers, body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == told


@pytest.mark.parametrize("id", ["A/B", "a b", "客户?1", "x#y", "..", "%", "' or 1=1 --", "classes", "x" * 3000])
def test_an_id_may_have_any_character(
    shop: Shop, headers: dict[str, str], id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib.parse import quote

    asked: list[str] = []

    def surviving(self: Result, customer_id: str) -> str:
        asked.append(customer_id)
        return customers

    customers = first(shop)
    monkeypatch.setattr(Result, "surviving", surviving)
    assert get(shop, f"/customers/{quote(id, safe='')}/orders", headers).status_code == 200
    assert get(shop, f"/customers/{quote(id, safe='')}", headers).status_code == 200
    assert asked == [id, id]


def test_a_result_that_is_known_is_not_sent_again(shop: Shop, headers: dict[str, str]) -> None:
    for path in ("/customers", "/segments/RFM", "/levels"):
        answer = get(shop, path, headers)
        tag = answer.headers["ETag"]
        known = get(shop, path, {**headers, "If-None-Match": tag})
        assert known.status_code == 304 and not known.content and known.headers["ETag"] == tag
        assert get(shop, path, {**headers, "If-None-Match": '"other"'}).status_code == 200
        # Whoever sees other customers, or sees them masked, has another answer.
        assert get(shop, path, {**token(shop, "viewer"), "If-None-Match": tag}).status_code == 200


def test_personal_columns_are_masked_for_who_may_not_see_them(own_shop: Shop) -> None:
    import pandas as pd

    from custrata.engines.duckdb.store import duckdb_store
    from custrata.store import open_store
    from custrata.usecases.run import run
    from custrata.usecases.workspace import Workspace

    file = next((own_shop.folder / "data").glob("客户档案*.parquet"))
    frame = pd.read_parquet(file)
    frame["手机"] = [f"138{n:08}" for n in range(len(frame))]
    frame.to_parquet(file, index=False)
    scheme = own_shop.folder / "scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("      生日: 生日", "      生日: 生日").replace(
        "      birthday: 生日", "      birthday: 生日\n      手机: 手机"), "utf-8")  # fmt: skip
    from web_shops import now

    run(Workspace.at(own_shop.folder), duckdb_store, now, open_store=lambda f: open_store(None, f))
    full, look = token(own_shop, "operator"), token(own_shop, "operator", "look", "export", "customers")
    for headers, masked in ((full, False), (look, True), (token(own_shop, "viewer"), True)):
        page = get(own_shop, "/customers", headers, columns="customer_id,@手机", size=3).json()
        assert page["columns"][1]["masked"] is masked
        assert all(("****" in r["@手机"]) is masked for r in page["rows"])
        own = get(own_shop, f"/customers/{page['rows'][0]['customer_id']}", headers).json()["profile"]
        phone = next(p for p in own if p["column"] == "手机")
        assert phone["masked"] is masked and ("****" in phone["value"]) is masked
        part = get(own_shop, "/customers", headers, q="0000000", columns="@手机").json()
        assert (part["total"] == 0) is masked  # nobody finds out digits that he does not see
