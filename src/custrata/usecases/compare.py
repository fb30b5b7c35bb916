"""What sets two groups of customers apart: their numbers and classes beside each other, the greatest difference first.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Any

import ibis

from custrata.core.conditions import Condition
from custrata.core.measure.apart import Spread, cohen_d, cohen_h, strength
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked
from custrata.usecases.look import Result

#: Differences that are told in words.
_LEADING = 6
#: The parts that belong to each side: 1 is of the first only, 2 of the second only, 3 of both.
_SIDES = {"a": (1, 3), "b": (2, 3)}


@dataclass(frozen=True)
class Side:
    """One of the two groups."""

    customers: int
    spend: Decimal


@dataclass(frozen=True)
class Number:
    """A metric in both groups: means over those who have it (null: nobody has), and the effect size d."""

    name: str
    a: float | None
    b: float | None
    effect: float

    @property
    def strength(self) -> str:
        return strength(self.effect)


@dataclass(frozen=True)
class Portion:
    """A class of a segment in both groups: shares 0..1 of each, and the effect size h."""

    segment: str
    label: str
    key: str
    a: float
    b: float
    effect: float

    @property
    def strength(self) -> str:
        return strength(self.effect)


@dataclass(frozen=True)
class Comparison:
    """Both groups, and in what they differ, by effect size from the greatest."""

    a: Side
    b: Side
    numbers: tuple[Number, ...]
    classes: tuple[Portion, ...]

    @property
    def leading(self) -> list[Number | Portion]:
        """What is worth a sentence: the greatest differences of medium size and more, of each segment one class."""
        first = {x.segment: x for x in reversed(self.classes)}
        every: list[Number | Portion] = [*self.numbers, *first.values()]
        found = [x for x in every if x.strength in ("medium", "large")]
        return sorted(found, key=lambda x: -abs(x.effect))[:_LEADING]


def compare(result: Result, a: Condition, b: Condition | None, lang: Lang) -> Comparison:
    """Those of whom `a` holds beside those of whom `b` holds, or beside everybody else where that is null.

    A customer of whom both hold counts on both sides. Segments that `a` or `b` name tell nothing new and are left out.
    """
    given = {*a.names(), *(b.names() if b is not None else ())}
    names = given | set(result.scheme.metrics) | set(result.classified)
    t: Any = asked(result, names)
    holds = a.expression(t).fill_null(False)
    other = ~holds if b is None else b.expression(t).fill_null(False)
    numbers = [n for n, m in result.scheme.metrics.items() if n in t.columns and t[n].type().is_numeric()]
    plain = [n for n in result.classified if n not in given and not _crossed(result, n)]
    spend = result.scheme.basis("monetary")
    # One pass over everybody, into the four parts that two groups can make.
    t = t.select(
        part=ibis.ifelse(holds, 1, 0) + ibis.ifelse(other, 2, 0), spend=t[spend], **{f"c|{n}": t[n] for n in plain},
        **{f"v|{i}": t[n].cast("float64") for i, n in enumerate(numbers)},
    )  # fmt: skip
    t = t.filter(t.part > 0)
    ask: dict[str, Any] = {"n": t.count(), "spend": t.spend.sum()}
    for i in range(len(numbers)):
        value = t[f"v|{i}"]
        ask |= {f"n|{i}": value.count(), f"s|{i}": value.sum(), f"q|{i}": (value * value).sum()}
    parts = result.engine.rows(t.group_by("part").aggregate(**ask))
    own = {side: [r for r in parts if r["part"] in inside] for side, inside in _SIDES.items()}
    sides = {
        side: Side(sum(r["n"] for r in rows), sum((Decimal(str(r["spend"] or 0)) for r in rows), Decimal(0)))
        for side, rows in own.items()
    }  # fmt: skip
    found = [_number(n, own, i) for i, n in enumerate(numbers)]
    portions = _portions(result, t, plain, sides, lang)
    return Comparison(
        sides["a"], sides["b"], tuple(sorted(found, key=lambda x: -abs(x.effect))),
        tuple(sorted(portions, key=lambda x: -abs(x.effect))),
    )  # fmt: skip


def _crossed(result: Result, name: str) -> bool:
    """Whether a segment is a cross of others, which says nothing that its parts do not."""
    return name in result.scheme.segments and result.scheme.segments[name].reads == "segments"


def _number(name: str, own: dict[str, list[dict[str, Any]]], i: int) -> Number:
    a, b = (_spread(own[side], i) for side in "ab")
    effect = cohen_d(a, b) if a and b else 0.0
    return Number(name, a.mean if a else None, b.mean if b else None, effect)


def _spread(rows: list[dict[str, Any]], i: int) -> Spread | None:
    """Mean and deviation from sums; null where nobody has the number."""
    n, total, squares = (sum(r[f"{k}|{i}"] or 0 for r in rows) for k in ("n", "s", "q"))
    if not n:
        return None
    mean = total / n
    # Of numbers that hardly differ, what rounding leaves may lie below zero.
    return Spread(n, mean, sqrt(max(squares - n * mean * mean, 0.0) / (n - 1)) if n > 1 else None)


def _portions(result: Result, t: Any, segments: list[str], sides: dict[str, Side], lang: Lang) -> list[Portion]:
    """The shares of every class in both groups."""
    if not segments or not sides["a"].customers or not sides["b"].customers:
        return []
    counts = [
        t.group_by(class_=t[f"c|{n}"], part=t.part).aggregate(n=t.count()).mutate(segment=ibis.literal(n))
        for n in segments
    ]  # fmt: skip
    tally: dict[tuple[str, str], dict[str, int]] = {}
    for r in result.engine.rows(ibis.union(*counts) if len(counts) > 1 else counts[0]):
        seen = tally.setdefault((r["segment"], r["class_"]), {"a": 0, "b": 0})
        for side, inside in _SIDES.items():
            seen[side] += r["n"] if r["part"] in inside else 0
    found = []
    labels = {n: _labels(result, n, lang) for n in segments}
    for (segment, class_), seen in tally.items():
        a, b = seen["a"] / sides["a"].customers, seen["b"] / sides["b"].customers
        label, key = labels[segment].get(class_, (class_, class_))
        found.append(Portion(segment, label, key, a, b, cohen_h(a, b)))
    return found


def _labels(result: Result, name: str, lang: Lang) -> dict[str, tuple[str, str]]:
    classes, missing = result.segment_class_labels(name)
    return {c.label(result.scheme.lang): (c.label(lang), c.key) for c in [*classes, missing]}
