"""Rules: classes by nested conditions over metrics, attributes and other segments; the first that holds wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.conditions import Condition, ConditionError, Field, bind, parse
from custrata.core.conditions.neutral import neutral_condition
from custrata.core.cuts import ELSE
from custrata.core.errors import Problem
from custrata.core.segments.base import Class, Place, Scope, Segment, segment
from custrata.core.strict import option
from custrata.locale import Lang, text


@segment
class Rules(Segment):
    """`rules: {预警: "spend >= 1万 and recency > 90", 其他: else}`; a condition may also be nested
    `{all: […]}`, `{any: […]}`, `{not: …}`.

    Conditions are tried from first to last. A comparison with a missing number neither holds nor fails to hold, so
    null never turns into a class by accident; say `recency is missing` where it is meant. A customer whom no condition
    takes goes to `else`, or to the missing class where there is none.
    """

    kind: ClassVar[str] = "rules"
    zh: ClassVar[str] = "规则"
    short: ClassVar[str] = "rules"
    reads: ClassVar[Literal["numbers", "segments", "attributes", "anything"]] = "anything"
    default_missing: ClassVar[tuple[str, str]] = ("未匹配", "No match")

    rules: dict[str, Any] = option(
        key="规则", min_length=1,
        zh="类 → 条件，先匹配者优先", en="class → condition, the first match wins", role="classes",
    )  # fmt: skip

    @field_validator("rules", mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and all(isinstance(v, Mapping) and len(v) == 1 for v in value):
            value = {k: v for item in value for k, v in item.items()}
        if not isinstance(value, Mapping):
            return value
        parsed: dict[str, Any] = {}
        for i, (name, condition) in enumerate(value.items()):
            if isinstance(condition, str) and condition.strip() in ELSE:
                if i != len(value) - 1:
                    raise ValueError(f"bounds:else_last:{name}")
                parsed[str(name)] = None
                continue
            try:
                parsed[str(name)] = parse(condition)
            except ConditionError as error:
                parts = (str(name), str(error.at), error.found, error.expected)
                raise ValueError("condition:" + "\x1f".join(parts)) from None
        return parsed

    def inputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for c in self.conditions.values() for n in c.names()))

    def bind(self, fields: Mapping[str, Field], place: Place) -> tuple[Rules, list[Problem]]:
        problems: list[Problem] = []
        bound: dict[str, Condition | None] = dict(self.rules)
        for name, condition in self.conditions.items():
            bound[name], found = bind(condition, fields, place("rules", name))
            problems.extend(found)
        return self.model_copy(update={"rules": bound}), problems

    def logic(self, places: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
        return {"rules": ["else" if c is None else neutral_condition(c, places) for c in self.rules.values()]}

    @property
    def conditions(self) -> dict[str, Condition]:
        """The conditions by class, without `else`."""
        return {name: c for name, c in self.rules.items() if c is not None}

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return [Class(name, name, name) for name in self.rules]

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        labels = {c.key: c.label(scope.lang) for c in self.classes(params, scope)}
        branches = [(c.expression(table), ibis.literal(labels[name])) for name, c in self.conditions.items()]
        last = next((labels[name] for name, c in self.rules.items() if c is None), None)
        otherwise = ibis.literal(last or self.missing_class().label(scope.lang))
        return ibis.cases(*branches, else_=otherwise) if branches else otherwise

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return {n: text("segments.else", lang) if c is None else c.text(lang) for n, c in self.rules.items()}

    def tests(self) -> Sequence[tuple[str, Condition]]:
        return [(name, atom) for name, c in self.conditions.items() for atom in c.atoms()]

    def reason(self, c: Class | None, row: Mapping[str, Any], params: Any, scope: Scope, lang: Lang) -> str:
        if c is not None and c.key == "missing":
            return text("segments.unmatched", lang, names=", ".join(n.removeprefix("@") for n in self.inputs()))
        return super().reason(c, row, params, scope, lang)
