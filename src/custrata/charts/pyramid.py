"""The customer pyramid: few at the top, many at the bottom; the width of a layer is its number of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import altair as alt

from custrata.charts import encodings, rows, theme
from custrata.core.measure.model import SegmentReport, ShareRow
from custrata.locale import Lang, text


def pyramid_chart(
    segment: SegmentReport, lang: Lang, *, currency: str = "CNY", width: theme.Width = 640
) -> alt.LayerChart:
    """Layers in the scheme's order from top to bottom, each labelled with its customers and its share of spend.

    >>> from custrata.core.measure.model import SegmentReport
    >>> pyramid_chart(SegmentReport("p", "pyramid", [], [], "spend", []), "zh").to_dict()["height"]
    54
    """
    table = rows.ordered(segment)
    layers = [row for row in table if row.class_ != segment.missing_class]
    values = []
    for i, row in enumerate(table):
        base = rows.shown(row, lang, currency)
        missing = row.class_ == segment.missing_class
        values.append(
            {
                **base,
                "from": -row.customers / 2,
                "to": row.customers / 2,
                "color": theme.LIGHT["missing"] if missing else theme.ordinal_color(i, len(layers)),
                "line1": text(
                    "charts.layer_one" if row.customers == 1 else "charts.layer", lang, n=base["customers_text"]
                ),
                "line2": text("charts.layer_spend", lang, share=base["spend_share_text"]),
            }
        )
    classes = [v["class"] for v in values]
    half = max((row.customers for row in table), default=0) / 2 or 1
    room = rows.text_width([v[line] for v in values for line in ("line1", "line2")]) + 16

    middle = alt.ExprRef(f"max(60, width - {room})")
    scale = alt.Scale(domain=[-half, half], nice=False, range=[0, middle])
    slopes = (
        alt.Chart(alt.InlineData(values=_slopes(layers)))
        .mark_area(orient="horizontal", color=theme.LIGHT["tone-1"], opacity=0.6)
        .encode(
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, max(1, len(table))], nice=False, reverse=True)),
            x=alt.X("from:Q", axis=None, scale=scale),
            x2="to:Q",
        )
    )
    base_chart = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("class:N", sort=classes, title=None, scale=alt.Scale(paddingInner=0.08, paddingOuter=0)),
        tooltip=encodings.tooltip(lang),
    )
    bars = base_chart.mark_bar(cornerRadius=2, minBandSize=2).encode(
        x=alt.X("from:Q", axis=None, scale=scale), x2="to:Q", color=alt.Color("color:N", scale=None)
    )
    place = alt.value(alt.ExprRef(f"max(60, width - {room}) + 12"))
    labels = [
        base_chart.mark_text(align="left", baseline="middle", dy=-8, fontWeight=600).encode(x=place, text="line1:N"),
        base_chart.mark_text(align="left", baseline="middle", dy=9, color=theme.LIGHT["muted"]).encode(
            x=place, text="line2:N"
        ),
    ]
    said = text("charts.pyramid_alt", lang, name=segment.name)
    height = max(1, len(classes)) * 54
    chart = theme.layered([slopes, alt.layer(bars, *labels)], lang, said, width=width, height=height)
    return cast(alt.LayerChart, chart.resolve_scale(y="independent"))


def _slopes(layers: Sequence[ShareRow]) -> list[dict[str, float]]:
    """The faint sides that lead from each layer to the wider one below it; the layers themselves stay true to scale."""
    if len(layers) < 2:
        return []
    edges = [(float(i), row.customers) for i, row in enumerate(layers)]
    return [{"y": y, "from": -n / 2, "to": n / 2} for y, n in edges]
