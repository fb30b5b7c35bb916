"""pandas, all in memory, as exact as the rest: whole cents, values as cuts, ties together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.contract import ABC_CUTS, GROUPS, HIGH_ABOVE, MIDDLE_FROM, NO_PURCHASE, RFM_NAMES


def work(lines: Path, out: Path) -> None:
    frame = read(lines)
    as_of = frame["day"].max()
    customers = per_customer(per_order(frame), as_of)
    classified(customers).to_parquet(out, index=False)


def read(lines: Path) -> pd.DataFrame:
    """Decimals become whole cents on the way in: as Python objects they would take minutes."""
    table = pq.read_table(lines, columns=["customer_id", "order_id", "ordered_at", "quantity", "amount"])
    cents = np.rint(table["amount"].cast("float64").to_numpy() * 100).astype(np.int64)
    frame = table.drop_columns(["amount"]).to_pandas()
    frame["cents"] = cents
    frame["day"] = frame.pop("ordered_at").dt.normalize()
    return frame


def per_order(frame: pd.DataFrame) -> pd.DataFrame:
    back = (frame["quantity"] < 0) | ((frame["cents"] < 0) & ~(frame["quantity"] > 0))
    frame["sold"] = frame["day"].where(~back)
    frame["refund"] = back & (frame["cents"] != 0)
    orders = frame.groupby(["customer_id", "order_id"], sort=False).agg(
        sold=("sold", "min"), day=("day", "min"), net=("cents", "sum"), refund=("refund", "max")
    )
    orders["purchase"] = orders["sold"].notna() & ~(orders["refund"] & (orders["net"] <= 0))
    orders["day"] = orders.pop("sold").fillna(orders["day"])
    return orders.reset_index("customer_id")


def per_customer(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    orders["bought"] = orders["day"].where(orders["purchase"])
    for days in (365, 30):
        orders[f"net_{days}"] = orders["net"].where(orders["day"] > as_of - pd.Timedelta(days=days), 0)
    table = orders.groupby("customer_id", sort=False).agg(
        bought=("bought", "max"), orders=("purchase", "sum"), spend=("net", "sum"),
        spend_365=("net_365", "sum"), spend_30=("net_30", "sum"),
    )  # fmt: skip
    table["recency"] = (as_of - table.pop("bought")).dt.days.astype("Int64")
    return table.reset_index()


def classified(t: pd.DataFrame) -> pd.DataFrame:
    bought = t[t["recency"].notna()]
    n, has = len(bought), t["recency"].notna()
    sums = {c: int(bought[c].sum()) for c in ("recency", "orders", "spend")}
    bits = (
        (t["recency"] * n < sums["recency"]).fillna(False).astype(int) * 4
        + (t["orders"] * n > sums["orders"]).astype(int) * 2
        + (t["spend"] * n > sums["spend"]).astype(int)
    )
    t["rfm"] = bits.map({int(b, 2): name for b, name in RFM_NAMES.items()}).where(has, NO_PURCHASE)
    a, b = lowest(t["spend"])
    t["abc"] = np.select([t["spend"] >= a, t["spend"] >= b], ["A", "B"], "C")
    month = t["spend_30"]
    t["tier"] = np.select([month > HIGH_ABOVE * 100, month >= MIDDLE_FROM * 100], ["high", "middle"], "low")
    t["r"] = (GROUPS - below(t["recency"], bought["recency"])).where(has)
    t["f"] = below(t["orders"], bought["orders"]) + 1
    t["m"] = below(t["spend"], bought["spend"]) + 1
    for column in ("spend", "spend_365", "spend_30"):
        t[column] = t[column] / 100
    return t


def below(column: pd.Series, of: pd.Series) -> pd.Series:
    """How many of the cuts at 20, 40, 60, 80 % of the customers in `of` lie strictly below each value."""
    ordered, n = np.sort(of.to_numpy(np.int64)), len(of)
    cuts = [ordered[-(-n * k // GROUPS) - 1] for k in range(1, GROUPS)]
    found = np.searchsorted(cuts, column.fillna(0).to_numpy(np.int64), side="left")
    return pd.Series(found, index=column.index, dtype="Int64")


def lowest(spend: pd.Series) -> tuple[int, int]:
    """The lowest spend of A and of B, by the share before a value; equal values together."""
    values = spend[spend > 0].groupby(spend).sum().sort_index(ascending=False)
    before, total = values.cumsum() - values, values.sum()
    found = [values.index[before * 100 < total * cut].min() for cut in ABC_CUTS]
    return found[0], found[1]
