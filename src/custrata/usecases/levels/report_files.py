"""`--out` of `custrata plan`, `plan --what-if` and `movement`: what they tell as a file, by its ending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from custrata.core.measure.levels import MovementReport, PlanReport
from custrata.locale import Lang
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.store import Store
from custrata.usecases.written import check_ending, place

if TYPE_CHECKING:
    from custrata.usecases.levels.what_if import Beside

PLAN_ENDINGS = WHAT_IF_ENDINGS = (".html", ".htm", ".xlsx")
MOVEMENT_ENDINGS = (".html", ".htm", ".xlsx", ".png", ".svg")


def write_plan(look: PlanLook, store: Store, report: PlanReport, path: Path, lang: Lang) -> None:
    """Writes a plan as .html or .xlsx. Raises E-CLI-003, E-PLAN-009 where it has more moves than a sheet holds,
    E-RUN-006 where the file cannot be written."""
    check_ending(path, PLAN_ENDINGS)
    if path.suffix.lower() == ".xlsx":
        from custrata.report.plan_xlsx import write
        from custrata.usecases.levels.plan_lists import Lists

        lists = Lists(look, {str(o.id): o for o in store.overrides()}, lang)
        sheets = [lists.moves(), lists.grace(), lists.by_hand()]
        place(path, lambda part: write(report, sheets, part, lang))
    else:
        from custrata.report.plan_html import render

        place(path, lambda part: part.write_text(render(report, lang), "utf-8"))


def write_what_if(beside: Beside, path: Path, lang: Lang) -> None:
    """Writes two schemes beside each other as .html or .xlsx. Raises E-CLI-003, E-PLAN-021 where more customers differ
    than a sheet holds, E-RUN-006 where the file cannot be written."""
    from custrata.usecases.levels.what_if_list import everybody_apart
    from custrata.usecases.levels.what_if_report import comparison

    check_ending(path, WHAT_IF_ENDINGS)
    if path.suffix.lower() == ".xlsx":
        from custrata.report.what_if_xlsx import write

        report, listed = comparison(beside, lang, most=0), everybody_apart(beside, lang)
        place(path, lambda part: write(report, listed, part, lang))
    else:
        from custrata.report.what_if_html import render

        page = render(comparison(beside, lang), lang)
        place(path, lambda part: part.write_text(page, "utf-8"))


def write_movement(reports: Sequence[MovementReport], path: Path, lang: Lang) -> None:
    """Writes the movement of one or more ladders as .html or .xlsx; as .png or .svg the flow and the bars of the first.
    Raises E-CLI-003, E-CHART-001, E-RUN-006."""
    check_ending(path, MOVEMENT_ENDINGS)
    ending = path.suffix.lower()
    if ending == ".xlsx":
        from custrata.report.movement_xlsx import write

        place(path, lambda part: write(reports, part, lang))
    elif ending in (".png", ".svg"):
        from custrata.charts.movement_picture import movement_picture
        from custrata.charts.save import save

        picture = movement_picture(reports, lang)
        place(path, lambda part: save(picture, part))
    else:
        from custrata.report.movement_html import render

        place(path, lambda part: part.write_text(render(reports, lang), "utf-8"))
