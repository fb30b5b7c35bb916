"""An audit as data: the contract of `custrata audit --json`.

Money and other decimals are numbers, days are texts (2024-03-31), shares are 0..1. Keys are only ever added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from custrata.core.audit.finding import Finding, Value, Word
from custrata.core.audit.model import Audit
from custrata.core.audit.score import points
from custrata.locale import Lang
from custrata.report.audit_words import Words


def as_json(audit: Audit, lang: Lang) -> dict[str, Any]:
    """Everything that the page shows.

    `score` 0 to 100 and its `parts`; `cap` where a finding holds the score down; `findings` with code, severity, part,
    points (what it takes from its part), the sentences in `lang`, numbers, details, examples and effects; `passed` and
    `skipped` codes; `columns`, `months`, `sources`.
    """
    words = Words(audit, lang)
    return {
        "ok": True,
        "scheme": audit.title,
        "as_of": audit.as_of.isoformat(),
        "today": audit.today.isoformat(),
        "currency": audit.currency,
        "customers": audit.customers,
        "spend": plain(audit.spend),
        "score": audit.score.total,
        "cap": audit.score.cap,
        "parts": [
            {"part": p.part, "score": p.score, "weight": p.weight, "lost": [asdict(x) for x in p.losses]}
            for p in audit.score.parts
        ],
        "findings": [_finding(f, words) for f in audit.problems],
        "passed": [{"code": f.code, "message": words.found(f)} for f in audit.passed],
        "skipped": [{"code": s.code, "lacking": list(s.lacking)} for s in audit.skipped],
        "columns": [{**plain(asdict(c)), "filled": c.filled} for c in audit.columns],
        "months": [{**plain(asdict(m)), "month": f"{m.month:%Y-%m}"} for m in audit.months],
        "sources": [plain(asdict(s)) for s in audit.sources],
        "version": audit.version,
    }


def _finding(f: Finding, words: Words) -> dict[str, Any]:
    details = f.details
    return {
        "code": f.code,
        "title": words.title(f),
        "severity": f.severity,
        "part": f.part,
        "points": points(f),
        "message": words.found(f),
        "hints": [{"hint": key, "message": said} for key, said in zip(f.hints, words.hints(f), strict=True)],
        "mend": words.mend(f),
        "share": f.share,
        "rows": f.rows,
        "customers": f.customers,
        "spend": plain(f.spend),
        "values": {k: plain(v) for k, v in f.values.items()},
        "details": [] if details is None else [_row(details.columns, row, words) for row in details.rows],
        "examples": [asdict(e) for e in f.examples],
        "moved": f.moved,
        "effects": None if f.effects is None else [plain(asdict(e)) for e in f.effects],
    }


def _row(columns: Sequence[str], row: Sequence[Value], words: Words) -> dict[str, Any]:
    return {c: words.value(v) if isinstance(v, Word) else plain(v) for c, v in zip(columns, row, strict=True)}


def plain(value: Any) -> Any:
    """A value as JSON has it.

    >>> plain({"a": Decimal("12.50"), "b": date(2024, 3, 1), "c": (1, Decimal(2))})
    {'a': 12.5, 'b': '2024-03-01', 'c': [1, 2]}
    """
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Word):
        return value.key
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
