"""What custrata is meant to reach: its ratio to each contender, in time and in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SMALL_RUN_SECONDS = 2.0


@dataclass(frozen=True)
class Target:
    """custrata's `measure` ÷ that of `to` shall be at most `most`, at `sizes` (all, if none are named)."""

    measure: str
    to: str
    most: float
    sizes: tuple[int, ...] = ()


TARGETS = (
    Target("work_s", "sql", 1.15),
    Target("peak_mb", "sql", 1.25),
    Target("work_s", "polars", 0.9, (10_000_000,)),
    Target("work_s", "polars", 0.75, (50_000_000,)),
    Target("work_s", "pandas", 0.25),
    Target("work_s", "lifetimes", 0.1),
)


def ratios(medians: Mapping[str, Mapping[str, Any]], lines: int) -> list[dict[str, Any]]:
    """custrata ÷ the others, by time, CPU time and memory, with the target where there is one for this size."""
    own = medians.get("custrata")
    if own is None:
        return []
    found = []
    for other in ("sql", "polars", "pandas", "lifetimes"):
        for measure in ("work_s", "cpu_s", "peak_mb"):
            if other not in medians or not medians[other][measure]:
                continue
            ratio = own[measure] / medians[other][measure]
            goals = [t for t in TARGETS if t.to == other and t.measure == measure and (not t.sizes or lines in t.sizes)]
            most = goals[0].most if goals else None
            found.append({"to": other, "measure": measure, "ratio": ratio, "target": most,
                          "met": None if most is None else ratio <= most})  # fmt: skip
    return found
