"""Customers of two runs in the classes of a segment: as both published them, by the cuts of the earlier run where cuts
are found anew in every run, and who went from which class to which."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.facts.columns import RATIO
from custrata.core.measure.drift import Drift, Moves, Part, What
from custrata.core.segments.base import Class, NoParams
from custrata.locale import Lang
from custrata.usecases.customers.asked import attributes
from custrata.usecases.drift_bins import redefined
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result

#: Classes that a matrix of moves has room for.
_MOST = 14


def segments_of(now: Result, before: Result) -> list[str]:
    """Segments and ladders that both runs have, without crosses: they say nothing that their parts do not."""
    return [n for n in now.classified if n in before.classified and not crossed(now, n)]


def crossed(result: Result, name: str) -> bool:
    return name in result.scheme.segments and result.scheme.segments[name].reads == "segments"


def classes(now: Result, before: Result, name: str, lang: Lang) -> Drift:
    """A segment or ladder of both runs."""
    listed = {c.key: c.label(lang) for result in (before, now) for c in _all(result, name)}
    order = list(dict.fromkeys([*(c.key for c in _all(now, name)), *(c.key for c in _all(before, name))]))
    was, is_ = _counts(before, name), _counts(now, name)
    order += [key for key in (*is_, *was) if key not in listed]
    kept = _by_earlier_cuts(now, before, name)
    what: What = "ladder" if name in now.scheme.levels else "segment"

    def parts(after: dict[str, int]) -> tuple[Part, ...]:
        # Who has no class is a class of its own, and stands there only where there is somebody.
        there = [k for k in dict.fromkeys([*order, *after]) if k != "missing" or k in was or k in after]
        return tuple(Part(listed.get(k, k), was.get(k, 0), after.get(k, 0), k == "missing") for k in there)

    title = segment_title(now.scheme, name, lang)
    return Drift(name, title, what, parts(is_), _redefined(now, before, name), parts(kept) if kept else ())


def moves(now: Result, before: Result, name: str, lang: Lang) -> Moves | None:
    """Who went where between the runs; null where a segment has more classes than a table has room for. Customers who
    were merged into others since are left out."""
    listed = {c.key: c.label(lang) for result in (before, now) for c in _all(result, name)}
    if len(listed) > _MOST:
        return None
    other: Any = before.labelled(name).select(_who="customer_id", _was=name)
    if before.engine is not now.engine:
        other = now.engine.from_arrow("drift_before", before.engine.arrow(other))
    gone = sorted(set(now.same_as) - set(now.same_as.values()))
    if gone:
        merged = now.engine.from_rows("drift_merged", [(g,) for g in gone], {"gone": "string"})
        other = other.anti_join(merged, other["_who"] == merged.gone)
    t: Any = now.labelled(name).select("customer_id", _is=name)
    both = t.outer_join(other, t.customer_id == other["_who"])
    there, earlier = both.customer_id.notnull(), both["_who"].notnull()
    pairs: dict[tuple[str | None, str | None], int] = {}
    to, from_ = ({c.label(r.scheme.lang): c.label(lang) for c in _all(r, name)} for r in (now, before))
    counted = both.group_by(was=both["_was"], is_=both["_is"], there=there, earlier=earlier).aggregate(n=both.count())
    for r in now.engine.rows(counted):
        was = from_.get(r["was"], r["was"]) if r["earlier"] else None
        is_ = to.get(r["is_"], r["is_"]) if r["there"] else None
        pairs[was, is_] = pairs.get((was, is_), 0) + int(r["n"])
    used = {label for pair in pairs for label in pair if label is not None}
    order = [c.label(lang) for c in _all(now, name) if c.key != "missing" or c.label(lang) in used]
    return Moves(name, segment_title(now.scheme, name, lang), tuple(dict.fromkeys(order)), pairs)


def _all(result: Result, name: str) -> list[Class]:
    own, missing = result.segment_class_labels(name)
    return [*own, missing]


def _counts(result: Result, name: str) -> dict[str, int]:
    """Customers by the key of their class."""
    t: Any = result.labelled(name)
    keys = {c.label(result.scheme.lang): c.key for c in _all(result, name)}
    found: dict[str, int] = {}
    for r in result.engine.rows(t.group_by(label=t[name]).aggregate(n=t.count())):
        key = keys.get(r["label"], str(r["label"]))
        found[key] = found.get(key, 0) + int(r["n"])
    return found


def _by_earlier_cuts(now: Result, before: Result, name: str) -> dict[str, int]:
    """The customers now by the model and the parameters of the earlier run; nothing where those decide the same, or the
    numbers that the model reads are not there or mean something else."""
    model = before.scheme.segments.get(name)
    if model is None or model.params_type is NoParams or model.reads not in ("numbers", "attributes"):
        return {}
    params = before.params[name]
    if params == now.params.get(name):
        return {}
    ours, theirs = now.scheme.metrics, before.scheme.metrics
    for read in model.inputs():
        metric = read in theirs
        if metric and (read not in ours or read not in now.customers.columns or redefined(ours[read], theirs[read])):
            return {}
        if not metric and read.removeprefix("@") not in attributes(now):
            return {}
    own = {f"{name}.{suffix}" for suffix in model.own_metrics()}
    if not own <= set(now.customers.columns) or _redefined(now, before, name):
        return {}
    t: Any = _with_attributes(now, model.inputs())
    t = t.mutate(**{c: t[c].round(9).cast(RATIO) for c, kind in t.schema().items() if kind.is_floating()})
    t = t.drop(*(c for c in t.columns if c.startswith(f"{name}.") and c not in own))
    scope = before.scheme.scope(name, now.as_of, before.params)
    t = t.mutate(**{f"{name}.{suffix}": v for suffix, v in model.numbers(t, params, scope).items()})
    label = model.assign(t, params, scope).cast(dt.string)
    keys = {c.label(before.scheme.lang): c.key for c in _all(before, name)}
    counted = t.select(label=label).group_by("label").aggregate(n=lambda x: x.count())
    found: dict[str, int] = {}
    for r in now.engine.rows(counted):
        key = keys.get(r["label"], str(r["label"]))
        found[key] = found.get(key, 0) + int(r["n"])
    return found


def _with_attributes(result: Result, names: tuple[str, ...]) -> Any:
    from custrata.usecases.customers.asked import asked

    wanted = {n.removeprefix("@") for n in names} & set(attributes(result))
    return asked(result, wanted) if wanted else result.customers


def _redefined(now: Result, before: Result, name: str) -> bool:
    """Whether the schemes of the two runs decide otherwise, or by numbers that mean something else."""
    if name in now.scheme.levels:
        return bool(now.scheme.levels[name].decides_and_names()[0] != before.scheme.levels[name].decides_and_names()[0])
    ours, theirs = now.scheme.segments[name], before.scheme.segments[name]
    if type(ours) is not type(theirs) or ours.decides_and_names()[0] != theirs.decides_and_names()[0]:
        return True
    metrics = (now.scheme.metrics, before.scheme.metrics)
    return any(
        n in metrics[0] and (n not in metrics[1] or redefined(metrics[0][n], metrics[1][n])) for n in ours.inputs()
    )
