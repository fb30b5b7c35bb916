"""When customers are reached best: fits when all of them, and those of each class, buy, and gives each his own time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.metrics.base import FactTables, Metric
from custrata.core.metrics.best_time import BestHour, BestTime
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Params
from custrata.core.segments.fitting import assign_all, fit_all
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.occasions import Occasions

#: Classes that are told apart, those with the most purchases; the others are like everybody.
MOST = 50
#: The column of the class by which a metric goes.
OF = "#of {}".format


def with_classes(
    table: ir.Table, scheme: Scheme, as_of: date, engine: Engine, before: Mapping[str, Params] | None
) -> ir.Table:
    """The per-customer table with the classes that metrics go by, as `OF`: those of segments are fitted and assigned
    ahead of the others, which no prediction takes part in."""
    wanted = dict.fromkeys(n for m in scheme.metrics.values() for n in m.inputs())
    segments = [n for n in wanted if n in scheme.segments]
    if segments:
        needed = _with_inputs(scheme, segments)
        part = replace(scheme, order=tuple(n for n in scheme.order if n in needed))
        params = fit_all(part, table, as_of, engine, before)
        found: Any = assign_all(part, table, params, as_of, lambda t, name: engine.stage(f"ahead_{name}", t))
        # What is assigned here is assigned again with all others.
        table = found.select(*table.columns, **{OF(n): found[n] for n in segments})
    columns = {OF(n): table[f"@{n}"].cast(dt.string) for n in wanted if n not in segments and f"@{n}" in table.columns}
    return table.mutate(**columns) if columns else table


def _with_inputs(scheme: Scheme, names: Sequence[str]) -> set[str]:
    """Segments, and those they read."""
    found, open_ = set[str](), list(names)
    while open_:
        one = open_.pop()
        if one in scheme.segments and one not in found:
            found.add(one)
            open_ += scheme.segments[one].inputs()
    return found


def with_best_times(
    t: Any, asked: Mapping[str, BestTime], places: Mapping[str, str], tables: FactTables, engine: Engine
) -> tuple[Any, dict[str, Occasions], dict[str, Any], list[Problem]]:
    """The table with what each customer's best time needs; the models by what they are of, the value of each metric,
    and what should be said."""
    from custrata.core.predict import occasions
    from custrata.core.predict.purchases import NoFit

    models: dict[str, Occasions] = {}
    values: dict[str, Any] = {}
    notes: list[Problem] = []
    kinds: dict[str, dict[str, BestTime]] = {}
    for name, metric in asked.items():
        kinds.setdefault(model_key(metric), {})[name] = metric
    for i, (key, metrics) in enumerate(kinds.items()):
        metric = next(iter(metrics.values()))
        hour = isinstance(metric, BestHour)
        first, many = (0, 24) if hour else (1, 7)
        made = (
            occasions.hours(tables.lines, metric.field, engine.local_time) if isinstance(metric, BestHour)
            else occasions.weekdays(tables.orders)
        )  # fmt: skip
        long = engine.materialise(f"occasions_{i}", made)
        labels, left = _classes(long, t, metric, engine)
        try:
            models[key] = _fitted(long, t, metric, labels, first, many, engine)
        except NoFit as no:
            code = "E-PREDICT-012" if hour else "E-PREDICT-014"
            notes += [Problem(code, places.get(n, n), no.values) for n in metrics]
            continue
        if models[key].even:
            even = {"purchases": models[key].purchases, "most": f"{max(models[key].shares):.1%}",
                    "even": f"{1 / models[key].even:.1%}"}  # fmt: skip
            notes += [Problem("E-PREDICT-055", places.get(n, n), even) for n in metrics]
        if left:
            value = {"left": left, "most": MOST, "name": metric.within}
            notes.append(Problem("E-PREDICT-056", places.get(next(iter(metrics)), ""), value))
        prefix = f"#{i}of"
        columns = occasions.wide(long, range(first, first + many), prefix)
        t = t.left_join(columns, t.customer_id == columns["_who"]).drop("_who")
        counts = [f"{prefix}{k}" for k in range(first, first + many)]
        weights = [f"#{i}like{k}" for k in range(first, first + many)] if labels else []
        if labels:
            t = _with_weights(t, models[key], OF(metric.within), weights, engine)
        values |= {n: _best(models[key], counts, weights, m.tell == "share") for n, m in metrics.items()}
    return t, models, values, notes


def model_key(metric: Metric) -> str:
    """What the parameters of a best time are called in a run: `weekday`, `hour:time`, `weekday:region`."""
    within = getattr(metric, "within", None)
    found = f"hour:{metric.field}" if isinstance(metric, BestHour) else "weekday"
    return found if within is None else f"{found}:{within}"


def _classes(long: Any, t: Any, metric: BestTime, engine: Engine) -> tuple[list[str], int]:
    """The labels of the classes that are told apart, and how many are not."""
    if metric.within is None:
        return [], 0
    counts = _labelled(long, t, metric).group_by("label").aggregate(n=lambda x: x.times.sum())
    rows = engine.rows(counts.filter(counts.label.notnull()))
    ordered = sorted(rows, key=lambda r: (-int(r["n"]), str(r["label"])))
    # Classes of as many purchases are treated alike.
    least = int(ordered[MOST]["n"]) if len(ordered) > MOST else 0
    labels = sorted(str(r["label"]) for r in ordered if int(r["n"]) > least)
    return labels, len(ordered) - len(labels)


def _labelled(long: Any, t: Any, metric: BestTime) -> Any:
    """Occasions with the class of their customer."""
    label = t[OF(metric.within)] if metric.within is not None else ibis.null(dt.string)
    who = t.select(_who=t.customer_id, label=label)
    return long.left_join(who, long.customer_id == who["_who"]).drop("_who")


def _fitted(
    long: Any, t: Any, metric: BestTime, labels: Sequence[str], first: int, many: int, engine: Engine
) -> Occasions:
    from custrata.core.predict.occasions import Occasions
    from custrata.core.predict.occasions_fit import Cells

    own: Any = _labelled(long, t, metric) if labels else long.mutate(label=ibis.null(dt.string))
    sums = long.group_by(_of=long.customer_id).aggregate(total=long.times.sum().cast(dt.int64))
    joined: Any = own.inner_join(sums, own.customer_id == sums["_of"])
    alike = joined.group_by("label", "kind", "times", "total").aggregate(n=joined.count())
    found = engine.arrow(alike)
    number = {label: i for i, label in enumerate(labels)}
    group = [number.get(label, -1) for label in found["label"].to_pylist()]
    kind = found["kind"].to_numpy() - first
    return Occasions.fit(first, many, Cells.of(group, kind, *(found[c].to_numpy() for c in ("times", "total", "n"))),
                         labels)  # fmt: skip


def _with_weights(t: Any, model: Occasions, of: str, names: Sequence[str], engine: Engine) -> Any:
    """The table with what is added to the counts of each customer's class."""
    import pyarrow as pa

    labels = list(model.groups)
    rows = [model.weights(label) for label in labels]
    columns = {n: pa.array([r[k] for r in rows], pa.float64()) for k, n in enumerate(names)}
    made = engine.from_arrow(f"like_{names[0]}", pa.table({"_label": pa.array(labels, pa.string()), **columns}))
    joined = t.left_join(made, t[of] == made["_label"]).drop("_label")
    everybody = zip(names, model.weights(), strict=True)
    return joined.mutate(**{n: joined[n].fill_null(ibis.literal(w, dt.float64)) for n, w in everybody})


def _best(model: Occasions, counts: list[str], weights: list[str], share: bool) -> Callable[[Any], Any]:
    def value(t: Any) -> Any:
        told = model.best([t[c] for c in counts], share, [t[w] for w in weights])
        return ibis.ifelse(t[counts[0]].isnull(), ibis.null(told.type()), told)

    return value
