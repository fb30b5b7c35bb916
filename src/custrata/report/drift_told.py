"""Drift as page, report and web application show it: every sentence and table in one language."""

from __future__ import annotations

from typing import Any

from custrata.core.measure.drift import DriftReport
from custrata.locale import Lang, text
from custrata.report import drift_words as words


def drift_told(found: DriftReport, lang: Lang) -> dict[str, Any]:
    """`head`, `lead`, `lost`, the tables under `groups` (heading, rows with their bins), `moves` and `meanings`."""
    groups = [("metrics", found.of("metric")), ("segments", found.of("segment", "ladder"))]
    return {
        "head": words.head(found, lang), "lead": words.lead(found, lang), "lost": words.lost(found, lang),
        "headings": words.headings(lang), "part_headings": words.part_headings(lang),
        "groups": [
            (text(f"drift.{key}", lang), [
                (row, words.part_rows(d, lang)) for row, d in zip(words.rows(own, lang), own, strict=True)
            ]) for key, own in groups if own
        ],
        "moves": [(words.moves_title(m, lang), words.matrix(m, lang)) for m in found.moves if m.moved],
        "meanings": words.meanings(lang), "left_out": words.left_out(found, lang),
    }  # fmt: skip
