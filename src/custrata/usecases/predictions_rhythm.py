"""When customers will buy next, and when they are reached best: fits what all customers do, and gives each his own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.metrics.base import FactTables
from custrata.core.metrics.best_time import BestHour, BestTime
from custrata.core.metrics.next_order import NextOrder
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.gaps import Gaps
    from custrata.core.predict.occasions import Occasions
    from custrata.core.predict.purchases import PurchaseModel
    from custrata.core.predict.rhythm import Rhythm

#: Nobody at all has bought for so many days: a holiday, or data that are not there yet.
_CLOSED = 21


def with_next_orders(
    t: Any, asked: Mapping[str, NextOrder], models: Mapping[str, PurchaseModel], places: Mapping[str, str],
    tables: FactTables, as_of: date, engine: Engine,
) -> tuple[Any, Rhythm | None, list[Problem]]:  # fmt: skip
    """The table with a column of days for each metric that has a model; `t` has the histories of the customers."""
    from custrata.core.predict.gaps import gaps_table
    from custrata.core.predict.purchases import NoFit
    from custrata.core.predict.rhythm import Rhythm

    if not any(m.model in models for m in asked.values()):
        return t, None, []
    found = engine.materialise("gaps", gaps_table(tables.orders, as_of).drop("last"))
    columns = columns_of(engine, found)
    gaps = gaps_of(columns)
    notes = _closed(gaps, asked, places)
    try:
        rhythm = Rhythm.fit(gaps)
    except NoFit as no:
        code = {"rhythm": "E-PREDICT-010"}.get(no.reason, "E-PREDICT-011")
        return t, None, [*notes, *(Problem(code, places.get(n, n), no.values) for n in asked)]
    days = {
        f"~{name}": _days(m, rhythm, gaps, models[m.model], columns, t, as_of, engine)
        for name, m in asked.items()
        if m.model in models
    }
    return joined(t, columns["customer_id"], days, "next_orders", engine), rhythm, notes


def columns_of(engine: Engine, t: ir.Table) -> dict[str, Any]:
    """The columns of a table as Arrow has them."""
    arrow = engine.arrow(t)
    return dict(zip(arrow.column_names, arrow.columns, strict=True))


def gaps_of(columns: Mapping[str, Any]) -> Gaps:
    from custrata.core.predict.gaps import Gaps

    return Gaps.of({name: columns[name].to_numpy() for name in ("gaps", "logs", "squares", "silent")})


def joined(t: Any, who: Any, values: Mapping[str, Any], name: str, engine: Engine) -> Any:
    """The table with further columns by customer; null for whom there is no value."""
    import pyarrow as pa

    made = engine.from_arrow(name, pa.table({"_who": who, **values}))
    return t.left_join(made, t.customer_id == made["_who"]).drop("_who")


def _days(
    metric: NextOrder, rhythm: Rhythm, gaps: Gaps, model: PurchaseModel, columns: Mapping[str, Any], t: Any,
    as_of: date, engine: Engine,
) -> Any:  # fmt: skip
    """The day of each customer, as Arrow; null where none can be told."""
    import numpy as np
    import pyarrow as pa

    ahead = rhythm.days(gaps, metric.level)
    ahead = np.where(alive_of(model, t, columns["customer_id"], engine) >= float(metric.least), ahead, np.nan)
    told = np.isfinite(ahead)
    days = np.datetime64(as_of, "D") + np.where(told, ahead, 0).astype("timedelta64[D]")
    return pa.array(days, type=pa.date32(), mask=~told)


def alive_of(model: PurchaseModel, t: Any, who: Any, engine: Engine) -> Any:
    """The probability of each of these customers, in their order, to be one still."""
    import numpy as np
    import pyarrow as pa

    from custrata.core.predict.counts import Counts
    from custrata.core.predict.history import HISTORY

    place = engine.from_arrow("places", pa.table({"_who": who, "_at": np.arange(len(who))}))
    rows = t.inner_join(place, t.customer_id == place["_who"])
    found = columns_of(engine, rows.select("_at", *HISTORY))
    alive = np.zeros(len(who))
    alive[found["_at"].to_numpy()] = model.alive(Counts.of(*(found[c].to_numpy() for c in HISTORY)))
    return alive


def _closed(gaps: Gaps, asked: Mapping[str, Any], places: Mapping[str, str]) -> list[Problem]:
    days = int(gaps.silent.min()) if len(gaps) else 0
    if days < _CLOSED:
        return []
    return [Problem("E-PREDICT-013", places.get(n, n), {"days": days}) for n in list(asked)[:1]]


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
        kinds.setdefault(f"hour:{metric.field}" if isinstance(metric, BestHour) else "weekday", {})[name] = metric
    for i, (key, metrics) in enumerate(kinds.items()):
        hour = key != "weekday"
        first, many = (0, 24) if hour else (1, 7)
        made = (
            occasions.hours(tables.lines, key.partition(":")[2], engine.local_time) if hour
            else occasions.weekdays(tables.orders)
        )  # fmt: skip
        long = engine.materialise(f"occasions_{i}", made)
        alike = engine.rows(long.group_by("kind", "times").aggregate(n=long.count()))
        cells = [(r["kind"], r["times"], r["n"]) for r in alike]
        sums = long.group_by("customer_id").aggregate(n=long.times.sum().cast("int64"))
        totals = [(r["n"], r["c"]) for r in engine.rows(sums.group_by("n").aggregate(c=sums.count()))]
        try:
            models[key] = occasions.Occasions.fit(first, many, cells, totals)
        except NoFit as no:
            code = "E-PREDICT-012" if hour else "E-PREDICT-014"
            notes += [Problem(code, places.get(n, n), no.values) for n in metrics]
            continue
        prefix = f"#{i}of"
        columns = occasions.wide(long, range(first, first + many), prefix)
        t = t.left_join(columns, t.customer_id == columns["_who"]).drop("_who")
        counts = [f"{prefix}{k}" for k in range(first, first + many)]
        values |= {n: _best(models[key], counts, m.tell == "share") for n, m in metrics.items()}
    return t, models, values, notes


def _best(model: Occasions, counts: list[str], share: bool) -> Any:
    def value(t: Any) -> Any:
        told = model.best([t[c] for c in counts], share)
        return ibis.ifelse(t[counts[0]].isnull(), ibis.null(told.type()), told)

    return value
