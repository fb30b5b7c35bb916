"""A metric as people are told of it beside its figures."""

from __future__ import annotations

from datetime import date

from custrata.core.measure.model import MetricNote
from custrata.core.metrics.base import Context
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text


def metric_note(scheme: Scheme, as_of: date, name: str, lang: Lang) -> MetricNote:
    """A metric under the name that the scheme gives it, with its unit and the days that it counts; no days where each
    customer has his own."""
    metric = scheme.metrics[name]
    own = metric.window.own
    first, last = (None, None) if own else metric.bounds(Context(as_of, scheme.purchase.by))
    unit = "weeks" if getattr(metric, "in_", "") == "weeks" else getattr(metric, "unit_", metric.unit)
    kind = metric.zh if lang == "zh" else metric.kind.replace("_", " ")
    window = None if first is None or last is None else (first, last)
    label = metric.label.in_(lang) if metric.label is not None else ""
    return MetricNote(name, kind, metric.sentence(lang), text(f"metrics.unit.{unit}", lang), window, label, own)
