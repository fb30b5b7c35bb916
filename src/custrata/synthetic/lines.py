"""What benchmarks read: order lines of any number in one Parquet file, made in bounded memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from custrata.core.errors import CustrataError, Problem
from custrata.synthetic.season import EPOCH
from custrata.synthetic.tables import MONEY, cents
from custrata.synthetic.words import Floats, Ints

MOST_LINES = 2_000_000_000
FIRST_DAY, DAYS = date(2022, 1, 1), 1096
PRODUCTS = 2_000
_ORDERS_A_BLOCK = 340_000
_LINES_AN_ORDER = 2.95
"""Measured mean with returns; only spaces the orders over the three years."""

SCHEMA = pa.schema(
    [
        ("order_id", pa.int64()),
        ("customer_id", pa.int64()),
        ("ordered_at", pa.timestamp("us")),
        ("product_id", pa.int32()),
        ("quantity", pa.int32()),
        ("amount", MONEY),
    ]
)


def generate_lines(path: Path, lines: int, seed: int = 1) -> Path:
    """Write exactly `lines` order lines (1 to 2,000,000,000) to `path`, replacing it; the same seed, the same bytes.

    Up to `lines` / 50 customers (ids from 1) with log-normal activity; about 3 lines an order; the years 2022 to 2024,
    in order of day. About 2.5 % are return lines: negative quantity and amount under the order's own id, customer and
    time, right after the line they lower; 3 orders in 1000 are returned whole. Row groups of about a million lines;
    memory stays below 1 GB. Errors E-GEN-006 (lines), E-GEN-002 (seed).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pq.read_metadata(generate_lines(Path(folder) / "lines.parquet", 1000)).num_rows
    1000
    """
    problems = []
    if not 1 <= lines <= MOST_LINES:
        problems.append(Problem("E-GEN-006", "lines", {"value": lines, "most": MOST_LINES}))
    if seed < 0:
        problems.append(Problem("E-GEN-002", "seed", {"value": seed}))
    if problems:
        raise CustrataError(*problems)
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 2]))
    activity = np.cumsum(rng.lognormal(0.0, 1.2, max(1, lines // 50)))
    activity /= activity[-1]
    prices = np.rint(100 * np.exp(rng.normal(3.6, 1.0, PRODUCTS))).astype(np.int64) + 100
    left, first_order = lines, 1
    # Integers of 64 bits instead of 16-byte decimals in the file: half the size, and quicker to read.
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", compression_level=1, store_decimal_as_integer=True) as out:
        while left:
            orders = min(_ORDERS_A_BLOCK, left)  # never too few: an order has at least one line
            block = _block(rng, activity, prices, first_order, orders, lines / _LINES_AN_ORDER).slice(0, left)
            out.write_table(block, row_group_size=block.num_rows)
            left -= block.num_rows
            first_order += orders
    return path


def _block(
    rng: np.random.Generator, activity: Floats, prices: Ints, first_order: int, orders: int, expected_orders: float
) -> pa.Table:
    """The lines of `orders` orders from number `first_order` on."""
    number = np.arange(first_order, first_order + orders)
    customer = np.searchsorted(activity, rng.random(orders), side="right") + 1
    day = np.minimum((number / expected_orders * DAYS).astype(np.int64), DAYS - 1) + (FIRST_DAY - EPOCH).days
    moment = day * 86_400 + rng.integers(8 * 3600, 22 * 3600, orders)
    whole = rng.random(orders) < 0.003
    sold = 1 + rng.poisson(1.88, orders)
    order = np.repeat(np.arange(orders), sold)
    n = len(order)
    product = (PRODUCTS * rng.random(n) ** 2).astype(np.int64)
    quantity = rng.geometric(0.55, n)
    amount = quantity * prices[product]
    amount -= (amount * np.maximum(rng.random(n) - 0.8, 0.0)).astype(np.int64)
    returned = whole[order] | (rng.random(n) < 0.0225)
    share = np.where(whole[order] | (quantity == 1), quantity, 1)
    times = 1 + returned.astype(np.int64)
    row = np.repeat(np.arange(n), times)
    back = np.zeros(len(row), np.bool_)
    back[np.cumsum(times)[returned] - 1] = True
    of = order[row]
    amounts = np.where(back, -(amount[row] * share[row] // quantity[row]), amount[row])
    return pa.table(
        [
            pa.array(number[of]),
            pa.array(customer[of]),
            pa.array(moment[of] * 1_000_000).cast(pa.timestamp("us")),
            pa.array((product[row] + 1).astype(np.int32)),
            pa.array(np.where(back, -share[row], quantity[row]).astype(np.int32)),
            cents(amounts),
        ],
        schema=SCHEMA,
    )
