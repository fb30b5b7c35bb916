"""`python -m benchmarks.clusters`: k-means of a million customers beside scikit-learn, in one run.

Customers of 8 kinds in 6 numbers are made once, put on the scale on which custrata clusters them, and given to both as
they are. Each contender is a process of its own; processor seconds after imports. scikit-learn (Lloyd's, k-means++,
n_init=10) runs in an environment of its own (`peers.py`); where it cannot be had, custrata runs alone and the ratio is
missing. The sum of squared distances is worked out by one function for the centres of both.
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
from benchmarks.measure import environment
from benchmarks.peers import SCIKIT, scikit_missing

_K, _NUMBERS, _SEED = 8, 6, 11
#: At most this part of scikit-learn's time, at a sum of squared distances at most so much above its own.
_WANTED, _WORSE = 0.15, 0.0005
#: How far customers of a kind lie apart, beside the kinds: well set apart, and as they are in life.
_SPREADS = (0.4, 0.8)
#: What scikit-learn runs; it knows nothing of custrata.
_PEER = """
import json, sys, time
import numpy as np
from sklearn.cluster import KMeans
points = np.ascontiguousarray(np.load(sys.argv[1]).T)
begin, clock = time.process_time(), time.perf_counter()
found = KMeans(int(sys.argv[2]), n_init=10, random_state=0).fit(points)
print(json.dumps({"cpu": time.process_time() - begin, "wall": time.perf_counter() - clock,
                  "centres": found.cluster_centers_.tolist()}))
"""


def main() -> int:
    """Prints one JSON object a spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clusters", description=__doc__)
    parser.add_argument("--customers", type=parse_size, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_clustered(options.child)))
        return 0
    missing = scikit_missing()
    if missing:
        print(f"scikit-learn: {missing}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        for spread in _SPREADS:
            points = Path(folder) / f"{spread}.npy"
            _make(points, options.customers, spread)
            print(json.dumps(_measured(points, options.customers, spread, options.runs, peer=not missing)))
    return 0


def _measured(points: Path, customers: int, spread: float, runs: int, *, peer: bool) -> dict[str, Any]:
    own = [_run([sys.executable, "-m", "benchmarks.clusters", "--child", str(points)]) for _ in range(runs)]
    found: dict[str, Any] = {"customers": customers, "k": _K, "numbers": _NUMBERS, "spread": spread}
    found |= {f"custrata_{k}": round(statistics.median(o[k] for o in own), 2) for k in ("cpu", "wall")}
    if peer:
        other = _run([str(SCIKIT / "bin" / "python"), "-c", _PEER, str(points), str(_K)])
        inertias = [_inertia(points, o["centres"]) for o in (own[0], other)]
        found |= {f"scikit_{k}": round(other[k], 2) for k in ("cpu", "wall")}
        found |= {"ratio": round(found["custrata_cpu"] / other["cpu"], 3), "wanted": _WANTED}
        found |= {"inertia_above": round(inertias[0] / inertias[1] - 1, 6), "at_most": _WORSE}
    return found


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment())
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _make(file: Path, customers: int, spread: float) -> None:
    import numpy as np

    from custrata.core.predict.scaling import fit_scale, scaled

    rng = np.random.default_rng(_SEED)
    kinds = rng.normal(size=(_K, _NUMBERS))
    raw = (kinds[rng.integers(0, _K, customers)] + spread * rng.normal(size=(customers, _NUMBERS))).T
    columns = [np.ascontiguousarray(row) for row in raw]
    np.save(file, scaled(columns, [fit_scale(c, log=False) for c in columns]))


def _clustered(file: Path) -> dict[str, Any]:
    import time

    import numpy as np

    from custrata.core.predict.kmeans import kmeans

    points = np.load(file)
    begin, clock = time.process_time(), time.perf_counter()
    found = kmeans(points, _K)
    taken = {"cpu": time.process_time() - begin, "wall": time.perf_counter() - clock}
    return {**taken, "centres": found.centres.tolist()}


def _inertia(file: Path, centres: list[list[float]]) -> float:
    """The sum of squared distances of everybody to the nearest of the centres."""
    import numpy as np

    points = np.load(file)
    far = np.stack([np.square(points - np.array(c)[:, None]).sum(axis=0) for c in centres])
    return float(far.min(axis=0).sum())


if __name__ == "__main__":
    sys.exit(main())
