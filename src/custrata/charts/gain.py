"""How many of those who leave are found among the riskiest: one curve a way to predict, between chance and the best."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from custrata.charts import numbers, theme
from custrata.locale import Lang, text

Points = Sequence[tuple[float, float]]


def gain_chart(
    curves: Sequence[tuple[str, Points]], leavers: float, lang: Lang, *, width: theme.Width = 480
) -> alt.LayerChart:
    """`curves` are (what it is called, (share of the customers from the riskiest, share of the leavers found)) from
    (0, 0) to (1, 1); `leavers` is the share who left, which says what the best possible curve is.

    >>> gain_chart([("Rule", [(0, 0), (0.1, 0.3), (1, 1)])], 0.25, "en").to_dict()["description"]
    'Lines: of those who bought nothing, the share among the riskiest customers. The riskiest 10%: Rule 30.0%.'
    """
    tenth = [(name, y) for name, points in curves for x, y in points if x == 0.1]
    told = text("predict.chart.comma", lang).join(f"{name} {numbers.percent(y, lang)}" for name, y in tenth)
    values = [
        {"way": name, "x": x, "y": y, "x_text": numbers.percent(x, lang, 0), "y_text": numbers.percent(y, lang)}
        for name, points in curves for x, y in points
    ]  # fmt: skip
    axis = alt.Axis(format=".0%", tickCount=5, grid=True, labelColor=theme.LIGHT["muted"])
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", title=text("predict.chart.reached", lang), axis=axis, scale=scale)
    y = alt.Y("y:Q", title=text("predict.chart.found", lang), axis=axis, scale=scale)
    names = [name for name, _ in curves]
    colors = [theme.LIGHT[c] for c in ("accent", "spend", "class-2", "class-3")][: len(names)]
    lines = alt.Chart(alt.InlineData(values=values)).encode(
        x=x, y=y, color=alt.Color("way:N", sort=names, scale=alt.Scale(domain=names, range=colors)),
    )  # fmt: skip
    tips = [
        alt.Tooltip("way:N", title=text("predict.way", lang)),
        alt.Tooltip("x_text:N", title=text("predict.chart.reached", lang)),
        alt.Tooltip("y_text:N", title=text("predict.chart.found", lang)),
    ]
    best = [(0.0, 0.0), (max(leavers, 1e-9), 1.0), (1.0, 1.0)]
    layers = [
        _bound([(0.0, 0.0), (1.0, 1.0)], x, y),
        _bound(best, x, y),
        _label(text("predict.chart.chance", lang), (0.97, 0.86), x, y),
        lines.mark_line(strokeWidth=2.25),
        lines.mark_point(filled=True, size=40, opacity=1).encode(tooltip=tips),
    ]
    return theme.layered(layers, lang, text("predict.chart.gain_alt", lang, told=told), width=width, height=300)


def _bound(points: Points, x: alt.X, y: alt.Y) -> alt.Chart:
    data = alt.Chart(alt.InlineData(values=[{"x": a, "y": b} for a, b in points]))
    drawn: alt.Chart = data.mark_line(color=theme.LIGHT["faint"], strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y)
    return drawn


def _label(said: str, at: tuple[float, float], x: alt.X, y: alt.Y) -> alt.Chart:
    data = alt.Chart(alt.InlineData(values=[{"x": at[0], "y": at[1], "label": said}]))
    marked = data.mark_text(color=theme.LIGHT["muted"], align="right", baseline="top", fontSize=11)
    drawn: alt.Chart = marked.encode(x=x, y=y, text="label:N")
    return drawn
