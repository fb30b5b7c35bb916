"""One segment as a sheet: the share table, how it decides, Excel's own charts, and the cross table as a grid."""

from __future__ import annotations

from itertools import product
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from custrata.charts.theme import LIGHT
from custrata.core.measure.model import Concentration, ReportModel, SegmentReport
from custrata.locale import Lang, text
from custrata.report import tables
from custrata.report.movement_xlsx import write_matrix, write_movement
from custrata.report.numbers import money_unit
from custrata.report.sheet import FONT, Sheet

_STYLES = ["bold", "count", "percent", "money", "percent", "money", "decimal", "count"]
_MOST_BARS = 30
"""Beyond so many classes a chart is a fence; the table says it better."""


def write_segment(sheet: Sheet, model: ReportModel, segment: SegmentReport, lang: Lang) -> None:
    """The share table on top, so that it can be filtered and frozen; everything else below it or to its right."""

    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    unit = money_unit(lang, model.currency)
    rows = tables.ordered(segment)
    sheet.title(segment.name)
    spend, average = f"{t('spend')} ({unit})", f"{t('average_spend')} ({unit})"
    recency = f"{t('average_recency')} ({tables.recency_unit(segment, lang)})"
    headings = [t("class"), t("customers"), t("customer_share"), spend, t("spend_share"), average]
    sheet.header([*headings, t("average_orders"), recency], numeric=range(1, 8))
    first = sheet.line
    for row in rows:
        shares = [row.customers, row.customer_share, row.spend, row.spend_share]
        sheet.row([row.class_, *shares, row.average_spend, row.average_orders, row.average_recency], _STYLES)
    last = sheet.line - 1
    sheet.filter()
    if rows:
        sheet.bars(2, first, last, LIGHT["customers"])
        sheet.bars(4, first, last, LIGHT["tone-2"])
        _totals(sheet, segment, first, last, t("total"))
    else:
        sheet.note(t("empty"))
    sheet.gap()
    if segment.rules:
        sheet.subtitle(t("how"))
        for rule in segment.rules:
            sheet.note(rule)
        sheet.gap()
    if segment.basis is not None:
        sheet.subtitle(t("basis"))
        for line in tables.basis_lines(segment.basis, model.as_of, lang):
            sheet.note(line)
    if segment.cross and segment.dimensions:
        _grids(sheet, segment, lang)
    elif 0 < len(rows) <= _MOST_BARS:
        sheet.gap()
        sheet.sheet.insert_chart(sheet.line, 0, _share_chart(sheet, first, last, len(rows)))
        sheet.line += 7 + 3 * len(rows)
    if segment.movement is not None:
        sheet.gap()
        sheet.subtitle(text("levels_report.since_last", lang, day=segment.movement.first))
        write_movement(sheet, segment.movement, lang)
        write_matrix(sheet, segment.movement, lang)
    sheet.finish(pages=1 if len(rows) <= _MOST_BARS else 0)


def write_concentration(sheet: Sheet, concentration: Concentration, lang: Lang) -> None:
    """The curve's points and its picture; the cuts, where there are any, beside it."""

    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    sheet.title(t("concentration"))
    sheet.header([t("cumulative_customers"), t("cumulative_spend")], numeric=[0, 1])
    first = sheet.line
    for x, y in concentration.points:
        sheet.row([x, y], ["percent", "percent"])
    last = sheet.line - 1
    sheet.filter()
    if concentration.cuts:
        for column, key in enumerate(("class", "cumulative_customers", "cumulative_spend"), 3):
            style = sheet.styles.head if column == 3 else sheet.styles.head_right
            sheet.sheet.write_string(first - 1, column, t(key), style)
            sheet.widths[column] = max(12, sheet.widths.get(1, 12))
    for line, (class_, customers, spend) in enumerate(concentration.cuts, first):
        for column, (value, kind) in enumerate(((class_, "bold"), (customers, "percent"), (spend, "percent")), 3):
            sheet.cell(line, column, value, kind)
    chart = sheet.book.add_chart({"type": "scatter", "subtype": "straight"})
    chart.add_series(
        {
            "name": t("cumulative_spend"),
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, 1, last, 1],
            "line": {"color": LIGHT["spend"], "width": 2.25},
        }
    )
    axis = {"min": 0, "max": 1, "num_format": "0%", "num_font": _font(), "name_font": _font(bold=False)}
    grid = {"visible": True, "line": {"color": LIGHT["line"], "width": 0.75}}
    chart.set_x_axis({**axis, "name": t("cumulative_customers"), "major_gridlines": grid})
    chart.set_y_axis({**axis, "name": t("cumulative_spend"), "major_gridlines": grid})
    chart.set_title({"none": True})
    chart.set_legend({"none": True})
    chart.set_size({"width": 620, "height": 400})
    sheet.sheet.insert_chart(first + len(concentration.cuts) + 1, 3, chart)
    sheet.finish()


def _totals(sheet: Sheet, segment: SegmentReport, first: int, last: int, label: str) -> None:
    """Sums as formulas, with the figure beside them for readers that don't reckon."""
    total = tables.totals(segment.rows)
    line = sheet.line
    shares = [None, total.customer_share, None, total.spend_share]
    sheet.row([label, *shares, total.average_spend, total.average_orders, None], _STYLES, total=True)
    for column, value, style in ((1, total.customers, "count"), (3, total.spend, "money")):
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.sheet.write_formula(line, column, f"=SUM({cells})", sheet.styles.totals[style], float(value))
        sheet.widths[column] = max(sheet.widths[column], len(f"{value:,.2f}"))


def _share_chart(sheet: Sheet, first: int, last: int, classes: int) -> Any:
    """Shares of customers and of spend as clustered bars, the first class at the top."""
    chart = sheet.book.add_chart({"type": "bar"})
    for column, color in ((2, LIGHT["customers"]), (4, LIGHT["spend"])):
        chart.add_series(
            {
                "name": [sheet.name, first - 1, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": color},
                "gap": 60,
                "overlap": -5,
                "data_labels": {"value": True, "num_format": "0.0%", "font": _font()},
            }
        )
    quiet = {"visible": False}
    chart.set_y_axis({"reverse": True, "num_font": _font(), "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({**quiet, "major_gridlines": quiet, "num_format": "0%"})
    chart.set_legend({"position": "top", "font": _font()})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 760, "height": 110 + 46 * classes})
    return chart


def _grids(sheet: Sheet, segment: SegmentReport, lang: Lang) -> None:
    """The first dimension down, the second across, one grid for each class of the others; darker where fuller."""
    names = [name for name, _ in segment.dimensions]
    axes = [
        list(dict.fromkeys([*classes, *(c.classes[name] for c in segment.cross if name in c.classes)]))
        for name, classes in segment.dimensions
    ]
    count = {tuple(c.classes.get(n, "") for n in names): c.customers for c in segment.cross}
    across = axes[1] if len(axes) > 1 else [""]
    most = max(count.values(), default=0)
    sheet.gap()
    sheet.subtitle(text("report.cross", lang, dimensions=" × ".join(names)))
    for facet in product(*axes[2:]):
        sheet.gap()
        if facet:
            sheet.subtitle(" · ".join(facet))
        for column, name in enumerate(["", *across]):
            style = sheet.styles.head_right if column else sheet.styles.head
            sheet.sheet.write_string(sheet.line, column, name, style)
        sheet.line += 1
        first = sheet.line
        for down in axes[0]:
            cells = [(down, *((over,) if len(axes) > 1 else ()), *facet) for over in across]
            sheet.row([down, *(count.get(cell, 0) for cell in cells)], ["bold", *("count" for _ in cells)])
        scale = {"type": "2_color_scale", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": most or 1}
        colors = {"min_color": "#FFFFFF", "max_color": LIGHT["tone-3"]}
        sheet.sheet.conditional_format(first, 1, sheet.line - 1, len(across), {**scale, **colors})


def _font(*, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": 9, "color": LIGHT["muted"], "bold": bold}
