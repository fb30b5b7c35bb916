"""How every chart looks: one palette (light, and its dark counterpart), fonts that hold Chinese, a calm grid.

Charts carry plain hex colours, so they look right in a notebook or a PNG. A page that has a light and a dark side
takes `as_css`, which swaps each palette colour for a CSS custom property, and declares those with `css_variables`.
That is why every colour of the palette is there once only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

import altair as alt

from custrata.locale import Lang

Width = int | Literal["container"]
TopLevel = TypeVar("TopLevel", alt.Chart, alt.LayerChart, alt.FacetChart, alt.VConcatChart)

FONT = (
    "'Helvetica Neue', Arial, 'PingFang SC', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', "
    "'Microsoft YaHei', sans-serif"
)
"""Latin letters and figures from a Latin face, Chinese from whichever of the usual ones is installed."""

TONES = 7
"""Steps of the ordinal ramp: tone-0 the faintest, tone-6 the strongest."""

LIGHT: Mapping[str, str] = {
    "ink": "#1f2933",
    "muted": "#616e7c",
    "line": "#e3e7eb",
    "customers": "#a9bdd2",
    "spend": "#20639c",
    "accent": "#b45f06",
    "missing": "#c8ccd1",
    "tone-0": "#f0f4f8",
    "tone-1": "#d7e4f0",
    "tone-2": "#b4cde3",
    "tone-3": "#88b1d4",
    "tone-4": "#3f78ab",
    "tone-5": "#2b6094",
    "tone-6": "#1a4774",
    "on-faint": "#1f2934",
    "on-strong": "#ffffff",
    "faint": "#a3adb8",
    # Okabe and Ito's order of hues, softened: told apart with any of the common colour deficiencies.
    "class-0": "#2f6da8",
    "class-1": "#e08a2e",
    "class-2": "#2a9d8f",
    "class-3": "#b8577e",
    "class-4": "#d9b340",
    "class-5": "#7fb2de",
    "class-6": "#8c6d56",
    "class-7": "#7a6db0",
}
DARK: Mapping[str, str] = {
    "ink": "#e4e9ef",
    "muted": "#9aa7b5",
    "line": "#2c3642",
    "customers": "#5d7690",
    "spend": "#6fb1e8",
    "accent": "#f0a95a",
    "missing": "#59636e",
    "tone-0": "#1b232d",
    "tone-1": "#20303f",
    "tone-2": "#264460",
    "tone-3": "#2d5a84",
    "tone-4": "#5f9fd6",
    "tone-5": "#88bdea",
    "tone-6": "#b8daf7",
    "on-faint": "#e4e9ee",
    "on-strong": "#0f1720",
    "faint": "#66727f",
    "class-0": "#6fa9de",
    "class-1": "#f0a858",
    "class-2": "#4fc0b2",
    "class-3": "#dc84a8",
    "class-4": "#e6c866",
    "class-5": "#a9d0f0",
    "class-6": "#b89a84",
    "class-7": "#a99ddb",
}
CLASSES = 8
COLOR_FIELDS = ("color", "ink")
"""Fields of chart data that hold a colour of the palette, to be drawn as they are."""


def config(lang: Lang) -> dict[str, Any]:
    """The Vega-Lite config that all charts share."""
    axis = {
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": LIGHT["line"],
        "labelColor": LIGHT["ink"],
        "labelFontSize": 12,
        "labelLimit": 150,
        "labelPadding": 8,
        "titleColor": LIGHT["muted"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    }
    legend = {
        "orient": "top",
        "title": None,
        "labelColor": LIGHT["muted"],
        "labelFontSize": 12,
        "labelLimit": 200,
        "symbolType": "square",
        "symbolSize": 90,
        "symbolStrokeWidth": 0,
        "offset": 10,
        "columnPadding": 16,
    }
    return {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": axis,
        "legend": legend,
        "header": {
            "labelColor": LIGHT["ink"],
            "labelFontSize": 13,
            "labelFontWeight": 600,
            "titleColor": LIGHT["muted"],
        },
        "text": {"color": LIGHT["ink"], "fontSize": 12},
        "title": {"color": LIGHT["ink"], "fontSize": 13, "fontWeight": 600, "anchor": "start"},
        "range": {"category": [LIGHT[f"class-{i}"] for i in range(CLASSES)]},
        "locale": {"number": number_locale(lang)},
    }


def number_locale(lang: Lang) -> dict[str, Any]:
    """The d3 format locale; 万 and 亿 are no d3 prefixes, so large figures come to charts already written out."""
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["¥" if lang == "zh" else "", ""]}


def finish(chart: TopLevel, lang: Lang, description: str) -> TopLevel:
    """Give a chart the shared look and the sentence that a screen reader says for it."""
    finished = chart.properties(description=description)
    return cast(TopLevel, finished.configure(**config(lang)))


def layered(
    layers: Sequence[alt.Chart | alt.LayerChart | alt.FacetChart],
    lang: Lang,
    description: str,
    *,
    width: Width,
    height: int,
) -> alt.LayerChart:
    """Layers one over the other, with the shared look."""
    chart = cast(alt.LayerChart, alt.layer(*layers)).properties(width=width, height=height)
    return finish(chart, lang, description)


def ordinal_color(position: int, classes: int) -> str:
    """The colour of the class at this place among ordered classes: the first is the strongest.

    >>> ordinal_color(0, 3) == LIGHT["tone-6"], ordinal_color(2, 3) == LIGHT["tone-2"]
    (True, True)
    """
    span = TONES - 3
    step = 0 if classes < 2 else round(position * span / (classes - 1))
    return LIGHT[f"tone-{TONES - 1 - step}"]


def on_tone(tone: int) -> str:
    """The colour in which a number is readable on this tone.

    >>> on_tone(0) == LIGHT["on-faint"], on_tone(6) == LIGHT["on-strong"]
    (True, True)
    """
    return LIGHT["on-strong" if tone >= 4 else "on-faint"]


def as_css(spec: Any) -> Any:
    """The same spec with palette colours as CSS custom properties (`var(--chart-ink)`).

    In data only the fields `color` and `ink` are swapped; a class may be named as it likes.

    >>> as_css({"mark": {"color": LIGHT["spend"]}, "values": [{"class": LIGHT["spend"], "color": LIGHT["spend"]}]})
    {'mark': {'color': 'var(--chart-spend)'}, 'values': [{'class': '#20639c', 'color': 'var(--chart-spend)'}]}
    """
    return _swap(spec, {color: f"var(--chart-{name})" for name, color in LIGHT.items()}, within_data=False)


def css_variables(palette: Mapping[str, str]) -> str:
    """The declarations that `as_css` relies on, for a `:root` rule.

    >>> css_variables(LIGHT)[:22]
    '--chart-ink: #1f2933; '
    """
    return " ".join(f"--chart-{name}: {color};" for name, color in palette.items())


def _swap(node: Any, names: Mapping[str, str], *, within_data: bool) -> Any:
    if isinstance(node, dict):
        return {
            key: value
            if within_data and isinstance(value, str) and key not in COLOR_FIELDS
            else _swap(value, names, within_data=within_data or key in ("datasets", "values"))
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_swap(item, names, within_data=within_data) for item in node]
    return names.get(node, node) if isinstance(node, str) else node
