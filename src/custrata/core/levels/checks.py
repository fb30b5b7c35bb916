"""What can be wrong with the levels of a ladder as a whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from custrata.core.conditions import Field
from custrata.core.errors import Problem, did_you_mean
from custrata.core.levels.bounds import demands

if TYPE_CHECKING:
    from custrata.core.levels.ladder import Ladder

#: What conditions call the weighted score.
SCORE = "score"
#: A level or an option → its line in the scheme.
Place = Callable[[str], str]


def check(ladder: Ladder, fields: Mapping[str, Field], place: Place) -> list[Problem]:
    """E-LEVEL-001 to E-LEVEL-007; E-SCHEME-003 for a name in the score that is no number."""
    names = list(ladder.levels)
    if len(names) < 2:
        return [Problem("E-LEVEL-001", place(""), {"n": len(names)})]
    problems = []
    for name, level in ladder.levels.items():
        last = name == names[-1]
        if last and (level.enter is not None or level.keep is not None):
            problems.append(Problem("E-LEVEL-003", place(name), {"level": name}))
        elif not last and level.enter is None:
            problems.append(Problem("E-LEVEL-002", place(name), {"level": name, "last": names[-1]}))
    given = ladder.new.level
    if given not in (*names, "earned"):
        values = {"level": given, "known": ", ".join(names), "suggestion": did_you_mean(given, names)}
        problems.append(Problem("E-LEVEL-004", place("new"), values))
    return [*problems, *_score(ladder, fields, place), *_order(ladder, names, place)]


def _score(ladder: Ladder, fields: Mapping[str, Field], place: Place) -> list[Problem]:
    numbers = [n for n, f in fields.items() if f.type == "number" and not f.attribute]
    problems = [
        Problem("E-SCHEME-003", place(SCORE),
                {"name": name, "known": ", ".join(numbers), "suggestion": did_you_mean(name, numbers)})
        for name in ladder.score
        if name not in numbers
    ]  # fmt: skip
    if ladder.score and SCORE in fields:
        problems.append(Problem("E-LEVEL-007", place(SCORE), {}))
    return problems


def _order(ladder: Ladder, names: list[str], place: Place) -> list[Problem]:
    """Levels that ask less than the one below, or more to stay than to enter: nobody would understand them."""
    problems = []
    asked = {name: demands(level.enter) for name, level in ladder.levels.items() if level.enter is not None}
    for upper, lower in itertools.pairwise(names):
        for metric, bound in asked.get(upper, {}).items():
            below = asked.get(lower, {}).get(metric)
            if below is not None and bound < below:
                values = {"level": upper, "metric": metric, "value": bound, "lower": lower, "below": below}
                problems.append(Problem("E-LEVEL-005", place(upper), values))
    for name, level in ladder.levels.items():
        for metric, bound in (demands(level.keep) if level.keep is not None else {}).items():
            enter = asked.get(name, {}).get(metric)
            if enter is not None and bound > enter:
                values = {"level": name, "metric": metric, "value": bound, "enter": enter}
                problems.append(Problem("E-LEVEL-006", place(name), values))
    return problems
