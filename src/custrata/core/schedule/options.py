"""What a scheme says of periodic work: when to evaluate, when to review levels, which runs to keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from custrata.core.errors import Fault
from custrata.core.levels.span import Span, parse_span
from custrata.core.schedule.rhythm import Rhythm, RhythmText
from custrata.core.strict import Strict, option


def _runs(value: Any) -> int | Span | None:
    if isinstance(value, Span):
        return value
    text = str(value).strip().removesuffix("次").removesuffix(" runs").strip()
    if text.casefold() in ("all", "everything", "全部", "none"):
        return None
    try:
        found = int(text) if text.isdecimal() else parse_span(text)
    except ValueError:
        raise Fault("keep", value=value) from None
    if found == 0 or (isinstance(found, Span) and found.n == 0):
        raise Fault("keep", value=value)
    return found


def _plain(value: int | Span | None) -> int | str | None:
    return str(value) if isinstance(value, Span) else value


RunsKept = Annotated[
    int | Span | None,
    BeforeValidator(_runs),
    PlainSerializer(_plain),
    WithJsonSchema({"type": ["integer", "string"], "examples": [30, "13 months", "90 days", "13个月", "全部"]}),
]


class Schedule(Strict):
    """Jobs that the worker does, and when: local time in the scheme's time zone."""

    run: RhythmText | None = option(
        None, key="评估",
        zh="何时载入数据、评估并发布，如 `每天 02:30`；不写时刻为 02:00",
        en="when to load, evaluate and publish, as in `daily at 02:30`; without a time at 02:00",
    )  # fmt: skip
    levels: RhythmText | None = option(
        None, key="等级",
        zh="何时制定等级变动方案并生效，如 `每月1日 03:00`；超出闸门的变动方案等待批准",
        en="when to plan the levels and apply the plan, as in `monthly on day 1 at 03:00`; a plan that trips a brake "
        "waits for approval",
    )  # fmt: skip

    def jobs(self) -> Mapping[str, Rhythm]:
        """The jobs that are scheduled, in the order in which they are done where both are due."""
        both: dict[str, Rhythm | None] = {"run": self.run, "levels": self.levels}
        return {name: rhythm for name, rhythm in both.items() if rhythm is not None}


class Keep(Strict):
    """What is kept of what was published."""

    runs: RunsKept = option(
        None, key="批次",
        zh="保留多少批次（30）或多久以内的批次（13个月）；默认全部",
        en="how many runs to keep (30), or those published within so long (13 months); everything by default",
    )  # fmt: skip

    def cut(self, published: list[date], today: date) -> int:
        """Of runs by the local days on which they were published, oldest first: how many of the oldest may go.

        >>> days = [date(2024, 1, 31), date(2024, 2, 28), date(2024, 3, 31)]
        >>> Keep(runs=2).cut(days, date(2024, 4, 1)), Keep(runs="1 month").cut(days, date(2024, 2, 29))
        (1, 1)
        """
        if self.runs is None:
            return 0
        if isinstance(self.runs, int):
            return max(0, len(published) - self.runs)
        return next((n for n, day in enumerate(published) if self.runs.end(day) > today), len(published))
