"""How a segment went over the runs: the newest whole run of each day, classes in the order of the newest scheme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from custrata import evaluate
from custrata.charts.trend import trend_chart
from custrata.usecases.trend import Point, point_of, runs_of, trend
from custrata.usecases.workspace import Workspace
from shops import sales, scheme

SALES = sales(("ann", "2024-01-05", 150), ("bob", "2024-02-05", 20), ("bob", "2024-03-05", 100))
BODY = "segments:\n  tier: {thresholds: spend, classes: {big: above 100, small: else}}\n"


@dataclass(frozen=True)
class Run:
    as_of: date
    thinned: bool = False


@dataclass(frozen=True)
class Runs:
    """A workspace as far as a trend asks of it."""

    runs: dict[str, Run]

    def run_ids(self) -> list[str]:
        return list(self.runs)

    def run(self, id: str) -> Run:
        return self.runs[id]


def listed(runs: dict[str, Run], until: str, most: int = 12) -> list[str]:
    return runs_of(cast(Workspace, Runs(runs)), until, most)


def test_a_day_that_was_run_twice_counts_once_and_a_thinned_run_not_at_all() -> None:
    runs = {
        "a": Run(date(2024, 1, 31)), "b": Run(date(2024, 3, 31), thinned=True), "c": Run(date(2024, 2, 29)),
        "d": Run(date(2024, 1, 31)), "e": Run(date(2024, 4, 30)), "f": Run(date(2024, 5, 31)),
    }  # fmt: skip
    assert listed(runs, "e") == ["d", "c", "e"], "in the order of their days, up to the run that is looked at"
    assert listed(runs, "f", 2) == ["e", "f"]


def test_a_trend_holds_what_each_run_told() -> None:
    points: dict[str, Point | None] = {"none": None}
    for day in (date(2024, 2, 29), date(2024, 3, 31)):
        with evaluate(scheme(BODY), orders=SALES, as_of=day) as found:
            result: Any = found._result
            assert point_of(result, "other", "en") is None
            points[str(day)] = point_of(result, "tier", "en")
    told = trend(list(points), points.__getitem__)
    assert [p.as_of for p in told.points] == [date(2024, 2, 29), date(2024, 3, 31)]
    assert told.classes == (("big", "big"), ("small", "small"))
    assert [p.rows["big"].customers for p in told.points] == [1, 2]


def test_a_class_that_is_gone_comes_after_those_that_are() -> None:
    with evaluate(scheme(BODY), orders=SALES) as found:
        rows = {r.key: r for r in found._result.summary("tier", "en")}
    old, new = ({"big": rows["big"], "old": rows["small"]}, {"small": rows["small"], "big": rows["big"]})
    points = {"1": Point("1", date(2024, 1, 1), old), "2": Point("2", date(2024, 2, 1), new)}
    assert [key for key, _ in trend(["1", "2"], points.__getitem__).classes] == ["small", "big", "old"]


def test_a_share_that_is_not_known_is_a_gap_in_the_line() -> None:
    points = [(date(2024, 1, 31), "big", 0.4), (date(2024, 2, 29), "big", None)]
    drawn = trend_chart("tier", points, ["big"], "en", "spend").to_dict()
    assert [v["share"] for v in next(iter(drawn["datasets"].values()))] == [0.4]
    assert drawn["description"].endswith("in spend, run by run.")
