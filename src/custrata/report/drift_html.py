"""Drift as one HTML file, to be sent: no network, printable, readable on a phone."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace

from custrata.core.measure.drift import DriftReport
from custrata.locale import Lang, text
from custrata.report.drift_told import drift_told
from custrata.report.html import environment, frame


def render(found: DriftReport, lang: Lang) -> str:
    """The whole page in one language; everything that comes from users is escaped."""
    return (
        environment(lang)
        .get_template("drift.html.j2")
        .render(
            **frame(lang, "levels.css"),
            model=SimpleNamespace(version=version("custrata"), title=found.title),
            title=f"{text('drift.title', lang)} · {found.title} · {found.as_of}",
            drift=drift_told(found, lang),
            x=lambda key, **values: text(f"drift.{key}", lang, **values),
        )
    )
