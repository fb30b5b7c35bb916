"""Charts in pages: one for a desk and one for a telephone, with nothing in them that a still picture does not show."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from custrata.charts import share_chart, trend_chart
from custrata.core.measure.model import SegmentReport, ShareRow
from custrata.web import draw

ODD = 'A" opacity="1" <b> & class="x"'


def chart(*classes: str) -> Any:
    share, spend = 1 / len(classes), Decimal(5)
    rows = [ShareRow(c, c, 1, share, spend, share, spend, None, None) for c in classes]
    return share_chart(SegmentReport("层级", "thresholds", list(classes), rows, "spend", []), "zh")


def sizes(svg: str) -> list[int]:
    return [int(float(w)) for w in re.findall(r'<svg[^>]* width="([\d.]+)"', svg)]


def test_a_wide_chart_is_drawn_for_a_telephone_as_well() -> None:
    svg = str(draw.drawn(chart("高消费", "低消费"), 480))
    assert sizes(svg) == [480, draw.NARROW]
    assert svg.count('role="img"') == 2 and 'class="at-wide"' in svg and 'class="at-narrow"' in svg
    assert set(re.findall(r'font-size="([\d.]+)px"', svg)) <= {"11.5", "12"}, "letters do not shrink"


def test_a_chart_that_fits_a_telephone_is_drawn_once() -> None:
    assert "at-narrow" not in draw.drawn(trend_chart("层级", [], [], "zh"))


def test_a_drawing_keeps_what_is_seen_and_nothing_else() -> None:
    svg = str(draw.drawn(chart(ODD, "低消费"), 480))
    assert ">A\" opacity=\"1\" &lt;b&gt; &amp;" in svg.replace("&quot;", '"'), "a class is called as it is"
    assert "font-family" not in svg and "aria-roledescription" not in svg and "pointer-events" not in svg
    assert re.search(r"\d\.\d{2,}", re.sub(r">[^<]*<", "><", svg)) is None


@pytest.mark.parametrize("across", [2, 9])
def test_facets_stand_under_one_another_on_a_telephone(across: int) -> None:
    from custrata.charts import heatmap_chart
    from custrata.core.measure.model import CrossCell

    names = [f"第{i}类" for i in range(across)]
    cells = [CrossCell({"a": "x", "b": n, "c": f}, 3, Decimal(5)) for n in names for f in ("p", "q", "r")]
    dimensions = [("a", ["x"]), ("b", names), ("c", ["p", "q", "r"])]
    report = SegmentReport("m", "matrix", [], [], "spend", [], cross=cells, dimensions=dimensions)
    svg = str(draw.drawn(heatmap_chart(report, "zh"), 480))
    assert sizes(svg)[-1] <= draw.NARROW + 12
