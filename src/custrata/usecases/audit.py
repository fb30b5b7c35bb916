"""`custrata audit`: reads the sources as a run does and tells what is wrong with them, and what that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custrata.core.audit import faults
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts, Control
from custrata.core.audit.finding import money
from custrata.core.audit.model import Audit, ColumnProfile, MonthSum
from custrata.core.audit.profile import profiles, question
from custrata.core.audit.running import run_checks
from custrata.core.audit.score import score
from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.parse import FIRST_DAY, LAST_DAY
from custrata.core.scan import Opened
from custrata.core.scheme.model import Scheme
from custrata.usecases.audit_effects import with_effects, with_lines_kept
from custrata.usecases.audit_places import with_places
from custrata.usecases.audit_reading import read_facts
from custrata.usecases.controls import read_controls
from custrata.usecases.erps import with_erp
from custrata.usecases.evaluate import classify
from custrata.usecases.ports import Clock, Engine, EngineFactory, Progress, silent
from custrata.usecases.sources import open_sources
from custrata.usecases.workspace import Workspace


def audit(
    scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, *, today: date, as_of: date | None = None,
    controls: Sequence[Control] = (), progress: Progress = silent,
) -> Audit:  # fmt: skip
    """Everything that the checks find in the sources of a scheme.

    `today` is what a date in the future is later than; `as_of` overrides the scheme's; `controls` are totals from the
    books. Nothing is written. Raises `CustrataError` as a run does: for missing columns, or no usable rows.
    """
    facts, audited = read_facts(scheme, opened, engine, today=today, as_of=as_of, controls=controls, progress=progress)
    progress("audit_checks")
    questions = {name: question(source) for name, source in audited.sources.items()}
    found = run_checks(audited, engine, beside=questions)
    columns = _profiles(audited, found.beside, engine)
    months = _months(engine.rows(days(audited)))
    progress("audit_places")
    findings = with_places(found.findings, audited, opened, engine)
    facts = with_lines_kept(scheme, facts, engine)
    evaluation = classify(scheme, facts, engine, progress=progress)
    totals = evaluation.totals
    findings = with_effects(findings, scheme, facts, evaluation, engine, progress)
    return Audit(
        scheme.name, facts.as_of, today, scheme.currency, score(findings), findings, found.skipped, columns, months,
        facts.source_rows({name: o.files for name, o in opened.items()}), totals.customers, totals.spend,
        list(scheme.segments), version("custrata"),
    )  # fmt: skip


def audit_workspace(
    workspace: Workspace, engine_for: EngineFactory, clock: Clock, scratch: Path, *,
    as_of: date | None = None, control: Path | None = None, progress: Progress = silent,
) -> Audit:  # fmt: skip
    """The audit of a workspace's files; `control` is a file of control totals. Leaves nothing behind but what it puts
    into `scratch`."""
    scheme = workspace.scheme()
    if as_of is not None and not FIRST_DAY <= as_of <= LAST_DAY:
        raise CustrataError(Problem("E-SCHEME-033", "as_of", {"value": as_of}))
    progress("open")
    scheme = with_erp(scheme, workspace.path, scratch)
    opened = open_sources(scheme, workspace.path, scratch)
    with engine_for(scheme.timezone, scratch) as engine:
        controls = read_controls(control, engine, scratch) if control is not None else ()
        today = clock().astimezone(ZoneInfo(scheme.timezone)).date()
        return audit(scheme, opened, engine, today=today, as_of=as_of, controls=controls, progress=progress)


def _profiles(facts: AuditFacts, rows: Mapping[str, Mapping[str, Any]], engine: Engine) -> list[ColumnProfile]:
    wrong, emptied = (
        [] if told is None else engine.rows(faults.by_place(told)) for told in (facts.quarantine, facts.emptied)
    )
    return [p for name, source in facts.sources.items() for p in profiles(source, rows[name], wrong, emptied)]


def _months(series: Sequence[Mapping[str, Any]]) -> list[MonthSum]:
    found: dict[date, MonthSum] = {}
    for r in series:
        month = r["day"].replace(day=1)
        so_far = found.get(month, MonthSum(month, 0, 0, money(None)))
        found[month] = MonthSum(month, so_far.days + 1, so_far.orders + r["orders"], so_far.net + money(r["net"]))
    return [found[m] for m in sorted(found)]
