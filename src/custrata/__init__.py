"""Custrata 客层: from a company's sales records to explained customer classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custrata.api import Evaluated, evaluate
    from custrata.api_apart import SetApart, apart
    from custrata.api_audit import Audited, audit
    from custrata.api_backtest import Backtested, backtest
    from custrata.api_baskets import Basketed, baskets
    from custrata.api_drift import Drifted, drift
    from custrata.api_recommend import Recommendations, recommend
    from custrata.core.errors import CustrataError, Problem
    from custrata.core.scheme.model import Scheme

__version__: str
__all__ = [
    "Audited", "Backtested", "Basketed", "CustrataError", "Drifted", "Evaluated", "Problem", "Recommendations",
    "Scheme", "SetApart", "__version__", "apart", "audit", "backtest", "baskets", "drift", "evaluate", "recommend",
]  # fmt: skip

_HOMES = {
    "Scheme": "custrata.core.scheme.model",
    "CustrataError": "custrata.core.errors",
    "Problem": "custrata.core.errors",
    "evaluate": "custrata.api",
    "Evaluated": "custrata.api",
    "audit": "custrata.api_audit",
    "backtest": "custrata.api_backtest",
    "Backtested": "custrata.api_backtest",
    "drift": "custrata.api_drift",
    "Drifted": "custrata.api_drift",
    "Audited": "custrata.api_audit",
    "baskets": "custrata.api_baskets",
    "Basketed": "custrata.api_baskets",
    "recommend": "custrata.api_recommend",
    "Recommendations": "custrata.api_recommend",
    "apart": "custrata.api_apart",
    "SetApart": "custrata.api_apart",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("custrata")
    # The heavy libraries are imported on first use, so that `custrata --help` answers at once.
    if name not in _HOMES:
        raise AttributeError(f"module 'custrata' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
