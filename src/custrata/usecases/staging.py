"""The files of a run: everything that looking at it will need, written before anybody sees it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.measure.model import SourceRows
from custrata.core.scan import InputRecord
from custrata.core.scheme.model import Scheme
from custrata.locale import LANGS
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.evidence_write import write_lines, write_orders
from custrata.usecases.identity_store import read_ledger
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.mend_book import read_book
from custrata.usecases.ports import Engine
from custrata.usecases.profile_overlay import CORRECTIONS
from custrata.usecases.quarantine import EMPTIED_FILE, QUARANTINE_FILE, Faults, faults_in, write_faults
from custrata.usecases.workspace import Workspace, run_order


@dataclass(frozen=True)
class Staged:
    """A run that is written and not yet published; `quarantine` has the commonest faults first, and so has `emptied`,
    of cells that are taken for empty in rows that are used."""

    folder: Path
    run_id: str
    sources: list[SourceRows]
    quarantine: list[Faults]
    emptied: list[Faults]


def stage(
    workspace: Workspace, evaluation: Evaluation, kept: KeptFacts, engine: Engine, folder: Path, published: datetime,
    *, run_id: str = "", more: Mapping[str, Any] | None = None, levels: Mapping[str, ir.Table] | None = None,
) -> Staged:  # fmt: skip
    """Writes the files of a run into a new folder: customers.parquet, params.json, record.json, what explaining needs,
    quarantine.csv where rows could not be used, and emptied.csv where cells could not. `levels` has for each ladder a
    table of customer_id and level: they become columns after the segments. Where no `run_id` is given one is made.
    `more` goes into the record."""
    folder.mkdir(parents=True)
    engine.write_parquet(_customers(evaluation, levels or {}), folder / "customers.parquet")
    if kept.ids.mapping:
        (folder / "identity.json").write_text(as_json(dict(kept.ids.mapping)), "utf-8")
    (folder / "params.json").write_text(as_json(params_json(evaluation)), "utf-8")
    told, lang = evaluation.facts, evaluation.scheme.lang
    assert lang in LANGS
    faults, emptied = faults_in(told.quarantine, engine), faults_in(told.emptied, engine, used=True)
    write_faults(told.quarantine, lang, engine, folder / QUARANTINE_FILE)
    write_faults(told.emptied, lang, engine, folder / EMPTIED_FILE)
    for write in (write_orders, write_lines):
        write(workspace.home, evaluation.facts, evaluation.totals.customers, kept, folder)
    _write_evidence(evaluation, engine, folder)
    if (used := kept.overlay.table()) is not None:
        engine.write_parquet(used, folder / CORRECTIONS)
    rows = evaluation.facts.source_rows(kept.inputs())
    run_id = run_id or new_id(workspace, published, evaluation.scheme)
    record = record_json(evaluation, kept.inputs(), engine, rows, run_id, published) | _decided(workspace)
    record["corrections"] = {"used": len(kept.overlay.used)}
    (folder / "record.json").write_text(as_json({**record, **(more or {})}), "utf-8")
    return Staged(folder, run_id, rows, faults, emptied)


def _customers(evaluation: Evaluation, levels: Mapping[str, ir.Table]) -> ir.Table:
    """The customers in the order of their ids, with a column for the level on each ladder, labels as the scheme's."""
    if not levels:
        return evaluation.in_order()
    before: Any = evaluation.published()
    t = before
    scheme = evaluation.scheme
    for name, standing in levels.items():
        labels = {c.key: c.label(scheme.lang) for c in scheme.levels[name].classes()}
        own = standing.select(_who="customer_id", _level=standing.level.cases(*labels.items()))
        t = t.left_join(own, t.customer_id == own["_who"]).drop("_who").rename({name: "_level"})
    t = t.select(*(c for c in before.columns if "." not in c), *levels, *(c for c in before.columns if "." in c))
    return t.order_by(t.customer_id.cast(dt.int64) if evaluation.numbered else t.customer_id)


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
    found = {"as_of": evaluation.as_of.isoformat(), "segments": segments}
    fitted = evaluation.predictions.params()
    return {**found, "predictions": fitted} if fitted else found


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
        "evaluated": {"customers": evaluation.anew, "of": evaluation.totals.customers},
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
                       "excluded_by": dict(r.excluded_by), "emptied": dict(r.emptied)}
            for r in rows
        },
        "first_day": counts.first_day.isoformat() if counts.first_day else None,
        "last_day": counts.last_day.isoformat() if counts.last_day else None,
    }  # fmt: skip


def _decided(workspace: Workspace) -> dict[str, Any]:
    """How far the ledger of identities and the book of mends had been written: 0 where nobody had decided anything."""
    ledger, book = read_ledger(workspace), read_book(workspace)
    return {"identity": {"ledger": ledger[-1].seq if ledger else 0}, "mends": {"book": len(book)}}


def _write_evidence(evaluation: Evaluation, engine: Engine, staged: Path) -> None:
    """What explaining and lists need later besides the orders, frozen with the run: interactions, assets, what
    the source of customers tells of each, and under which ids orders were booked."""
    if evaluation.facts.shown_interactions is not None:
        engine.write_parquet(evaluation.facts.shown_interactions, staged / "interactions.parquet")
    if evaluation.facts.original_ids is not None:
        engine.write_parquet(evaluation.facts.original_ids, staged / "original_ids.parquet")
    assets = evaluation.facts.tables.assets
    if assets is not None:
        engine.write_parquet(assets.mutate(customer_id=assets.customer_id.cast(dt.string)), staged / "assets.parquet")
    people = evaluation.facts.tables.customers
    if people is not None:
        # All that the source tells, the name first: pages and lists show, search and mask it.
        told = [c for c in people.columns if c not in ("customer_id", "updated_at") and not c.startswith("_")]
        have = sorted(told, key=lambda c: c != "name")
        named = people.select(customer_id=people.customer_id.cast(dt.string), **{a: people[a] for a in have})
        engine.write_parquet(named.order_by("customer_id"), staged / "attributes.parquet")


def new_id(workspace: Workspace, at: datetime, scheme: Scheme) -> str:
    """An id for a run published at a moment, which comes after those of all others of the workspace: where the clock
    was put back, it goes on from the newest of them."""
    second, n = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}", 1
    for known in workspace.run_ids()[-1:]:
        last, number, _ = run_order(known)
        if last >= second:
            second, n = last, number + 1
    return f"{second}-{scheme.fingerprint.logic[:4]}" + (f"-{n}" if n > 1 else "")


def as_json(value: Any) -> str:
    """JSON for people and programs, as all files of a run have it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
