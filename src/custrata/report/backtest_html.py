"""The back-test as one HTML file, to be sent: no network, printable, readable on a phone."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from custrata.charts.calibration import calibration_chart
from custrata.charts.gain import gain_chart
from custrata.core.predict.backtest import RULE, Backtest
from custrata.locale import Lang, text
from custrata.report import backtest_words as words
from custrata.report.figures import Figure, figure
from custrata.report.html import environment, frame


def render(found: Backtest, lang: Lang) -> str:
    """The whole page in one language; everything that comes from users is escaped."""
    return (
        environment(lang)
        .get_template("backtest.html.j2")
        .render(
            **frame(lang, "levels.css"),
            model=SimpleNamespace(version=version("custrata"), title=found.title),
            title=f"{text('predict.title', lang)} · {found.title} · {found.as_of}",
            found=found,
            head=words.head(found, lang),
            lead=words.trust(found, lang),
            sentences=words.sentences(found, lang),
            table=words.headings(lang),
            rows=words.rows(found, lang),
            days_table=words.day_headings(lang),
            days_rows=words.day_rows(found, lang),
            days_said=words.day_sentences(found, lang),
            meanings=words.meanings(lang),
            notes=[n.text(lang) for n in found.notes],
            days=days(found, lang),
            drawn=charts(found, lang),
            x=lambda key, **values: text(f"predict.{key}", lang, **values),
        )
    )


def charts(found: Backtest, lang: Lang) -> list[tuple[str, str, Figure]]:
    """(heading, what it tells, chart): the gain curves, and the calibration of the best model; none where no model
    fits."""
    best = found.best()
    if best is None:
        return []
    name = words.way(best.by, lang)
    told = [(words.way(by, lang), found.gains(by)) for by in (RULE, best.by)]
    points = [(day, g.predicted, g.actual, g.customers) for day, g in found.calibration(best.by)]
    gain = gain_chart(told, found.mean(RULE).share, lang, width="container")
    true = calibration_chart(points, name, lang, width="container")
    return [
        (text("predict.gain_title", lang), text("predict.chart.gain_note", lang), figure("gain", "", gain)),
        (text("predict.calibration_title", lang), text("predict.chart.calibration_note", lang, model=name),
         figure("calibration", "", true)),
    ]  # fmt: skip


def days(found: Backtest, lang: Lang) -> list[dict[str, Any]]:
    """Each day with each way: the figures as text, or that there was no fit."""
    return [
        {"cut": cut, "rows": [
            {"title": words.way(t.by, lang), "refused": t.risk is None, "share": t.risk.share if t.risk else None,
             "cells": words.cells(Backtest(found.as_of, found.horizon, [cut]).mean(t.by))}
            for t in cut.trials
        ]} for cut in found.cuts
    ]  # fmt: skip
