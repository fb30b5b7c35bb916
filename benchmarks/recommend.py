"""`python -m benchmarks.recommend`: recommendations for everybody beside implicit's item-item and ALS, in one run.

Customers of twelve tastes buy products of their taste and what everybody buys; made once, with the last purchases of
each held out. Each contender is a process of its own, on one thread; processor seconds after imports, for fitting and
for ten new products for every customer. Recall at 10 is worked out by one function for all. implicit runs in an
environment of its own; where it cannot be had, custrata runs alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.data import parse_size
from benchmarks.entrants import ROOT
from benchmarks.measure import environment
from benchmarks.peers import _missing

_PRODUCTS, _SEED, _TASTES, _LAST = 5000, 9, 12, 400
IMPLICIT = ROOT / "benchmarks" / ".env" / "implicit"
_PACKAGES = ("implicit==0.7.2", "numpy==1.26.4", "scipy==1.13.1")
#: What implicit runs; it knows nothing of custrata.
_PEER = """
import json, sys, time
import numpy as np, scipy.sparse as sp
from implicit.nearest_neighbours import CosineRecommender
from implicit.als import AlternatingLeastSquares
which, path, out = sys.argv[1:4]
n, width = int(sys.argv[4]), int(sys.argv[5])
a = np.load(path)
table = sp.csr_matrix((np.ones(len(a["customer"]), np.float32), (a["customer"], a["product"])), shape=(n, width))
begin = time.process_time()
if which == "item":
    model = CosineRecommender(K=50, num_threads=1)
else:
    model = AlternatingLeastSquares(factors=64, iterations=15, random_state=1, num_threads=1)
model.fit(table, show_progress=False)
fit = time.process_time() - begin
ids, _ = model.recommend(np.arange(n), table, N=10, filter_already_liked_items=True)
cpu = time.process_time() - begin
np.save(out, ids)
print(json.dumps({"fit": fit, "cpu": cpu}))
"""


def main() -> int:
    """Prints one JSON object a contender."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommend", description=__doc__)
    parser.add_argument("--customers", type=parse_size, default=200_000)
    parser.add_argument("--products", type=parse_size, default=_PRODUCTS)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        data, out, customers, products = options.child
        print(json.dumps(_recommended(Path(data), Path(out), int(customers), int(products))))
        return 0
    missing = _missing(IMPLICIT, _PACKAGES, "implicit", sys.executable)
    if missing:
        print(f"implicit: {missing}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        data, out = Path(folder) / "bought.npz", Path(folder) / "found.npy"
        size = [str(options.customers), str(options.products)]
        _make(data, options.customers, options.products)
        runs = {"custrata": [sys.executable, "-m", "benchmarks.recommend", "--child", str(data), str(out), *size]}
        if not missing:
            python = str(IMPLICIT / "bin" / "python")
            runs |= {f"implicit_{w}": [python, "-c", _PEER, w, str(data), str(out), *size] for w in ("item", "als")}
        own = 0.0
        for name, command in runs.items():
            out.unlink(missing_ok=True)
            taken = _run(command)
            own = own or taken["cpu"]
            told = {k: round(v, 2) for k, v in taken.items()} | {"recall": round(_recall(data, out), 4)}
            print(json.dumps({"contender": name, **told, "times_as_long": round(taken["cpu"] / own, 2)}), flush=True)
    return 0


def _run(command: list[str]) -> dict[str, Any]:
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={**environment(), **one})
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _make(path: Path, customers: int, products: int) -> None:
    import numpy as np

    rng = np.random.default_rng(_SEED)
    sizes = 5 + rng.geometric(1 / 20, customers)
    customer = np.repeat(np.arange(customers), sizes)
    n = len(customer)
    often = 1 / np.arange(1, products + 1) ** 0.9
    any_ = rng.choice(products, n, p=often / often.sum())
    taste = rng.integers(0, _TASTES, customers)[customer]
    # Of one's taste are the products whose number leaves the same rest.
    of_taste = np.minimum(any_ // _TASTES * _TASTES + taste, products - 1)
    product = np.where(rng.random(n) < 0.6, of_taste, any_)
    day = rng.integers(0, _LAST, n)
    order = np.lexsort((day, product, customer))
    customer, product, day = customer[order], product[order], day[order]
    first = np.ones(n, bool)
    first[1:] = (customer[1:] != customer[:-1]) | (product[1:] != product[:-1])
    customer, product, day = customer[first], product[first], day[first]
    known = day < _LAST - 60
    np.savez(path, customer=customer[known], product=product[known], day=day[known], later=customer[~known],
             wanted=product[~known])  # fmt: skip


def _recall(data: Path, out: Path) -> float:
    """The mean, over customers, of the share of what they bought later that was among the ten, of at most ten."""
    import numpy as np

    a, found = np.load(data), np.load(out).astype(np.int64)
    width = max(int(a["wanted"].max()), int(found.max())) + 1
    codes = np.where(found >= 0, np.arange(len(found))[:, None] * width + found, -1)
    hits = np.isin(codes, a["later"] * width + a["wanted"]).sum(axis=1)
    asked = np.bincount(a["later"], minlength=len(found))
    there = asked > 0
    return float((hits[there] / np.minimum(asked[there], 10)).mean())


def _recommended(data: Path, out: Path, customers: int, products: int) -> dict[str, float]:
    import time

    import numpy as np

    from custrata.core.predict.recommend import Purchases, fit
    from custrata.core.predict.recommend_rank import recommend

    a = dict(np.load(data))
    begin = time.process_time()
    own = Purchases.of(a["customer"], a["product"], a["day"], _LAST - 60, 90)
    params = fit(own, (a["customer"], a["product"], a["day"]), np.arange(products).astype(str), _LAST - 60)
    fitted = time.process_time() - begin
    found = recommend(params, own, customers, only_new=True)
    taken = time.process_time() - begin
    np.save(out, found.product)
    one = own.some(own.customer == 7)
    begin = time.process_time()
    for _ in range(20):
        recommend(params, Purchases(one.customer * 0, one.product, one.last, one.times, one.recent), 1, only_new=True)
    return {"fit": fitted, "cpu": taken, "one_customer_ms": (time.process_time() - begin) * 50}


if __name__ == "__main__":
    sys.exit(main())
