"""Matrix: the cross of several segments, such as spend × frequency × preference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, ClassVar

import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.segments.base import Class, Scope, Segment, Why, segment
from custrata.core.strict import option
from custrata.locale import Lang

_JOIN = " × "
_MOST = 5000


@segment
class Matrix(Segment):
    """`matrix: [spend_tier, frequency_tier, preference]`: a class is one class of each, `高消费 × 高频 × 产品偏好`.

    The missing classes of the parts take part like any other, so that every customer has a cell.
    """

    kind: ClassVar[str] = "matrix"
    zh: ClassVar[str] = "交叉"
    short: ClassVar[str] = "segments"

    segments: tuple[str, ...] = option(key="客群", min_length=2, zh="要交叉的客群", en="the segments to cross")

    @field_validator("segments")
    @classmethod
    def _different(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("twice:" + next(v for v in value if value.count(v) > 1))
        return value

    def inputs(self) -> tuple[str, ...]:
        return self.segments

    def open_ended(self) -> bool:
        return True

    def parts(self, scope: Scope) -> list[list[Class]]:
        """The classes of each dimension in order, the missing one last."""
        found = []
        for name in self.segments:
            model = scope.segments[name]
            found.append([*model.classes(scope.params.get(name), scope.of(name)), model.missing_class()])
        return found

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        dimensions = self.parts(scope)
        size = 1
        for d in dimensions:
            size *= len(d)
        if size > _MOST:
            return []
        return [
            Class(_JOIN.join(c.key for c in cell), _JOIN.join(c.zh for c in cell), _JOIN.join(c.en for c in cell))
            for cell in product(*dimensions)
        ]

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        result: Any = table[self.segments[0]]
        for name in self.segments[1:]:
            result = result + _JOIN + table[name]
        return result

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return {}

    def why(self, params: Any, scope: Scope) -> Why:
        return Why(self.segments, {})
