"""Who is many and who spends: for each class, the share of customers beside the share of spend."""

from __future__ import annotations

import altair as alt

from custrata.charts import encodings, rows, theme
from custrata.core.measure.model import SegmentReport
from custrata.locale import Lang, text


def share_chart(
    segment: SegmentReport, lang: Lang, *, currency: str = "CNY", width: theme.Width = 640
) -> alt.LayerChart:
    """Two bars a class, in the scheme's order; a share that is null is drawn as nothing and labelled '—'.

    >>> from custrata.core.measure.model import SegmentReport
    >>> share_chart(SegmentReport("tier", "thresholds", [], [], "spend", []), "en").to_dict()["description"]
    'Bars: for each class of tier, its share of customers beside its share of spend.'
    """
    values = rows.paired(segment, lang, currency)
    classes = list(dict.fromkeys(v["class"] for v in values))
    low = min(0.0, *(v["share"] for v in values)) if values else 0.0
    high = max(*(v["share"] for v in values), 0.01) if values else 1.0
    room = rows.text_width(["100.0%"]) + 10

    base_chart = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("class:N", sort=classes, title=None, scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1)),
        yOffset=alt.YOffset("series:N", sort=rows.series(lang), scale=alt.Scale(paddingInner=0.12)),
        x=alt.X(
            "share:Q",
            axis=None,
            scale=alt.Scale(
                domain=[low, high], nice=False, range=[room if low < 0 else 0, alt.ExprRef(f"max(40, width - {room})")]
            ),
        ),
        tooltip=encodings.tooltip(lang),
    )
    bars = base_chart.mark_bar(cornerRadiusEnd=2).encode(color=encodings.series_color(lang))
    labels = base_chart.mark_text(align="left", baseline="middle", dx=6, fontSize=11.5).encode(text="label:N")
    said = text("charts.share_alt", lang, name=segment.name)
    return theme.layered([bars, labels], lang, said, width=width, height=max(1, len(classes)) * 50)
