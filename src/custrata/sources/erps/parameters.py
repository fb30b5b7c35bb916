"""What a user may set of a preset: declared with a type and a default, checked, and handed on as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.strict import Text
from custrata.locale import Lang

_TRUE, _FALSE = ("true", "yes", "on", "是"), ("false", "no", "off", "否")
_WORDS: dict[str, dict[Lang, str]] = {
    "truth": {"en": "true or false", "zh": "true 或 false"},
    "number": {"en": "a whole number", "zh": "一个整数"},
    "text": {"en": "a text", "zh": "一段文字"},
    "texts": {"en": "a list of texts", "zh": "文字列表"},
    "numbers": {"en": "a list of whole numbers", "zh": "整数列表"},
}
_NUMBER = re.compile(r"-?\d{1,18}")


class Parameter(BaseModel):
    """One parameter of a preset. `choices`, where there are any, are the only values it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["truth", "number", "text", "texts", "numbers"]
    default: Any = None
    choices: tuple[str, ...] = ()
    means: Text

    def read(self, value: Any) -> Any:
        """The value as the queries need it; `ValueError` where it is none of the kind. Null means the default."""
        if value is None:
            return tuple(self.default) if isinstance(self.default, list) else self.default
        if self.type in ("texts", "numbers"):
            listed = value if isinstance(value, list | tuple) else [value]
            return tuple(self._one(v) for v in listed)
        return self._one(value)

    def _one(self, value: Any) -> Any:
        if isinstance(value, list | tuple | Mapping):
            raise ValueError("one value")
        text = str(value).strip()
        if self.type == "truth":
            if text.lower() not in _TRUE + _FALSE:
                raise ValueError("truth")
            return text.lower() in _TRUE
        if self.type in ("number", "numbers"):
            if isinstance(value, bool) or not _NUMBER.fullmatch(text):
                raise ValueError("number")
            return int(text)
        if not text or any(ord(c) < 32 for c in text) or (self.choices and text not in self.choices):
            raise ValueError("text")
        return text

    def wanted(self, lang: Lang) -> str:
        """What a value may be, in words."""
        return ", ".join(self.choices) if self.choices else _WORDS[self.type][lang]


def checked(declared: Mapping[str, Parameter], given: Mapping[str, Any] | None, preset: str) -> dict[str, Any]:
    """Every declared parameter with the value given, or its default.

    Errors, all at once: E-ERP-002 there is no such parameter, E-ERP-003 the value is none of its kind.
    """
    given = given or {}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in given:
        if name not in declared:
            known = {"known": ", ".join(declared), "suggestion": did_you_mean(str(name), declared)}
            problems.append(Problem("E-ERP-002", f"erp: {preset}", {"name": name, "preset": preset, **known}))
    for name, parameter in declared.items():
        try:
            values[name] = parameter.read(given.get(name))
        except ValueError:
            wanted = {"wanted_en": parameter.wanted("en"), "wanted_zh": parameter.wanted("zh")}
            place = f"erp: {preset} parameters.{name}"
            problems.append(Problem("E-ERP-003", place, {"name": name, "value": given[name], **wanted}))
    if problems:
        raise CustrataError.all(problems)
    return values
