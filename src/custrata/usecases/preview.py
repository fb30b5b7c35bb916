"""What other cuts, or another scheme, would change: who would be in which class, over the customers of a published run.

Nothing is read but the run, so that it can be asked while somebody turns a cut: the model is fitted among everybody
where it needs that, everybody is assigned, and one question counts old class against new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import RATIO
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Class, Segment
from custrata.core.segments.fitting import assign_all, fit_all
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked, attributes
from custrata.usecases.customers.veil import hidden_columns
from custrata.usecases.look import Result

_WAS = "was|"


@dataclass(frozen=True)
class Flow:
    """Customers of one class now (null: the segment is new) and one class then, and their spend."""

    before: str | None
    after: str
    customers: int
    spend: Decimal

    @property
    def moves(self) -> bool:
        return self.before is not None and self.before != self.after


@dataclass(frozen=True)
class Beside:
    """A class now and then. It is null in `was` where it is new, in `will` where it is no longer."""

    label: str
    was: tuple[int, Decimal] | None
    will: tuple[int, Decimal] | None


@dataclass(frozen=True)
class Preview:
    """One segment as it is and as it would be; labels in the reader's language, classes in the order of the model."""

    name: str
    classes: tuple[Beside, ...]
    flows: tuple[Flow, ...]
    rules: Mapping[str, str]
    """Class → how it would be decided, in words."""
    new: bool = False

    @property
    def customers(self) -> int:
        return sum(f.customers for f in self.flows)

    @property
    def spend(self) -> Decimal:
        return sum((f.spend for f in self.flows), Decimal(0))

    @property
    def moved(self) -> int:
        """How many customers would be in another class."""
        return sum(f.customers for f in self.flows if f.moves)

    @property
    def moved_spend(self) -> Decimal:
        """What those spend who would be in another class."""
        return sum((f.spend for f in self.flows if f.moves), Decimal(0))

    def between(self, before: str, after: str) -> int:
        return next((f.customers for f in self.flows if (f.before, f.after) == (before, after)), 0)


@dataclass(frozen=True)
class Lacking:
    """A segment that only a run can tell: it reads what the published run does not hold, or reads it otherwise."""

    name: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class SchemePreview:
    """A whole scheme over the customers of a run."""

    segments: tuple[Preview, ...]
    """Those in which something changes."""
    lacking: tuple[Lacking, ...]
    removed: tuple[str, ...]
    facts: bool
    """Whether it reads the facts otherwise (sources, identity, what is a purchase, the as-of date), so that every
    number may change: then only a run can tell."""
    levels: bool
    """Whether a ladder is changed, added or removed; a plan tells who would move."""


def preview(result: Result, name: str, model: Segment, lang: Lang) -> Preview:
    """A segment of a run beside the same with another model, for the customers that the reader may see."""
    changed = replace(result.scheme, segments={**result.scheme.segments, name: model}, order=(name,))
    return _previews(result, changed, lang, [name])[0]


def preview_scheme(result: Result, changed: Scheme, lang: Lang) -> SchemePreview:
    """Every segment that another scheme would decide otherwise, as far as the numbers of the run can tell."""
    ours = result.scheme
    facts = any(getattr(ours, part) != getattr(changed, part) for part in _FACTS)
    other: dict[str, None] = {}
    renamed: set[str] = set()
    lacking: list[Lacking] = []
    hidden = hidden_columns(result)
    for name in () if facts else changed.order:
        model, before = changed.segments[name], ours.segments.get(name)
        inputs = set(model.inputs())
        reads = changed.reads(name)
        unknown = tuple(n for n in reads if not _there(result, changed, n))
        own = any(f"{name}.{k}" not in result.customers.columns for k in model.own_metrics())
        changes = before is None or _decides(before) != _decides(model) or bool(inputs & set(other))
        # Whoever may not see a number must not learn it by asking who would move.
        veiled = tuple(n for n in reads if n.removeprefix("@") in hidden) if changes else ()
        if unknown or own or veiled or any(x.name in inputs for x in lacking):
            lacking.append(Lacking(name, unknown or veiled))
        elif changes:
            other[name] = None
        elif _names(before) != _names(model) or inputs & renamed:
            # Rules that name its classes read the new names, so it is assigned as well; but nobody moves.
            renamed.add(name)
    wanted = tuple(n for n in changed.order if n in other or n in renamed)
    found = _previews(result, replace(changed, order=wanted), lang, list(other)) if other else []
    return SchemePreview(
        tuple(p for p in found if p.moved or p.new), tuple(lacking),
        tuple(n for n in ours.segments if n not in changed.segments), facts, ours.levels != changed.levels,
    )  # fmt: skip


#: Parts of a scheme by which facts are read.
_FACTS = ("purchase", "sources", "identity", "currency", "timezone", "as_of")


def _there(result: Result, changed: Scheme, name: str) -> bool:
    """Whether a run holds what a segment reads, under the same meaning."""
    bare = name.removeprefix("@")
    if name in changed.metrics:
        return name in result.customers.columns and result.scheme.metrics.get(name) == changed.metrics[name]
    return bare in attributes(result)


def _decides(model: Segment) -> tuple[str, Mapping[str, Any]]:
    return model.kind, model.decides_and_names()[0]


def _names(model: Segment | None) -> Mapping[str, Any]:
    return model.decides_and_names()[1] if model is not None else {}


def _previews(result: Result, changed: Scheme, lang: Lang, told: Sequence[str]) -> list[Preview]:
    """Some of the segments in `changed.order` as they are and as they would be."""
    names = {n.removeprefix("@") for name in changed.order for n in changed.reads(name)}
    names |= {n for name in changed.order for n in changed.segments[name].inputs()}
    seen = _exact(asked(result, names | set(changed.order)))
    everybody = seen
    if result.everybody is not None:
        whole = replace(result, customers=result.everybody, everybody=None)
        everybody = _exact(asked(whole, names))
    params = {**result.params, **fit_all(changed, everybody, result.as_of, result.engine, result.params)}
    own = {c for name in changed.order for c in seen.columns if c.startswith(f"{name}.")}
    own -= set(changed.own_metrics())
    t: Any = seen.mutate(
        **{f"{_WAS}{n}": seen[n] if n in result.scheme.segments else ibis.null(dt.string) for n in changed.order}
    ).drop(*own)
    t = assign_all(changed, t, params, result.as_of)
    return [_told(result, changed, params, n, t, lang) for n in told]


def _exact(t: Any) -> ir.Table:
    """Ratios as the decimals that a run assigns by; it publishes them as floats."""
    return t.mutate(**{c: t[c].round(9).cast(RATIO) for c, kind in t.schema().items() if kind.is_floating()})


def _told(
    result: Result, changed: Scheme, params: Mapping[str, Any], name: str, t: Any, lang: Lang
) -> Preview:
    spend = result.scheme.basis("monetary", name if name in result.scheme.segments else None)
    by = t.group_by(before=t[f"{_WAS}{name}"], after=t[name]).aggregate(customers=t.count(), spend=t[spend].sum())
    scope, model = changed.scope(name, result.as_of, params), changed.segments[name]
    classes = [*model.classes(params[name], scope), model.missing_class()]
    new = name not in result.scheme.segments
    before = [] if new else [*result.segment_class_labels(name)[0], result.segment_class_labels(name)[1]]
    then = {c.label(changed.lang): c.label(lang) for c in classes}
    now = {c.label(result.scheme.lang): c.label(lang) for c in before}
    flows = sorted(
        (
            Flow(now.get(r["before"], r["before"]), then.get(r["after"], r["after"]), r["customers"],
                 Decimal(str(r["spend"] or 0)))
            for r in result.engine.rows(by)
        ),
        key=lambda f: (-f.customers, str(f.before), f.after),
    )  # fmt: skip
    rules = model.by_label(classes, params[name], scope, lang)
    return Preview(name, tuple(_beside(classes, before, flows, lang)), tuple(flows), rules, new)


def _beside(classes: Sequence[Class], before: Sequence[Class], flows: Sequence[Flow], lang: Lang) -> list[Beside]:
    """Classes of either side, those that will be first; the missing one only where somebody is in it."""
    is_, was_ = ({c.label(lang): c.key for c in side} for side in (classes, before))
    labels = dict.fromkeys([*is_, *was_, *(f.before for f in flows if f.before), *(f.after for f in flows)])
    found = []
    for label in labels:
        was, will = (_sum(flows, side, label) for side in ("before", "after"))
        if (is_.get(label, was_.get(label)) == "missing") and not was[0] and not will[0]:
            continue
        found.append(
            Beside(label, was if label in was_ or was[0] else None, will if label in is_ or will[0] else None)
        )
    return found


def _sum(flows: Sequence[Flow], side: str, label: str) -> tuple[int, Decimal]:
    own = [f for f in flows if getattr(f, side) == label]
    return sum(f.customers for f in own), sum((f.spend for f in own), Decimal(0))
