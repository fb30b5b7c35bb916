"""Metrics: the numbers that classes are made from. One family a file; `base` says what a metric is."""
