"""What every part of a scheme is made of: strict, frozen models whose keys can be written in English or in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

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
        json_schema_extra={
            "type": "string",
            "examples": ["lifetime", "30 days", "12 months", "last month", "membership year", "近30天", "会员年"],
        }
    ),
]


class Choice:
    """The Chinese spellings of an option's values: `count: Annotated[Literal["order", "day"], Choice({"单": "order",
    "天": "day"})]`.

    What is written in Chinese is its English value once it is validated, so nothing behind the scheme knows both.
    Upper and lower case and blanks around a value do not matter. The annotation stands on a `Literal`, which then
    takes nothing else, or on `str`, where the words are only those that have a meaning of their own.
    """

    def __init__(self, chinese: Mapping[str, str]) -> None:
        self.chinese = dict(chinese)
        self._words = {word.casefold(): english for word, english in chinese.items()}

    def english(self, value: Any) -> str | None:
        """The value that a word stands for; null for a word that is not among the spellings."""
        return self._words.get(" ".join(value.split()).casefold()) if isinstance(value, str) else None

    def spellings(self, english: Iterable[Any]) -> list[Any]:
        """Every way to write the values: the English ones, then the Chinese ones in their order."""
        return list(dict.fromkeys([*english, *self.chinese]))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        closed = list(inner["expected"]) if inner["type"] == "literal" else None
        assert closed is None or set(self.chinese.values()) <= set(closed)
        known = Choice({**{c: c for c in closed or ()}, **self.chinese})

        def read(value: Any) -> Any:
            word = known.english(value)
            if word is None and closed is not None:
                expected = ", ".join(repr(c) for c in self.spellings(closed))
                raise PydanticKnownError("literal_error", {"expected": expected})
            return value if word is None else word

        return core_schema.no_info_before_validator_function(read, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        shown = handler(schema)
        closed = shown.pop("enum", None) or ([shown.pop("const")] if "const" in shown else None)
        if closed is None:
            return {**shown, "examples": self.spellings(self.chinese.values())}
        return {**shown, "enum": self.spellings(closed)}


class OneOrMany:
    """The JSON Schema of a list that may also be written as its one value: `file: a.csv` for `file: [a.csv]`."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": ["string", "number"]}, handler(schema)]}


#: What an option is to the decision: `label` only names, `classes` has keys that only name and values that decide.
Role = Literal["label", "classes"]


def option(
    default: Any = ..., *, zh: str, en: str, key: str, role: Role | None = None, **constraints: Any
) -> Any:  # fmt: skip
    """A field of a scheme model: `key` is its Chinese spelling, `zh` and `en` say what it means (for the reference)."""
    extra: dict[str, Any] = {"zh_key": key, "zh": zh} | ({"role": role} if role else {})
    return Field(default, description=en, json_schema_extra=extra, **constraints)


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

    def decides_and_names(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The options as plain values, parted into what decides and what only names. Of `classes` the values decide,
        in their order, and the keys name."""
        decides: dict[str, Any] = {}
        names: dict[str, Any] = {}
        plain = self.model_dump(mode="json")
        for name, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            role, value = extra.get("role") if isinstance(extra, dict) else None, plain[name]
            if role == "label":
                names[name] = value
            elif role == "classes" and isinstance(value, Mapping):
                names[name], decides[name] = list(value), list(value.values())
            else:
                decides[name] = value
        return decides, names

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
