"""What the classifier and the next order cost at a million customers, in processor seconds:
python -m benchmarks.churn [customers]

There is no peer to hold them against: the trees are scikit-learn's own, and they grow on so many rows at most. Scores
come from the plain numbers that are kept of them.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np


def main(customers: int = 1_000_000) -> None:
    from custrata.core.predict.boosted import sigmoid
    from custrata.core.predict.gaps import UNIT, Gaps
    from custrata.core.predict.rhythm import Rhythm
    from custrata.usecases.churn_training import ENOUGH
    from custrata.usecases.churn_trees import grown

    rng = np.random.default_rng(1)
    number = rng.poisson(4, customers).astype(np.int64)
    mean = rng.normal(np.log(30), 0.7, customers)
    log = np.rint(UNIT * (mean + rng.normal(0, 0.2, customers))).astype(np.int64)
    spread = np.rint(0.3 * UNIT * UNIT * number * rng.gamma(2, 0.5, customers)).astype(np.int64)
    gaps = Gaps(number, number * log, number * log * log + spread, rng.integers(0, 200, customers))
    fit, rhythm = timed(lambda: Rhythm.fit(gaps))
    days, _ = timed(lambda: [rhythm.days(gaps, share) for share in (0.1, 0.5, 0.9)])
    print(f"next order   customers {customers:,}  fit {fit:.2f} s  three days each {days:.2f} s")

    x = np.column_stack([rng.gamma(1, 30, customers).round() for _ in range(20)])
    silent = (rng.random(customers) < sigmoid(0.03 * x[:, 0] - 0.02 * x[:, 1] - 0.5)).astype(np.int64)
    rows = 3 * ENOUGH
    names = tuple(f"f{i}" for i in range(20))
    train, model = timed(lambda: grown(x[:rows], silent[:rows], names, 90, "bench"))
    own, _ = timed(lambda: model.risk(x))
    print(f"classifier   trees on {rows:,} rows {train:.2f} s  scores of {customers:,} customers {own:.2f} s")


def timed(run: Any) -> tuple[float, Any]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
