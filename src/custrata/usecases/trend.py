"""How the composition of a segment went over the published runs: shares of customers and spend, class by class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from custrata.core.measure.model import ShareRow
from custrata.locale import Lang
from custrata.usecases.look import Result
from custrata.usecases.workspace import Workspace

#: Runs that a trend looks back on.
RUNS = 12


@dataclass(frozen=True)
class Point:
    """The share table of one run; a class that is not there was not in the scheme of that run."""

    run: str
    as_of: date
    rows: dict[str, ShareRow]
    """By the key of the class."""


@dataclass(frozen=True)
class Trend:
    """`classes` are those of the newest run in order, then those of runs before it; label in the reader's language."""

    points: tuple[Point, ...]
    classes: tuple[tuple[str, str], ...]


def runs_of(workspace: Workspace, until: str, most: int = RUNS) -> list[str]:
    """The newest whole run of each as-of day, oldest day first, up to the run `until`; none that came to stand on the
    same day again later."""
    known = workspace.run_ids()
    known = known[: known.index(until) + 1] if until in known else known
    found: dict[date, str] = {}
    for run in reversed(known):
        entry = workspace.run(run)
        if not entry.thinned and entry.as_of not in found:
            found[entry.as_of] = run
        if len(found) == most:
            break
    return [found[day] for day in sorted(found)]


def trend(runs: Sequence[str], of: Callable[[str], Point | None]) -> Trend:
    """The points of runs, in order; runs whose scheme has no such segment are left out."""
    points = [p for run in runs if (p := of(run)) is not None]
    classes: dict[str, str] = {}
    for point in reversed(points):
        for key, row in point.rows.items():
            classes.setdefault(key, row.class_)
    return Trend(tuple(points), tuple(classes.items()))


def point_of(result: Result, name: str, lang: Lang) -> Point | None:
    """The share table of a segment or ladder in one run; null where the run knows none of that name."""
    if name not in result.classified:
        return None
    return Point(result.run_id, result.as_of, {row.key: row for row in result.summary(name, lang)})
