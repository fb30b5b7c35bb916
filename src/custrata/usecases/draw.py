"""Charts and reports of a result: picks the chart that suits a segment, the writer that suits a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.usecases.listing import completed
from custrata.usecases.look import Result

REPORT_ENDINGS = (".html", ".htm", ".xlsx")


def chart_of(result: Result, name: str, lang: Lang) -> Any:
    """The Altair chart of a segment: composition, pyramid, concentration, heat map or preference."""
    from custrata import charts

    segment = result.segment_report(name, lang)
    if segment.chart == "concentration":
        found = result.concentration(lang, name)
        if found is not None:
            return charts.concentration_chart(found, lang)
    draw: Any = {
        "rfm": charts.rfm_chart, "pyramid": charts.pyramid_chart, "preference": charts.preference_chart,
        "heatmap": charts.heatmap_chart,
    }.get(segment.chart, charts.share_chart)  # fmt: skip
    return draw(segment, lang, currency=result.scheme.currency)


def write_report(result: Result, path: Path, lang: Lang) -> Path:
    """Writes the report as HTML or XLSX, by the ending of the path."""
    ending = path.suffix.lower()
    if ending not in REPORT_ENDINGS:
        raise CustrataError(Problem("E-CLI-003", str(path), {"ending": ending, "known": ", ".join(REPORT_ENDINGS)}))
    model = completed(result, lang)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == ".xlsx":
            from custrata.report.xlsx import write

            write(model, path, lang)
        else:
            from custrata.report.html import render

            path.write_text(render(model, lang), "utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise CustrataError(Problem("E-RUN-006", str(path), {"why": why, "path": str(path.parent)})) from error
    return path


def save_chart(result: Result, name: str, path: Path, lang: Lang) -> Path:
    """Writes a segment's chart as .png, .svg, .html or .json."""
    from custrata.charts.save import save

    path.parent.mkdir(parents=True, exist_ok=True)
    return save(chart_of(result, name, lang), path)
