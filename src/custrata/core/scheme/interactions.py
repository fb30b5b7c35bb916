"""The `interactions` of a scheme: complaints, tickets, visits …, from one source or from one for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler, field_validator
from pydantic_core import CoreSchema

from custrata.core.facts.columns import interaction_kind
from custrata.core.scheme.source import Source, Texts, is_place
from custrata.core.strict import option


def _kind(value: Any) -> Any:
    return interaction_kind(value) if isinstance(value, str) else value


#: A kind of interaction, by any of its usual words, in either language.
Kind = Annotated[str, BeforeValidator(_kind)]


class Interactions(Source):
    """What happened between a customer and the company besides sales: one row an interaction."""

    kind: Kind | None = option(
        None, key="类型",
        zh="没有类型列时，本数据源各行的类型：complaint（投诉）、ticket（工单）、feedback（反馈）、visit（拜访）等",
        en="what the rows are where no column says it: complaint, ticket, feedback, visit, browsing, coupon …",
    )  # fmt: skip
    kinds: dict[Kind, Texts] = option(
        {}, key="类型词",
        zh="“类型”列中哪些词表示哪种互动；常见的词不必写",
        en="which words in the `kind` column mean which kind; the usual words are known",
    )  # fmt: skip
    closed: Texts = option(
        (), key="已结状态",
        zh="表示已办结的状态；没有办结日期时按它判断",
        en="statuses that mean settled, where no day of closing says it",
    )  # fmt: skip

    @field_validator("kinds", mode="before")
    @classmethod
    def _once(cls, value: Any) -> Any:
        """投诉 and complaint are one kind: written both ways, one of the two lists would be lost."""
        seen: set[str] = set()
        for key in value if isinstance(value, Mapping) else ():
            if (kind := interaction_kind(str(key))) in seen:
                raise ValueError(f"twice:{key}")
            seen.add(kind)
        return value

    def kind_words(self) -> dict[str, str]:
        """Word in small letters → the kind it means, as this scheme says it."""
        return {word.strip().casefold(): kind for kind, words in self.kinds.items() for word in (kind, *words)}


def by_kind(value: Any) -> Any:
    """One source as `{"": source}`; a mapping of kinds as it is. Whatever has an option of a source is one source, and
    so is what has values that cannot be sources: its keys are then told of as unknown options."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return {"": value}
    options = {*Interactions.model_fields, *Interactions.chinese_keys(), "schema"}
    several = value and not options & set(value) and all(map(_may_be_source, value.values()))
    if not several and set(value) != {""}:
        return {"": value}
    seen: set[str] = set()
    for name in value:
        if (folded := str(name).casefold()) in seen:
            raise ValueError(f"twice:{name}")
        seen.add(folded)
    return {str(name): _of_kind(str(name), config) for name, config in value.items()}


def _may_be_source(value: Any) -> bool:
    """A text is one where it is written as a path or a pattern: a word alone is the value of an unknown option."""
    texts = value if isinstance(value, list | tuple) else [value]
    return isinstance(value, Mapping | Source) or (is_place(value) and all(set(t) & set("./\\*") for t in texts))


def _of_kind(name: str, config: Any) -> Any:
    """What stands under `complaint:` is of that kind unless it says otherwise."""
    if is_place(config):
        config = {"file": config}
    if not name or not isinstance(config, Mapping) or {"kind", "类型"} & set(config):
        return config
    return {**config, "kind": name}


class _OneOrMany:
    """The JSON Schema of both ways to write it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["additionalProperties"], many, {"type": "null"}]}


ManyInteractions = Annotated[dict[str, Interactions], BeforeValidator(by_kind), _OneOrMany()]
