"""What a plan and a movement report say in sentences, for page, workbook and terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from custrata.charts.numbers import signed
from custrata.core.levels.movement import GROUNDS, Ground, Movement
from custrata.core.measure.levels import WAYS, BrakeTripped, GraceEnd, LadderPlan, PlanReport
from custrata.core.measure.model import MetricNote
from custrata.locale import Lang, counted, text
from custrata.report.numbers import number, percent
from custrata.report.tables import window_words


def plan_lead(plan: PlanReport, lang: Lang) -> list[str]:
    """How many move which way and who is warned, ladder by ladder; then what a changed scheme does, and that a day is
    decided once more."""
    said = [_ladder_lead(ladder, lang) for ladder in plan.ladders]
    if len(plan.ladders) > 1:
        said = [
            text("levels_report.lead_ladder", lang, ladder=ladder.title, said=one)
            for ladder, one in zip(plan.ladders, said, strict=True)
        ]
    if plan.scheme_changed:
        n = sum(ladder.moved_by("scheme change") for ladder in plan.ladders)
        said.append(
            counted("levels_report.lead_scheme", n, lang) if n else text("levels_report.lead_scheme_none", lang)
        )
    if plan.base_day == plan.as_of and plan.moves:
        said.append(text("levels_report.lead_again", lang, day=plan.as_of))
    return said


def _ladder_lead(ladder: LadderPlan, lang: Lang) -> str:
    moves = sum(g.customers for g in ladder.groups)
    comma = "，" if lang == "zh" else ", "
    parts = [counted(f"levels_report.part_{way}", n, lang) for way in WAYS if (n := ladder.going(way))]
    if not moves:
        said = text("levels_report.lead_nobody", lang)
    else:
        of = counted("report.n_customers", max(moves, on_ladder(ladder)), lang)
        said = counted("levels_report.lead", moves, lang, of=of, parts=comma.join(parts))
    if not ladder.in_grace:
        return said
    days = [e.ends for e in ladder.grace_ends if e.ends is not None]
    if not days:
        return said + counted("levels_report.lead_grace_review", ladder.in_grace, lang)
    until = f"{min(days):%Y-%m}" if ladder.by_month else min(days).isoformat()
    return said + counted("levels_report.lead_grace", ladder.in_grace, lang, day=until)


def on_ladder(ladder: LadderPlan) -> int:
    """Customers who are on the ladder before or after."""
    return sum(ladder.pairs.values())


def brake_line(brake: BrakeTripped, lang: Lang) -> str:
    """Which brake is tripped, and by how much."""
    values = {"n": number(brake.customers), "of": number(brake.of), "most": percent(float(brake.most), lang)}
    return text(f"levels_report.brake_{brake.kind}", lang, **values)


def state_word(plan: PlanReport, lang: Lang) -> str:
    """What a plan waits for, or what became of it."""
    return text(f"levels_report.state_{_stage(plan)}", lang)


def next_step(plan: PlanReport, lang: Lang) -> str:
    """What to do with a plan that waits; '' for one that does not."""
    stage = _stage(plan)
    if stage not in ("open", "waits", "approved"):
        return ""
    command = f"custrata apply {plan.plan_id}"
    if stage == "waits":
        command = f"custrata approve {plan.plan_id} && {command}"
    return text(f"levels_report.next_{stage}", lang, command=command)


def _stage(plan: PlanReport) -> str:
    tripped = any(ladder.brakes for ladder in plan.ladders)
    return "waits" if plan.state == "open" and tripped else plan.state


def grace_word(end: GraceEnd | None, by_month: bool, lang: Lang) -> str:
    """Until when somebody keeps his level: a day, a month, or the next review."""
    if end is None or end.ends is None:
        return text("levels_report.until_review", lang)
    return f"{end.ends:%Y-%m}" if by_month else end.ends.isoformat()


def until_word(day: date | None, lang: Lang, none: str = "until_review") -> str:
    """A last day, or what null means there."""
    return day.isoformat() if day is not None else text(f"levels_report.{none}", lang)


def cause_word(cause: str, lang: Lang) -> str:
    """Why somebody moved."""
    return text(f"levels.cause_{cause.replace(' ', '_')}", lang)


def grounds_of(rows: Sequence[Movement]) -> list[Ground]:
    """The grounds that occur, in their usual order."""
    return [g for g in GROUNDS if any(g in m.won or g in m.lost for m in rows)]


def ground_word(ground: str, lang: Lang) -> str:
    """Why a level won or lost customers."""
    return text(f"levels.ground_{ground.replace(' ', '_')}", lang)


def spend_means(note: MetricNote, as_of: date, lang: Lang) -> str:
    """Which spend it is that stands beside customers."""
    sentence, window = note.sentence.rstrip("。."), window_words(note, as_of, lang)
    column = text("report.basis_spend", lang)
    return text("report.basis_line", lang, column=column, metric=note.title, window=window, sentence=sentence)


def won_lost(m: Movement, ground: Any) -> str:
    """Those won and lost for a ground: `+12 −3`, 0 for neither."""
    won, lost = m.won.get(ground, 0), m.lost.get(ground, 0)
    return " ".join(signed(n) for n in (won, -lost) if n) or "0"
