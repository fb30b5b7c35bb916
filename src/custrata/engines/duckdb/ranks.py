"""Values at ranks, as DuckDB says it: its exact discrete quantile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt


def at_ranks(column: Any, ranks: Sequence[int], n: int) -> Any:
    """The values at ascending `ranks` (from 1) among `n` values that are not null, as an array.

    A discrete quantile at (rank − ½)/n is the value at that rank whatever way the engine rounds.
    """
    return _quantile_disc(column.type())(column, ibis.array([(rank - 0.5) / n for rank in ranks]))


@lru_cache(maxsize=32)
def _quantile_disc(type_: dt.DataType) -> Any:
    def quantile_disc(x, q):  # type: ignore[no-untyped-def]
        ...

    signature = ((type_, dt.Array(dt.float64)), dt.Array(type_))
    return ibis.udf.agg.builtin(quantile_disc, name="quantile_disc", signature=signature)
