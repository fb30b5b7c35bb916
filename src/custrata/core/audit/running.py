"""Runs all checks side by side: what they ask over one table in a round is one pass over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custrata.core.audit.base import REGISTRY, Ask, Check, Over
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import SEVERITIES, Finding
from custrata.core.segments.base import Answer, AtRanks
from custrata.core.segments.fitting import Solver


@dataclass(frozen=True)
class Skipped:
    """A check that could not look, and what it lacked."""

    code: str
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What all checks came to; `beside` answers what was asked beside them, one row each."""

    findings: list[Finding]
    skipped: list[Skipped]
    beside: Mapping[str, Mapping[str, Any]]


def checks() -> list[Check]:
    """Every check there is, by code."""
    return sorted((cls() for cls in REGISTRY.all().values()), key=lambda c: c.code)


def run_checks(
    facts: AuditFacts, engine: Solver, among: Sequence[Check] | None = None, beside: Mapping[str, Over] | None = None
) -> Found:
    """What the checks found, the worst first; a check that found nothing answers with one good finding. `beside` are
    further questions, answered in the first pass."""
    skipped: list[Skipped] = []
    running: dict[str, Any] = {}
    asked: dict[str, Ask] = {}
    found: dict[str, list[Finding]] = {}
    known: dict[str, Check] = {}

    def step(code: str, answer: Any) -> None:
        try:
            asked[code] = running[code].send(answer)
        except StopIteration as done:
            found[code] = done.value or [known[code].finding("good")]
            asked.pop(code, None)

    for one in checks() if among is None else among:
        lacking = one.lacking(facts)
        if lacking:
            skipped.append(Skipped(one.code, tuple(lacking)))
            continue
        known[one.code], running[one.code] = one, one.look(facts)
        step(one.code, None)
    told: dict[str, Answer] = {}
    extra: dict[str, Ask] = dict(beside or {})
    while asked or extra:
        answers = _answers({**asked, **extra}, engine)
        told |= {name: answers[name] for name in extra}
        extra = {}
        for code in list(asked):
            step(code, answers[code])
    everything = [finding for findings in found.values() for finding in findings]
    ordered = sorted(everything, key=lambda f: (-SEVERITIES.index(f.severity), -f.share, f.code))
    return Found(ordered, skipped, {name: rows[0] for name, rows in told.items()})


def _answers(asked: Mapping[str, Ask], engine: Solver) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    passes: dict[Any, dict[str, Over]] = {}
    for code, ask in asked.items():
        if isinstance(ask, Over):
            passes.setdefault(ask.table.op(), {})[code] = ask
        else:
            answers[code] = engine.rows(ask)
    for together in passes.values():
        table = next(iter(together.values())).table
        aggregates = {
            f"{code}|{key}": engine.at_ranks(a.column, a.ranks, a.n) if isinstance(a, AtRanks) else a
            for code, ask in together.items()
            for key, a in ask.aggregates.items()
        }
        row = engine.rows(table.aggregate(**aggregates))[0]
        for code, ask in together.items():
            answers[code] = [{key: row[f"{code}|{key}"] for key in ask.aggregates}]
    return answers
