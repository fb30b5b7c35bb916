"""How customers and spend fall on the classes of every segment and ladder, asked in one question."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from custrata.locale import Lang
from custrata.report.tables import kind_name
from custrata.usecases.levels.shares import level_rules
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result

#: Rules that are told of one segment.
_RULES = 30


@dataclass(frozen=True)
class Part:
    """A class: its customers, and its shares 0..1 of customers and of spend (null where the total is not positive)."""

    class_: str
    key: str
    customers: int
    customer_share: float | None
    spend_share: float | None


@dataclass(frozen=True)
class Composition:
    """A segment or ladder: what it is called, its classes in order (of a cross those that occur), and in words how it
    decides."""

    name: str
    title: str
    kind: str
    rows: tuple[Part, ...]
    rules: tuple[str, ...]
    spend: str
    """What the metric is called whose shares are shown."""


def compositions(result: Result, lang: Lang) -> list[Composition]:
    """All of them, in the order of the scheme."""
    names, t = result.classified, result.labelled(*result.classified)
    counts = [
        t.group_by(class_=t[n]).aggregate(customers=t.count(), spend=t[result.scheme.basis("monetary", n)].sum())
        .mutate(segment=ibis.literal(n)).select("segment", "class_", "customers", "spend")
        for n in names
    ]  # fmt: skip
    found: dict[str, dict[str, Any]] = {n: {} for n in names}
    for r in result.engine.rows(ibis.union(*counts) if len(counts) > 1 else counts[0]) if counts else []:
        found[r["segment"]][r["class_"]] = r
    return [_composition(result, n, found[n], lang) for n in names]


def _composition(result: Result, name: str, found: dict[str, Any], lang: Lang) -> Composition:
    classes, missing = result.segment_class_labels(name)
    used, segment = result.scheme.lang, result.scheme.segments.get(name)
    there = segment.occurring(classes, set(found), used) if segment is not None else classes
    listed = {c.label(used): c for c in there}
    if missing.label(used) in found:
        listed[missing.label(used)] = missing
    customers = sum(r["customers"] for r in found.values())
    spend = sum((Decimal(str(r["spend"] or 0)) for r in found.values()), Decimal(0))
    rows = []
    for label in dict.fromkeys([*listed, *sorted(set(found) - set(listed))]):
        own = found.get(label, {"customers": 0, "spend": 0})
        known = listed.get(label)
        rows.append(Part(
            known.label(lang) if known else label, known.key if known else label, own["customers"],
            own["customers"] / customers if customers else None,
            float(Decimal(str(own["spend"] or 0)) / spend) if spend > 0 else None,
        ))  # fmt: skip
    kind = kind_name(segment.kind if segment is not None else "ladder", lang)
    title, metric = segment_title(result.scheme, name, lang), result.scheme.basis("monetary", name)
    called = result.metric_note(metric, lang).title
    return Composition(name, title, kind, tuple(rows), _rules(result, name, lang), called)


def _rules(result: Result, name: str, lang: Lang) -> tuple[str, ...]:
    if name in result.scheme.levels:
        return tuple(level_rules(result.scheme.levels[name], lang))
    scope = result.scheme.scope(name, result.as_of, result.params)
    segment, colon = result.scheme.segments[name], "：" if lang == "zh" else ": "
    classes, _ = result.segment_class_labels(name)
    said = segment.by_label(classes, result.params[name], scope, lang)
    return tuple(f"{label}{colon}{sentence}" for label, sentence in said.items())[:_RULES]
