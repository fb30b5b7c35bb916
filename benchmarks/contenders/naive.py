"""SQL as it is often written: `count(DISTINCT ...)`, `ntile`, one running sum. For information: its answers differ.

It counts orders that came back whole, dates a refund by itself, and gives customers with equal numbers different
scores; the agreement check says how many customers that concerns.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.contract import ABC_CUTS, HIGH_ABOVE, MIDDLE_FROM, RFM_NAMES

SQL = """
WITH last AS (SELECT max(ordered_at)::DATE AS day FROM read_parquet('{lines}')),
customers AS (
  SELECT customer_id, min(last.day) - max(ordered_at)::DATE AS recency, count(DISTINCT order_id) AS orders,
         sum(amount) AS spend,
         coalesce(sum(amount) FILTER (ordered_at::DATE > last.day - 365), 0) AS spend_365,
         coalesce(sum(amount) FILTER (ordered_at::DATE > last.day - 30), 0) AS spend_30
  FROM read_parquet('{lines}'), last GROUP BY customer_id
),
scored AS (
  SELECT *, 6 - ntile(5) OVER (ORDER BY recency, customer_id) AS r, ntile(5) OVER (ORDER BY orders, customer_id) AS f,
         ntile(5) OVER (ORDER BY spend, customer_id) AS m,
         (recency < avg(recency) OVER ())::INT * 4 + (orders > avg(orders) OVER ())::INT * 2
           + (spend > avg(spend) OVER ())::INT AS bits,
         (sum(spend) OVER (ORDER BY spend DESC) - spend) * 100 / sum(spend) OVER () AS before
  FROM customers
)
SELECT customer_id, recency, orders, spend, spend_365, spend_30, r, f, m,
       CASE bits {names} END AS rfm,
       CASE WHEN before < {first} THEN 'A' WHEN before < {second} THEN 'B' ELSE 'C' END AS abc,
       CASE WHEN spend_30 > {high} THEN 'high' WHEN spend_30 >= {middle} THEN 'middle' ELSE 'low' END AS tier
FROM scored
"""


def work(lines: Path, out: Path) -> None:
    names = " ".join(f"WHEN {int(bits, 2)} THEN '{name}'" for bits, name in RFM_NAMES.items())
    sql = SQL.format(
        lines=lines, names=names, first=ABC_CUTS[0], second=ABC_CUTS[1], high=HIGH_ABOVE, middle=MIDDLE_FROM
    )
    con = duckdb.connect(config={"preserve_insertion_order": False})
    con.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet)")
