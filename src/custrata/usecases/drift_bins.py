"""Customers of two runs in the same bins: numbers by the deciles of the earlier run, words by those that were the most
frequent in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
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
from custrata.core.segments.shown import cut_text
from custrata.locale import Lang, text
from custrata.usecases.look import Result

_DECILES = tuple(Fraction(i, 10) for i in range(1, 10))
#: Words that are told apart; all others are one bin.
_WORDS = 20
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
    """Every metric of both runs, in three questions to the earlier run and two to the later one."""
    names = metrics_of(now, before)
    kinds = {n: (_kind(now, n), _kind(before, n)) for n in names}
    plain = [n for n in names if kinds[n] in (("number", "number"), ("date", "date"))]
    words = [n for n in names if kinds[n] == ("text", "text")]
    # A day that is predicted lies ahead, any other one behind.
    ahead = {n for n in plain if now.scheme.metrics[n].base == "predicted"}
    cuts = _deciles(before, plain, ahead)
    found = dict(zip(plain, _numbers(now, before, plain, cuts, ahead, lang), strict=True))
    found |= dict(zip(words, (_words(now, before, n, lang) for n in words), strict=True))
    return [found[n] for n in names if n in found]


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
    lang: Lang,
) -> list[Drift]:
    sides = [
        _counts(r, {n: cuts_below(value_of(r, n, n in ahead), cuts[n]).fill_null(_NONE) for n in names})
        for r in (before, now)
    ]
    found = []
    for name in names:
        date = now.customers[name].type().is_date()
        if not cuts[name]:
            said = [text("drift.any", lang)]  # nobody had the number before: whoever has one now is in one bin
        elif date:
            side = "drift.ahead" if name in ahead else "drift.ago"
            said = [text(side, lang, bin=one) for one in _labels(cuts[name], "days")]
        else:
            said = _labels(cuts[name], _unit(now, name))
        labels = {_NONE: text("drift.none", lang), **dict(enumerate(said))}
        was, is_ = (side.get(name, {}) for side in sides)
        # Those without the number stand last. Nobody need be beyond the last cut, or without the number.
        last = len(cuts[name])
        bins = [b for b in (*range(last + 1), _NONE) if 0 <= b < last or b in was or b in is_]
        found.append(_drift(now, before, name, [
            Part(labels[b], was.get(b, 0), is_.get(b, 0), b == _NONE) for b in bins
        ], lang))  # fmt: skip
    return found


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
        return _counts(result, {name: ibis.cases(none, *known, else_=ibis.literal(_OTHERS, dt.int64))}).get(name, {})

    was, is_ = bins(before), bins(now)
    there = [i for i in (*range(len(rows)), _OTHERS, _NONE) if i >= 0 or i in was or i in is_]
    return _drift(now, before, name, [Part(labels[i], was.get(i, 0), is_.get(i, 0), i == _NONE) for i in there], lang)


def _counts(result: Result, bins: Mapping[str, Any]) -> dict[str, dict[int, int]]:
    """Name → bin → customers."""
    t: Any = result.customers
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
