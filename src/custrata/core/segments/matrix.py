"""Matrix: the cross of several segments, such as spend × frequency × preference."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, ClassVar, Literal

import ibis.expr.types as ir
from pydantic import field_validator

from custrata.core.segments.base import Chart, Class, Scope, Segment, segment
from custrata.core.strict import option
from custrata.locale import Lang, text

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
    reads: ClassVar[Literal["numbers", "segments", "attributes", "anything"]] = "segments"
    chart: ClassVar[Chart] = "heatmap"

    segments: tuple[str, ...] = option(key="客群", min_length=2, zh="要交叉的客群", en="the segments to cross")

    @field_validator("segments")
    @classmethod
    def _different(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("twice:" + next(v for v in value if value.count(v) > 1))
        return value

    def inputs(self) -> tuple[str, ...]:
        return self.segments

    def open_ended(self, scope: Scope) -> bool:
        return not self._cells(scope) or any(scope.segments[n].open_ended(scope.of(n)) for n in self.segments)

    def occurring(self, classes: list[Class], labels: Collection[str], lang: Lang) -> list[Class]:
        return [c for c in classes if c.label(lang) in labels]

    def parts(self, scope: Scope) -> list[list[Class]]:
        """The classes of each dimension in order, the missing one last."""
        return [scope.segments[n].all_classes(scope.params.get(n), scope.of(n)) for n in self.segments]

    def _cells(self, scope: Scope) -> list[tuple[Class, ...]]:
        """Every combination; none where they are too many to list."""
        dimensions = self.parts(scope)
        return list(product(*dimensions)) if prod(len(d) for d in dimensions) <= _MOST else []

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        return [
            Class(_JOIN.join(c.key for c in cell), _JOIN.join(c.zh for c in cell), _JOIN.join(c.en for c in cell))
            for cell in self._cells(scope)
        ]

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        result: Any = table[self.segments[0]]
        for name in self.segments[1:]:
            result = result + _JOIN + table[name]
        return result

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        return {}

    def reason(self, c: Class | None, row: Mapping[str, Any], params: Any, scope: Scope, lang: Lang) -> str:
        shown = []
        for name in self.segments:
            part = scope.segments[name].class_of(row[name], scope.params.get(name), scope.of(name))
            shown.append(f"{scope.called(name, lang)} = {part.label(lang) if part else row[name]}")
        return f" {text('conditions.and', lang)} ".join(shown)
