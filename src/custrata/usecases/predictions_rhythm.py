"""When customers will buy next: fits what all customers do, and gives each his own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from custrata.core.errors import Problem
from custrata.core.metrics.base import FactTables
from custrata.core.metrics.next_order import NextOrder
from custrata.usecases.arrow_columns import join_columns, read_columns
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.gaps import Gaps
    from custrata.core.predict.purchases import PurchaseModel
    from custrata.core.predict.rhythm import Rhythm


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
    columns = read_columns(engine, found)
    gaps = gaps_of(columns)
    try:
        rhythm = Rhythm.fit(gaps)
    except NoFit as no:
        code = {"rhythm": "E-PREDICT-010"}.get(no.reason, "E-PREDICT-011")
        return t, None, [Problem(code, places.get(n, n), no.values) for n in asked]
    days = {
        f"~{name}": _days(m, rhythm, gaps, models[m.model], columns, t, as_of, engine)
        for name, m in asked.items()
        if m.model in models
    }
    return join_columns(t, {"customer_id": columns["customer_id"]}, days, "next_orders", engine), rhythm, []


def gaps_of(columns: Mapping[str, Any]) -> Gaps:
    from custrata.core.predict.gaps import Gaps

    return Gaps.of({name: columns[name].to_numpy() for name in ("gaps", "logs", "squares", "silent")})


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
    found = read_columns(engine, rows.select("_at", *HISTORY))
    alive = np.zeros(len(who))
    alive[found["_at"].to_numpy()] = model.alive(Counts.of(*(found[c].to_numpy() for c in HISTORY)))
    return alive
