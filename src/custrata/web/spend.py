"""Which spend a table shows: the metric that its classes are made of, and the days that it counts."""

from __future__ import annotations

from dataclasses import dataclass

from custrata.locale import Lang
from custrata.report.tables import window_words
from custrata.usecases.look import Result


@dataclass(frozen=True)
class Spend:
    """The heading of a column of money."""

    metric: str
    days: str
    """From the first to the last day that counts."""


def spend_of(result: Result, metric: str, lang: Lang) -> Spend:
    """What a metric of money is called, and its window in this run."""
    note = result.metric_note(metric, lang)
    return Spend(note.title, window_words(note, result.as_of, lang))
