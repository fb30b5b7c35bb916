"""What sets the customers of a class apart from all others, in rules that are tried on customers kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.metrics.base import Metric
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Class
from custrata.usecases.customers.asked import asked
from custrata.usecases.look import Result
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.apart import Apart
    from custrata.core.predict.counts import Floats

#: Between a segment and the key of a class, in the name of a column that says who belongs to it.
CLASS = "\x1f"
#: Classes of a segment from which on none of them is tried: a rule by one of many classes tells of few customers.
_MANY = 12


@dataclass(frozen=True)
class ApartReport:
    """What was asked and found. `segment` and `class_` are null of leavers. `left_out` are the metrics that took no
    part because they decide about the class, or say the same; `labels` the classes that rules may name."""

    segment: str | None
    class_: Class | None
    found: Apart
    left_out: Sequence[str]
    labels: Mapping[str, Class]


def apart_of(
    result: Result, segment: str, class_: str, *, without: Sequence[str] = (), own: bool = False
) -> ApartReport:  # fmt: skip
    """What sets a class of a segment or ladder apart. `without` are metrics to leave out besides; `own` keeps in what
    the class is made of, which is left out otherwise: it would only say the definition again.

    Raises `CustrataError`: E-RUN-003 and -008 what there is none of, E-PREDICT-050 too few customers on a side,
    E-PREDICT-051 no number left, E-PREDICT-052 a metric to leave out that is none.
    """
    chosen = class_named(result, segment, class_)
    out = set() if own else made_of(result.scheme, segment)
    out |= metrics_named(result.scheme, without)
    labels = {} if own else _told_besides(result, segment, out)
    names = [n for n in numeric(result.customers, result.scheme) if n not in out]
    t: Any = asked(result, {segment, *names, *(n for n, _ in (k.split(CLASS) for k in labels))})
    columns = {n: t[n].cast("float64") for n in names}
    for key, label in labels.items():
        columns[key] = (t[key.split(CLASS)[0]] == label.label(result.scheme.lang)).cast("float64")
    belongs = (t[segment] == chosen.label(result.scheme.lang)).fill_null(False)
    found = found_in(result.engine, t.select(_own=belongs, **columns), result.run_id)
    shown = out & set(numeric(result.customers, result.scheme))
    return ApartReport(segment, chosen, found, [n for n in result.scheme.metrics if n in shown], labels)


def found_in(engine: Engine, table: ir.Table, place: str) -> Apart:
    """What sets those apart of whom `_own` holds, by the other columns of a table. Raises E-PREDICT-050 and -051."""
    import numpy as np

    from custrata.core.predict.apart import FEWEST, apart

    if len(table.columns) < 2:
        raise CustrataError(Problem("E-PREDICT-051", place, {}))
    arrow = engine.arrow(table)

    def column(name: str) -> Floats:
        values: Floats = arrow[name].to_numpy().astype(np.float64)
        return values

    own = column("_own") > 0
    columns = {n: column(n) for n in table.columns if n != "_own"}
    # Of two classes that say the same ("a café", "no shop") the one with fewer customers is told: the first of equals.
    ranked = sorted(columns, key=lambda n: float(columns[n].sum()) if CLASS in n else -1.0)
    found = apart({n: columns[n] for n in ranked}, own)
    if found is None:
        values = {"own": f"{int(own.sum()):,}", "others": f"{int((~own).sum()):,}", "least": FEWEST}
        raise CustrataError(Problem("E-PREDICT-050", place, values))
    return found


def class_named(result: Result, segment: str, class_: str) -> Class:
    """A class by its key or by what it is called. Raises E-RUN-003 and -008."""
    classes, missing = result.segment_class_labels(segment)
    every, said = [*classes, missing], class_.strip().casefold()
    for one in every:
        if said in {w.casefold() for w in (one.key, one.zh, one.en)}:
            return one
    known = [c.label(result.scheme.lang) for c in every]
    values = {"segment": segment, "name": class_, "known": ", ".join(known[:40]),
              "suggestion": did_you_mean(class_, known)}  # fmt: skip
    raise CustrataError(Problem("E-RUN-008", result.run_id, values))


def metrics_named(scheme: Scheme, names: Sequence[str]) -> set[str]:
    """Metrics by their names or by what they are called. Raises E-PREDICT-052."""
    called = {w.casefold(): n for n, m in scheme.metrics.items() if m.label for w in (m.label.zh, m.label.en)}
    called |= {n.casefold(): n for n in scheme.metrics}
    for name in names:
        if name.strip().casefold() not in called:
            near = did_you_mean(name, list(scheme.metrics))
            raise CustrataError(Problem("E-PREDICT-052", "--without", {"name": name, "suggestion": near}))
    return {called[n.strip().casefold()] for n in names}


def made_of(scheme: Scheme, name: str) -> set[str]:
    """The metrics that decide about a segment or ladder, directly or through others, and those that count the same over
    another window: they would only say the definition again."""
    names, open_ = set[str](), [name]
    while open_:
        one = open_.pop()
        if one not in names:
            names.add(one)
            model = scheme.segments.get(one) or scheme.levels.get(one)
            open_ += model.inputs() if model is not None else ()
    used: list[Metric] = [m for n, m in scheme.metrics.items() if n in names]
    used += [m for n in names if n in scheme.segments for m in scheme.segments[n].own_metrics().values()]
    counted = {_counts(m) for m in used}
    return {n for n, m in scheme.metrics.items() if n in names or _counts(m) in counted}


def numeric(table: ir.Table, scheme: Scheme) -> list[str]:
    """The metrics of a scheme that a table has as numbers."""
    return [n for n in scheme.metrics if n in table.columns and table[n].type().is_numeric()]


def _counts(metric: Metric) -> tuple[str, str, str]:
    """What a metric counts, whatever its window."""
    return metric.kind, str(getattr(metric, "field", None)), str(getattr(metric, "of", None))


def _told_besides(result: Result, segment: str, out: set[str]) -> dict[str, Class]:
    """Classes of other segments that say something else than the class itself, by `segment` + `CLASS` + key."""
    scheme, found = result.scheme, dict[str, Class]()
    reads = _reach(scheme, segment)
    for name, model in scheme.segments.items():
        if name == segment or name in reads or model.reads != "attributes" or segment in _reach(scheme, name):
            continue
        if made_of(scheme, name) & out or _reach(scheme, name) & reads:
            continue
        classes, _ = result.segment_class_labels(name)
        if len(classes) <= _MANY:
            found |= {f"{name}{CLASS}{c.key}": c for c in classes}
    return found


def _reach(scheme: Scheme, name: str) -> set[str]:
    """All that a segment or ladder reads: metrics, attributes and segments, and what those read."""
    found, open_ = set[str](), [name]
    while open_:
        model: Any = scheme.segments.get(one := open_.pop()) or scheme.levels.get(one)
        more = set(model.inputs()) - found if model is not None else set()
        found |= more
        open_ += more
    return found
