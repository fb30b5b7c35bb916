"""`custrata run`: reads, evaluates and publishes one immutable run of a workspace."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.measure.model import SourceRows
from custrata.core.scan import InputRecord
from custrata.core.scheme.model import Scheme
from custrata.usecases.evaluate import Evaluation, classify, within_calendar
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Engine, Progress, StoreFactory, silent
from custrata.usecases.quarantine import Faults, faults_in, write_quarantine
from custrata.usecases.workspace import PublishedRun, Workspace


@dataclass(frozen=True)
class RunResult:
    """What was published; `quarantine` has the commonest faults first."""

    run: PublishedRun
    scheme: Scheme
    as_of: date
    customers: int
    sources: list[SourceRows]
    seconds: float
    quarantine: list[Faults]


def run(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *,
    as_of: date | None = None, anew: bool = False, progress: Progress = silent,
) -> RunResult:  # fmt: skip
    """Loads what is new in the workspace's sources, evaluates its scheme and makes the result current. `anew` reads
    everything again.

    Files of the run: customers.parquet, params.json, record.json, and quarantine.csv where rows could not be used.
    A kill at any moment leaves the old run or the new one, and the facts of before or those of now. Raises
    `CustrataError`.
    """
    started = clock()
    with loaded(workspace, store_for, started, anew=anew, progress=progress) as ready:
        scheme, engine, kept = ready.scheme, ready.store, ready.facts(progress)
        facts = kept.facts(within_calendar(as_of), ready.today)
        evaluation = classify(scheme, facts, engine, progress=progress)
        progress("publish")
        staged = ready.at.scratch / "run"
        staged.mkdir()
        engine.write_parquet(evaluation.in_order(), staged / "customers.parquet")
        if kept.ids.mapping:
            (staged / "identity.json").write_text(_json(dict(kept.ids.mapping)), "utf-8")
        (staged / "params.json").write_text(_json(params_json(evaluation)), "utf-8")
        faults = faults_in(evaluation.facts.quarantine, engine)
        write_quarantine(evaluation, engine, staged / "quarantine.csv")
        _write_evidence(evaluation, engine, staged)
        rows = evaluation.facts.source_rows(kept.inputs())
        published = clock()
        run_id = _new_id(workspace, published, scheme)
        record = record_json(evaluation, kept.inputs(), engine, rows, run_id, published)
        (staged / "record.json").write_text(_json(record), "utf-8")
        workspace.publish(staged, run_id)
    seconds = (clock() - started).total_seconds()
    published_run = workspace.run(run_id)
    return RunResult(published_run, scheme, evaluation.as_of, evaluation.totals.customers, rows, seconds, faults)


def params_json(evaluation: Evaluation) -> dict[str, Any]:
    """Parameters and classes of every segment: with the scheme's text, all that assigning needs."""
    scheme = evaluation.scheme
    segments = {}
    for name, segment in scheme.segments.items():
        scope = scheme.scope(name, evaluation.as_of, evaluation.params)
        segments[name] = {
            "kind": segment.kind,
            "params": evaluation.params[name].model_dump(mode="json"),
            "classes": [asdict(c) for c in segment.classes(evaluation.params[name], scope)],
            "missing": asdict(segment.missing_class()),
        }
    return {"as_of": evaluation.as_of.isoformat(), "segments": segments}


def record_json(
    evaluation: Evaluation, inputs: Mapping[str, Sequence[InputRecord]], engine: Engine, rows: list[SourceRows],
    run_id: str, published: datetime,
) -> dict[str, Any]:  # fmt: skip
    """What a run was made from: enough to repeat it and to compare it."""
    scheme = evaluation.scheme
    counts = evaluation.facts.counts["orders"]
    return {
        "run": run_id,
        "published_at": published.astimezone(UTC).isoformat(timespec="seconds"),
        "as_of": evaluation.as_of.isoformat(),
        "customers": evaluation.totals.customers,
        "totals": {
            "buyers": evaluation.totals.buyers, "orders": evaluation.totals.orders,
            "spend": str(evaluation.totals.spend),
        },
        "scheme": {
            "name": scheme.name, "file": scheme.path.name if scheme.path else "", "language": scheme.lang,
            "currency": scheme.currency, "timezone": scheme.timezone, "logic_hash": scheme.fingerprint.logic,
            "label_hash": scheme.fingerprint.labels, "added_metrics": list(scheme.default_metrics), "text": scheme.text,
        },
        "versions": {
            "custrata": version("custrata"), "python": platform.python_version(), engine.name: engine.version,
            "ibis": version("ibis-framework"),
        },
        "inputs": {name: [asdict(f) for f in found] for name, found in inputs.items()},
        "rows": {
            r.source: {"read": r.read, "used": r.used, "quarantined": r.quarantined, "excluded": r.excluded,
                       "excluded_by": dict(r.excluded_by)}
            for r in rows
        },
        "first_day": counts.first_day.isoformat() if counts.first_day else None,
        "last_day": counts.last_day.isoformat() if counts.last_day else None,
    }  # fmt: skip


def _write_evidence(evaluation: Evaluation, engine: Engine, staged: Path) -> None:
    """What explaining and lists need later, frozen with the run: orders, interactions, assets, the
    customers' names, and the attributes that segments read."""
    shown = evaluation.facts.shown_orders
    engine.write_parquet(shown, staged / "orders.parquet")
    if evaluation.facts.shown_interactions is not None:
        engine.write_parquet(evaluation.facts.shown_interactions, staged / "interactions.parquet")
    assets = evaluation.facts.tables.assets
    if assets is not None:
        engine.write_parquet(assets.mutate(customer_id=assets.customer_id.cast(dt.string)), staged / "assets.parquet")
    people = evaluation.facts.tables.customers
    if people is not None:
        have = [a for a in dict.fromkeys(("name", *evaluation.scheme.attributes)) if a in people.columns]
        named = people.select(customer_id=people.customer_id.cast(dt.string), **{a: people[a] for a in have})
        engine.write_parquet(named.order_by("customer_id"), staged / "attributes.parquet")


def _new_id(workspace: Workspace, at: datetime, scheme: Scheme) -> str:
    base = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{scheme.fingerprint.logic[:4]}"
    taken, run_id, n = set(workspace.run_ids()), base, 1
    while run_id in taken:
        n += 1
        run_id = f"{base}-{n}"
    return run_id


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
