"""Programs that ask a workspace: their tokens, every operation, rows that they may send."""

from __future__ import annotations

import json
from typing import Any

from web_shops import Shop

from custrata.web.api import description
from custrata.web.people import give_token


def token(shop: Shop, role: str, *scopes: str, scope: str = "") -> dict[str, str]:
    """The headers of a program of a user of this role; `scopes` are what its token may be used for."""
    _, text = give_token(shop.user(role, "en", scope, f"{role}-robot"), "test", scopes, None)
    return {"Authorization": f"Bearer {text}"}


def every() -> list[tuple[str, str, str]]:
    """Name, method and address of every operation."""
    paths = description()["paths"].items()
    return [(e["operationId"], m.upper(), p) for p, methods in paths for m, e in methods.items()]


def call(shop: Shop, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """The answer to a program; parts of the address that are left open mean nothing."""
    from django.test import Client

    for part in ("{id}", "{name}"):
        path = path.replace(part, "999999")
    said = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return Client().generic(method, path, said, content_type="application/json", headers=headers)


def get(shop: Shop, path: str, headers: dict[str, str], **values: Any) -> Any:
    """The answer to a question, its parameters as a query."""
    from django.test import Client

    return Client().get(f"/api/v1{path}", values, headers=headers)


def posting(shop: Shop) -> None:
    """Has the scheme read rows that programs send."""
    file = shop.folder / "scheme.yaml"
    text = file.read_text("utf-8")
    for said, source in (("销售单", "orders"), ("退货单", "returns"), ("投诉记录", "interactions")):
        pattern = f"data/posted/{source}-*.parquet"
        if pattern not in text:
            text = text.replace(f"file: data/{said}*.parquet", f"file: [data/{said}*.parquet, {pattern}]")
    file.write_text(text, "utf-8")
