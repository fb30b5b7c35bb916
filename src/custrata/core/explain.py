"""Why a customer is in a class: the numbers, the cuts, the rule that decided, and the facts behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from custrata.core.metrics.base import Context, window_text
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Params, Scope, Why
from custrata.core.segments.shown import cut_text, unit_of
from custrata.locale import Lang, text


@dataclass(frozen=True)
class MetricValue:
    """One number of a customer; `first` and `last` are the days that count (no first day: lifetime; no last day
    either: no day of this customer's)."""

    name: str
    kind: str
    value: Any
    unit: str
    sentence: str
    window: str
    first: date | None
    last: date | None
    because: str = ""
    """Of a prediction: what the customer did that it comes from, and what follows; '' of what is counted."""


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
    cuts_shown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The cuts as people read them: `custrata.core.segments.shown`."""


@dataclass(frozen=True)
class Explanation:
    """Everything behind the classes of one customer."""

    customer_id: str
    as_of: date
    metrics: Sequence[MetricValue]
    classes: Sequence[ClassReason]
    orders: Sequence[Mapping[str, Any]]
    orders_total: int
    interactions: Sequence[Mapping[str, Any]] = ()
    """The latest ones: id, kind, day, closed_at, open, status, value, product_id."""
    interactions_total: int = 0
    assets: Sequence[Mapping[str, Any]] = ()
    """What is held: kind, day, value."""
    asked: str | None = None
    """The id that was asked for, where it counts under `customer_id` now: a merged customer, or a subsidiary."""
    corrections: Sequence[Mapping[str, Any]] = ()
    """What people corrected in the profile: column, value, source (what it said), who, at, reason."""


@dataclass(frozen=True)
class Evidence:
    """Facts of one customer: the latest of each kind of them, and how many there are."""

    orders: Sequence[Mapping[str, Any]] = ()
    orders_total: int = 0
    interactions: Sequence[Mapping[str, Any]] = ()
    interactions_total: int = 0
    assets: Sequence[Mapping[str, Any]] = ()


def atom_columns(scheme: Scheme, table: Any) -> dict[str, Any]:
    """Row-wise truth of every comparison in every rule, as `?segment?index`."""
    return {
        f"?{name}?{i}": comparison.expression(table)
        for name, segment in scheme.segments.items()
        for i, (_, comparison) in enumerate(segment.tests())
    }


def explain_row(
    scheme: Scheme, params: Mapping[str, Params], as_of: date, row: Mapping[str, Any], told: Evidence, lang: Lang,
    joined: date | None = None,
) -> Explanation:  # fmt: skip
    """The explanation of one row of the customer table (with `atom_columns`) of a customer who joined on a day."""
    context = Context(as_of, scheme.purchase.by)
    metrics = []
    for name, metric in scheme.metrics.items():
        first, last = metric.days_of(joined, context) or (None, None)
        unit = getattr(metric, "unit_", metric.unit)
        window = window_text(metric.window, lang)
        metrics.append(MetricValue(name, metric.kind, row[name], unit, metric.sentence(lang), window, first, last))
    classes = [_reason(scheme, name, params, as_of, row, lang) for name in scheme.segments]
    shown = [{**order, "order_id": _document(order, lang)} for order in told.orders]
    return Explanation(
        str(row["customer_id"]), as_of, metrics, classes, shown, told.orders_total,
        told.interactions, told.interactions_total, told.assets,
    )  # fmt: skip


def _cut(cut: Any, name: str, why: Why, scope: Scope) -> str:
    if not isinstance(cut, Decimal):
        return str(cut)
    return cut_text(cut, unit_of(scope, name), between=why.between, down=scope.low_is_good(name))


def _document(order: Mapping[str, Any], lang: Lang) -> Any:
    """How people call an order: by its number; a return that is of no order and has no number, by its day."""
    number = order["order_id"]
    return text("segments.returned_on", lang, day=order["day"].isoformat()) if number is None else number


def _reason(
    scheme: Scheme, name: str, params: Mapping[str, Params], as_of: date, row: Mapping[str, Any], lang: Lang
) -> ClassReason:
    segment, scope = scheme.segments[name], scheme.scope(name, as_of, params)
    label = row[name]
    found = segment.class_of(label, params[name], scope)
    why = segment.why(params[name], scope)
    numbers = {n.removeprefix("@"): row.get(n, row.get(f"@{n}")) for n in why.numbers}
    cuts = {n: [c for c in cuts if c is not None] for n, cuts in why.cuts.items()}
    tried = [
        (class_, comparison.text(lang), row.get(f"?{name}?{i}"))
        for i, (class_, comparison) in enumerate(segment.tests())
    ]
    return ClassReason(
        name, segment.kind, found.label(lang) if found else label, found.key if found else label,
        segment.reason(found, row, params[name], scope, lang), numbers, cuts, tried,
        {n: [_cut(c, n, why, scope) for c in cs] for n, cs in cuts.items()},
    )  # fmt: skip
