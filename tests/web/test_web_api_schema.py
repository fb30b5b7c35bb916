"""The description of the interface is kept: whatever is sent, the answer is one that it names, in the form it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from web_api import every, get, posting, token
from web_shops import Shop

from custrata.web.api import description

#: As what is asked: somebody who may load, change and export, and somebody who may look at some customers only.
READERS = {"operator": "", "viewer": "区域 = '城市'"}
CHECKS = [
    checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance,
]  # fmt: skip
#: Requests an operation; more of them find more.
_EXAMPLES = int(os.environ.get("CUSTRATA_EXAMPLES", "4"))


@pytest.fixture(scope="module")
def schema(shop: Shop) -> Iterator[Any]:
    from django.core.handlers.wsgi import WSGIHandler

    from custrata.web.api.who import Rate

    posting(shop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rate, "allow_request", lambda *_: True)
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


def test_the_description_is_a_valid_one(schema: Any) -> None:
    schema.validate()
    told = schema.raw_schema
    assert set(told["components"]["schemas"]) >= {"Problem", "Fault", "Customer", "Posted"}
    assert all(f"#/components/schemas/{name}" in str(told) for name in told["components"]["schemas"])


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize(("name", "method", "path"), every())
def test_every_answer_is_as_described(schema: Any, shop: Shop, role: str, name: str, method: str, path: str) -> None:
    headers = token(shop, role, scope=READERS[role])
    operation = schema[path][method]

    @settings(
        max_examples=_EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    answered()


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize(
    ("name", "parts", "query", "body"),
    [
        ("list_customers", {}, {"columns": "@name,年消费", "size": 3}, None), ("get_customer", {"id": "?"}, {}, None),
        ("get_classes", {"id": "?"}, {}, None), ("get_level", {"id": "?"}, {}, None),
        ("get_orders", {"id": "?"}, {}, None), ("get_history", {"id": "?"}, {}, None),
        ("get_segment", {"name": "RFM"}, {}, None), ("list_levels", {}, {}, None),
        ("get_movement", {"name": "会员等级"}, {}, None), ("list_runs", {}, {}, None), ("list_plans", {}, {}, None),
        ("give_level", {"id": "?"}, {}, {"level": "VIP", "reason": "x"}),
        ("start_export", {}, {}, {"format": "csv", "q": "K"}),
        ("post_orders", {}, {"run": "true"}, [{"customer_id": "K1", "ordered_at": "2024-12-30", "amount": "5"}]),
    ],
)  # fmt: skip
def test_good_answers_are_as_described(
    schema: Any, shop: Shop, role: str, name: str, parts: dict[str, str], query: dict[str, Any], body: Any
) -> None:
    headers = token(shop, role, scope=READERS[role])
    if "id" in parts:
        parts = {"id": get(shop, "/customers", headers, size=1).json()["rows"][0]["customer_id"]}
    ((method, path),) = [(m, p) for n, m, p in every() if n == name]
    given_ = {"body": body, "media_type": "application/json"} if body is not None else {}
    case = schema[path][method].Case(path_parameters=parts, query=query, **given_)
    answer = case.call_and_validate(headers=headers, checks=CHECKS)
    assert answer.status_code in (200, 202) or role == "viewer"


def test_the_description_is_told_in_the_language_of_who_reads_it(shop: Shop) -> None:
    def texts(said: Any) -> Iterator[str]:
        for key, value in said.items() if isinstance(said, dict) else enumerate(said):
            if key in ("description", "summary") and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from texts(value)

    def chinese(word: str) -> bool:
        return any("\u4e00" <= sign <= "\u9fff" for sign in word)

    english, other = description("en"), description("zh")
    plain = {"OK", "Accepted", "Created", "The file."}  # of the framework and of statuses
    assert [t for t in texts(other) if not chinese(t) and t not in plain] == []
    assert {t for t in texts(english) if chinese(t)} <= {t for t in texts(english) if "2万" in t}
    assert len(list(texts(english))) == len(list(texts(other))) and english["paths"].keys() == other["paths"].keys()
    client = shop.client("viewer", lang="zh", name="reader")
    assert client.get("/api/v1/openapi.json").json()["info"]["description"].startswith("客户")
    assert "升入所需条件" in client.get("/api/").content.decode()
    english_one = shop.client("viewer", lang="en", name="reader-en").get("/api/").content.decode()
    assert "What it takes to reach it" in english_one and "升入所需条件" not in english_one


def test_the_english_of_the_description_is_what_the_code_says() -> None:
    for shape, told in description("en")["components"]["schemas"].items():
        found = [m for m in _shapes() if m.__name__ == shape and "title" not in m.model_config]
        for model in found:
            assert told.get("description") == model.__doc__
            fields = {n: f.description for n, f in model.model_fields.items() if f.description}
            assert {n: p["description"] for n, p in told["properties"].items() if "description" in p} == fields


def _shapes() -> list[Any]:
    from custrata.web.api import (
        shapes,
        shapes_apart,
        shapes_customers,
        shapes_facts,
        shapes_levels,
        shapes_scheme,
    )

    modules = (shapes, shapes_apart, shapes_customers, shapes_facts, shapes_levels, shapes_scheme)
    return [m for module in modules for m in vars(module).values() if hasattr(m, "model_fields")]
