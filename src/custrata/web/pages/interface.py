"""The documentation of the REST interface, from its own description: nothing is fetched to show it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from custrata.web.access import Can
from custrata.web.page import Request, page
from custrata.web.show import show


@page("api/", can=Can.LOOK)
def interface(request: Request) -> HttpResponse:
    """Every operation with its parameters, what it takes and gives, and the permission it asks for."""
    from custrata.web.api import description

    schema = description()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, entry in methods.items():
            groups.setdefault((entry.get("tags") or ["other"])[0], []).append(_operation(schema, path, method, entry))
    return show(request, "interface.html.j2", {"groups": groups, "version": schema["info"]["version"]})


def _operation(schema: Any, path: str, method: str, entry: Any) -> dict[str, Any]:
    body = entry.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = {code: r for code, r in entry.get("responses", {}).items() if str(code).startswith("2")}
    gives = next(
        (r["content"]["application/json"]["schema"] for r in good.values() if "application/json" in r.get("content", {})),
        None,
    )  # fmt: skip
    return {
        "id": entry["operationId"], "method": method.upper(), "path": path, "summary": entry.get("summary", ""),
        "can": entry["x-permission"], "parameters": entry.get("parameters", []), "status": next(iter(good), "200"),
        "takes": _fields(schema, body), "gives": _fields(schema, gives),
        "list": bool(gives and gives.get("type") == "array"),
    }  # fmt: skip


def _fields(schema: Any, said: Any) -> list[dict[str, Any]]:
    """The fields of a body: name, type, whether it must be there, what it means."""
    if not said:
        return []
    said = said.get("items", said) if said.get("type") == "array" else said
    if "$ref" in said:
        said = schema["components"]["schemas"][said["$ref"].rpartition("/")[2]]
    needed = said.get("required", [])
    return [
        {"name": name, "type": _type(kind), "needed": name in needed, "means": kind.get("description", "")}
        for name, kind in said.get("properties", {}).items()
    ]


def _type(kind: Any) -> str:
    if "anyOf" in kind:
        return " | ".join(dict.fromkeys(_type(k) for k in kind["anyOf"]))
    if "$ref" in kind:
        return str(kind["$ref"].rpartition("/")[2])
    if kind.get("type") == "array":
        return f"[{_type(kind.get('items', {}))}]"
    return str(kind.get("format") or kind.get("type") or "any")
