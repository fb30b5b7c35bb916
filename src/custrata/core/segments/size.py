"""Size: small, middle or large, from two or more numbers together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.conditions.tree import number, plain
from custrata.core.cuts import parse_number
from custrata.core.segments.base import Class, Scope, Segment, Why, segment
from custrata.core.strict import Choice, option
from custrata.locale import Lang, text

_CLASSES = (Class("large", "大型", "Large"), Class("middle", "中型", "Middle"), Class("small", "小型", "Small"))


@segment
class Size(Segment):
    """`size: {spend: [5000, 50000], orders: [5, 20]}`: each number is small below its first value, middle from it on,
    large from the second on. `by: lower` (default) takes the smallest of them, so large means large in every one;
    `by: higher` the largest, so one is enough. A missing number sends the customer to the missing class.
    """

    kind: ClassVar[str] = "size"
    zh: ClassVar[str] = "规模"
    short: ClassVar[str] = "metrics"

    metrics: dict[str, Any] = option(
        key="指标", min_length=1,
        zh="指标 → [中型起点, 大型起点]", en="metric → [from which it is middle, from which it is large]",
    )  # fmt: skip
    by: Annotated[Literal["lower", "higher"], Choice({"从低": "lower", "从高": "higher"})] = option(
        "lower", key="取",
        zh="各指标不一致时从低（lower）还是从高（higher）", en="the lower or the higher one where the numbers differ",
    )  # fmt: skip

    @field_validator("metrics", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        pairs = {}
        for name, cuts in value.items():
            pair = tuple(parse_number(c) for c in cuts) if isinstance(cuts, list | tuple) else ()
            if len(pair) != 2 or pair[0] >= pair[1]:
                raise ValueError(f"pair:{name}")
            pairs[str(name)] = pair
        return pairs

    def inputs(self) -> tuple[str, ...]:
        return tuple(self.metrics)

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return _CLASSES

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        large, middle, small = (c.label(scope.lang) for c in self.classes(params, scope))
        lower = self.by == "lower"
        known: Any = ibis.literal(True)
        is_large: Any = None
        is_middle: Any = None
        for name, (low, high) in self.metrics.items():
            value = table[name]
            known = known & value.notnull()
            here = (value >= number(high), value >= number(low))
            if is_large is None:
                is_large, is_middle = here
            else:
                is_large = is_large & here[0] if lower else is_large | here[0]
                is_middle = is_middle & here[1] if lower else is_middle | here[1]
        missing = self.missing_class().label(scope.lang)
        return ibis.cases((~known, missing), (is_large, large), (is_middle, middle), else_=small)

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        word = f" {text('conditions.and' if self.by in ('lower', '从低') else 'conditions.or', lang)} "

        def from_(index: int) -> str:
            parts = ((scope.called(name, lang), pair[index]) for name, pair in self.metrics.items())
            return word.join(f"{name} ≥ {plain(least)}" for name, least in parts)

        return {"large": from_(1), "middle": from_(0), "small": text("segments.else", lang)}

    def why(self, params: Any, scope: Scope) -> Why:
        return Why(tuple(self.metrics), {name: list(pair) for name, pair in self.metrics.items()})
