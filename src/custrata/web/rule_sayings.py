"""Conditions to begin with: made of the metrics and classes that this scheme has, with amounts of its own customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import ibis.expr.datatypes as dt

from custrata.core.conditions import parse
from custrata.core.conditions.write import quoted, written
from custrata.locale import Lang, text
from custrata.usecases.condition_labels import with_labels
from custrata.usecases.customers.asked import fields
from custrata.usecases.look import Result
from custrata.web.page import address
from custrata.web.rule_fields import RuleField, rule_fields

#: Customers above this share of all are told to be large.
_LARGE = 0.8
_LONG = 90


@dataclass(frozen=True)
class Saying:
    """Whom a condition finds, the condition as it can be typed, and the address of the builder with it."""

    whom: str
    said: str
    href: str


def rule_examples(result: Result, fields: Mapping[str, RuleField], lang: Lang) -> list[Saying]:
    """Up to three: who spends much and has not come for long; who comes often and is of the best class no more; a value
    of an attribute. What the scheme has no fields for is left out."""
    spend, orders, recency = (_basis(result, kind, fields) for kind in ("monetary", "frequency", "recency"))
    best = next((f for f in fields.values() if _kind(result, f.name) == "rfm" and f.choices), None)
    where = {}
    if spend and recency and (much := _large(result, spend, lang)):
        where["lapsed"] = f"{spend} >= {much} and {recency} > {_LONG}"
    if orders and best and (often := _large(result, orders, lang)):
        where["often"] = f"{orders} >= {often} and not ({best.name} = {quoted(best.choices[0][0])})"
    attribute = next((f for f in fields.values() if f.group == "attributes" and len(f.choices) > 1), None)
    if attribute and spend:
        values = ", ".join(quoted(v) for v, _ in attribute.choices[:2])
        where["attribute"] = f"{attribute.name} in ({values}) and {spend} > 0"
    return [
        Saying(
            text(f"web_segments.example.{key}", lang, field=attribute.title if attribute else ""),
            with_labels(_in_words(said, lang), result.scheme, lang),
            address("rules") + "?" + urlencode({"where": said}),
        )
        for key, said in where.items()
    ]


def scope_example(result: Result, lang: Lang) -> str:
    """A condition that limits what somebody may see, of an attribute or class that this scheme has; '' without any."""
    offered = rule_fields(result, fields(result), lang)
    chosen = [f for f in offered.values() if len(f.choices) > 1]
    first = next((f for f in chosen if f.group == "attributes"), chosen[0] if chosen else None)
    if first is None:
        return ""
    return with_labels(_in_words(f"{first.name} = {quoted(first.choices[0][0])}", lang), result.scheme, lang)


def _in_words(said: str, lang: Lang) -> str:
    return written(parse(said), lang)


def _basis(result: Result, kind: str, fields: Mapping[str, RuleField]) -> str:
    """The usual metric of a kind, where the scheme has one and the run published it; else ''."""
    if not any(m.kind == kind for m in result.scheme.metrics.values()):
        return ""
    name = result.scheme.basis(kind)
    return name if name in fields else ""


def _kind(result: Result, name: str) -> str:
    found = result.scheme.segments.get(name)
    return "" if found is None else found.kind


def _large(result: Result, name: str, lang: Lang) -> str:
    """What the largest fifth of the customers have at least, in one figure that is easily said; '' where it is none."""
    column: Any = result.customers[name].cast(dt.float64)
    found = result.engine.rows(result.customers.aggregate(v=column.quantile(_LARGE)))[0]["v"]
    if found is None or found < 1:
        return ""
    exact = Decimal(int(found))
    whole = int(exact.quantize(Decimal(1).scaleb(exact.adjusted())))
    return f"{whole // 10_000}万" if lang == "zh" and whole >= 10_000 else str(whole)
