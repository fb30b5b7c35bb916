"""Charts say what the table says, and are drawn whatever the table holds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import vl_convert

from custrata import charts
from custrata.charts import theme
from custrata.charts.heatmap import tone
from custrata.core.measure.model import Concentration, CrossCell, SegmentReport, ShareRow
from custrata.locale import LANGS, Lang

CLASS_CHARTS: list[Callable[..., Any]] = [
    charts.share_chart,
    charts.rfm_chart,
    charts.pyramid_chart,
    charts.preference_chart,
]


def row(class_: str, customers: int, customer_share: float | None, spend: str, spend_share: float | None) -> ShareRow:
    average = Decimal(spend) / customers if customers else None
    return ShareRow(class_, class_, customers, customer_share, Decimal(spend), spend_share, average, 1.0, 2.0)


TIERS = SegmentReport(
    "消费档",
    "thresholds",
    [],
    [row("无消费", 10, 0.1, "0", 0.0), row("低", 70, 0.7, "300", 0.3), row("高", 20, 0.2, "700", 0.7)],
    "spend",
    ["高", "低"],
    "无消费",
)
NULLS = SegmentReport(
    "nulls", "x", [], [row("a", 0, None, "0", None), row("b", 1, 1.0, "-5", None)], "spend", ["a", "b"]
)
LOSSES = SegmentReport(
    "losses", "x", [], [row("a", 1, 0.5, "20", 2.0), row("b", 1, 0.5, "-10", -1.0)], "spend", ["a", "b"]
)
EMPTY = SegmentReport("empty", "x", [], [], "spend", [])
CROSS = SegmentReport(
    "cross",
    "matrix",
    [],
    [],
    "spend",
    [],
    None,
    [
        CrossCell({"a": "x", "b": "p", "c": "1"}, 900, Decimal(5)),
        CrossCell({"a": "y", "b": "q", "c": "2"}, 1, Decimal(5)),
        CrossCell({"a": "y", "b": "not listed", "c": "2"}, 100, Decimal(5)),
    ],
    [("a", ["x", "y"]), ("b", ["p", "q"]), ("c", ["1", "2"])],
)


def data(chart: Any, wanted: str) -> list[dict[str, Any]]:
    """The rows of the first data set that has this field."""
    return next(rows for rows in _tables(chart.to_dict()) if rows and wanted in rows[0])


def _tables(node: Any) -> list[list[dict[str, Any]]]:
    if isinstance(node, dict):
        own = [node["values"]] if isinstance(node.get("values"), list) else []
        return own + [t for k, v in node.items() for t in (list(v.values()) if k == "datasets" else _tables(v))]
    return [t for item in node for t in _tables(item)] if isinstance(node, list) else []


@pytest.mark.parametrize(
    ("segment", "lang"), [(TIERS, "zh"), (TIERS, "en"), (NULLS, "zh"), (LOSSES, "en"), (EMPTY, "en")]
)
@pytest.mark.parametrize("draw", CLASS_CHARTS, ids=lambda f: f.__name__)
def test_whatever_the_table_holds_it_is_drawn(draw: Callable[..., Any], segment: SegmentReport, lang: Lang) -> None:
    svg = vl_convert.vegalite_to_svg(draw(segment, lang).to_dict(), allowed_base_urls=[])
    assert svg.startswith("<svg") and "NaN" not in svg
    assert all(r.class_ in svg for r in segment.rows)


@pytest.mark.parametrize("draw", CLASS_CHARTS, ids=lambda f: f.__name__)
def test_classes_stand_in_the_schemes_order_and_the_missing_one_last(draw: Callable[..., Any]) -> None:
    assert list(dict.fromkeys(r["class"] for r in data(draw(TIERS, "zh"), "class"))) == ["高", "低", "无消费"]


def test_a_share_that_is_null_is_not_called_zero() -> None:
    labels = {(r["class"], r["label"]) for r in data(charts.share_chart(NULLS, "en"), "label")}
    assert ("b", "—") in labels and ("b", "100.0%") in labels


def test_a_layer_is_as_wide_as_it_has_customers() -> None:
    layers = data(charts.pyramid_chart(TIERS, "zh"), "line1")
    assert [r["to"] - r["from"] for r in layers] == [20, 70, 10]
    assert layers[-1]["color"] == theme.LIGHT["missing"]


def test_a_colour_means_the_same_in_every_chart() -> None:
    """Customers are light and spend is strong wherever they stand; who lacks the numbers is grey."""
    colors = [r["color"] for r in data(charts.preference_chart(TIERS, "zh"), "color")]
    assert colors == [theme.LIGHT["customers"], theme.LIGHT["customers"], theme.LIGHT["missing"]]
    for draw in (charts.share_chart, charts.rfm_chart):
        color = next(layer["encoding"]["color"] for layer in draw(TIERS, "en").to_dict()["layer"])
        assert color["scale"] == {
            "domain": ["% of customers", "% of spend"],
            "range": [theme.LIGHT["customers"], theme.LIGHT["spend"]],
        }
        assert color["condition"]["value"] == theme.LIGHT["missing"]


def test_the_two_bars_of_a_class_are_its_two_shares() -> None:
    for draw in (charts.share_chart, charts.rfm_chart):
        bars = {(r["class"], r["series"]): r["label"] for r in data(draw(TIERS, "en"), "label")}
        assert (bars["高", "% of customers"], bars["高", "% of spend"]) == ("20.0%", "70.0%")


@pytest.mark.parametrize("lang", LANGS)
def test_the_curve_with_and_without_cuts(lang: Lang) -> None:
    points = [(0.0, 0.0), (0.1, 0.7), (0.2, 0.9), (1.0, 1.0)]
    cuts = [("A", 0.1, 0.7), ("B", 0.2, 0.72), ("C", 0.8, 0.9), ("D", 1.0, 1.0)]
    for curve in (
        Concentration(points, 0.6, 0.7, cuts),
        Concentration(points, None, None),
        Concentration([], None, None),
    ):
        svg = vl_convert.vegalite_to_svg(charts.concentration_chart(curve, lang).to_dict(), allowed_base_urls=[])
        assert "NaN" not in svg
    labels = data(charts.concentration_chart(Concentration(points, 0.6, 0.7, cuts), lang), "label_y")
    heights = [r["label_y"] for r in labels]
    assert all(above - below >= 0.119 for above, below in pairwise(heights)), "labels keep apart"


def test_every_combination_has_a_cell_also_those_nobody_is_in() -> None:
    cells = data(charts.heatmap_chart(CROSS, "en"), "facet")
    assert len(cells) == 2 * 3 * 2
    assert sum(int(r["label"]) for r in cells) == 1001
    assert next(r for r in cells if r["label"] == "0")["color"] == theme.LIGHT["tone-0"]


def test_facets_share_one_scale_of_colour() -> None:
    facets = dict(charts.heatmap_facets(CROSS, "en"))
    assert list(facets) == ["1", "2"]
    fullest = max(data(facets["2"], "label"), key=lambda r: int(r["label"]))
    assert fullest["color"] == theme.LIGHT[f"tone-{tone(100, 900)}"]


@pytest.mark.parametrize("dimensions", [0, 1, 2, 3])
def test_cross_tables_of_any_depth_are_drawn(dimensions: int) -> None:
    names = [name for name, _ in CROSS.dimensions[:dimensions]]
    cells = [CrossCell({n: c.classes[n] for n in names}, c.customers, c.spend) for c in CROSS.cross]
    part = SegmentReport("m", "matrix", [], [], "spend", [], None, cells, CROSS.dimensions[:dimensions])
    for chart in [charts.heatmap_chart(part, "en"), *(c for _, c in charts.heatmap_facets(part, "en", width=300))]:
        assert "NaN" not in vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_numbers_are_readable_on_their_colour(palette: dict[str, str]) -> None:
    names = {color: name for name, color in theme.LIGHT.items()}
    for step in range(theme.TONES):
        assert contrast(palette[names[theme.on_tone(step)]], palette[f"tone-{step}"]) >= 4.5, step


def test_each_colour_of_the_palette_has_one_name_and_a_dark_counterpart() -> None:
    assert len(set(theme.LIGHT.values())) == len(theme.LIGHT)
    assert theme.DARK.keys() == theme.LIGHT.keys()


@pytest.mark.parametrize("draw", CLASS_CHARTS, ids=lambda f: f.__name__)
def test_on_a_page_no_colour_is_left_fixed(draw: Callable[..., Any]) -> None:
    assert "#" not in str(theme.as_css(draw(TIERS, "en").to_dict()))


def contrast(a: str, b: str) -> float:
    """Contrast ratio after WCAG 2."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
