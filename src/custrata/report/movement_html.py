"""The movement report as one HTML file: what each level won and lost, and who went where."""

from __future__ import annotations

from collections.abc import Sequence

from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang, text
from custrata.report.html import environment, frame
from custrata.report.levels_figures import movement_figures


def render(reports: Sequence[MovementReport], lang: Lang) -> str:
    """The whole page in one language, one section a ladder; everything that comes from users is escaped."""
    sections = [
        {
            "report": report, "number": i, "figures": movement_figures(report, f"movement-{i}", lang),
            "opening": sum(m.opening for m in report.rows), "closing": sum(m.closing for m in report.rows),
        }
        for i, report in enumerate(reports, 1)
    ]  # fmt: skip
    first = reports[0]
    return environment(lang).get_template("movement.html.j2").render(
        **frame(lang, "levels.css"),
        model=first,
        title=f"{text('levels_report.movement', lang)} · {first.title} · {first.first} – {first.last}",
        sections=sections,
    )  # fmt: skip
