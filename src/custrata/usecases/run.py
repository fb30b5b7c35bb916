"""`custrata run`: reads, evaluates and publishes one immutable run of a workspace."""

from __future__ import annotations

import csv
import json
import platform
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.model import SourceRows
from custrata.core.scan import Opened
from custrata.core.scheme.model import Scheme
from custrata.locale import LANGS, catalog
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.evaluate import Evaluation, evaluate
from custrata.usecases.ports import Clock, Engine, EngineFactory, Progress, silent
from custrata.usecases.workspace import PublishedRun, Workspace

#: What is told of an order where it is shown.
ORDER_COLUMNS = ("order_id", "day", "purchase", "gross", "refunded", "net")
SOURCES = ("orders", "returns", "customers", "products")


@dataclass(frozen=True)
class RunResult:
    """What was published."""

    run: PublishedRun
    scheme: Scheme
    as_of: date
    customers: int
    sources: list[SourceRows]
    seconds: float


def open_sources(scheme: Scheme, base: Path, scratch: Path, without: Collection[str] = ()) -> dict[str, Opened]:
    """Opens the file sources of a scheme but those in `without`; what is wrong with any of them is told at once."""
    if not scheme.sources.orders.file and "orders" not in without:
        raise CustrataError(Problem("E-DATA-001", scheme.path.name if scheme.path else "scheme", {}))
    opened: dict[str, Opened] = {}
    problems: list[Problem] = []
    for name in SOURCES:
        config = getattr(scheme.sources, name)
        if config is None or not config.file or name in without:
            continue
        spec = FileSpec(
            patterns=list(config.file), sheet=config.sheet, encoding=config.encoding,
            delimiter=config.delimiter, header=config.header,
        )  # fmt: skip
        try:
            opened[name] = open_files(spec, base, scratch)
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError(*problems)
    return opened


def run(
    workspace: Workspace, engine_for: EngineFactory, clock: Clock, *,
    as_of: date | None = None, progress: Progress = silent,
) -> RunResult:  # fmt: skip
    """Evaluates the workspace's scheme over its files and makes the result current.

    Files of the run: customers.parquet, params.json, record.json, and quarantine.csv where rows could not be used.
    A kill at any moment leaves the old run or the new one. Raises `CustrataError`.
    """
    scheme = workspace.scheme()
    started = clock()
    with workspace.writing(started), _scratch(workspace) as scratch:
        progress("open")
        opened = open_sources(scheme, workspace.path, scratch)
        with engine_for(scheme.timezone, scratch) as engine:
            today = started.astimezone(ZoneInfo(scheme.timezone)).date()
            evaluation = evaluate(scheme, opened, engine, today=today, as_of=as_of, progress=progress, whole=True)
            progress("publish")
            staged = scratch / "run"
            staged.mkdir()
            engine.write_parquet(evaluation.in_order(), staged / "customers.parquet")
            (staged / "params.json").write_text(_json(params_json(evaluation)), "utf-8")
            _write_quarantine(evaluation, engine, staged / "quarantine.csv")
            _write_evidence(evaluation, engine, staged)
            _keep_facts(evaluation, engine, scratch / "facts.duckdb")
            rows = evaluation.facts.source_rows(opened)
            published = clock()
            run_id = _new_id(workspace, published, scheme)
            record = record_json(evaluation, opened, engine, rows, run_id, published)
            (staged / "record.json").write_text(_json(record), "utf-8")
        workspace.publish(staged, run_id)
        (scratch / "facts.duckdb").replace(workspace.facts)
    seconds = (clock() - started).total_seconds()
    return RunResult(workspace.run(run_id), scheme, evaluation.as_of, evaluation.totals.customers, rows, seconds)


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
    evaluation: Evaluation, opened: Mapping[str, Opened], engine: Engine, rows: list[SourceRows],
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
        "inputs": {name: [asdict(f) for f in found.files] for name, found in opened.items()},
        "rows": {
            r.source: {"read": r.read, "used": r.used, "quarantined": r.quarantined, "excluded": r.excluded,
                       "excluded_by": dict(r.excluded_by)}
            for r in rows
        },
        "first_day": counts.first_day.isoformat() if counts.first_day else None,
        "last_day": counts.last_day.isoformat() if counts.last_day else None,
    }  # fmt: skip


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("-12.5"), safe_cell(None)
    ("'=HYPERLINK(1)", '-12.5', '')
    """
    shown = "" if value is None else str(value)
    if shown[:1] in "=+-@\t\r" and shown[:1]:
        try:
            float(shown)
        except ValueError:
            return "'" + shown
    return shown


class _scratch:  # noqa: N801 - used as a function
    """A folder for work in progress inside the workspace, so that publishing is a rename; old remains are removed."""

    def __init__(self, workspace: Workspace) -> None:
        self._staging = workspace.home / "staging"

    def __enter__(self) -> Path:
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir(parents=True)
        return Path(tempfile.mkdtemp(dir=self._staging))

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)


def _write_evidence(evaluation: Evaluation, engine: Engine, staged: Path) -> None:
    """What explaining needs later, frozen with the run: orders by customer, and the attributes that segments read."""
    orders = evaluation.facts.tables.orders
    who = orders.customer_id.cast(dt.string)
    shown = orders.select(customer_id=who, **{c: orders[c] for c in ORDER_COLUMNS})
    engine.write_parquet(shown.order_by("customer_id", "day", "order_id"), staged / "orders.parquet")
    people = evaluation.facts.tables.customers
    if people is not None:
        have = [a for a in evaluation.scheme.attributes if a in people.columns]
        named = people.select(customer_id=people.customer_id.cast(dt.string), **{a: people[a] for a in have})
        engine.write_parquet(named.order_by("customer_id"), staged / "attributes.parquet")


def _keep_facts(evaluation: Evaluation, engine: Engine, path: Path) -> None:
    """The canonical facts: order lines as read, and headers by customer, so that one customer's are found fast."""
    facts = evaluation.facts
    tables = {"order_lines": facts.tables.lines, "orders": facts.tables.orders.order_by("customer_id")}
    tables |= {"customers": facts.tables.customers} if facts.tables.customers is not None else {}
    tables |= {"products": facts.products} if facts.products is not None else {}
    engine.keep(tables, path)


def _write_quarantine(evaluation: Evaluation, engine: Engine, path: Path) -> None:
    quarantine = evaluation.facts.quarantine
    if quarantine is None:
        return
    ordered = quarantine.order_by(["source", "file", "row", "column"])
    lang = evaluation.scheme.lang
    assert lang in LANGS
    words = catalog("errors", lang)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "file", "row", "column", "value", "code", "reason", "mend"])
        for batch in engine.arrow(ordered).to_batches():
            for r in batch.to_pylist():
                entry = words[r["code"]]
                cells = [
                    r["source"],
                    r["file"],
                    r["row"],
                    r["column"],
                    r["value"],
                    r["code"],
                    entry["message"],
                    entry["mend"],
                ]
                writer.writerow([safe_cell(c) for c in cells])


def _new_id(workspace: Workspace, at: datetime, scheme: Scheme) -> str:
    base = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{scheme.fingerprint.logic[:4]}"
    taken, run_id, n = set(workspace.run_ids()), base, 1
    while run_id in taken:
        n += 1
        run_id = f"{base}-{n}"
    return run_id


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
