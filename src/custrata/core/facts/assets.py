"""What customers hold on the as-of date: of each kind the latest value that is known."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def held(rows: ir.Table) -> ir.Table:
    """Of usable rows up to the as-of date the latest of each customer and kind: customer_id, kind (text, null where
    the source tells none), day, value. Rows of one customer, kind and day must be one."""
    kind: Any = rows.kind if "kind" in rows.columns else ibis.null(dt.string)
    t = rows.select("customer_id", "day", "value", kind=kind)
    last: Any = t.day.max().over(ibis.window(group_by=["customer_id", "kind"]))
    return t.mutate(_last=last).filter(lambda r: r.day == r["_last"]).drop("_last")
