"""Thresholds: classes by fixed bounds on one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
from pydantic import BeforeValidator, field_validator

from custrata.core.cuts import Bound, first_match, out_of_order, parse_bound
from custrata.core.segments.base import Class, Scope, Segment, Why, segment
from custrata.core.strict import option
from custrata.locale import Lang

BoundText = Annotated[Bound, BeforeValidator(lambda v: v if isinstance(v, Bound) else parse_bound(v))]


def check_bounds(bounds: Mapping[str, Bound]) -> Mapping[str, Bound]:
    """Refuses bounds of which one can never be reached, or that leave somebody out."""
    fault = out_of_order(list(bounds.values()))
    if fault is not None:
        index, why = fault
        raise ValueError(f"bounds:{why}:{list(bounds)[index]}")
    return bounds


@segment
class Thresholds(Segment):
    """The first class whose bound holds, from top to bottom.

    `above 10000` is >, `from 5000` is ≥, `below` is <, `up to` is ≤, `else` takes the rest and comes last. Bounds fall
    or rise from class to class. Customers without the number go to the missing class.
    """

    kind: ClassVar[str] = "thresholds"
    zh: ClassVar[str] = "阈值"

    metric: str = option(key="指标", zh="按哪个指标", en="the metric")
    classes_: dict[str, BoundText] = option(
        key="类", alias="classes", min_length=1,
        zh="类 → 界限，从上到下", en="class → bound, from top to bottom",
        role="classes",
    )  # fmt: skip

    @field_validator("classes_")
    @classmethod
    def _in_order(cls, value: dict[str, Bound]) -> Mapping[str, Bound]:
        return check_bounds(value)

    def inputs(self) -> tuple[str, ...]:
        return (self.metric,)

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return [Class(name, name, name) for name in self.classes_]

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        labels = {c.key: c.label(scope.lang) for c in self.classes(params, scope)}
        bounds = {labels[key]: bound for key, bound in self.classes_.items()}
        return first_match(table[self.metric], bounds, self.missing_class().label(scope.lang))

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return {key: bound.text(scope.called(self.metric, lang), lang) for key, bound in self.classes_.items()}

    def why(self, params: Any, scope: Scope) -> Why:
        return Why((self.metric,), {self.metric: [b.value for b in self.classes_.values() if b.value is not None]})
