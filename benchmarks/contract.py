"""What every contender must do, in numbers and names: cuts, thresholds, classes, and the scheme for custrata."""

from __future__ import annotations

#: Columns of the result, in the order in which they are compared; `customer_id` is compared as text.
NUMBERS = ("recency", "orders", "spend", "spend_365", "spend_30")
SCORES = ("r", "f", "m")
CLASSES = ("rfm", "abc", "tier")
COLUMNS = (*NUMBERS, *SCORES, *CLASSES)

GROUPS = 5
ABC_CUTS = (70, 90)
#: Tier of the spend of 30 days, for data whose busiest tenth of customers spends about 1000 in that time.
HIGH_ABOVE, MIDDLE_FROM = 1000, 300
#: Recency, orders and spend, high = 1.
RFM_NAMES = {
    "111": "Champions",
    "101": "High-value, develop",
    "011": "High-value, keep",
    "001": "High-value, win back",
    "110": "Regular, loyal",
    "100": "Regular, develop",
    "010": "Regular, keep",
    "000": "Regular, win back",
}
NO_PURCHASE = "No purchase"

SCHEME = f"""\
scheme: Benchmark
language: en
as_of: end of data
sources:
  orders: {{file: lines.parquet}}
metrics:
  recency:   {{recency: days}}
  orders:    {{frequency: lifetime}}
  spend:     {{monetary: lifetime}}
  spend_365: {{monetary: 365 days}}
  spend_30:  {{monetary: 30 days}}
segments:
  rfm:  {{rfm: [recency, orders, spend], high: above mean, scores: {GROUPS}}}
  abc:  {{share: spend, cuts: [{ABC_CUTS[0]}%, {ABC_CUTS[1]}%]}}
  tier: {{thresholds: spend_30, classes: {{high: above {HIGH_ABOVE}, middle: from {MIDDLE_FROM}, low: else}}}}
"""
