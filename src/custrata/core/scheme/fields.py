"""The options of a scheme's models: where each stands in the file, how it is spelled, and what it means."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Path = tuple[Any, ...]


def written(data: Any, path: Path, model: type[BaseModel], loc: Path, kind: str) -> Path:
    """The path as the file spells it: Chinese keys, and the kind's key for the short field; as far as it goes."""
    node: Any = data
    for part in path:
        node = node[part]
    current: Any = model
    result = list(path)
    short = getattr(model, "short", None)
    for part in loc:
        if part == "":
            # One source in place of a mapping of sources: the file does not name it.
            continue
        if not isinstance(node, dict | list):
            break
        spelled = part
        if isinstance(node, dict) and part not in node:
            chinese = {v: k for k, v in getattr(current, "chinese_keys", dict)().items()}
            names = [chinese.get(part, part), _alias(current, part)]
            if kind and part in (short, _alias(model, short or "")):
                names.insert(0, kind)
            spelled = next((n for n in names if n in node), None)
            if spelled is None and part == getattr(current, "LEVELS", None):
                # Levels stand beside the options of their ladder.
                current = model_at(current, (part,))
                continue
            if spelled is None:
                break
        try:
            node = node[spelled]
        except (KeyError, IndexError, TypeError):
            break
        result.append(spelled)
        current = model_at(current, (part,)) if current is not None else None
    return tuple(result)


def field_at(model: Any, loc: Path) -> FieldInfo | None:
    """The option that a path of pydantic's ends in or lies under."""
    found: FieldInfo | None = None
    for part in loc:
        info = _field(model, part)
        if info is not None:
            found, model = info, model_at(model, (part,))
    return found


def model_at(model: Any, loc: Path) -> Any:
    """The model that a path inside another model leads to, as far as it can be told."""
    for part in loc:
        info = _field(model, part)
        if info is None:
            return model
        candidates = [info.annotation, *getattr(info.annotation, "__args__", ())]
        nested = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        model = nested[0] if nested else model
    return model


def keys_of(model: Any) -> list[str]:
    """The options of a model, each as `english / 中文`, without the one that the kind's own key stands for."""
    chinese = {v: k for k, v in getattr(model, "chinese_keys", dict)().items()}
    names = [n for n in getattr(model, "model_fields", {}) if n != getattr(model, "short", None)]
    return sorted(f"{_alias(model, n)} / {chinese[n]}" if n in chinese else _alias(model, n) for n in names)


def spellings(model: Any) -> list[str]:
    """Every way to write an option of a model."""
    return [word for key in keys_of(model) for word in key.split(" / ")]


def meaning_of(info: FieldInfo | None) -> dict[str, str]:
    """What an option means, in both languages."""
    extra = info.json_schema_extra if info is not None else None
    english = (info.description if info is not None else None) or "see the reference"
    chinese = str(extra["zh"]) if isinstance(extra, dict) and "zh" in extra else "见参考手册"
    return {"meaning": english, "meaning_zh": chinese}


def _field(model: Any, part: Any) -> FieldInfo | None:
    """By name, by alias or in Chinese."""
    fields: dict[str, FieldInfo] = getattr(model, "model_fields", {})
    if part in fields:
        return fields[part]
    name = getattr(model, "chinese_keys", dict)().get(part)
    return fields.get(name) if name else next((i for i in fields.values() if i.alias == part), None)


def _alias(model: Any, field: Any) -> Any:
    info = getattr(model, "model_fields", {}).get(field)
    return (info.alias or field) if info is not None else field
