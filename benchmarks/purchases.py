"""`python -m benchmarks.purchases`: fitting purchase models beside lifetimes and pymc-marketing, in one run.

Customers buy by the model and are made once. Each contender is a process of its own; processor seconds after imports,
and seconds by the clock beside them. What is timed is grouping customers who are alike and fitting, from arrays of
every customer's frequency, recency and age; the log-likelihoods must agree. The peers run in environments of their own
(`peers.py`); where one cannot be had, its ratio is missing. pymc-marketing compiles its model before the first fit; it
fits 2,000 customers first, and that is not timed.
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
from benchmarks.peers import PYMC, lifetimes_missing, pymc_missing

#: model → customers, and how many times as fast as each peer it shall be.
_FITS: dict[str, tuple[int, dict[str, int]]] = {
    "bg/nbd": (1_000_000, {"lifetimes": 20, "pymc-marketing": 15}),
    "gamma-gamma": (1_000_000, {"lifetimes": 7}),
    "pareto/nbd": (10_000, {"lifetimes": 12}),
}
#: What lifetimes runs; it knows nothing of custrata. Times are in weeks, or its fits do not converge.
_LIFETIMES = """
import json, sys, time
import numpy as np
import warnings; warnings.filterwarnings("ignore")
import lifetimes
model, path = sys.argv[1:]
a = np.load(path)
x, t, T = a["frequency"].astype(float), a["recency"] / 7, a["age"] / 7
begin, clock = time.process_time(), time.perf_counter()
if model == "gamma-gamma":
    again = x > 0
    fitter = lifetimes.GammaGammaFitter(penalizer_coef=0.0)
    fitter.fit(x[again], a["mean"][again])
else:
    fitter = {"bg/nbd": lifetimes.BetaGeoFitter, "pareto/nbd": lifetimes.ParetoNBDFitter}[model](penalizer_coef=0.0)
    fitter.fit(x, t, T)
taken = {"cpu": time.process_time() - begin, "clock": time.perf_counter() - clock}
print(json.dumps({**taken, "params": {k: float(v) for k, v in dict(fitter.params_).items()}}))
"""
#: What pymc-marketing runs: the largest posterior under its own weak priors, which a million customers outweigh.
_PYMC = """
import json, logging, sys, time, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.WARNING)
import numpy as np, pandas as pd
from pymc_marketing.clv import BetaGeoModel
a = np.load(sys.argv[2])
data = pd.DataFrame({"customer_id": np.arange(len(a["age"])), "frequency": a["frequency"].astype(float),
                     "recency": a["recency"] / 7, "T": a["age"] / 7})
BetaGeoModel(data=data.iloc[:2000].copy()).fit(method="map", progressbar=False)
begin, clock = time.process_time(), time.perf_counter()
model = BetaGeoModel(data=data)
model.fit(method="map", progressbar=False)
taken = {"cpu": time.process_time() - begin, "clock": time.perf_counter() - clock}
found = model.fit_result
print(json.dumps({**taken, "params": {k: float(found[k].values.mean()) for k in ("r", "alpha", "a", "b")}}))
"""
#: peer → its Python, what it runs, and why it cannot be had.
_PEERS = {
    "lifetimes": (ENVIRONMENT, _LIFETIMES, lifetimes_missing),
    "pymc-marketing": (PYMC, _PYMC, pymc_missing),
}


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
    there = []
    for name, (_, _, missing) in _PEERS.items():
        why = missing()
        there += [] if why else [name]
        if why:
            print(f"{name}: {why}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        for model, (customers, wanted) in _FITS.items():
            if not options.only or model in options.only.split(","):
                n = options.customers or customers
                peers = {name: ratio for name, ratio in wanted.items() if name in there}
                print(json.dumps(_measured(model, n, peers, Path(folder), options.runs)), flush=True)
    return 0


def _measured(model: str, customers: int, wanted: Mapping[str, int], folder: Path, runs: int) -> dict[str, Any]:
    """Medians of all runs; contenders take turns."""
    data = folder / f"{customers}.npz"
    if not data.exists():
        _make(data, customers)
    commands = {"custrata": [sys.executable, "-m", "benchmarks.purchases", "--child", model, str(data)]}
    for name in wanted:
        python, code, _ = _PEERS[name]
        commands[name] = [str(python / "bin" / "python"), "-c", code, model, str(data)]
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(_run(command))
    found: dict[str, Any] = {"model": model, "customers": customers}
    own = {unit: statistics.median(t[unit] for t in taken["custrata"]) for unit in ("cpu", "clock")}
    found["custrata"] = {unit: round(v, 3) for unit, v in own.items()}
    found["custrata"]["log_likelihood"] = round(taken["custrata"][0]["log_likelihood"], 2)
    for name, ratio in wanted.items():
        other = {unit: statistics.median(t[unit] for t in taken[name]) for unit in own}
        likely = _likelihood_at(model, data, taken[name][0]["params"])
        found[name] = {unit: round(v, 2) for unit, v in other.items()} | {"log_likelihood": round(likely, 2)}
        found[name] |= {"times_as_fast": round(other["cpu"] / own["cpu"], 1), "wanted": ratio}
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
    begin, clock = time.process_time(), time.perf_counter()
    if model == "gamma-gamma":
        found: Any = GammaGamma.fit(a["frequency"][again], a["mean"][again])
    else:
        found = MODELS[model].fit(Counts.of(a["frequency"], a["recency"], a["age"]))
    taken = {"cpu": time.process_time() - begin, "clock": time.perf_counter() - clock}
    return {**taken, "log_likelihood": found.log_likelihood}


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
