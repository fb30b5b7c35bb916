"""What customers buy together, in pages and for programs: what is shown, to whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_api import call, token
from web_shops import Shop

from custrata.web.site import site

TOLD, ONE = "/products/told/", "/products/one/told/"
SCOPE = "区域 = '城市'"


def html(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return str(answer.content.decode())


def baskets(shop: Shop, query: str = "", scope: str = "") -> Any:
    answer = call(shop, "GET", f"/api/v1/baskets?{query}", token(shop, "analyst", scope=scope))
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_pairs_stand_in_the_page_as_programs_get_them(shop: Shop) -> None:
    [of] = baskets(shop, "by=category&most=500")["of"]
    page = html(shop.client("viewer", lang="en").get(f"{TOLD}?by=category&n=500"))
    assert of["pairs"]
    for pair in of["pairs"]:
        assert all(title in page for title in pair["titles"])
        assert pair["q"] <= 0.05 < pair["confidence"][0] and pair["lift"] > 1
    assert of["pairs_found"] == len(of["pairs"])
    first = of["pairs"][0]["titles"][0]
    said = html(shop.client("viewer", lang="en").get(f"{TOLD}?by=category&q={first}"))
    assert first in said and "Nothing that is listed has" in html(
        shop.client("viewer", lang="en").get(f"{TOLD}?by=category&q=nowhere")
    )


def test_of_one_class_only_its_orders_are_counted(shop: Shop) -> None:
    whole = baskets(shop, "by=category")["of"][0]["orders"]
    classes = baskets(shop, "by=category&segment=ABC")["of"]
    assert sum(of["orders"] for of in classes) == whole
    [one] = baskets(shop, "by=category&segment=ABC&class=A")["of"]
    assert one == next(of for of in classes if of["class"] == one["class"])
    page = html(shop.client("viewer", lang="en").get(f"{TOLD}?by=category&of=ABC:A"))
    assert f"{one['orders']:,} purchases" in page


def test_a_scoped_reader_is_told_of_the_orders_he_may_see(shop: Shop) -> None:
    whole, part = baskets(shop, "by=category"), baskets(shop, "by=category", SCOPE)
    assert 0 < part["of"][0]["orders"] < whole["of"][0]["orders"]
    page = html(shop.client("viewer", lang="en", scope=SCOPE, name="part").get(f"{TOLD}?by=category"))
    assert f"{part['of'][0]['orders']:,} purchases" in page
    assert f"{whole['of'][0]['orders']:,} purchases" not in page


def test_a_customer_gets_recommendations_from_those_whom_the_reader_sees(shop: Shop) -> None:
    result_of = token(shop, "viewer", scope=SCOPE)
    rows = call(shop, "GET", "/api/v1/customers?size=5", result_of).json()["rows"]
    own = rows[0]["customer_id"]
    answer = call(shop, "GET", f"/api/v1/customers/{own}/recommendations", result_of).json()
    assert [r["place"] for r in answer["recommended"]] == list(range(1, 11))
    kept = site().workspace.home / "recommendations"
    before = sorted(kept.rglob("*")) if kept.exists() else []
    card = html(shop.client("viewer", lang="en", scope=SCOPE, name="part").get(f"/recommended/customers/{own}/"))
    assert all(r["product"] in card for r in answer["recommended"][:5])
    assert sorted(kept.rglob("*")) == before if kept.exists() else True, "what a part was fitted to is not kept"
    whole = call(shop, "GET", f"/api/v1/customers/{own}/recommendations", token(shop, "viewer")).json()
    assert whole["trial"]["customers"] > answer["trial"]["customers"]
    assert (kept / whole["run"]).is_dir()
    page = html(shop.client("viewer", lang="en").get(f"/customers/{own}/"))
    assert f'hx-get="/recommended/customers/{own}/"' in page


def test_one_product_has_what_goes_with_it(shop: Shop) -> None:
    [of] = baskets(shop, "most=1")["of"]
    a, b = of["pairs"][0]["items"] if of["pairs"] else of["sequences"][0]["items"]
    found = call(shop, "GET", f"/api/v1/products/{a}/related", token(shop, "viewer")).json()
    assert found["product_id"] == a and found["related"]
    page = html(shop.client("viewer", lang="en").get(f"{ONE}?product={a}"))
    assert all(r["product"] in page for r in [*found["related"], *found["similar"]])
    assert b in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{TOLD}?by=colour", 400, "E-PREDICT-035"), (f"{TOLD}?of=ABC:nothing", 400, "E-RUN-008"),
        (f"{TOLD}?of=nowhere:A", 404, "E-RUN-003"), (f"{ONE}?product=nothing", 400, "E-PREDICT-036"),
        ("/recommended/customers/nobody/", 404, "E-RUN-004"),
    ],
)  # fmt: skip
def test_what_there_is_none_of_is_refused(shop: Shop, path: str, status: int, code: str) -> None:
    assert code in html(shop.client("viewer", lang="en").get(path), status)


def test_the_pages_ask_the_store_little(shop: Shop) -> None:
    client = shop.client("viewer", lang="en")
    for path in ("/products/", TOLD, "/products/one/", f"{TOLD}?by=category"):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= 6, path


def test_a_class_beside_everybody_else_is_told_in_rules_that_leave_its_definition_out(shop: Shop) -> None:
    client = shop.client("viewer", lang="en")
    page = html(client.get("/segments/-/compare/told/?a=ABC:C"))
    assert 'id="rules"' in page and ("Left out: 总消费, 上月消费, 年消费" in page or "are needed to say" in page)
    assert 'id="rules"' not in html(client.get("/segments/-/compare/told/?a=ABC:B&b=ABC:C")), "of two classes it is not"
    few = html(client.get("/segments/-/compare/told/?a=频次层级:中频"))
    assert "20 are needed to say what sets them apart" in few or 'class="empty"' in few
