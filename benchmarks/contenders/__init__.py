"""One contender a file; `work(lines, out)` reads a Parquet of order lines and writes one of customers."""
