"""One contender a file; each has `work(lines, out)`, which reads a Parquet of order lines and writes one of customers."""
