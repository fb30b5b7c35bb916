"""The Python face of drift: how far customers have moved between two runs, or two evaluations in memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custrata.api import Evaluated, Kind, as_kind
from custrata.core.measure.drift import Drift, DriftReport, LostCut, Moves
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.locale import Lang
from custrata.usecases import drift as _drift
from custrata.usecases.workspace import Workspace


def drift(
    now: Evaluated | str | Path, before: Evaluated | None = None, *, run: str | None = None,
    against: str | None = None, lang: Lang | None = None,
) -> Drifted:  # fmt: skip
    """Customers beside those of an earlier day: the stability index of every metric and segment, cuts that have lost
    their meaning, and who went from which class to which.

    `now` is what `evaluate` gave, with `before` of an earlier day; or the folder of a workspace, of which `run`
    (default: the current one) is compared with `against` (default: the run of about a month before). Nothing is
    written. Raises `CustrataError`: E-PREDICT-025 to 027, and those of runs.

    >>> import pyarrow as pa, datetime as dt
    >>> from custrata import Scheme, evaluate
    >>> tier = "{thresholds: spend, classes: {big: from 50, small: else}}"
    >>> scheme = Scheme.parse(f"scheme: Shop\\nsegments: {{tier: {tier}}}")
    >>> def sales(times):
    ...     return pa.table({
    ...         "customer_id": [f"c{i}" for i in range(500)], "ordered_at": [dt.date(2024, 3, 31)] * 500,
    ...         "amount": [(1 + i % 60) * times for i in range(500)],
    ...     })
    >>> found = drift(evaluate(scheme, orders=sales(8)), evaluate(scheme, orders=sales(1)), lang="en")
    >>> [(d.name, round(d.psi, 2), d.verdict) for d in found.found if d.verdict == "shifted"]
    [('spend', 4.73, 'shifted'), ('tier', 2.62, 'shifted')]
    """
    if isinstance(now, Evaluated):
        if before is None:
            raise TypeError("drift of an evaluation needs the evaluation of an earlier day")
        found = _drift.drift_of(now._result, before._result, lang or now.scheme.lang)
        return Drifted(found, lang or now.scheme.lang)
    workspace = Workspace.at(Path(now))
    said = lang or workspace.run(run).scheme().lang
    with tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        return Drifted(_drift.drift(workspace, duckdb_engine, Path(scratch), said, run=run, against=against), said)


@dataclass(frozen=True)
class Drifted:
    """Drift, to be looked at, tabled and written."""

    report: DriftReport
    lang: Lang

    @property
    def found(self) -> list[Drift]:
        """Metrics, segments and ladders, the greatest index first."""
        return self.report.of("metric", "segment", "ladder")

    @property
    def lost(self) -> tuple[LostCut, ...]:
        """Cuts and classes that tell no customers apart any more."""
        return self.report.lost

    @property
    def moves(self) -> tuple[Moves, ...]:
        """Who went where, of each segment of few classes."""
        return self.report.moves

    @property
    def sentences(self) -> list[str]:
        """What it says in words: what has moved, then which cuts have lost their meaning."""
        from custrata.report import drift_words

        return [*drift_words.lead(self.report, self.lang), *drift_words.lost(self.report, self.lang)]

    def table(self, kind: Kind = "pyarrow") -> Any:
        """name, what, psi, chance, verdict, redefined, by_earlier_cuts; the greatest index first."""
        import pyarrow as pa

        rows = [
            {"name": d.name, "what": d.what, "psi": d.psi, "chance": d.chance, "verdict": d.verdict,
             "redefined": d.redefined, "by_earlier_cuts": bool(d.kept)}
            for d in self.found
        ]  # fmt: skip
        return as_kind(kind, pa.Table.from_pylist(rows))

    def write(self, path: str | Path) -> Path:
        """Writes it as .html, .xlsx or .json, by the ending of the path."""
        from custrata.usecases.drift_files import write

        return write(self.report, Path(path), self.lang)
