"""Columns of a table out of the engine as Arrow, and columns that were reckoned from them back beside the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from custrata.usecases.ports import Engine


def read_columns(engine: Engine, t: ir.Table) -> dict[str, Any]:
    """The columns of a table as Arrow has them, by name."""
    arrow = engine.arrow(t)
    return dict(zip(arrow.column_names, arrow.columns, strict=True))


def join_columns(t: Any, keys: Mapping[str, Any], values: Mapping[str, Any], name: str, engine: Engine) -> Any:
    """The table with further columns; null where no row has the same keys. `keys` are columns of the table by name,
    and what stands in them beside each of the `values`; `name` is the engine's for what it is given."""
    import pyarrow as pa

    made = engine.from_arrow(name, pa.table({f"_key_{n}": a for n, a in keys.items()} | dict(values)))
    found = t.left_join(made, [t[n] == made[f"_key_{n}"] for n in keys])
    return found.drop(*(f"_key_{n}" for n in keys))
