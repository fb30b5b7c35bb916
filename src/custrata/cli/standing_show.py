"""What `custrata level` prints: where one customer stands, why, what comes next, and how it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from custrata.charts.numbers import MINUS, number
from custrata.cli.levels_show import cause, decided_by, labels_of, ladder_word, level_word, until_word
from custrata.cli.show import line
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text


def standing(found: Sequence[Any], scheme: Scheme, day: date, lang: Lang) -> None:
    """Where a customer stands on a day, ladder by ladder."""
    if not found:
        line(text("levels.no_ladders", lang))
    for s in found:
        names, ladder = labels_of(scheme, s.ladder, lang), ladder_word(scheme, s.ladder, lang)
        if s.level is None:
            line(text("levels.on_none", lang, ladder=ladder))
            continue
        line(text("levels.since", lang, ladder=ladder, level=level_word(names, s.level, lang), day=s.since))
        if s.override is not None:
            o = s.override
            kind = text(f"levels.kind_{o.kind}", lang)
            level, rule = (level_word(names, n, lang) for n in (o.level, s.rule_level))
            line("  " + text("levels.by_hand", lang, kind=f"{kind} ", level=level, until=until_word(o, lang),
                             reason=o.reason, who=o.who, rule=rule))  # fmt: skip
        if s.promised is not None:
            line("  " + text("levels.promised", lang, day=s.promised))
        if s.failing is not None:
            key = "failing" if s.grace_ends > day else "failing_due"
            line("  " + text(f"levels.{key}", lang, day=s.failing, ends=s.grace_ends))
        if s.benefits:
            said = ("；" if lang == "zh" else "; ").join(f"{k}: {v}" for k, v in s.benefits.items())
            line("  " + text("levels.benefits", lang, benefits=said))
        for aim, level in (("next", s.next), ("keep", s.level)):
            if aim in s.asked:
                line("  " + text(f"levels.to_{aim}", lang, level=level_word(names, level, lang)))
                for asked in s.asked[aim]:
                    until = text("levels.counts_until", lang, day=asked.until) if asked.until is not None else ""
                    line(f"    {asked.text}  — {_how(asked, lang)}{until}")
        if s.next is None:
            line("  " + text("levels.top", lang))
        if s.history:
            line("  " + text("levels.history", lang))
            for m in s.history:
                said = text("levels.moved_on", lang, day=m.day, before=level_word(names, m.before, lang),
                            level=level_word(names, m.level, lang), cause=cause(m.cause, lang))  # fmt: skip
                why = decided_by(m.weighed, m.note, lang, fell=_fell(list(names), m.before, m.level))
                line("    " + (text("levels.moved_why", lang, moved=said, why=why) if why else said))


def _fell(names: Sequence[str], before: str | None, level: str | None) -> bool:
    """Whether a move leads down; of levels that the ladder has, from the highest."""
    return before in names and level in names and names.index(str(before)) < names.index(str(level))


def _how(asked: Any, lang: Lang) -> str:
    if asked.holds is None:
        return text("levels.unknown", lang)
    if asked.holds:
        return text("levels.holds", lang)
    if asked.gap is None:
        return text("levels.fails", lang, value=_value(asked.value))
    over = isinstance(asked.value, int | float | Decimal) and any(sign in asked.text for sign in ("<", "≤"))
    return text("levels.lacks_over" if over else "levels.lacks", lang, gap=_value(asked.gap), value=_value(asked.value))


def _value(value: Any) -> str:
    if isinstance(value, Decimal | float):
        exact = Decimal(str(value)).normalize()
        return f"{exact:,f}".replace("-", MINUS)
    return "—" if value is None else number(value) if isinstance(value, int) else str(value)
