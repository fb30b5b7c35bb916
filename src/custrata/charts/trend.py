"""The shares of classes from run to run: a line a class, customers and spend side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

import altair as alt

from custrata.charts import theme
from custrata.locale import Lang, text


def trend_chart(
    name: str, points: Sequence[tuple[date, str, float | None, float | None]], classes: Sequence[str], lang: Lang,
    *, width: int = 380, height: int = 220,
) -> alt.FacetChart:  # fmt: skip
    """`points` are (as-of date, class, share of customers, share of spend); a share that is null is a gap in its line.

    >>> trend_chart("tier", [], [], "en").to_dict()["description"]
    'Lines: the share of each class of tier in customers and in spend, run by run.'
    """
    sides = [text("charts.of_customers", lang), text("charts.of_spend", lang)]
    values = [
        {"day": day.isoformat(), "class": class_, "side": side, "share": share}
        for day, class_, *shares in points
        for side, share in zip(sides, shares, strict=True)
        if share is not None
    ]
    colors = [theme.LIGHT[f"class-{i % theme.CLASSES}"] for i in range(len(classes))]
    base = alt.Chart().encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%y-%m-%d", labelOverlap=True, tickCount=6)),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", grid=True, tickCount=5)),
        color=alt.Color("class:N", sort=list(classes), scale=alt.Scale(domain=list(classes), range=colors),
                        legend=alt.Legend(columns=6)),
    )  # fmt: skip
    layers = alt.layer(base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=34, opacity=1))
    faceted = layers.properties(width=width, height=height).facet(
        column=alt.Facet("side:N", sort=sides, title=None), data=alt.InlineData(values=values), spacing=36
    )
    return theme.finish(cast(alt.FacetChart, faceted), lang, text("charts.trend_alt", lang, name=name))
