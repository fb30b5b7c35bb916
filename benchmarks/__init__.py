"""Custrata beside hand-written SQL, Polars, pandas and lifetimes: the same work, one machine, ratios within one run."""
