"""The movement of ladders as one picture to paste somewhere: title, flow and bars, each ladder below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from custrata.charts import numbers, theme
from custrata.charts.migration import migration_chart
from custrata.charts.movement import movement_chart, movement_ends
from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang, text

_WIDTH = 720


def movement_picture(reports: Sequence[MovementReport], lang: Lang) -> alt.VConcatChart:
    """For each ladder the flow between the two days above what its levels won and lost; where nobody is on a level, a
    sentence that says so.

    >>> from datetime import date
    >>> day = date(2024, 6, 1)
    >>> report = MovementReport("shop", "member", day, day, ["VIP"], [], {("VIP", "VIP"): 1}, [], "")
    >>> movement_picture([report], "en").to_dict()["title"]["text"]
    'Level movement · shop · 1 June 2024 to 1 June 2024'
    """
    parts: list[Any] = []
    for report in reports:
        first, last = movement_ends(report, lang)
        title = alt.TitleParams(report.ladder, offset=14)
        if not report.pairs:
            none = alt.Chart(alt.InlineData(values=[{"said": text("levels_report.no_moves", lang)}]))
            parts.append(none.mark_text(align="left", x=0).encode(text="said:N").properties(title=title, height=30))
            continue
        flow = migration_chart(
            report.pairs, report.levels, lang, ladder=report.ladder, first=first, last=last, width=_WIDTH
        )
        parts.append(_bare(flow).properties(title=title))
        if any(m.won or m.lost for m in report.rows):
            bars = movement_chart(report.rows, lang, ladder=report.ladder, width=_WIDTH)
            own = alt.TitleParams(text("levels_report.won_and_lost", lang), offset=14)
            parts.append(_bare(bars).properties(title=own))
    whole = reports[0]
    days = {"first": numbers.day(whole.first, lang), "last": numbers.day(whole.last, lang)}
    said = f"{text('levels_report.movement', lang)} · {whole.title} · {text('levels_report.period', lang, **days)}"
    chart: alt.VConcatChart = alt.vconcat(*parts, spacing=34).resolve_scale(
        color="independent", x="independent", y="independent"
    )
    head = alt.TitleParams(said, fontSize=17, offset=22, anchor="start")
    titled: alt.VConcatChart = chart.properties(title=head)
    return theme.finish(titled, lang, said)


def _bare(chart: alt.LayerChart) -> alt.LayerChart:
    """Without the look of its own: the whole picture has one."""
    bare = chart.copy()
    bare.config = alt.Undefined
    return bare
