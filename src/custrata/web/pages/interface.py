"""The documentation of the REST interface, from its own description: nothing is fetched to show it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.locale import source_title, text
from custrata.usecases.post_open import Receiver, receivers, with_receiver
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.page import Request, address, page
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

_GROUPS = ("customers", "levels", "scheme", "results", "products", "facts", "exports", "work")
_REF = "#/components/schemas/"


@page("api/", can=Can.LOOK)
def interface(request: Request) -> HttpResponse:
    """Every operation with its parameters, what it takes and gives, and the permission it asks for."""
    from custrata.web.api import description

    schema = description(request.sight.lang)
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in _GROUPS}
    for path, methods in schema["paths"].items():
        for method, entry in methods.items():
            groups.setdefault((entry.get("tags") or ["other"])[0], []).append(_operation(schema, path, method, entry))
    named = sorted(schema["components"]["schemas"].items())
    shapes = [{"name": n, "means": s.get("description", ""), "fields": _fields(schema, s)} for n, s in named]
    values = {
        "groups": {n: o for n, o in groups.items() if o}, "shapes": [s for s in shapes if s["fields"]],
        "receivers": _receivers(),
    }  # fmt: skip
    return show(request, "interface.html.j2", values)


@page("api/receivers/", can=Can.SCHEME, methods=("POST",))
def receive(request: Request) -> HttpResponse:
    """A draft of the scheme by which a source takes the rows that programs send, to be published."""
    source, base, lang = request.POST.get("source", ""), versions.in_force(), request.sight.lang
    changed = with_receiver(site().workspace, base.text, source)
    reason = text("web_api.receive_reason", lang, source=source_title(source, lang))
    made = versions.save(changed, request.sight.name, reason, base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", reason=reason, source=source)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _receivers() -> list[Receiver]:
    """None as long as the scheme cannot be read."""
    try:
        return receivers(site().workspace, Scheme.parse(versions.in_force().text)) if versions.there() else []
    except CustrataError:
        return []


def _operation(schema: Any, path: str, method: str, entry: Any) -> dict[str, Any]:
    taken = entry.get("requestBody", {}).get("content", {}).get("application/json", {})
    good = {code: r for code, r in entry.get("responses", {}).items() if str(code).startswith("2")}
    told = [r.get("content", {}).get("application/json") for r in good.values()]
    gives = next((t["schema"] for t in told if t), None)
    body = taken.get("schema")
    example = taken.get("example")
    return {
        "id": entry["operationId"], "method": method.upper(), "path": path, "means": entry.get("description", ""),
        "can": entry["x-permission"], "parameters": [_parameter(p) for p in entry.get("parameters", [])],
        "takes": _fields(schema, body), "takes_list": bool(body and body.get("type") == "array"),
        "gives": _fields(schema, gives), "gives_list": bool(gives and gives.get("type") == "array"),
        "example": json.dumps(example, ensure_ascii=False, indent=1) if example else "",
    }  # fmt: skip


def _parameter(said: Any) -> dict[str, Any]:
    kind = said.get("schema", {})
    default = kind.get("default")
    return {
        "name": said["name"], "in": said["in"], "needed": said.get("required", False), "type": _type(kind)[0],
        "means": said.get("description", ""), "default": "" if default in (None, "", []) else json.dumps(default),
    }  # fmt: skip


def _fields(schema: Any, said: Any) -> list[dict[str, Any]]:
    """The fields of an object, or of the objects of a list: name, type and which object that is, whether it must be
    there, what it means."""
    if not said:
        return []
    said = said.get("items", said) if said.get("type") == "array" else said
    if "$ref" in said:
        said = schema["components"]["schemas"][said["$ref"].rpartition("/")[2]]
    needed = said.get("required", [])
    found = []
    for name, kind in said.get("properties", {}).items():
        word, of = _type(kind)
        means = kind.get("description", "")
        found.append({"name": name, "type": word, "of": of, "needed": name in needed, "means": means})
    return found


def _type(kind: Any) -> tuple[str, str]:
    """A type in a word, and the object that it is or holds."""
    if "anyOf" in kind:
        parts = [_type(k) for k in kind["anyOf"]]
        return " | ".join(dict.fromkeys(p[0] for p in parts)), next((p[1] for p in parts if p[1]), "")
    if "$ref" in kind:
        name = str(kind["$ref"].removeprefix(_REF))
        return name, name
    if kind.get("type") == "array":
        word, of = _type(kind.get("items", {}))
        return f"[{word}]", of
    if "enum" in kind:
        return " | ".join(json.dumps(v, ensure_ascii=False) for v in kind["enum"]), ""
    return str(kind.get("format") or kind.get("type") or "any"), ""
