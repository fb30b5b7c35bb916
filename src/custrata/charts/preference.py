"""What customers prefer: one bar a class, in the colour that stands for customers; those without one in grey."""

from __future__ import annotations

import altair as alt

from custrata.charts import encodings, rows, theme
from custrata.core.measure.model import SegmentReport
from custrata.locale import Lang, text


def preference_chart(
    segment: SegmentReport, lang: Lang, *, currency: str = "CNY", width: theme.Width = 640
) -> alt.LayerChart:
    """The length of a bar is the share of customers; its label adds their number.

    >>> from custrata.core.measure.model import SegmentReport
    >>> len(preference_chart(SegmentReport("p", "preference", [], [], "spend", []), "en").to_dict()["layer"])
    2
    """
    values = []
    for row in rows.ordered(segment):
        base = rows.shown(row, lang, currency)
        values.append(
            {
                **base,
                "color": theme.LIGHT["missing" if row.class_ == segment.missing_class else "customers"],
                "label": text(
                    "charts.preference_label", lang, share=base["customer_share_text"], n=base["customers_text"]
                ),
            }
        )
    classes = [v["class"] for v in values]
    most = max((v["customer_share"] for v in values), default=0.0) or 1.0
    room = rows.text_width([v["label"] for v in values]) + 12

    base_chart = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("class:N", sort=classes, title=None, scale=alt.Scale(padding=0.22)),
        x=alt.X(
            "customer_share:Q",
            axis=None,
            scale=alt.Scale(domain=[0, most], nice=False, range=[0, alt.ExprRef(f"max(40, width - {room})")]),
        ),
        tooltip=encodings.tooltip(lang),
    )
    bars = base_chart.mark_bar(cornerRadiusEnd=2).encode(color=alt.Color("color:N", scale=None))
    labels = base_chart.mark_text(align="left", baseline="middle", dx=7).encode(text="label:N")
    said = text("charts.preference_alt", lang, name=segment.name)
    return theme.layered([bars, labels], lang, said, width=width, height=max(1, len(classes)) * 38)
