"""How far to trust recommendations, in a sentence."""

from __future__ import annotations

from datetime import date, timedelta

from custrata.charts.numbers import percent
from custrata.locale import Lang, text
from custrata.usecases.recommend import Fitted


def trust(fit: Fitted, lang: Lang) -> str:
    """What the back-test says; of data that are too short nothing, which a note says."""
    t = fit.trial
    if t is None:
        return ""
    return text(
        "baskets.trust", lang, days=t.days, day=trial_day(t.as_of).isoformat(), n=f"{t.customers:,}",
        own=percent(t.own.recall, lang), popular=percent(t.popular.recall, lang), hit=percent(t.own.hit, lang),
        coverage=percent(t.own.coverage, lang), covered=percent(t.popular.coverage, lang),
    )  # fmt: skip


def trial_day(number: int) -> date:
    """A day that is told as days since 1970."""
    return date(1970, 1, 1) + timedelta(number)
