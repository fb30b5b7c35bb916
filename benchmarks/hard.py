"""Order lines as they never lie in benchmark data but do in life, so that agreement means more than easy agreement."""

from __future__ import annotations

import sys

import duckdb

#: Many equal amounts; lines of one order on several days; order numbers that several customers share; free gifts;
#: discount lines (negative amount, positive quantity); returns without a quantity; orders that only return; orders
#: that came back whole, in parts or more than whole; customers whose net is zero, negative or without any purchase.
_SQL = """
CREATE MACRO pick(i, seed, n) AS (hash(i, seed) % n)::BIGINT;
COPY (
  SELECT customer_id * 10 % 977 + pick(i, 1, 9) AS order_id, customer_id,
         TIMESTAMP '2024-12-31 23:59:59' - INTERVAL (pick(i, 3, 1440)) MINUTE
           - INTERVAL ((customer_id * 37 % 700) * (customer_id % 3) // 2 + pick(i, 2, 40)) DAY AS ordered_at,
         pick(i, 4, 50)::INTEGER AS product_id,
         CASE WHEN kind < 12 THEN 1 + pick(i, 5, 3) WHEN kind = 12 THEN 1 WHEN kind = 13 THEN 2 WHEN kind = 14 THEN -1
              WHEN kind = 15 THEN 0 END::INTEGER AS quantity,
         CASE WHEN kind < 12 THEN price WHEN kind = 12 THEN 0 WHEN kind = 13 THEN -0.05 * price
              WHEN kind < 17 THEN -price ELSE price / 3 END::DECIMAL(12, 2) AS amount
  FROM (
    SELECT *, 10 * (1 + pick(i, 7, 12)) AS price,
           CASE WHEN customer_id % 11 = 3 THEN 12 + pick(i, 8, 6) ELSE pick(i, 8, 18) END AS kind
    FROM (SELECT i, floor(pow(pick(i, 6, 1000) / 1000, 2) * 6000)::BIGINT AS customer_id FROM range({rows}) AS t(i))
  )
) TO '{path}' (FORMAT parquet)
"""

if __name__ == "__main__":
    duckdb.connect().execute(_SQL.format(path=sys.argv[1], rows=int(sys.argv[2])))
