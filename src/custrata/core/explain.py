"""Why a customer is in a class: the numbers, the cuts, the rule that decided, and the orders behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from custrata.core.metrics.base import Context, window_text
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Class, Params, Segment
from custrata.core.segments.matrix import Matrix
from custrata.core.segments.rules import Rules
from custrata.locale import Lang, text


@dataclass(frozen=True)
class MetricValue:
    """One number of a customer; `first` and `last` are the days that count (no first day: lifetime)."""

    name: str
    kind: str
    value: Any
    unit: str
    sentence: str
    window: str
    first: date | None
    last: date


@dataclass(frozen=True)
class ClassReason:
    """One class of a customer: `rule` is the sentence that decided; `conditions` tells part by part what holds
    (null: it could not be said, a number is missing)."""

    segment: str
    kind: str
    class_: str
    key: str
    rule: str
    numbers: Mapping[str, Any]
    cuts: Mapping[str, Sequence[Any]]
    conditions: Sequence[tuple[str, str, bool | None]] = field(default=())
    """(class tried, condition, whether it holds)."""


@dataclass(frozen=True)
class Explanation:
    """Everything behind the classes of one customer."""

    customer_id: str
    as_of: date
    metrics: Sequence[MetricValue]
    classes: Sequence[ClassReason]
    orders: Sequence[Mapping[str, Any]]
    orders_total: int


def atom_columns(scheme: Scheme, table: Any) -> dict[str, Any]:
    """Row-wise truth of every comparison in every rule, as `?segment?class?index`."""
    return {
        f"?{name}?{class_}?{i}": atom.expression(table)
        for name, segment in scheme.segments.items()
        if isinstance(segment, Rules)
        for class_, condition in segment.conditions.items()
        for i, atom in enumerate(condition.atoms())
    }


def explain_row(
    scheme: Scheme, params: Mapping[str, Params], as_of: date, row: Mapping[str, Any],
    orders: Sequence[Mapping[str, Any]], orders_total: int, lang: Lang,
) -> Explanation:  # fmt: skip
    """The explanation of one row of the customer table (with `atom_columns`)."""
    context = Context(as_of, scheme.purchase.by)
    metrics = []
    for name, metric in scheme.metrics.items():
        first, last = metric.bounds(context)
        unit = getattr(metric, "unit_", metric.unit)
        window = window_text(metric.window, lang)
        metrics.append(MetricValue(name, metric.kind, row[name], unit, metric.sentence(lang), window, first, last))
    classes = [_reason(scheme, name, params, as_of, row, lang) for name in scheme.segments]
    return Explanation(str(row["customer_id"]), as_of, metrics, classes, orders, orders_total)


def _reason(
    scheme: Scheme, name: str, params: Mapping[str, Params], as_of: date, row: Mapping[str, Any], lang: Lang
) -> ClassReason:
    segment, scope = scheme.segments[name], scheme.scope(name, as_of, params)
    label = row[name]
    found = _class_of(segment, label, params[name], scope)
    why = segment.why(params[name], scope)
    numbers = {n.removeprefix("@"): row.get(n, row.get(f"@{n}")) for n in why.numbers}
    cuts = {n: [c for c in cuts if c is not None] for n, cuts in why.cuts.items()}
    shown = found.label(lang) if found else label
    if isinstance(segment, Matrix):
        rule = text("conditions.and", lang).join(f" {n} = {row[n]} " for n in segment.segments).strip()
    elif found is None or found == segment.missing_class():
        lacking = [n for n, value in numbers.items() if value is None] or list(numbers)
        key = "segments.unmatched" if isinstance(segment, Rules) else "segments.lacking"
        rule = text(key, lang, names=", ".join(lacking))
    else:
        rule = segment.sentences(params[name], scope, lang).get(found.key, "")
    return ClassReason(name, segment.kind, shown, found.key if found else label, rule, numbers, cuts,
                       _conditions(segment, name, row, lang))  # fmt: skip


def _class_of(segment: Segment, label: Any, params: Params, scope: Any) -> Class | None:
    for c in [*segment.classes(params, scope), segment.missing_class()]:
        if c.label(scope.lang) == label:
            return c
    return None


def _conditions(segment: Segment, name: str, row: Mapping[str, Any], lang: Lang) -> list[tuple[str, str, bool | None]]:
    if not isinstance(segment, Rules):
        return []
    return [
        (class_, atom.text(lang), row.get(f"?{name}?{class_}?{i}"))
        for class_, condition in segment.conditions.items()
        for i, atom in enumerate(condition.atoms())
    ]
