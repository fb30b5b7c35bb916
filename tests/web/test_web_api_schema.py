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
