"""Polars by its streaming engine, as exact as the rest: whole cents, values as cuts, ties together."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.contract import ABC_CUTS, GROUPS, HIGH_ABOVE, MIDDLE_FROM, NO_PURCHASE, RFM_NAMES


def work(lines: Path, out: Path) -> None:
    scan = pl.scan_parquet(lines)
    as_of = scan.select(pl.col("ordered_at").max().dt.date()).collect(engine="streaming").item()
    customers = per_customer(per_order(scan), as_of).collect(engine="streaming")
    classified(customers).write_parquet(out)


def per_order(scan: pl.LazyFrame) -> pl.LazyFrame:
    quantity, cents = pl.col("quantity").fill_null(0), pl.col("cents")
    back = (quantity < 0) | ((cents < 0) & (quantity <= 0))
    orders = (
        scan.select(
            "customer_id", "order_id", "quantity", pl.col("ordered_at").dt.date().alias("day"),
            (pl.col("amount") * 100).cast(pl.Int64).alias("cents"),
        )
        .with_columns(
            sold=pl.when(~back).then(pl.col("day")),
            refund=back & (cents != 0),
        )
        .group_by("customer_id", "order_id")
        .agg(pl.col("sold").min(), pl.col("day").min(), pl.col("cents").sum().alias("net"), pl.col("refund").any())
    )  # fmt: skip
    return orders.select(
        "customer_id", "net", day=pl.coalesce("sold", "day"),
        purchase=pl.col("sold").is_not_null() & ~(pl.col("refund") & (pl.col("net") <= 0)),
    )  # fmt: skip


def per_customer(orders: pl.LazyFrame, as_of: object) -> pl.LazyFrame:
    day, net = pl.col("day"), pl.col("net")
    age = pl.lit(as_of) - day
    return (
        orders.with_columns(
            bought=pl.when(pl.col("purchase")).then(day),
            net_365=pl.when(age < pl.duration(days=365)).then(net).otherwise(0),
            net_30=pl.when(age < pl.duration(days=30)).then(net).otherwise(0),
        )
        .group_by("customer_id")
        .agg(
            pl.col("bought").max(), pl.col("purchase").sum().cast(pl.Int64).alias("orders"), net.sum().alias("spend"),
            pl.col("net_365").sum().alias("spend_365"), pl.col("net_30").sum().alias("spend_30"),
        )
        .with_columns(recency=(pl.lit(as_of) - pl.col("bought")).dt.total_days())
        .drop("bought")
    )  # fmt: skip


def classified(t: pl.DataFrame) -> pl.DataFrame:
    bought = t.filter(pl.col("recency").is_not_null())
    n = bought.height
    recency, orders, spend, month = (pl.col(c) for c in ("recency", "orders", "spend", "spend_30"))
    sums = [bought[c].sum() for c in ("recency", "orders", "spend")]
    bits = (
        (recency * n < sums[0]).cast(pl.Int8) * 4
        + (orders * n > sums[1]).cast(pl.Int8) * 2
        + (spend.cast(pl.Int128) * n > sums[2]).cast(pl.Int8)
    )
    named = {int(b, 2): name for b, name in RFM_NAMES.items()}
    a, b = lowest(t)
    money = pl.col("spend", "spend_365", "spend_30").cast(pl.Decimal(18, 2))
    return t.with_columns(
        rfm=bits.replace_strict(named, return_dtype=pl.String).fill_null(NO_PURCHASE),
        abc=pl.when(spend >= a).then(pl.lit("A")).when(spend >= b).then(pl.lit("B")).otherwise(pl.lit("C")),
        tier=pl.when(month > HIGH_ABOVE * 100).then(pl.lit("high"))
        .when(month >= MIDDLE_FROM * 100).then(pl.lit("middle")).otherwise(pl.lit("low")),
        r=GROUPS - below(recency, cuts(bought["recency"])),
        f=below(orders, cuts(bought["orders"])) + 1,
        m=below(spend, cuts(bought["spend"])) + 1,
    ).with_columns((money / 100).cast(pl.Decimal(18, 2)))  # fmt: skip


def cuts(column: pl.Series) -> list[int]:
    """The smallest values with at least 20, 40, 60, 80 % of the customers at or below."""
    ordered, n = column.sort(), len(column)
    return [ordered[-(-n * k // GROUPS) - 1] for k in range(1, GROUPS)]


def below(column: pl.Expr, at: list[int]) -> pl.Expr:
    return pl.sum_horizontal((column > cut).cast(pl.Int64) for cut in at) + column * 0


def lowest(t: pl.DataFrame) -> tuple[int, int]:
    """The lowest spend of A and of B, by the share before a value; equal values together."""
    spend = pl.col("spend")
    values = t.filter(spend > 0).group_by("spend").agg(here=spend.sum()).sort("spend", descending=True)
    before = values["here"].cum_sum() - values["here"]
    total = values["here"].sum()
    return tuple(values["spend"].filter(before * 100 < total * cut).min() for cut in ABC_CUTS)
