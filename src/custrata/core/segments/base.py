"""What a segment model is: `fit` looks at everybody and returns frozen parameters, `assign` needs one row and them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, TypeAlias, TypeVar

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from custrata.core.metrics.base import Metric
from custrata.core.registry import Registry
from custrata.core.strict import Bilingual, Strict, Text, option
from custrata.locale import Lang

#: What a fit asks an engine: aggregates over the customers (answered with one row), or a small table of its own.
Ask: TypeAlias = "Mapping[str, Any] | ir.Table"
Answer: TypeAlias = list[dict[str, Any]]
P = TypeVar("P", bound="Params")
Fit: TypeAlias = "Generator[Ask, Answer, P]"


class Params(BaseModel):
    """Frozen parameters of a fitted model; JSON in and out without loss (decimals as text)."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoParams(Params):
    """A model that is wholly written in the scheme."""


@dataclass(frozen=True)
class Class:
    """One class: `key` never changes, the labels may."""

    key: str
    zh: str
    en: str

    def label(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Scope:
    """What a model may know of the rest of the scheme."""

    name: str
    lang: Lang
    as_of: date
    metrics: Mapping[str, Metric]
    segments: Mapping[str, Segment] = field(default_factory=dict)
    params: Mapping[str, Params] = field(default_factory=dict)
    """Parameters of the segments that were fitted before this one."""

    def of(self, name: str) -> Scope:
        return Scope(name, self.lang, self.as_of, self.metrics, self.segments, self.params)

    def low_is_good(self, metric: str) -> bool:
        found = self.metrics.get(metric)
        return found.low_is_good if found is not None else False


class Segment(Strict):
    """One segment of a scheme. Subclasses live one model a file and register themselves."""

    kind: ClassVar[str]
    zh: ClassVar[str]
    short: ClassVar[str] = "metric"
    default_missing: ClassVar[tuple[str, str]] = ("无数据", "No data")
    params_type: ClassVar[type[Params]] = NoParams

    label: Text | None = option(
        None, key="名称",
        zh="在报告中显示的名称", en="name shown in reports",
    )  # fmt: skip
    labels: dict[str, Text] = option(
        {}, key="标签",
        zh="类的显示名称：类 → 文字，或 {zh: …, en: …}", en="names of the classes: class → text, or {zh: …, en: …}",
    )  # fmt: skip
    missing: Text | None = option(
        None, key="缺失",
        zh="没有所需数值的客户归入的类", en="class of the customers without the numbers this model needs",
    )  # fmt: skip

    def inputs(self) -> tuple[str, ...]:
        """Metrics, attributes and segments of the scheme that must be there first."""
        return ()

    def own_metrics(self) -> Mapping[str, Metric]:
        """Numbers that only this model needs, computed under `segment.<key>`."""
        return {}

    def builtin(self, params: Any, scope: Scope) -> Sequence[Class]:
        """The classes from best (or first) to last, without the missing one, before `labels` are applied.

        `params` is null before the fit; then the classes that the scheme alone tells.
        """
        raise NotImplementedError

    def classes(self, params: Any, scope: Scope) -> list[Class]:
        """The classes in order, named as the scheme wants them, without the missing one."""
        return [self.named(c) for c in self.builtin(params, scope)]

    def named(self, c: Class) -> Class:
        given: Bilingual | None = self.labels.get(c.key)
        return c if given is None else Class(c.key, given.zh, given.en)

    def open_ended(self) -> bool:
        """Whether some classes are only known after the fit."""
        return False

    def missing_class(self) -> Class:
        if self.missing is not None:
            return Class("missing", self.missing.zh, self.missing.en)
        return Class("missing", *self.default_missing)

    def fit(self, table: ir.Table, scope: Scope) -> Fit[Any]:
        """Asks for aggregates, returns parameters. A model that needs nobody's numbers yields nothing."""
        yield from ()
        return NoParams()

    def assign(self, table: ir.Table, params: Any, scope: Scope) -> Any:
        """The class label in the scheme's language; row-wise, so one customer gives what the batch gives.

        `table` has the metrics, the segments this one reads, and its own `numbers` as `segment.suffix`.
        """
        raise NotImplementedError

    def numbers(self, table: ir.Table, params: Any, scope: Scope) -> Mapping[str, Any]:
        """Row-wise columns that the class is made from and that are worth keeping (scores), by suffix."""
        return {}

    def sentences(self, params: Any, scope: Scope, lang: Lang) -> Mapping[str, str]:
        """How each class (by key) is decided, in words."""
        raise NotImplementedError

    def why(self, params: Any, scope: Scope) -> Why:
        """The numbers and cuts behind any class of this model."""
        return Why(self.inputs(), {})


@dataclass(frozen=True)
class Why:
    """`numbers` are columns of the customer table; `cuts` maps a metric to its cuts, in the order they are tried."""

    numbers: Sequence[str]
    cuts: Mapping[str, Sequence[Any]]


S = TypeVar("S", bound=type[Segment])
REGISTRY: Registry[type[Segment]] = Registry("custrata.core.segments", "custrata.segments")
segment = REGISTRY.register


def pick(key: Any, classes: Sequence[Class], missing: Class, lang: Lang) -> Any:
    """The label of the class whose key a row-wise text gives; the missing label where it is null."""
    return key.cases(*((c.key, c.label(lang)) for c in classes), else_=missing.label(lang))


def counted(table: ir.Table, column: str) -> Any:
    """Number of customers who have a value."""
    return table[column].count()
