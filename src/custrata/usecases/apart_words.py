"""What sets customers apart, in sentences: where they are more frequent, how sure that is, what it is no good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from custrata.charts.numbers import percent
from custrata.core.predict.apart import Held
from custrata.core.predict.rules import Range
from custrata.core.scheme.model import Scheme
from custrata.core.segments.cluster_words import range_text
from custrata.locale import Lang, text
from custrata.usecases.apart import CLASS, ApartReport
from custrata.usecases.listing import segment_title

#: From so much more than guessing on, judging one by one is worth saying.
_BETTER = 0.005


@dataclass(frozen=True)
class Words:
    """How a report is told: the scheme that it is of, what its class is called, and the language."""

    report: ApartReport
    scheme: Scheme
    as_of: date
    lang: Lang
    days: int = 0
    """Of leavers: the days before `as_of` and after."""

    @property
    def name(self) -> str:
        """What the asked-for customers are called."""
        class_ = self.report.class_
        return class_.label(self.lang) if class_ is not None else text("apart.leavers", self.lang)

    def sentences(self) -> list[str]:
        """All there is to say."""
        return [self.head(), *self.rules(), *self.trust(), *self.left_out()]

    def title(self) -> str:
        """The class that is asked for, with its segment."""
        return f"{segment_title(self.scheme, str(self.report.segment), self.lang)} = {self.name}"

    def head(self) -> str:
        """Who is asked for, and how many there are."""
        found = self.report.found
        own, others = f"{found.own:,}", f"{found.customers - found.own:,}"
        if self.report.class_ is not None:
            return text("apart.head", self.lang, name=self.title(), own=own, others=others)
        first = self.as_of - timedelta(days=self.days - 1)
        return text("apart.head_leavers", self.lang, first=first.isoformat(), day=self.as_of.isoformat(), own=own,
                    days=self.days, all=f"{found.customers:,}")  # fmt: skip

    def rules(self) -> list[str]:
        """A sentence a rule; that there is none, where nothing holds."""
        found = self.report.found
        if not found.rules:
            return [text("apart.nothing", self.lang, name=self.name, n=f"{found.held_out:,}")]
        base = percent(found.held_own / found.held_out, self.lang)
        return [
            text("apart.rule", self.lang, rule=self.rule(h), share=percent(h.share, self.lang), name=self.name,
                 base=base)
            for h in found.rules
        ]  # fmt: skip

    def rule(self, held: Held) -> str:
        """What a rule asks."""
        return f" {text('conditions.and', self.lang)} ".join(self._range(r) for r in held.rule.ranges)

    def trust(self) -> list[str]:
        """How far to trust the rules, and what they are no good for."""
        found = self.report.found
        if not found.rules:
            return []
        part = percent(found.within / found.held_out, self.lang)
        had = percent(found.found / max(found.held_own, 1), self.lang)
        worth = "better" if found.right > found.guess + _BETTER else "no_better"
        right, guess = percent(found.right, self.lang), percent(found.guess, self.lang)
        return [
            text("apart.union", self.lang, within=part, found=had, name=self.name),
            text(f"apart.{worth}", self.lang, right=right, guess=guess),
            text("apart.tried", self.lang, n=f"{found.held_out:,}"),
        ]

    def left_out(self) -> list[str]:
        """Which metrics took no part, and why."""
        names = [self.scheme.scope("", self.as_of, {}).called(n, self.lang) for n in self.report.left_out]
        if not names:
            return []
        key = "left_out" if self.report.class_ is not None else "left_out_asked"
        return [text(f"apart.{key}", self.lang, names=text("apart.comma", self.lang).join(names), name=self.name)]

    def _range(self, part: Range) -> str:
        class_ = self.report.labels.get(part.name)
        if class_ is None:
            return range_text(part, self.scheme.scope("", self.as_of, {}), self.lang)
        segment = segment_title(self.scheme, part.name.split(CLASS)[0], self.lang)
        key = "is" if part.above is not None else "is_not"
        return text(f"apart.{key}", self.lang, segment=segment, class_=class_.label(self.lang))


def as_document(words: Words) -> dict[str, Any]:
    """The answer as JSON has it; shares are those of the customers who took no part."""
    report, found = words.report, words.report.found
    return {
        "segment": report.segment, "class": report.class_.key if report.class_ is not None else None,
        "customers": found.customers, "own": found.own, "held_out": found.held_out, "held_own": found.held_own,
        "rules": [
            {"rule": words.rule(h), "ranges": [_range(r) for r in h.rule.ranges], "customers": h.customers,
             "own": h.own, "share": h.share, "p": h.p}
            for h in found.rules
        ],
        "within": found.within, "found": found.found, "right": found.right, "guess": found.guess,
        "left_out": list(report.left_out), "sentences": words.sentences(),
    }  # fmt: skip


def _range(part: Range) -> Mapping[str, Any]:
    segment, _, key = part.name.partition(CLASS)
    if key:
        return {"segment": segment, "class": key, "is": part.above is not None}
    above, up_to = (None if v is None else float(v) for v in (part.above, part.up_to))
    return {"metric": part.name, "above": above, "up_to": up_to, "or_none": part.lacking, "any": part.known}


def said(value: str) -> Sequence[str]:
    """`SEGMENT=CLASS` as its two parts; empty for what is not written so."""
    segment, equals, class_ = value.partition("=")
    return (segment.strip(), class_.strip()) if equals and segment.strip() and class_.strip() else ()
