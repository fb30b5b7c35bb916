"""What pydantic found wrong with a part of a scheme, said as a person would: code, line, value, mend."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from custrata.core.errors import Fault, Problem, did_you_mean
from custrata.core.scheme.yaml import Document
from custrata.core.sqlexpr import AGGREGATES, SCALARS
from custrata.core.windows import EXAMPLES
from custrata.locale import catalog

#: Prefix of a ValueError raised by a model (`prefix:detail:detail`) → code and the names of its details.
_RAISED: dict[str, tuple[str, tuple[str, ...]]] = {
    "bounds": ("E-SCHEME-014", ("why", "name")),
    "shares": ("E-SCHEME-024", ("total",)),
    "rising": ("E-SCHEME-025", ("value",)),
    "one_of": ("E-SCHEME-026", ("options",)),
    "each_metric": ("E-SCHEME-027", ("metrics",)),
    "range": ("E-SCHEME-028", ("value", "low", "high")),
    "pair": ("E-SCHEME-029", ("name",)),
    "column": ("E-SCHEME-042", ("name", "suggestion")),
    "twice": ("E-SCHEME-030", ("value",)),
    "needs": ("E-SCHEME-031", ("option",)),
    "condition": ("E-SCHEME-013", ("name", "at", "found", "expected")),
    "sql": ("E-SCHEME-032", ("part",)),
    "timezone": ("E-SCHEME-009", ("value",)),
    "as_of": ("E-SCHEME-033", ("value",)),
}
_BOUND_FAULTS = {"order": "E-SCHEME-014", "direction": "E-SCHEME-034", "else_last": "E-SCHEME-035",
                 "no_else": "E-SCHEME-036"}  # fmt: skip


_NAMED_CLASS = {*_BOUND_FAULTS.values(), "E-SCHEME-013"}


def explain(
    error: ValidationError, model: type[BaseModel], document: Document, path: tuple[Any, ...], kind: str = ""
) -> list[Problem]:
    """One problem for every fault of `error`, which came from reading `model` at `path`; `kind` is the key that named
    the model, standing in the file for its `short` field."""
    found = []
    for item in error.errors(include_url=False):
        where = _written(document, path, model, tuple(item["loc"]), kind)
        problem = _problem(item, document.place(where), model, kind)
        if problem.code in _NAMED_CLASS:
            # The fault lies in one class, which stands on a line of its own.
            problem = replace(problem, place=document.place((*where, problem.values["name"])))
        found.append(problem)
    # A union reports once for every branch it tried; the one that can name the alternatives says most.
    best: dict[str, Problem] = {}
    for p in sorted(found, key=lambda p: p.code == "E-SCHEME-005", reverse=True):
        if p.code not in ("E-SCHEME-005", "E-SCHEME-037"):
            best[f"{p.place} {p.code} {p.values}"] = p
        else:
            best.setdefault(p.place, p)
    return list(best.values())


def _problem(item: Any, place: str, model: type[BaseModel], kind: str) -> Problem:
    value = item.get("input")
    # A branch of a union stands in the path as `literal[…]` or `dict[…]`, which says nothing to a user.
    name = next((str(p).rstrip("_") for p in reversed(item["loc"]) if "[" not in str(p)), kind)
    if item["type"] == "extra_forbidden":
        known = sorted(_keys(_model_at(model, item["loc"][:-1])))
        values = {"key": name, "known": ", ".join(known)}
        return Problem("E-SCHEME-002", place, values | {"suggestion": did_you_mean(name, known)})
    if item["type"] == "missing":
        return Problem(
            "E-SCHEME-004", place, {"key": kind if name == getattr(model, "short", "") else name.rstrip("_")}
        )
    if item["type"] == "value_error":
        error = item["ctx"]["error"]
        if isinstance(error, Fault):
            whys = {"why": error.text("en"), "why_zh": error.text("zh")}
            return Problem("E-SCHEME-037", place, {"key": name, "value": _shown(value), **whys})
        return _raised(str(error), place, value, name)
    allowed = item.get("ctx", {}).get("expected")
    if allowed:
        words = [w.strip(" '") for w in str(allowed).replace(" or ", ", ").split(",")]
        values = {"key": name, "value": _shown(value), "known": ", ".join(words)}
        return Problem("E-SCHEME-005", place, values | {"suggestion": did_you_mean(str(value), words)})
    whys = {"why": item["msg"], "why_zh": item["msg"]}
    if item["type"] in catalog("faults", "en"):
        fault = Fault(item["type"], **item.get("ctx", {}))
        whys = {"why": fault.text("en"), "why_zh": fault.text("zh")}
    return Problem("E-SCHEME-037", place, {"key": name, "value": _shown(value), **whys})


def _raised(message: str, place: str, value: Any, name: str) -> Problem:
    prefix, _, rest = message.partition(":")
    if prefix in _RAISED:
        code, names = _RAISED[prefix]
        details = dict(zip(names, rest.split("\x1f" if "\x1f" in rest else ":", len(names) - 1), strict=False))
        code = _BOUND_FAULTS.get(details.get("why", ""), code) if prefix == "bounds" else code
        if prefix == "condition":
            words = catalog("conditions", "zh")["words"]
            details |= {f"{key}_zh": words.get(details[key], details[key]) for key in ("found", "expected")}
        if prefix == "timezone":
            from zoneinfo import available_timezones

            details["suggestion"] = did_you_mean(details["value"], available_timezones())
        if prefix == "sql":
            details |= {"aggregates": ", ".join(AGGREGATES), "functions": ", ".join(SCALARS)}
        return Problem(code, place, details)
    if message.endswith("is not a window"):
        return Problem("E-SCHEME-038", place, {"value": _shown(value), "known": EXAMPLES})
    return Problem("E-SCHEME-037", place, {"key": name, "value": _shown(value), "why": message, "why_zh": message})


def _written(
    document: Document, path: tuple[Any, ...], model: type[BaseModel], loc: tuple[Any, ...], kind: str
) -> tuple[Any, ...]:
    """The path as the file spells it: Chinese keys, and the kind's key for the short field."""
    node: Any = document.data
    for part in path:
        node = node[part]
    current: Any = model
    result = list(path)
    for part in loc:
        if not isinstance(node, dict | list):
            break
        spelled = part
        if isinstance(node, dict) and part not in node:
            chinese = {v: k for k, v in getattr(current, "chinese_keys", dict)().items()}
            spelled = chinese.get(part, part)
            if kind and part in (getattr(model, "short", None), _alias(model, getattr(model, "short", ""))):
                spelled = kind
            if spelled not in node:
                break
        result.append(spelled)
        try:
            node = node[spelled]
        except (KeyError, IndexError, TypeError):
            break
        current = _model_at(current, (part,)) if current is not None else None
    return tuple(result)


def _alias(model: type[BaseModel], field: str) -> str:
    info = model.model_fields.get(field)
    return (info.alias or field) if info is not None else field


def _model_at(model: Any, loc: tuple[Any, ...]) -> Any:
    """The model that a path inside another model leads to, as far as it can be told."""
    for part in loc:
        fields = getattr(model, "model_fields", {})
        info = fields.get(part)
        if info is None:
            return model
        candidates = [info.annotation, *getattr(info.annotation, "__args__", ())]
        nested = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        model = nested[0] if nested else model
    return model


def _keys(model: Any) -> set[str]:
    fields = getattr(model, "model_fields", {})
    short = getattr(model, "short", None)
    english = {info.alias or name for name, info in fields.items() if name != short}
    return english | {k for k, v in getattr(model, "chinese_keys", dict)().items() if v != short}


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
