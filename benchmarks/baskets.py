"""`python -m benchmarks.baskets`: pairs bought together beside mlxtend's fpgrowth, in one run.

Orders are made once: five or six products of 2,000, some sold far more than others. Each contender is a process of its
own; processor seconds after imports. custrata starts from the columns of orders and products, mlxtend from its finished
table (a sparse one, which it takes fastest), so that encoding is not counted against it. All pairs that so many orders
have must be the same, with the same counts. mlxtend runs in an environment of its own; where it cannot be had, custrata
runs alone and the ratio is missing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.data import parse_size
from benchmarks.entrants import ROOT
from benchmarks.measure import environment
from benchmarks.peers import _missing

_PRODUCTS, _SEED, _WANTED = 2000, 7, 25
#: One order in so many must have a pair.
_ONE_IN = 1000
MLXTEND = ROOT / "benchmarks" / ".env" / "mlxtend"
_PACKAGES = ("mlxtend==0.23.4", "pandas==2.3.3", "numpy==2.2.6", "scipy==1.15.3")
#: What mlxtend runs; it knows nothing of custrata.
_PEER = """
import json, sys, time, warnings; warnings.filterwarnings("ignore")
import numpy as np, pandas as pd, scipy.sparse as sp
from mlxtend.frequent_patterns import fpgrowth
a = np.load(sys.argv[1]); n, width, least = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
table = sp.coo_matrix((np.ones(len(a["order"]), bool), (a["order"], a["product"])), shape=(n, width)).tocsr()
table.data[:] = True
frame = pd.DataFrame.sparse.from_spmatrix(table)
begin = time.process_time()
found = fpgrowth(frame, min_support=(least - 0.5) / n, max_len=2)
cpu = time.process_time() - begin
two = [(sorted(map(int, s)), round(p * n)) for s, p in zip(found.itemsets, found.support) if len(s) == 2]
print(json.dumps({"cpu": cpu, "pairs": sorted([*s, k] for s, k in two)}))
"""


def main() -> int:
    """Prints one JSON object; 1 where the pairs differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baskets", description=__doc__)
    parser.add_argument("--orders", type=parse_size, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_counted(Path(options.child[0]), int(options.child[1]))))
        return 0
    missing = _missing(MLXTEND, _PACKAGES, "mlxtend.frequent_patterns", sys.executable)
    if missing:
        print(f"mlxtend: {missing}", file=sys.stderr)
    least = max(5, options.orders // _ONE_IN)
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        data = Path(folder) / "orders.npz"
        _make(data, options.orders)
        own = [
            _run([sys.executable, "-m", "benchmarks.baskets", "--child", str(data), str(least)])
            for _ in range(options.runs)
        ]
        found = {"orders": options.orders, "products": _PRODUCTS, "least": least, "pairs": len(own[0]["pairs"])}
        found["custrata"] = round(statistics.median(o["cpu"] for o in own), 3)
        if missing:
            print(json.dumps(found))
            return 0
        size = [str(options.orders), str(_PRODUCTS), str(least)]
        try:
            other = _run([str(MLXTEND / "bin" / "python"), "-c", _PEER, str(data), *size])
        except subprocess.CalledProcessError as error:  # it may ask for more memory than the machine has
            print(json.dumps({**found, "mlxtend": f"ended with {error.returncode}"}))
            return 0
    same = other["pairs"] == own[0]["pairs"]
    found |= {"mlxtend": round(other["cpu"], 2), "times_as_fast": round(other["cpu"] / found["custrata"], 1)}
    print(json.dumps({**found, "wanted": _WANTED, "same_pairs": same}))
    return 0 if same else 1


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment())
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _make(path: Path, orders: int) -> None:
    import numpy as np

    rng = np.random.default_rng(_SEED)
    order = np.repeat(np.arange(orders), 1 + rng.poisson(4.5, orders))
    often = 1 / np.arange(1, _PRODUCTS + 1) ** 0.8
    product = rng.choice(_PRODUCTS, len(order), p=often / often.sum())
    # Every tenth order has two neighbours on the shelf.
    beside = np.flatnonzero(rng.random(orders) < 0.1)
    first = rng.integers(0, _PRODUCTS - 1, len(beside))
    rows = np.concatenate([order, beside, beside])
    key = np.unique(rows * _PRODUCTS + np.concatenate([product, first, first + 1]))
    np.savez(path, order=key // _PRODUCTS, product=key % _PRODUCTS)


def _counted(data: Path, least: int) -> dict[str, Any]:
    import time

    import numpy as np

    from custrata.core.predict.baskets import pairs
    from custrata.core.predict.baskets_pairs import Rows

    a = dict(np.load(data))
    begin = time.process_time()
    found = pairs(Rows.of(a["order"], a["product"], _PRODUCTS), least)
    cpu = time.process_time() - begin
    rows = np.column_stack([found.items, found.together])
    return {"cpu": cpu, "pairs": rows[np.lexsort((rows[:, 1], rows[:, 0]))].tolist()}


if __name__ == "__main__":
    sys.exit(main())
