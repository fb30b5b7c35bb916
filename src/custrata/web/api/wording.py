"""The description of the interface in the language of who reads it: every text of it stands in the catalogue. What does
not, a test finds; until then it is told as the code says it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from custrata.core.facts.columns import SourceName, columns_for
from custrata.locale import Lang, catalog, text

#: Operations that take rows → the source whose columns these have.
_ROWS: dict[str, SourceName] = {"post_orders": "orders", "post_returns": "returns", "post_interactions": "interactions"}
_DAY: dict[Lang, str] = {
    "en": "ISO 8601: a date, or a time with or without a zone", "zh": "ISO 8601：日期，或带或不带时区的时间",
}  # fmt: skip


def reading() -> Lang:
    """The language of the request."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def worded(schema: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """The document with its texts in one language; it is changed in place."""
    said = catalog("web_api_shown", lang)
    schema["info"]["description"] = said["about"]
    for methods in schema["paths"].values():
        for entry in methods.values():
            _operation(entry, said, lang)
    for status, answer in schema["components"].get("responses", {}).items():
        answer["description"] = said["answers"][str(status)]
        for header in answer.get("headers", {}).values():
            header["description"] = text("web_api.seconds", lang)
    for name, shape in schema["components"]["schemas"].items():
        if "description" in shape:
            shape["description"] = said["shapes"].get(name, shape["description"])
        for field, kind in shape.get("properties", {}).items():
            if "description" in kind:
                kind["description"] = said["fields"].get(name, {}).get(field, kind["description"])
    return schema


def _operation(entry: dict[str, Any], said: dict[str, Any], lang: Lang) -> None:
    name = entry["operationId"]
    entry["summary"] = text(f"web_api.operations.{name}", lang)
    entry["description"] = said["does"].get(name, entry["description"])
    for parameter in entry.get("parameters", ()):
        if "description" in parameter:
            parameter["description"] = said["parameters"].get(parameter["name"], parameter["description"])
    if name in _ROWS:
        rows = entry["requestBody"]["content"]["application/json"]["schema"]["items"]["properties"]
        for column in columns_for(_ROWS[name]):
            rows[column.name]["description"] = column.zh if lang == "zh" else column.en
            for kind in rows[column.name]["anyOf"]:
                if "description" in kind:
                    kind["description"] = _DAY[lang]
