"""Two dimensions crossed: customers in each cell, the darker the more; further dimensions become facets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, cast

import altair as alt

from custrata.charts import numbers, theme
from custrata.core.measure.model import CrossCell, SegmentReport
from custrata.locale import Lang, text

_ROW = 40


def heatmap_chart(
    segment: SegmentReport, lang: Lang, *, currency: str = "CNY", cell: int = 64, columns: int = 3
) -> alt.LayerChart | alt.FacetChart:
    """The whole cross table as one chart of fixed size: the first dimension down, the second across, others facets.

    >>> heatmap_chart(SegmentReport("m", "matrix", [], [], "spend", []), "en").to_dict()["description"]
    'Cross table of m: number of customers in each cell, the darker the more.'
    """
    values = _values(segment, lang, currency)
    layers = _layers(segment, lang, apart=False)
    layers = layers.properties(width=alt.Step(cell), height=alt.Step(_ROW))
    said = text("charts.heatmap_alt", lang, name=segment.name)
    if len(segment.dimensions) < 3:
        return theme.finish(layers.properties(data=alt.InlineData(values=values)), lang, said)
    facets = list(dict.fromkeys(v["facet"] for v in values))
    title = " · ".join(name for name, _ in segment.dimensions[2:])
    faceted = layers.facet(
        facet=alt.Facet("facet:N", sort=facets, title=title),
        columns=columns,
        data=alt.InlineData(values=values),
    )
    return theme.finish(faceted, lang, said)


def heatmap_facets(
    segment: SegmentReport, lang: Lang, *, currency: str = "CNY", width: theme.Width = "container"
) -> list[tuple[str, alt.LayerChart]]:
    """The same cut into one chart a facet, with one scale of colour, for a page that arranges them itself.

    The name of the only chart of a table of two dimensions is ''.
    """
    values = _values(segment, lang, currency)
    facets = list(dict.fromkeys(v["facet"] for v in values)) or [""]
    said = text("charts.heatmap_alt", lang, name=segment.name)
    height = max(1, len(dict.fromkeys(v["row"] for v in values))) * _ROW
    charts = []
    for facet in facets:
        own = alt.InlineData(values=[v for v in values if v["facet"] == facet])
        chart = _layers(segment, lang, apart=True).properties(data=own, width=width, height=height)
        charts.append((facet, theme.finish(chart, lang, f"{said} {facet}".strip())))
    return charts


def tone(customers: int, most: int) -> int:
    """The step of colour of a cell, by the square root of its share of the fullest: 0 for nobody, 6 for the fullest.

    >>> tone(0, 900), tone(1, 900), tone(225, 900), tone(900, 900)
    (0, 1, 3, 6)
    """
    return math.ceil((theme.TONES - 1) * math.sqrt(customers / most)) if customers > 0 and most > 0 else 0


def _axes(segment: SegmentReport) -> list[list[str]]:
    """The classes of each dimension in order, with those that only occur in cells at the end."""
    return [
        list(dict.fromkeys([*classes, *(cell.classes[name] for cell in segment.cross if name in cell.classes)]))
        for name, classes in segment.dimensions
    ]


def _values(segment: SegmentReport, lang: Lang, currency: str) -> list[dict[str, Any]]:
    if not segment.dimensions:
        return []
    names = [name for name, _ in segment.dimensions]
    cells: dict[tuple[str, ...], CrossCell] = {tuple(c.classes.get(n, "") for n in names): c for c in segment.cross}
    most = max((c.customers for c in segment.cross), default=0)
    total = sum(c.customers for c in segment.cross)
    values = []
    for classes in product(*_axes(segment)):
        found = cells.get(classes)
        customers = found.customers if found else 0
        step = tone(customers, most)
        values.append(
            {
                "row": classes[0],
                "column": classes[1] if len(classes) > 1 else "",
                "facet": " · ".join(classes[2:]),
                "color": theme.LIGHT[f"tone-{step}"],
                "ink": theme.on_tone(step) if customers else theme.LIGHT["faint"],
                "label": numbers.count(customers, lang, brief=customers >= 100_000),
                "customers_text": numbers.count(customers, lang),
                "customer_share_text": numbers.percent(customers / total if total else None, lang),
                "spend_text": numbers.money(found.spend if found else 0, lang, currency, brief=True),
            }
        )
    return values


def _layers(segment: SegmentReport, lang: Lang, *, apart: bool) -> alt.LayerChart:
    """Cells and numbers; where facets stand under one another's headings, the second dimension is named below."""
    names = [name for name, _ in segment.dimensions]
    axes = _axes(segment)
    titles: Sequence[str | None] = [*names[:2], None, None][:2]
    orders = [*axes[:2], [], []][:2]
    tips = [
        *(alt.Tooltip(f"{field}:N", title=name) for field, name in zip(("row", "column"), names, strict=False)),
        alt.Tooltip("customers_text:N", title=text("charts.customers", lang)),
        alt.Tooltip("customer_share_text:N", title=text("charts.customer_share", lang)),
        alt.Tooltip("spend_text:N", title=text("charts.spend", lang)),
    ]
    base = alt.Chart().encode(
        x=alt.X(
            "column:N",
            sort=orders[1],
            title=titles[1],
            axis=alt.Axis(
                orient="top" if len(axes) < 3 or apart else "bottom",
                labelAngle=0,
                labelLimit=alt.ExprRef("max(24, bandwidth('x') + 2)"),
            ),
            scale=alt.Scale(padding=0.04),
        ),
        y=alt.Y("row:N", sort=orders[0], title=titles[0], scale=alt.Scale(padding=0.06)),
        tooltip=tips,
    )
    layers = alt.layer(
        base.mark_rect(cornerRadius=3).encode(color=alt.Color("color:N", scale=None)),
        base.mark_text(fontSize=13, fontWeight=600).encode(text="label:N", color=alt.Color("ink:N", scale=None)),
    )
    return cast(alt.LayerChart, layers)
