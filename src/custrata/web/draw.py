"""Charts for pages: Altair's spec drawn to SVG by vl-convert, in the page itself, with colours from the style sheet.

A page so needs no script for them, prints them, and follows light and dark. What a chart shows stands in a table too.
A chart that is wider than a telephone is drawn a second time, for one: its letters keep their size, and the style sheet
shows the one that fits. What a still picture does not use (pointers, invisible points, the font of the page) is left
out, so that both together weigh less than one as it comes.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from copy import deepcopy
from functools import lru_cache
from importlib import import_module
from typing import Any

import altair as alt
from markupsafe import Markup

from custrata.charts import theme
from custrata.locale import Lang
from custrata.usecases.draw import chart_of
from custrata.usecases.look import Result
from custrata.web.movements import remembered

# PyArrow loads pandas, where it is installed, when it first needs it. Altair asks whether it is there, and would meet
# it half loaded where another thread is at it just then; so it is loaded before there are threads.
with suppress(ImportError):
    import_module("pandas")

#: Pixels of a chart on a telephone: 390 less the margins of page and card.
NARROW = 328
_NARROW_LABEL = 128
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
#: What single marks say to a screen reader, and what only a moving picture needs. The whole is one image, with a
#: sentence and a table beside it; its letters have the font of the page.
_NEEDLESS = re.compile(
    r' (?:role|aria-[a-z]+|class|pointer-events|font-family|stroke-miterlimit|xmlns(?::xlink)?|version)="[^"]*"'
    r'| opacity="1"'
)
_UNSEEN = re.compile(r'<path[^>]* (?:opacity="0"|display="none"|d="(?:M0,0h0v0h0Z)?")[^>]*/>')
_LONG = re.compile(r"(\d+\.\d)\d+")
_PLACES = re.compile(r' (?:transform|d|x2|y2|width|height)="[^"]*"')
_WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')


def segment_chart(result: Result, name: str, lang: Lang, width: int = 560) -> Markup:
    """The chart of a segment or ladder. To build one takes longer than to ask for its figures: so it is remembered by
    them, and drawn anew where they are others."""
    shown = result.segment_report(name, lang)
    curve = result.concentration(lang, name) if shown.chart == "concentration" else None
    key = ("chart", repr((shown, curve)), result.scheme.currency, lang, width)
    return remembered(key, lambda: drawn(chart_of(result, name, lang), width))


def drawn(chart: alt.TopLevelMixin, width: int = 0) -> Markup:
    """A chart as an SVG element with its description; `width` in pixels, its labels with it, where the chart leaves it
    open."""
    return drawn_spec(theme.as_css(chart.to_dict()), width)


def drawn_spec(spec: dict[str, Any], width: int = 0) -> Markup:
    """The same of a spec whose colours are those of the style sheet; twice, where it is wider than a telephone."""
    wide = _svg(_written(_fitted(spec, width) if width else spec))
    if _width(wide) <= NARROW + 12:
        return _said(spec, wide)
    return _said(spec, wide, "at-wide") + _said(spec, _svg(_written(_narrow(spec))), "at-narrow")


def _fitted(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """As wide as that, with labels and titles."""
    if "width" not in spec:
        return spec
    return {**spec, "width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def _narrow(spec: dict[str, Any]) -> dict[str, Any]:
    """The same for a telephone: as wide as that, and with shorter labels; facets stand under one another, and cells of
    a size of their own shrink."""
    found = _fitted(deepcopy(spec), NARROW)
    found.setdefault("config", {}).setdefault("axis", {})["labelLimit"] = _NARROW_LABEL
    if "facet" not in found:
        return found
    found["columns"] = 1
    step, steps = found["spec"].get("width"), _columns(found)
    if isinstance(step, dict) and (over := _width(_svg(_written(found))) - NARROW) > 0:
        step["step"] = max(24, int(step["step"] - over / steps))
    return found


def _columns(spec: dict[str, Any]) -> int:
    """How many cells stand beside one another in one facet."""
    rows = next((rows for rows in spec.get("datasets", {}).values()), None) or spec.get("data", {}).get("values", [])
    return max(1, len({row.get("column") for row in rows}))


def _written(spec: dict[str, Any]) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)


def _width(svg: str) -> float:
    found = _WIDTH.match(svg)
    return float(found[1]) if found else 0.0


def _said(spec: dict[str, Any], svg: str, kind: str = "") -> Markup:
    head = Markup('<svg role="img" aria-label="{}" ').format(str(spec.get("description", "")))
    head += Markup('class="{}" ').format(kind) if kind else Markup()
    return Markup(svg.replace("<svg ", str(head), 1))


@lru_cache(maxsize=512)
def _svg(spec: str) -> str:
    import vl_convert

    return _slim(vl_convert.vegalite_to_svg(spec))


def _slim(svg: str) -> str:
    """Only what is seen, with places to a tenth of a pixel.

    >>> _slim('<svg width="9"><path opacity="0" d="M1"/><text opacity="1" transform="translate(1.23456,2)">a</text>')
    '<svg width="9"><text transform="translate(1.2,2)">a</text>'
    """

    def tag(found: re.Match[str]) -> str:
        if _UNSEEN.fullmatch(found[0]):
            return ""
        return _PLACES.sub(lambda place: _LONG.sub(r"\1", place[0]), _NEEDLESS.sub("", found[0]))

    return _TAG.sub(tag, svg)
