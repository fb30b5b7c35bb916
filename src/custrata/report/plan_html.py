"""A plan as one HTML file, to be sent to whoever decides: no network, printable, readable on a phone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from custrata.core.measure.levels import WAYS, LadderPlan, PlanReport
from custrata.locale import Lang, text
from custrata.report import levels_words, numbers
from custrata.report.html import environment, frame
from custrata.report.levels_figures import plan_figure


def render(plan: PlanReport, lang: Lang) -> str:
    """The whole page in one language; everything that comes from users is escaped."""
    sections = [_section(plan, ladder, i, lang) for i, ladder in enumerate(plan.ladders, 1)]
    made = environment(lang)
    return made.get_template("plan.html.j2").render(
        **frame(lang, "levels.css"),
        model=plan,
        title=f"{text('levels_report.plan', lang)} · {plan.title} · {plan.as_of}",
        sections=sections,
        lead=levels_words.plan_lead(plan, lang),
        state=levels_words.state_word(plan, lang),
        next=levels_words.next_step(plan, lang),
        base=_base(plan, lang),
        sums=_sums(plan),
        unit=numbers.money_unit(lang, plan.currency),
        spend_means=levels_words.spend_means(plan.spend, plan.as_of, lang),
    )


def _section(plan: PlanReport, ladder: LadderPlan, number: int, lang: Lang) -> dict[str, Any]:
    """One ladder: its lists that have anybody on them, its chart, and what the contents name."""
    lists = [
        (key, found, of, way)
        for key, found, of, way in (
            ("falls", ladder.falls, ladder.going("down"), "down"),
            ("rises", ladder.rises, ladder.going("up"), "up"),
            ("firsts", ladder.firsts, ladder.going("new"), "new"),
            ("by_scheme", ladder.by_scheme, ladder.moved_by("scheme change"), "any"),
        )
        if found
    ]
    there = {
        "shares": True, "causes": bool(ladder.groups), **{key: True for key, *_ in lists},
        "grace": bool(ladder.grace_ends), "held": bool(ladder.held), "expiring": bool(ladder.expiring),
    }  # fmt: skip
    titles = {key: text(f"levels_report.{key}", lang) for key in there}
    titles["expiring"] = text("levels_report.expiring", lang, n=plan.expiring_within)
    drawn = plan_figure(plan, ladder, f"flow-{number}", lang)
    return {
        "ladder": ladder, "number": number, "lists": lists, "parts": [key for key, on in there.items() if on],
        "titles": titles, "figures": [drawn] if drawn is not None else [],
        "moves": sum(g.customers for g in ladder.groups),
        "brakes": [levels_words.brake_line(b, lang) for b in ladder.brakes],
    }  # fmt: skip


def _sums(plan: PlanReport) -> dict[str, int | Decimal]:
    """The figures on top, over all ladders."""
    return {
        **{way: sum(ladder.going(way) for ladder in plan.ladders) for way in WAYS},
        "grace": sum(ladder.in_grace for ladder in plan.ladders),
        "held": sum(ladder.held_count for ladder in plan.ladders),
        "falling": sum((g.spend for ladder in plan.ladders for g in ladder.groups if g.way == "down"), Decimal(0)),
    }


def _base(plan: PlanReport, lang: Lang) -> str:
    if plan.base is None or plan.base_day is None:
        return text("levels_report.base_none", lang)
    return text("levels_report.base_line", lang, day=plan.base_day, run=plan.base)
