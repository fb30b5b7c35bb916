"""The engine that threads of a web process share: nobody gets another's rows, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis
import pyarrow as pa

from custrata.engines.duckdb.shared import shared_engine


def test_customers_that_are_looked_at_at_once_are_each_told_of_their_own_orders(tmp_path: Path) -> None:
    with shared_engine("Asia/Shanghai", tmp_path) as engine:
        booked = engine.from_arrow("booked", pa.table({"value": list(range(40))}))

        def look(who: int) -> set[int]:
            # A table made of Python values, as a customer's page makes one of his orders; and one of the engine's.
            own = ibis.memtable(pa.table({"who": [who] * 40, "value": list(range(40))}))
            kept = engine.materialise("own", own)
            rows = engine.rows(own.inner_join(booked, "value"))
            assert len(rows) == 40 and engine.arrow(kept).num_rows == 40
            return {r["who"] for r in rows} | {r["who"] for r in engine.rows(kept)}

        with ThreadPoolExecutor(6) as pool:
            told = [pool.submit(look, who) for who in range(60)]
            assert [t.result(30) for t in told] == [{who} for who in range(60)]
