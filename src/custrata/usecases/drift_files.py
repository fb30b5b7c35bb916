"""Drift as a document and as a file that can be sent, by its ending."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from custrata.core.measure.drift import DriftReport, Part
from custrata.locale import Lang
from custrata.usecases.written import check_ending, place

ENDINGS = (".html", ".htm", ".xlsx", ".json")


def as_document(found: DriftReport, lang: Lang) -> dict[str, Any]:
    """Drift as JSON: shares 0..1, indexes unrounded, null where there is none; sentences in one language."""
    from custrata.report import drift_words as words

    return {
        "run": found.run, "as_of": found.as_of.isoformat(), "customers": found.customers,
        "against": found.against, "against_as_of": found.against_as_of.isoformat(), "customers_before": found.before,
        "found": [
            {
                "name": d.name, "title": d.title, "what": d.what, "psi": d.psi, "chance": d.chance,
                "verdict": d.verdict, "redefined": d.redefined, "by_earlier_cuts": bool(d.kept),
                "parts": [_part(p) for p in d.compared],
                "published": [_part(p) for p in d.parts] if d.kept else None,
            }
            for d in found.found
        ],
        "lost": [
            {"segment": c.segment, "fault": c.fault, "said": c.said, "before": c.before, "now": c.now,
             "sentence": sentence}
            for c, sentence in zip(found.lost, words.lost(found, lang), strict=True)
        ],
        "moves": [
            {"segment": m.segment, "both": m.both, "moved": m.moved,
             "pairs": [{"before": a, "now": b, "customers": n} for (a, b), n in sorted(
                 m.pairs.items(), key=lambda x: (x[0][0] or "", x[0][1] or ""))]}
            for m in found.moves
        ],
        "left_out": list(found.left_out), "sentences": words.lead(found, lang),
    }  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {"label": part.label, "before": part.before, "now": part.now, "missing": part.missing}


def write(found: DriftReport, path: Path, lang: Lang) -> Path:
    """Writes the page, the workbook or the figures. Errors: E-CLI-003; E-RUN-006 where nothing can be written there."""
    check_ending(path, ENDINGS)
    match path.suffix.lower():
        case ".xlsx":
            from custrata.report.drift_xlsx import write as write_workbook

            place(path, lambda part: write_workbook(found, part, lang))
        case ".json":
            told = json.dumps(as_document(found, lang), ensure_ascii=False, indent=2) + "\n"
            place(path, lambda part: part.write_text(told, "utf-8"))
        case _:
            from custrata.report.drift_html import render

            place(path, lambda part: part.write_text(render(found, lang), "utf-8"))
    return path
