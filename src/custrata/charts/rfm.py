"""How an RFM segment is composed: for each group, customers to the left and spend to the right of one line."""

from __future__ import annotations

import altair as alt

from custrata.charts import encodings, rows, theme
from custrata.core.measure.model import SegmentReport
from custrata.locale import Lang, text


def rfm_chart(segment: SegmentReport, lang: Lang, *, currency: str = "CNY", width: theme.Width = 640) -> alt.LayerChart:
    """Both sides have one scale, so a group that spends more than its number shows at once.

    A negative share of spend is drawn as nothing; its label tells it.

    >>> from custrata.core.measure.model import SegmentReport
    >>> len(rfm_chart(SegmentReport("rfm", "rfm", [], [], "spend", []), "zh").to_dict()["layer"])
    3
    """
    values = [v | {"reach": v["side"] * max(0.0, v["share"])} for v in rows.paired(segment, lang, currency)]
    classes = list(dict.fromkeys(v["class"] for v in values))
    left = -min((v["reach"] for v in values), default=0.0) or 0.01
    right = max((v["reach"] for v in values), default=0.0) or 0.01
    room = rows.text_width(["100.0%"]) + 10

    base_chart = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("class:N", sort=classes, title=None, scale=alt.Scale(padding=0.22)),
        x=alt.X(
            "reach:Q",
            axis=None,
            scale=alt.Scale(domain=[-left, right], nice=False, range=[room, alt.ExprRef(f"max(80, width - {room})")]),
        ),
        tooltip=encodings.tooltip(lang),
    )
    bars = base_chart.mark_bar(cornerRadiusEnd=2).encode(color=encodings.series_color(lang))
    labels = [
        base_chart.transform_filter(f"datum.side == {side}")
        .mark_text(align="right" if side < 0 else "left", baseline="middle", dx=6 * side, fontSize=11.5)
        .encode(text="label:N")
        for side in (-1, 1)
    ]
    said = text("charts.rfm_alt", lang, name=segment.name)
    return theme.layered([bars, *labels], lang, said, width=width, height=max(1, len(classes)) * 32)
