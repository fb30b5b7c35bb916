"""What people call the columns of customers and the numbers behind a class, whatever a scheme calls them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from custrata.core.explain import ClassReason
from custrata.core.metrics.base import window_text
from custrata.core.names import attribute_label as called_by
from custrata.core.names import number_word
from custrata.core.scheme.model import Scheme
from custrata.core.strict import Bilingual
from custrata.locale import Lang, text
from custrata.usecases.listing import segment_title

#: Units of numbers of a segment's own that are no metrics.
_UNITS = {"rhythm": "days", "next_on": "date"}


@dataclass(frozen=True)
class Number:
    """A number, date or class behind a decision: what it is called and its `unit` (money, ratio, count, days, date,
    text, or '' of what has none)."""

    title: str
    unit: str
    value: Any


def attribute_title(scheme: Scheme, name: str, lang: Lang) -> str:
    """What a column of the customers is called: a usual one by its word, another one by the heading that the data give
    it, where the scheme only has an abbreviation of it.

    >>> from custrata.core.scheme.model import Scheme
    >>> customers = "{file: c.csv, columns: {customer_id: 编号, wx: 微信, city: 市}}"
    >>> scheme = Scheme.parse(f"scheme: s\\nsources: {{customers: {customers}}}")
    >>> [attribute_title(scheme, name, "zh") for name in ("city", "wx", "区域")]
    ['城市', '微信', '区域']
    """
    label = attribute_label(scheme, name)
    return name if label is None else label.in_(lang)


def attribute_label(scheme: Scheme, name: str) -> Bilingual | None:
    """The same in both languages; null where it is called by its name."""
    source = scheme.sources.customers
    heading = source.columns.get(name) if source is not None else None
    return called_by(name, str(heading) if heading else None)


def class_words(scheme: Scheme, name: str, lang: Lang) -> dict[str, str]:
    """Label of a class as the scheme has it → its label in a language, of a segment whose classes the scheme alone
    tells."""
    segment, scope = scheme.segments[name], scheme.scope(name, date.min, {})
    if segment.open_ended(scope):
        return {}
    every = [*segment.all_classes(None, scope), segment.missing_class()]
    return {c.label(scheme.lang): c.label(lang) for c in every}


def numbers_of(scheme: Scheme, reason: ClassReason, lang: Lang) -> Iterator[Number]:
    """The numbers behind a class, as people call and write them."""
    segment = scheme.segments.get(reason.segment)
    own = {} if segment is None else segment.own_metrics()
    for name, value in reason.numbers.items():
        suffix = name.removeprefix(f"{reason.segment}.")
        if suffix != name:
            metric, title = own.get(suffix), number_word(suffix, lang)
            if metric is not None and metric.window.unit != "lifetime":
                title = text("names.number.within", lang, title=title, window=window_text(metric.window, lang))
            unit = _UNITS.get(suffix, "") if metric is None else str(getattr(metric, "unit_", metric.unit))
            yield Number(title, unit, value)
        elif name in scheme.metrics:
            model = scheme.metrics[name]
            title = model.label.in_(lang) if model.label is not None else name
            yield Number(title, str(getattr(model, "unit_", model.unit)), value)
        elif name in scheme.segments or name in scheme.levels:
            yield Number(segment_title(scheme, name, lang), "text", value)
        else:
            yield Number(attribute_title(scheme, name, lang), "date" if isinstance(value, date) else "", value)
