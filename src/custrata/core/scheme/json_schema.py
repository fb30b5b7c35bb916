"""The JSON Schema of scheme files, made from the models, so that editors complete and check them in both languages."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.scheme.model import Head
from custrata.core.segments.base import REGISTRY as SEGMENTS


def json_schema() -> dict[str, Any]:
    """Draft 2020-12. A metric or segment is one of the registered kinds, told by the key that names it."""
    definitions: dict[str, Any] = {}
    head = _object(Head, definitions)
    for section, registry in (("metrics", METRICS), ("segments", SEGMENTS)):
        kinds = []
        for kind, model in registry.all().items():
            definitions[f"{section}.{kind}"] = _kind(model, definitions)
            kinds.append({"$ref": f"#/$defs/{section}.{kind}"})
        for key in _spellings(Head, section):
            head["properties"][key] = {
                **head["properties"][key], "type": "object", "additionalProperties": {"anyOf": kinds}
            }  # fmt: skip
            head["properties"][key].pop("default", None)
    ladder = _object(Ladder, definitions)
    for key in _spellings(Ladder, Ladder.LEVELS):
        ladder["properties"].pop(key)
    ladder["additionalProperties"] = {"anyOf": [{"$ref": "#/$defs/Level"}, {"type": "null"}]}
    definitions["Ladder"] = ladder
    for key in _spellings(Head, "levels"):
        head["properties"][key] = {
            **head["properties"][key], "type": "object", "additionalProperties": {"$ref": "#/$defs/Ladder"}
        }  # fmt: skip
        head["properties"][key].pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Custrata scheme 客户分层方案",
        **head,
        "anyOf": [{"required": ["scheme"]}, {"required": ["方案"]}],
        "$defs": dict(sorted(definitions.items())),
    }


def _spellings(model: Any, field: str) -> list[str]:
    info = model.model_fields[field]
    return [info.alias or field, *(k for k, v in model.chinese_keys().items() if v == field)]


def _object(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """An object schema in which every key may be written in either language, and no other key is known."""
    schema = model.model_json_schema(by_alias=True, mode="validation", ref_template="#/$defs/{model}")
    for name, nested in schema.pop("$defs", {}).items():
        definitions.setdefault(name, _bilingual(nested))
    result = _bilingual(schema)
    result.pop("required", None)
    return result


def _bilingual(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    if not properties:
        # A source may be its files alone, or an object.
        return {**schema, "anyOf": [_bilingual(way) for way in schema["anyOf"]]} if "anyOf" in schema else schema
    both: dict[str, Any] = {}
    for key, value in properties.items():
        chinese, words = value.pop("zh_key", None), value.pop("zh", None)
        value.pop("role", None)
        english = value.get("description", "")
        described = {**value, "description": f"{english}\n{words}" if words else english}
        both[key] = described
        if chinese:
            both[chinese] = described
    result = {**schema, "properties": both, "additionalProperties": False}
    result.pop("required", None)
    return result


def _kind(model: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """`{monetary: last month}`: the key that names the kind stands for the short field."""
    schema = _object(model, definitions)
    short = model.model_fields[model.short]
    value = schema["properties"].pop(short.alias or model.short)
    for key in _spellings(model, model.short):
        schema["properties"].pop(key, None)
    summary = (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
    named = {key: {**value, "description": f"{summary}"} for key in (model.kind, model.zh)}
    schema["properties"] = {**named, **schema["properties"]}
    schema["anyOf"] = [{"required": [model.kind]}, {"required": [model.zh]}]
    schema["description"] = summary
    return schema
