"""Whether probabilities are true: groups of customers by their predicted risk, and how many it befell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt

from custrata.charts import numbers, theme
from custrata.locale import Lang, text


def calibration_chart(
    points: Sequence[tuple[date, float, float, int]], model: str, lang: Lang, *, width: theme.Width = 480
) -> alt.LayerChart:
    """`points` are (day of the prediction, predicted risk, share who bought nothing, customers) of groups.

    >>> calibration_chart([(date(2024, 1, 1), 0.2, 0.25, 10)], "M", "en").to_dict()["description"].split("; ")[1]
    'on average they are 5.0 points apart.'
    """
    everybody = sum(n for *_, n in points)
    apart = sum(abs(a - p) * n for _, p, a, n in points) / everybody if everybody else 0.0
    values = [
        {"day": d.isoformat(), "x": p, "y": a, "n": n, "x_text": numbers.percent(p, lang),
         "y_text": numbers.percent(a, lang), "n_text": numbers.count(n, lang)}
        for d, p, a, n in points
    ]  # fmt: skip
    axis = alt.Axis(format=".0%", tickCount=5, grid=True, labelColor=theme.LIGHT["muted"])
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", title=text("predict.chart.predicted", lang), axis=axis, scale=scale)
    y = alt.Y("y:Q", title=text("predict.chart.came", lang), axis=axis, scale=scale)
    days = sorted({d.isoformat() for d, *_ in points})
    colors = [theme.LIGHT[f"class-{i % theme.CLASSES}"] for i in range(len(days))]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=x, y=y, color=alt.Color("day:N", scale=alt.Scale(domain=days, range=colors)),
        tooltip=[
            alt.Tooltip("day:N", title=text("predict.as_of", lang)),
            alt.Tooltip("x_text:N", title=text("predict.chart.predicted", lang)),
            alt.Tooltip("y_text:N", title=text("predict.chart.came", lang)),
            alt.Tooltip("n_text:N", title=text("predict.customers", lang)),
        ],
    )  # fmt: skip
    even = (
        alt.Chart(alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
        .mark_line(color=theme.LIGHT["faint"], strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y)
    )  # fmt: skip
    layers = [even, base.mark_point(filled=True, size=70, opacity=0.9)]
    said = text("predict.chart.calibration_alt", lang, model=model, apart=f"{100 * apart:.1f}")
    return theme.layered(layers, lang, said, width=width, height=300)
