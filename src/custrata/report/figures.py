"""Which charts a segment gets, as specs for the page: colours by CSS, width by the column, words for the ear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from custrata.charts import theme
from custrata.charts.concentration import concentration_chart
from custrata.charts.heatmap import heatmap_facets
from custrata.charts.preference import preference_chart
from custrata.charts.pyramid import pyramid_chart
from custrata.charts.rfm import rfm_chart
from custrata.charts.rows import text_width
from custrata.charts.share import share_chart
from custrata.core.measure.model import Concentration, ReportModel, SegmentReport
from custrata.locale import Lang, text


@dataclass(frozen=True)
class Figure:
    """A chart with its heading and the sentence that stands for it where it cannot be seen."""

    id: str
    heading: str
    alt: str
    spec: dict[str, Any]
    part: bool = False
    """One of several small charts that stand beside each other."""
    least_width: int = 0
    """Pixels below which it is not squeezed but scrolled: a cell must hold its number."""


def segment_figures(model: ReportModel, segment: SegmentReport, number: int, lang: Lang) -> list[Figure]:
    """The charts of the segment at this place of the report; none where it has no customers."""
    if not segment.rows and not segment.cross:
        return []
    place = f"chart-{number}"
    if segment.chart == "heatmap" and segment.dimensions:
        facets = heatmap_facets(segment, lang, currency=model.currency)
        part = len(facets) > 1
        least = _least_width(segment)
        return [
            replace(figure(f"{place}-{i}", name, chart), part=part, least_width=least)
            for i, (name, chart) in enumerate(facets, 1)
        ]
    figures = []
    if segment.chart == "concentration" and model.concentration and _cut_by(segment, model.concentration):
        figures.append(concentration_figure(model.concentration, place, lang))
    draw = {"rfm": rfm_chart, "pyramid": pyramid_chart, "preference": preference_chart}.get(segment.chart, share_chart)
    heading = text(f"report.chart_{segment.chart if segment.chart in _NAMED else 'share'}", lang)
    chart = draw(segment, lang, currency=model.currency, width="container")
    return [*figures, figure(f"{place}-share", heading, chart)]


def concentration_figure(concentration: Concentration, place: str, lang: Lang) -> Figure:
    """The curve from the largest customer down."""
    chart = concentration_chart(concentration, lang, width="container")
    return figure(f"{place}-concentration", text("report.chart_concentration", lang), chart)


def shows_concentration(model: ReportModel) -> bool:
    """Whether a segment of the report draws the curve; where none does, the overview has it."""
    curve = model.concentration
    return curve is not None and any(s.chart == "concentration" and _cut_by(s, curve) for s in model.segments)


_NAMED = ("rfm", "pyramid", "preference")


def _least_width(segment: SegmentReport) -> int:
    """Room for the names of the rows, and under each column's name for its numbers."""
    down, across = ([classes for _, classes in segment.dimensions] + [[""]])[:2]
    cell = max(44, min(90, text_width(across)) + 8)
    return min(150, text_width(down)) + 40 + cell * len(across)


def _cut_by(segment: SegmentReport, concentration: Concentration) -> bool:
    """Whether the cuts on the curve are this segment's."""
    return {class_ for class_, _, _ in concentration.cuts} <= {row.class_ for row in segment.rows}


def figure(id_: str, heading: str, chart: alt.LayerChart, least_width: int = 0) -> Figure:
    """A chart for the page: colours by CSS, and its sentence for the ear."""
    spec: dict[str, Any] = theme.as_css(chart.to_dict())
    spec["config"]["aria"] = False  # the box around it is the image; its marks would be read twice
    return Figure(id_, heading, str(spec["description"]), spec, least_width=least_width)
