"""Charts for pages: Altair's spec drawn to SVG by vl-convert, in the page itself, with colours from the style sheet.

A page so needs no script for them, prints them, and follows light and dark. What a chart shows stands in a table too.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import altair as alt
from markupsafe import Markup

from custrata.charts import theme
from custrata.locale import Lang
from custrata.usecases.draw import chart_of
from custrata.usecases.look import Result
from custrata.web.movements import remembered

#: What single marks say to a screen reader. The whole is one image, with a sentence and a table beside it.
_MARKS = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def segment_chart(result: Result, name: str, lang: Lang, width: int = 560) -> Markup:
    """The chart of a segment or ladder. To build one takes longer than to ask for its figures: so it is remembered by
    them, and drawn anew where they are others."""
    shown = result.segment_report(name, lang)
    curve = result.concentration(lang, name) if shown.chart == "concentration" else None
    key = ("chart", repr((shown, curve)), result.scheme.currency, lang, width)
    return remembered(key, lambda: drawn(chart_of(result, name, lang), width))


def drawn(chart: alt.TopLevelMixin, width: int = 0) -> Markup:
    """A chart as an SVG element with its description; `width` in pixels where the chart leaves it open."""
    return drawn_spec(theme.as_css(chart.to_dict()), width)


def drawn_spec(spec: dict[str, Any], width: int = 0) -> Markup:
    """The same of a spec whose colours are those of the style sheet."""
    spec = {**spec, **({"width": width} if width and "width" in spec else {})}
    return _svg(json.dumps(spec, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=256)
def _svg(spec: str) -> Markup:
    import vl_convert

    said = str(json.loads(spec).get("description", ""))
    svg = _MARKS.sub("", vl_convert.vegalite_to_svg(spec))
    head = Markup('<svg role="img" aria-label="{}" ').format(said)
    return Markup(svg.replace("<svg ", str(head), 1))
