"""What every part of a scheme is made of: strict, frozen models whose keys can be written in English or in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from custrata.core.errors import Fault
from custrata.core.windows import Window, parse_window
from custrata.locale import Lang


class Bilingual(BaseModel):
    """A text in both languages. Written as one text, it serves both.

    >>> Bilingual.of("重要价值").zh, Bilingual.of({"zh": "高", "en": "High"}).en
    ('重要价值', 'High')
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str

    @classmethod
    def of(cls, value: Any) -> Bilingual:
        if isinstance(value, Bilingual):
            return value
        if isinstance(value, Mapping):
            given = {str(k): str(v) for k, v in value.items()}
            if not given or set(given) - {"zh", "en"}:
                raise Fault("bilingual")
            return cls(zh=given.get("zh") or given["en"], en=given.get("en") or given["zh"])
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return cls(zh=str(value), en=str(value))
        raise Fault("bilingual")

    def in_(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


Text = Annotated[Bilingual, BeforeValidator(Bilingual.of)]


def _window(value: Any) -> Window:
    return value if isinstance(value, Window) else parse_window(str(value))


WindowText = Annotated[
    Window,
    BeforeValidator(_window),
    PlainSerializer(lambda w: f"{w.unit}:{w.n}", return_type=str),
    Field(
        json_schema_extra={"type": "string", "examples": ["lifetime", "30 days", "12 months", "last month", "近30天"]}
    ),
]


def option(default: Any = ..., *, zh: str, en: str, key: str, **constraints: Any) -> Any:
    """A field of a scheme model: `key` is its Chinese spelling, `zh` and `en` say what it means (for the reference)."""
    return Field(default, description=en, json_schema_extra={"zh_key": key, "zh": zh}, **constraints)


class Strict(BaseModel):
    """Unknown keys are errors; a key may be written in Chinese; nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)

    @classmethod
    def chinese_keys(cls) -> dict[str, str]:
        """Chinese key → field name."""
        keys = {}
        for name, info in cls.model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and "zh_key" in extra:
                keys[str(extra["zh_key"])] = name
        return keys

    @model_validator(mode="before")
    @classmethod
    def _read_chinese_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        chinese = cls.chinese_keys()
        out: dict[Any, Any] = {}
        for key, value in data.items():
            name = chinese.get(key, key)
            if name in out:
                raise ValueError(f"twice:{key}")
            out[name] = value
        return out
