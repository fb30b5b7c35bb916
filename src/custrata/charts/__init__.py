"""Data → Altair chart, one function a chart; report, web and notebook draw with the same ones.

Altair is loaded when the first chart is asked for, so that importing this package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custrata.charts.calibration import calibration_chart
    from custrata.charts.concentration import concentration_chart
    from custrata.charts.gain import gain_chart
    from custrata.charts.heatmap import heatmap_chart, heatmap_facets
    from custrata.charts.migration import migration_chart
    from custrata.charts.movement import movement_chart
    from custrata.charts.preference import preference_chart
    from custrata.charts.pyramid import pyramid_chart
    from custrata.charts.rfm import rfm_chart
    from custrata.charts.share import share_chart
    from custrata.charts.trend import trend_chart

_HOME = {
    "calibration_chart": "calibration",
    "concentration_chart": "concentration",
    "gain_chart": "gain",
    "heatmap_chart": "heatmap",
    "heatmap_facets": "heatmap",
    "migration_chart": "migration",
    "movement_chart": "movement",
    "preference_chart": "preference",
    "pyramid_chart": "pyramid",
    "rfm_chart": "rfm",
    "share_chart": "share",
    "trend_chart": "trend",
}

__all__ = [
    "calibration_chart",
    "concentration_chart",
    "gain_chart",
    "heatmap_chart",
    "heatmap_facets",
    "migration_chart",
    "movement_chart",
    "preference_chart",
    "pyramid_chart",
    "rfm_chart",
    "share_chart",
    "trend_chart",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
