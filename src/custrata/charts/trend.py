"""The share of each class from run to run: a line a class, in customers or in spend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import altair as alt

from custrata.charts import theme
from custrata.locale import Lang, text


def trend_chart(
    name: str, points: Sequence[tuple[date, str, float | None]], classes: Sequence[str], lang: Lang,
    side: Literal["customers", "spend"] = "customers", *, width: theme.Width = 280, height: int = 190,
) -> alt.LayerChart:  # fmt: skip
    """`points` are (as-of date, class, share 0..1); a share that is null is a gap in its line. `classes` are in the
    order of their colours, which whoever shows the chart tells beside it.

    >>> trend_chart("tier", [], [], "en").to_dict()["description"]
    'Lines: the share of each class of tier in customers, run by run.'
    """
    values = [{"day": d.isoformat(), "class": c, "share": share} for d, c, share in points if share is not None]
    days = sorted({d for d, _, _ in points})
    ticks = [alt.DateTime(year=d.year, month=d.month, date=d.day) for d in days]
    colors = [theme.LIGHT[f"class-{i % theme.CLASSES}"] for i in range(len(classes))]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%y-%m-%d", values=ticks, labelOverlap=True)),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", grid=True, tickCount=5)),
        color=alt.Color("class:N", scale=alt.Scale(domain=list(classes), range=colors), legend=None),
    )  # fmt: skip
    layers = [base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=36, opacity=1)]
    said = text(f"charts.trend_{side}_alt", lang, name=name)
    return theme.layered(layers, lang, said, width=width, height=height)
