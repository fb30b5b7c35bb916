"""What a segment model is: `fit` looks at everybody and returns frozen parameters, `assign` needs one row and them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from custrata.core.conditions import Condition, Field
from custrata.core.errors import Problem
from custrata.core.metrics.base import Metric
from custrata.core.names import attribute_word, number_word
from custrata.core.registry import Registry
from custrata.core.strict import Bilingual, Strict, Text, option
from custrata.locale import Lang, text

#: The chart that suits a model; `charts/` has one for each.
Chart = Literal["share", "concentration", "rfm", "pyramid", "preference", "heatmap"]


@dataclass(frozen=True)
class AtRanks:
    """An aggregate: the values of a column at ascending `ranks` (from 1) among its `n` values that are not null, exact,
    as an array in the order of the ranks. How that is said best is the engine's to know."""

    column: Any
    ranks: Sequence[int]
    n: int


@dataclass(frozen=True)
class Among:
    """Aggregates over some of the customers (a filtered or derived table)."""

    table: ir.Table
    aggregates: Mapping[str, Any]


@dataclass(frozen=True)
class Columns:
    """Whole columns of all customers: answered with one row, a NumPy array a column, the customers in any order but
    the same in each. Floating columns have `nan` where they are null."""

    table: ir.Table


#: What a fit asks an engine: aggregates over all customers or among some (answered with one row; an aggregate is an
#: expression or `AtRanks`), a small table of its own, or whole columns.
Ask: TypeAlias = "Mapping[str, Any] | Among | ir.Table | Columns"
Answer: TypeAlias = list[dict[str, Any]]
#: (option, key) → the line of a key under an option of the segment: `scheme.yaml:12 segments.watch.预警`.
Place = Callable[[str, str], str]
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
    before: Mapping[str, Params] = field(default_factory=dict)
    """Parameters of the run before, where there was one: for what is kept between fits, and decides nothing else."""
    attributes: Mapping[str, Bilingual] = field(default_factory=dict)
    """What people call columns of the customers, beside the usual ones."""

    def of(self, name: str) -> Scope:
        return replace(self, name=name)

    def called(self, name: str, lang: Lang) -> str:
        """What people call a metric or segment: its label, or its name in the scheme."""
        label = getattr(self.metrics.get(name) or self.segments.get(name), "label", None)
        return label.in_(lang) if label is not None else name

    def number(self, column: str, lang: Lang) -> str:
        """What people call a number that a class comes from: a metric, a segment, an `@attribute`, or one of the
        segment's own."""
        if column.startswith("@"):
            return self.attribute(column[1:], lang)
        suffix = column.removeprefix(f"{self.name}.")
        return self.called(column, lang) if suffix == column else number_word(suffix, lang)

    def attribute(self, name: str, lang: Lang) -> str:
        """What people call a column of the customers."""
        label = self.attributes.get(name)
        return attribute_word(name, lang) if label is None else label.in_(lang)

    def low_is_good(self, metric: str) -> bool:
        found = self.metrics.get(metric)
        return found.low_is_good if found is not None else False


class Segment(Strict):
    """One segment of a scheme. Subclasses live one model a file and register themselves."""

    kind: ClassVar[str]
    zh: ClassVar[str]
    short: ClassVar[str] = "metric"
    reads: ClassVar[Literal["numbers", "segments", "attributes", "anything"]] = "numbers"
    """What the names among its `inputs` may stand for."""
    chart: ClassVar[Chart] = "share"
    default_missing: ClassVar[tuple[str, str]] = ("无数据", "No data")
    params_type: ClassVar[type[Params]] = NoParams

    label: Text | None = option(
        None, key="名称",
        zh="在报告中显示的名称", en="name shown in reports", role="label",
    )  # fmt: skip
    labels: dict[str, Text] = option(
        {}, key="标签",
        zh="类的显示名称：类 → 文字，或 {zh: …, en: …}", en="names of the classes: class → text, or {zh: …, en: …}",
        role="label",
    )  # fmt: skip
    missing: Text | None = option(
        None, key="缺失",
        zh="没有所需数值的客户归入的类", en="class of the customers without the numbers this model needs",
        role="label",
    )  # fmt: skip

    def inputs(self) -> tuple[str, ...]:
        """Metrics, attributes and segments of the scheme that must be there first."""
        return ()

    def bind(self, fields: Mapping[str, Field], place: Place) -> tuple[Segment, list[Problem]]:
        """The model with the names in its conditions resolved, and what is wrong with them. `fields` are all that may
        be named: metrics, attributes, and the segments before this one; `place` gives the line of a class."""
        return self, []

    def logic(self, places: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
        """Options whose plain value would hide that two schemes decide alike, as they shall enter the logic hash.
        `places` maps segment → class label → place among its classes."""
        return {}

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

    def all_classes(self, params: Any, scope: Scope) -> list[Class]:
        """The classes in order, the missing one last."""
        return [*self.classes(params, scope), self.missing_class()]

    def class_of(self, label: Any, params: Any, scope: Scope) -> Class | None:
        """The class that stands in the customer table under a label; null if the model knows none of that name."""
        return next((c for c in self.all_classes(params, scope) if c.label(scope.lang) == label), None)

    def named(self, c: Class) -> Class:
        given: Bilingual | None = self.labels.get(c.key)
        return c if given is None else Class(c.key, given.zh, given.en)

    def open_ended(self, scope: Scope) -> bool:
        """Whether some classes are only known after the fit."""
        return False

    def occurring(self, classes: list[Class], labels: Collection[str], lang: Lang) -> list[Class]:
        """Which classes a share table shows: all of them, or where there are very many those with customers."""
        return classes

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
        """How each class (by key) is decided, in words; the classes in the order in which they are asked."""
        raise NotImplementedError

    def by_label(self, classes: Sequence[Class], params: Any, scope: Scope, lang: Lang) -> dict[str, str]:
        """`sentences` by what the classes are called."""
        called = {c.key: c.label(lang) for c in classes}
        said = self.sentences(params, scope, lang)
        return {called[key]: sentence for key, sentence in said.items() if key in called}

    def why(self, params: Any, scope: Scope) -> Why:
        """The numbers and cuts behind any class of this model."""
        return Why(self.inputs(), {})

    def notes(self, params: Any, scope: Scope, place: str) -> Sequence[Problem]:
        """What should be said of a fit that stopped nothing; `place` is where the segment stands in the scheme."""
        return ()

    def tests(self) -> Sequence[tuple[str, Condition]]:
        """(class, comparison) for every comparison that is tried, where the model decides by conditions."""
        return ()

    def reason(self, c: Class | None, row: Mapping[str, Any], params: Any, scope: Scope, lang: Lang) -> str:
        """The sentence that put one customer into the class `c`. `row` has the customer's numbers and classes."""
        if c is not None and c.key != "missing":
            return self.sentences(params, scope, lang).get(c.key, "")
        numbers = list(self.why(params, scope).numbers)
        lacking = [n for n in numbers if row.get(n, row.get(f"@{n.removeprefix('@')}")) is None] or numbers
        sep = "、" if lang == "zh" else ", "
        return text("segments.lacking", lang, names=sep.join(scope.number(n, lang) for n in lacking))


@dataclass(frozen=True)
class Why:
    """`numbers` are columns of the customer table; `cuts` maps a metric to its cuts, in the order they are tried;
    `between` says that they lie between customers' values, as means do."""

    numbers: Sequence[str]
    cuts: Mapping[str, Sequence[Any]]
    between: bool = False


S = TypeVar("S", bound=type[Segment])
REGISTRY: Registry[type[Segment]] = Registry("custrata.core.segments", "custrata.segments")
segment = REGISTRY.register


def pick(key: Any, classes: Sequence[Class], missing: Class, lang: Lang) -> Any:
    """The label of the class whose key a row-wise text gives; the missing label where it is null."""
    return key.cases(*((c.key, c.label(lang)) for c in classes), else_=missing.label(lang))


def found_in_data(words: Sequence[str], taken: Collection[Class]) -> list[Class]:
    """Classes for values of the data. A value that is called as one of the model's own classes (or as its missing
    class) is put in quotes, so that the two stay apart."""
    own = {name for c in taken for name in (c.key, c.zh, c.en)}
    return [Class(f"“{w}”", f"“{w}”", f"“{w}”") if w in own else Class(w, w, w) for w in words]
