"""Customers of two runs in the same bins: numbers by the deciles of the earlier run, words by those that were the most
frequent in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.cuts import cuts_below, rank_of
from custrata.core.facts.columns import RATIO
from custrata.core.measure.drift import Drift, Part
from custrata.core.metrics.base import Metric
from custrata.core.metrics.best_time import BestWeekday
from custrata.core.segments.shown import cut_text
from custrata.locale import Lang, text
from custrata.usecases.drift_models import by_earlier_models, refitted
from custrata.usecases.look import Result

_DECILES = tuple(Fraction(i, 10) for i in range(1, 10))
#: Words that are told apart; all others are one bin.
_WORDS = 20
#: Weekdays, of which every one is a bin.
_EACH_DAY = tuple(Decimal(day) for day in range(1, 7))
#: The bin of customers without the number, and that of all other words.
_NONE, _OTHERS = -1, -2


def metrics_of(now: Result, before: Result) -> list[str]:
    """The metrics that both runs have, in the order of the scheme now."""
    return [
        n for n in now.scheme.metrics
        if n in before.scheme.metrics and n in now.customers.columns and n in before.customers.columns
    ]  # fmt: skip


def redefined(now: Metric, before: Metric) -> bool:
    """Whether the schemes of the two runs mean other numbers by one name."""
    return type(now) is not type(before) or now.decides_and_names()[0] != before.decides_and_names()[0]


def numbers(now: Result, before: Result, lang: Lang) -> list[Drift]:
    """Every metric of both runs, in three questions to the earlier run and two to the later one, and one more where
    predictions are scored by the earlier models."""
    names = metrics_of(now, before)
    kinds = {n: (_kind(now, n), _kind(before, n)) for n in names}
    plain = [n for n in names if kinds[n] in (("number", "number"), ("date", "date"))]
    words = [n for n in names if kinds[n] == ("text", "text")]
    days = [n for n in plain if all(_weekday(r.scheme.metrics[n]) for r in (now, before))]
    # A day that is predicted lies ahead, any other one behind.
    ahead = {n for n in plain if now.scheme.metrics[n].base == "predicted"}
    cuts = _deciles(before, [n for n in plain if n not in days], ahead) | dict.fromkeys(days, _EACH_DAY)
    other = refitted(now, before, plain)
    same = [n for n in plain if n in other and not redefined(now.scheme.metrics[n], before.scheme.metrics[n])]
    kept = by_earlier_models(now, before, same) if same else None
    found = dict(zip(plain, _numbers(now, before, plain, cuts, ahead, kept, lang), strict=True))
    found = {n: replace(d, refitted=n in other) for n, d in found.items()}
    found |= dict(zip(words, (_words(now, before, n, lang) for n in words), strict=True))
    return [found[n] for n in names if n in found]


def _weekday(metric: Metric) -> bool:
    return isinstance(metric, BestWeekday) and metric.tell == "when"


def _kind(result: Result, name: str) -> str:
    kind = result.customers[name].type()
    return "number" if kind.is_numeric() else "date" if kind.is_date() else "text" if kind.is_string() else "other"


def value_of(result: Result, name: str, ahead: bool = False) -> Any:
    """A metric as a number: of a date the days since (with `ahead` those until), of a published ratio the decimal that
    classes were made by."""
    column: Any = result.customers[name]
    if column.type().is_date():
        day: Any = ibis.literal(result.as_of)
        return column.delta(day, unit="day") if ahead else day.delta(column, unit="day")
    return column.round(9).cast(RATIO) if column.type().is_floating() else column


def _deciles(result: Result, names: Sequence[str], ahead: Set[str]) -> dict[str, tuple[Decimal, ...]]:
    """The different deciles of each metric among the customers who have it."""
    if not names:
        return {}
    values = {n: value_of(result, n, n in ahead) for n in names}
    counts = result.engine.rows(result.customers.aggregate(**{n: v.count() for n, v in values.items()}))[0]
    asked = {
        n: result.engine.at_ranks(v, [rank_of(q, counts[n]) for q in _DECILES], counts[n])
        for n, v in values.items() if counts[n]
    }  # fmt: skip
    found = result.engine.rows(result.customers.aggregate(**asked))[0] if asked else {}
    return {n: tuple(sorted({Decimal(str(v)) for v in found.get(n, ())})) for n in names}


def _numbers(
    now: Result, before: Result, names: Sequence[str], cuts: Mapping[str, Sequence[Decimal]], ahead: Set[str],
    kept: Any, lang: Lang,
) -> list[Drift]:
    sides = [
        _counts(r, r.customers, {n: cuts_below(value_of(r, n, n in ahead), cuts[n]).fill_null(_NONE) for n in names})
        for r in (before, now)
    ]
    scored = [] if kept is None else [n for n in names if n in kept.columns]
    again = _counts(now, kept, {n: cuts_below(kept[n], cuts[n]).fill_null(_NONE) for n in scored})
    found = []
    for name in names:
        date = now.customers[name].type().is_date()
        if not cuts[name]:
            said = [text("drift.any", lang)]  # nobody had the number before: whoever has one now is in one bin
        elif cuts[name] == _EACH_DAY:
            said = [text(f"predict.weekday.{day}", lang) for day in range(1, 8)]
        elif date:
            side = "drift.ahead" if name in ahead else "drift.ago"
            said = [text(side, lang, bin=one) for one in _labels(cuts[name], "days")]
        else:
            said = _labels(cuts[name], _unit(now, name))
        labels = {_NONE: text("drift.none", lang), **dict(enumerate(said))}
        was, is_ = (side.get(name, {}) for side in sides)
        found.append(_drift(now, before, name, _parts(labels, len(cuts[name]), was, is_), lang))
        if name in scored:
            found[-1] = replace(found[-1], kept=tuple(_parts(labels, len(cuts[name]), was, again.get(name, {}))))
    return found


def _parts(labels: Mapping[int, str], last: int, was: Mapping[int, int], is_: Mapping[int, int]) -> list[Part]:
    """Those without the number stand last. Nobody need be beyond the last cut, or without the number."""
    bins = [b for b in (*range(last + 1), _NONE) if 0 <= b < last or b in was or b in is_]
    return [Part(labels[b], was.get(b, 0), is_.get(b, 0), b == _NONE) for b in bins]


def _words(now: Result, before: Result, name: str, lang: Lang) -> Drift:
    t: Any = before.customers
    counts = t.filter(t[name].notnull()).group_by(word=name).aggregate(n=lambda x: x.count())
    rows = before.engine.rows(counts.order_by([ibis.desc("n"), ibis.asc("word")]).limit(_WORDS))
    labels = {_NONE: text("drift.none", lang), _OTHERS: text("drift.others", lang)}
    labels |= {i: str(r["word"]) for i, r in enumerate(rows)}

    def bins(result: Result) -> dict[int, int]:
        column: Any = result.customers[name]
        known = [(column == r["word"], ibis.literal(i, dt.int64)) for i, r in enumerate(rows)]
        none = (column.isnull(), ibis.literal(_NONE, dt.int64))
        bin_ = ibis.cases(none, *known, else_=ibis.literal(_OTHERS, dt.int64))
        return _counts(result, result.customers, {name: bin_}).get(name, {})

    was, is_ = bins(before), bins(now)
    there = [i for i in (*range(len(rows)), _OTHERS, _NONE) if i >= 0 or i in was or i in is_]
    return _drift(now, before, name, [Part(labels[i], was.get(i, 0), is_.get(i, 0), i == _NONE) for i in there], lang)


def _counts(result: Result, t: Any, bins: Mapping[str, Any]) -> dict[str, dict[int, int]]:
    """Name → bin → customers, of a table of a result."""
    asked = [
        t.group_by(bin=value.cast(dt.int64)).aggregate(n=t.count()).mutate(name=ibis.literal(name))
        for name, value in bins.items()
    ]  # fmt: skip
    found: dict[str, dict[int, int]] = {}
    for r in result.engine.rows(ibis.union(*asked) if len(asked) > 1 else asked[0]) if asked else []:
        found.setdefault(r["name"], {})[int(r["bin"])] = int(r["n"])
    return found


def _drift(now: Result, before: Result, name: str, parts: Sequence[Part], lang: Lang) -> Drift:
    other = redefined(now.scheme.metrics[name], before.scheme.metrics[name])
    return Drift(name, now.scheme.scope(name, now.as_of, {}).called(name, lang), "metric", tuple(parts), other)


def _labels(cuts: Sequence[Decimal], unit: str) -> list[str]:
    """The bins between cuts, of which there is one at least, and beyond them."""
    shown = [cut_text(c, unit) for c in cuts]
    between = [f"{a} < … ≤ {b}" for a, b in pairwise(shown)]
    return [f"≤ {shown[0]}", *between, f"> {shown[-1]}"]


def _unit(result: Result, name: str) -> str:
    metric = result.scheme.metrics[name]
    return str(getattr(metric, "unit_", metric.unit))
