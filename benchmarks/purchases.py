"""`python -m benchmarks.purchases`: fitting purchase models beside lifetimes, in one run.

Customers buy by the model and are made once. Each contender is a process of its own; processor seconds after imports.
What is timed is grouping customers who are alike and fitting, from arrays of every customer's frequency, recency and
age; the log-likelihoods must agree. lifetimes runs in an environment of its own (`peers.py`); where it cannot be had,
custrata runs alone and the ratio is missing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.data import parse_size
from benchmarks.entrants import ENVIRONMENT
from benchmarks.measure import environment
from benchmarks.peers import lifetimes_missing

#: model → (customers, how many times as fast as lifetimes it shall be).
_FITS = {"bg/nbd": (1_000_000, 20), "gamma-gamma": (1_000_000, 7), "pareto/nbd": (10_000, 12)}
#: What lifetimes runs; it knows nothing of custrata. Times are in weeks, or its fits do not converge.
_PEER = """
import json, sys, time
import numpy as np
import warnings; warnings.filterwarnings("ignore")
import lifetimes
model, path = sys.argv[1:]
a = np.load(path)
x, t, T = a["frequency"].astype(float), a["recency"] / 7, a["age"] / 7
begin = time.process_time()
if model == "gamma-gamma":
    again = x > 0
    fitter = lifetimes.GammaGammaFitter(penalizer_coef=0.0)
    fitter.fit(x[again], a["mean"][again])
else:
    fitter = {"bg/nbd": lifetimes.BetaGeoFitter, "pareto/nbd": lifetimes.ParetoNBDFitter}[model](penalizer_coef=0.0)
    fitter.fit(x, t, T)
taken = time.process_time() - begin
print(json.dumps({"cpu": taken, "params": {k: float(v) for k, v in dict(fitter.params_).items()}}))
"""


def main() -> int:
    """Prints one JSON object a model."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.purchases", description=__doc__)
    parser.add_argument("--customers", type=parse_size, help="instead of the usual numbers")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", help="models, with commas between")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_fit(options.child[0], Path(options.child[1]))))
        return 0
    missing = lifetimes_missing()
    if missing:
        print(f"lifetimes: {missing}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        for model, (customers, wanted) in _FITS.items():
            if not options.only or model in options.only.split(","):
                n = options.customers or customers
                print(json.dumps(_measured(model, n, wanted, Path(folder), options.runs, peer=not missing)))
    return 0


def _measured(model: str, customers: int, wanted: int, folder: Path, runs: int, *, peer: bool) -> dict[str, Any]:
    data = folder / f"{customers}.npz"
    if not data.exists():
        _make(data, customers)
    own = [_run([sys.executable, "-m", "benchmarks.purchases", "--child", model, str(data)]) for _ in range(runs)]
    found: dict[str, Any] = {"model": model, "customers": customers}
    found["custrata"] = round(statistics.median(o["cpu"] for o in own), 3)
    found["log_likelihood"] = round(own[0]["log_likelihood"], 2)
    if peer:
        other = _run([str(ENVIRONMENT / "bin" / "python"), "-c", _PEER, model, str(data)])
        found["lifetimes"] = round(other["cpu"], 2)
        found["lifetimes_log_likelihood"] = round(_likelihood_at(model, data, other["params"]), 2)
        found["times_as_fast"] = round(other["cpu"] / found["custrata"], 1)
        found["wanted"] = wanted
    return found


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment())
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _make(path: Path, customers: int) -> None:
    import numpy as np

    rng = np.random.default_rng(1)
    rate, leaves = rng.gamma(0.5, 1 / 6, customers) / 7, rng.beta(0.9, 1.6, customers)
    age = rng.integers(1, 700, customers)
    frequency, at, last = np.zeros(customers, int), np.zeros(customers), np.zeros(customers, int)
    here = np.ones(customers, bool)
    while here.any():
        i = np.flatnonzero(here)
        at[i] += rng.exponential(1 / np.maximum(rate[i], 1e-12))
        day = np.minimum(np.ceil(at[i]), 10**6).astype(int)
        bought = i[day <= age[i]]
        # All purchases of a day are one.
        frequency[bought] += day[day <= age[i]] > last[bought]
        last[bought] = day[day <= age[i]]
        here[i] = False
        here[bought] = rng.random(len(bought)) > leaves[bought]
    spread = rng.gamma(3.7, 1 / 15, customers)
    mean = rng.gamma(6.2 * np.maximum(frequency, 1)) / (np.maximum(frequency, 1) * spread)
    np.savez(path, frequency=frequency, recency=last, age=age, mean=mean)


def _read(data: Path) -> Mapping[str, Any]:
    import numpy as np

    return dict(np.load(data))


def _fit(model: str, data: Path) -> dict[str, Any]:
    import time

    from custrata.core.predict.counts import Counts
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.models import MODELS

    a = _read(data)
    again = a["frequency"] > 0
    begin = time.process_time()
    if model == "gamma-gamma":
        found: Any = GammaGamma.fit(a["frequency"][again], a["mean"][again])
    else:
        found = MODELS[model].fit(Counts.of(a["frequency"], a["recency"], a["age"]))
    return {"cpu": time.process_time() - begin, "log_likelihood": found.log_likelihood}


def _likelihood_at(model: str, data: Path, params: Mapping[str, float]) -> float:
    """The log-likelihood of a peer's parameters, reckoned as custrata's is."""
    import numpy as np

    from custrata.core.predict.counts import Counts
    from custrata.core.predict.models import MODELS

    a = _read(data)
    if model == "gamma-gamma":
        from custrata.core.predict.special import log_gamma

        p, q, v = params["p"], params["q"], params["v"]
        again = a["frequency"] > 0
        x, z = a["frequency"][again].astype(float), a["mean"][again]
        of_x = log_gamma(p * x + q) - log_gamma(p * x) - float(log_gamma(np.array([q]))[0])
        each = of_x + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(v + x * z)
        return float(each.sum())
    kind = MODELS[model]
    counts = Counts.of(a["frequency"], a["recency"], a["age"]).grouped()
    return float(kind._likelihood(counts)(np.array([params[n] for n in kind.names]))[0])


if __name__ == "__main__":
    sys.exit(main())
