"""Cuts and rules of a scheme that tell no customers apart any more, and classes of nobody or of nearly everybody.

Only cuts that somebody wrote are looked at here: those that a fit finds move with the customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custrata.core.conditions.tree import plain
from custrata.core.cuts import Bound
from custrata.core.facts.columns import RATIO
from custrata.core.measure.drift import NEARLY, Drift, LostCut, lost_its_meaning
from custrata.core.segments.rules import Rules
from custrata.core.segments.size import Size
from custrata.core.segments.thresholds import Thresholds
from custrata.locale import Lang
from custrata.usecases.drift_bins import metrics_of, redefined
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result

#: A class had somebody if it had this share.
_SOMEBODY = 0.01


def lost_cuts(now: Result, before: Result, found: list[Drift], lang: Lang) -> list[LostCut]:
    """What tells no customers apart, in the order of the scheme."""
    by_name = {d.name: d for d in found if d.what != "metric"}
    cuts = list(_cuts(now, before, lang))
    sides = [_shares(result, cuts) for result in (before, now)]
    lost: dict[str, list[LostCut]] = {}
    for i, (name, said, _) in enumerate(cuts):
        was, is_ = sides[0][i], sides[1][i]
        if was is not None and is_ is not None and lost_its_meaning(was, is_):
            title = segment_title(now.scheme, name, lang)
            lost.setdefault(name, []).append(LostCut(name, title, "cut", said, was, is_))
    for name, drift in by_name.items():
        lost.setdefault(name, []).extend(_classes(now, drift, lang))
    return [cut for name in now.classified for cut in lost.get(name, ())]


def _classes(now: Result, drift: Drift, lang: Lang) -> Iterator[LostCut]:
    a, b = (sum(getattr(p, side) for p in drift.parts) for side in ("before", "now"))
    if not a or not b:
        return
    open_ended = drift.name in now.scheme.segments and now.scheme.segments[drift.name].open_ended(
        now.scheme.scope(drift.name, now.as_of, now.params)
    )
    # A class that the scheme took out, or calls otherwise now, is no class without customers.
    there = {c.label(lang) for c in now.segment_class_labels(drift.name)[0]}
    for part in drift.parts:
        was, is_ = part.before / a, part.now / b
        if not part.now and was >= _SOMEBODY and part.label in there and not open_ended:
            yield LostCut(drift.name, drift.title, "empty", part.label, was, is_)
        elif is_ >= NEARLY > was:
            # One that always held them is what its rule is for: a list of few beside all others.
            yield LostCut(drift.name, drift.title, "everybody", part.label, was, is_)


def _cuts(now: Result, before: Result, lang: Lang) -> Iterator[tuple[str, str, Any]]:
    """(segment, comparison in words, comparison over a table) of every written cut of numbers that both runs have."""
    metrics = now.scheme.metrics
    known = {n for n in metrics_of(now, before) if not redefined(metrics[n], before.scheme.metrics[n])}
    for name, model in now.scheme.segments.items():
        scope = now.scheme.scope(name, now.as_of, now.params)
        if isinstance(model, Thresholds) and model.metric in known:
            called = scope.called(model.metric, lang)
            for bound in model.classes_.values():
                if bound.value is not None:
                    yield name, bound.text(called, lang), _holds(model.metric, bound)
        elif isinstance(model, Size):
            for metric, pair in model.metrics.items():
                if metric in known:
                    for least in pair:
                        said = f"{scope.called(metric, lang)} ≥ {plain(least)}"
                        yield name, said, _holds(metric, Bound("from", least))
        elif isinstance(model, Rules):
            seen = set()
            for _, atom in model.tests():
                said = atom.text(lang)
                if said not in seen and set(atom.names()) <= known and _numeric(now, atom.names()):
                    seen.add(said)
                    yield name, said, atom.expression


def _holds(metric: str, bound: Bound) -> Any:
    return lambda t: bound.holds(t[metric])


def _numeric(result: Result, names: Any) -> bool:
    return all(result.customers[n].type().is_numeric() for n in names)


def _shares(result: Result, cuts: list[tuple[str, str, Any]]) -> list[float | None]:
    """The share of customers of whom each holds, among those of whom it can be said."""
    if not cuts:
        return []
    t: Any = result.customers
    t = t.mutate(**{c: t[c].round(9).cast(RATIO) for c, kind in t.schema().items() if kind.is_floating()})
    asked: dict[str, Any] = {}
    for i, (_, _, holds) in enumerate(cuts):
        said = holds(t)
        asked |= {f"n{i}": said.count(), f"y{i}": said.cast("int64").sum()}
    row = result.engine.rows(t.aggregate(**asked))[0]
    return [int(row[f"y{i}"] or 0) / row[f"n{i}"] if row[f"n{i}"] else None for i in range(len(cuts))]
