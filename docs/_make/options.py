"""Tables of options, from the models."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from _make.parts import cell, codes, table, word, words
from custrata.core.strict import Bilingual, Choice
from custrata.core.windows import Window
from custrata.locale import Lang

#: Options that every kind has stand at the end of its table.
_COMMON = ("label", "labels", "missing")


def options_table(model: Any, lang: Lang, only: set[str] | None = None, without: Set[str] = frozenset()) -> str:
    rows = []
    for name, info in model.model_fields.items():
        if (only is not None and name not in only) or name in without:
            continue
        extra = info.json_schema_extra
        meaning = info.description if lang == "en" else (extra or {}).get("zh", info.description)
        both = codes(spellings(model, name, lang))
        default = word("required", lang) if info.is_required() else _default(info.default, lang)
        annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        rows.append((both, _type(model, name, annotation, lang), default, cell(str(meaning))))
    rows.sort(key=lambda r: any(f"`{common}`" in r[0] for common in _COMMON))
    return table([word(k, lang) for k in ("option", "type", "default", "meaning")], rows)


def spellings(model: Any, name: str, lang: Lang) -> list[str]:
    """Both spellings of an option, that of the page's language first."""
    info = model.model_fields[name]
    chinese = (info.json_schema_extra or {}).get("zh_key")
    both = [info.alias or name, *([chinese] if chinese else [])]
    return both if lang == "en" else both[::-1]


def _type(model: Any, name: str, annotation: Any, lang: Lang) -> str:
    """What can stand there: as `words.toml` says it, else as the annotation does."""
    said = words(lang)["types"]
    found = next((said[f"{c.__name__}.{name}"] for c in model.__mro__ if f"{c.__name__}.{name}" in said), None)
    return found or _shape(annotation, lang)


def _shape(t: Any, lang: Lang) -> str:
    origin, args = typing.get_origin(t), typing.get_args(t)
    if origin is Annotated:
        choice = next((a for a in args[1:] if isinstance(a, Choice)), None)
        return _choices(args[0], choice, lang) if choice is not None else _shape(args[0], lang)
    if origin is Literal:
        return "、".join(f"`{a}`" for a in args) if lang == "zh" else ", ".join(f"`{a}`" for a in args)
    if origin in (typing.Union, types.UnionType):
        return word("or", lang).join(_shape(a, lang) for a in args if a is not type(None))
    if origin is tuple:
        return word("list", lang).format(v=_shape(args[0], lang))
    if origin in (dict, Mapping):
        return word("map", lang).format(k=_shape(args[0], lang), v=_shape(args[1], lang))
    if isinstance(t, type) and issubclass(t, BaseModel):
        return word("bilingual", lang) if t is Bilingual else word("section", lang)
    if t is Window:
        return word("window", lang)
    if t is Decimal:
        return word("share", lang)
    named = {str: "text", int: "whole", float: "number", bool: "truth"}
    if t in named:
        return word(named[t], lang)
    return word("bound" if getattr(t, "__name__", "") == "Bound" else "any", lang)


def _choices(t: Any, choice: Choice, lang: Lang) -> str:
    """Every value in both spellings, that of the page's language first; a text with words of its own is a text."""
    if typing.get_origin(t) is not Literal:
        return _shape(t, lang)
    both = []
    for english in typing.get_args(t):
        chinese = [word for word, meant in choice.chinese.items() if meant == english != word]
        both.append(codes([english, *chinese] if lang == "en" else [*chinese, english]))
    return ("、" if lang == "zh" else ", ").join(both)


def _default(value: Any, lang: Lang) -> str:
    if value is None or value == {} or value == () or isinstance(value, BaseModel):
        return word("none", lang)
    if isinstance(value, Window):
        return "`lifetime` / `全部`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value * 100:f}".rstrip("0").rstrip(".") + "%" if "." in f"{value * 100:f}" else f"{value * 100:f}%"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_plain(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_plain(v) for v in value) + "]"
    return str(value)
