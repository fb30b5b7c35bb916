"""The charts of ladders for a page: who went where, and what each level won and lost."""

from __future__ import annotations

from collections.abc import Sequence

from custrata.charts.migration import migration_chart
from custrata.charts.movement import movement_chart, movement_ends
from custrata.core.measure.levels import LadderPlan, MovementReport, PlanReport
from custrata.locale import Lang, text
from custrata.report.figures import Figure, figure


def plan_figure(plan: PlanReport, ladder: LadderPlan, place: str, lang: Lang) -> Figure | None:
    """From the levels before to those of the plan; null where nobody moves from one level to another."""
    if not any(a is not None and a != b for a, b in ladder.pairs):
        return None
    first, last = text("levels_report.before", lang), text("levels_report.after", lang)
    if plan.base_day is not None:
        first = f"{first} ({plan.base_day})" if lang == "en" else f"{first}（{plan.base_day}）"
    last = f"{last} ({plan.as_of})" if lang == "en" else f"{last}（{plan.as_of}）"
    chart = migration_chart(
        ladder.pairs, ladder.levels, lang, ladder=ladder.title, first=first, last=last, width="container"
    )
    return figure(place, text("levels_report.flow", lang), chart, least_width=320)


def movement_figures(report: MovementReport, place: str, lang: Lang) -> Sequence[Figure]:
    """The flow between the two days, and the bars of what was won and lost; none where nobody is on a level."""
    if not report.pairs:
        return []
    first, last = movement_ends(report, lang)
    flow = migration_chart(
        report.pairs, report.levels, lang, ladder=report.ladder, first=first, last=last, width="container"
    )
    figures = [figure(f"{place}-flow", text("levels_report.flow", lang), flow, least_width=320)]
    if any(m.won or m.lost for m in report.rows):
        bars = movement_chart(report.rows, lang, ladder=report.ladder, width="container")
        figures.append(figure(f"{place}-bars", text("levels_report.won_and_lost", lang), bars))
    return figures
