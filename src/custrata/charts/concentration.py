"""How much of the spend the largest customers make: the Lorenz curve from the largest down, with the ABC cuts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from custrata.charts import numbers, theme
from custrata.core.measure.model import Concentration
from custrata.locale import Lang, text

_HEIGHT = 320
_LABEL = 0.12
"""Height of a label of two lines, as a share of the plot."""


def concentration_chart(concentration: Concentration, lang: Lang, *, width: theme.Width = 640) -> alt.LayerChart:
    """The curve, the diagonal of equal spend, and at each cut how many customers make how much.

    The last cut, where all customers make all the spend, is not labelled.

    >>> curve = Concentration([(0, 0), (0.1, 0.7), (1, 1)], 0.6, 0.7, [("A", 0.1, 0.7), ("B", 1.0, 1.0)])
    >>> [cut["class"] for cut in _cuts(curve, "en")]
    ['A']
    """
    points = [
        {"x": x, "y": y, "x_text": numbers.percent(x, lang), "y_text": numbers.percent(y, lang)}
        for x, y in concentration.points
    ]
    tips = [
        alt.Tooltip("x_text:N", title=text("charts.cumulative_customers", lang)),
        alt.Tooltip("y_text:N", title=text("charts.cumulative_spend", lang)),
    ]
    axis = alt.Axis(format=".0%", tickCount=5, grid=True, labelColor=theme.LIGHT["muted"])
    scale = alt.Scale(domain=[0, max(1.0, *(y for _, y in concentration.points))] if points else [0, 1], nice=False)
    x = alt.X("x:Q", title=text("charts.cumulative_customers", lang), axis=axis, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("y:Q", title=text("charts.cumulative_spend", lang), axis=axis, scale=scale)

    curve = alt.Chart(alt.InlineData(values=points)).encode(x=x, y=y)
    even = (
        alt.Chart(alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
        .mark_line(color=theme.LIGHT["faint"], strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    even_label = (
        alt.Chart(alt.InlineData(values=[{"x": 0.98, "y": 0.62, "label": text("charts.equal", lang)}]))
        .mark_text(color=theme.LIGHT["muted"], align="right", baseline="top", fontSize=11)
        .encode(x=x, y=y, text="label:N")
    )
    layers = [
        even,
        even_label,
        curve.mark_area(color=theme.LIGHT["spend"], opacity=0.1),
        curve.mark_line(color=theme.LIGHT["spend"], strokeWidth=2.5),
        curve.mark_point(opacity=0, size=160, filled=True).encode(tooltip=tips),
        *_annotations(_cuts(concentration, lang), x, y, tips),
    ]
    return theme.layered(layers, lang, text("charts.concentration_alt", lang), width=width, height=_HEIGHT)


def _cuts(concentration: Concentration, lang: Lang) -> list[dict[str, Any]]:
    """The cuts to label, from the top of the curve down, each label below the one before it."""
    below = 2.0
    cuts = []
    for class_, customers, spend in sorted(concentration.cuts, key=lambda cut: -cut[2]):
        if customers >= 0.999:
            continue
        x_text, y_text = numbers.percent(customers, lang), numbers.percent(spend, lang)
        below = max(min(spend, below - _LABEL), 0.0)
        above = text("charts.cut", lang, class_=class_, customers=x_text)
        lines = [above, text("charts.cut_spend", lang, spend=y_text)]
        cuts.append(
            {"class": class_, "x": customers, "y": spend, "label_y": below}
            | {"label": lines, "x_text": x_text, "y_text": y_text, "left": customers > 0.6}
        )
    return cuts


def _annotations(cuts: Sequence[dict[str, Any]], x: alt.X, y: alt.Y, tips: list[alt.Tooltip]) -> list[alt.Chart]:
    if not cuts:
        return []
    base = alt.Chart(alt.InlineData(values=list(cuts))).encode(x=x)
    label_y = alt.Y("label_y:Q")
    return [
        base.mark_rule(color=theme.LIGHT["accent"], strokeDash=[2, 3], opacity=0.7).encode(
            y=y, y2=alt.Y2Datum(0), tooltip=tips
        ),
        base.mark_point(color=theme.LIGHT["accent"], filled=True, size=70, opacity=1).encode(y=y, tooltip=tips),
        *(
            base.transform_filter(f"datum.left == {str(left).lower()}")
            .mark_text(
                align="right" if left else "left",
                baseline="top",
                dx=-9 if left else 9,
                dy=6,
                fontSize=12,
                lineHeight=16,
            )
            .encode(y=label_y, text="label:N")
            for left in (False, True)
        ),
    ]
