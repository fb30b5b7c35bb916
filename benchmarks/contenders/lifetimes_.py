"""lifetimes' `summary_data_from_transaction_data` alone, on old Python: it stops where classifying would begin."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data


def work(lines: Path, out: Path) -> None:
    frame = pd.read_parquet(lines, columns=["customer_id", "ordered_at", "amount"])
    frame["amount"] = frame["amount"].astype(float)
    summary_data_from_transaction_data(frame, "customer_id", "ordered_at", monetary_value_col="amount").to_parquet(out)
