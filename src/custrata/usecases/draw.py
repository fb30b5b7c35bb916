"""Charts and reports of a result: picks the chart that suits a segment, the writer that suits a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from custrata.locale import Lang
from custrata.usecases.listing import completed
from custrata.usecases.look import Result
from custrata.usecases.written import check_ending, place

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
    check_ending(path, REPORT_ENDINGS)
    model = completed(result, lang)
    if path.suffix.lower() == ".xlsx":
        from custrata.report.xlsx import write

        place(path, lambda part: write(model, part, lang))
    else:
        from custrata.report.html import render

        place(path, lambda part: part.write_text(render(model, lang), "utf-8"))
    return path


def save_chart(result: Result, name: str, path: Path, lang: Lang) -> Path:
    """Writes a segment's chart as .png, .svg, .html or .json."""
    from custrata.charts.save import save

    path.parent.mkdir(parents=True, exist_ok=True)
    return save(chart_of(result, name, lang), path)
