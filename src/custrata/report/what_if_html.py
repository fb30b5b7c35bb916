"""Two schemes beside each other as one HTML file, to be sent: no network, printable, readable on a phone."""

from __future__ import annotations

from typing import Any

from custrata.charts.migration import migration_chart
from custrata.core.measure.comparison import Comparison, LadderComparison
from custrata.core.measure.levels import WAYS
from custrata.locale import Lang, text
from custrata.report import levels_words, numbers, what_if_words
from custrata.report.figures import Figure, figure
from custrata.report.html import environment, frame


def render(found: Comparison, lang: Lang) -> str:
    """The whole page in one language; everything that comes from users is escaped."""
    return (
        environment(lang)
        .get_template("what_if.html.j2")
        .render(
            **frame(lang, "levels.css"),
            model=found,
            title=f"{text('what_if.title', lang)} · {found.title} · {found.as_of}",
            sections=[_section(ladder, i, lang) for i, ladder in enumerate(found.ladders, 1)],
            lead=what_if_words.lead(found, lang),
            notes=[note.text(lang) for note in found.notes],
            schemes=[
                what_if_words.called(found.title, found.file, lang),
                what_if_words.called(found.other_title, found.other_file, lang),
            ],
            sums=[
                (way, n) for way in WAYS if (n := sum(la.going(way) for la in found.ladders)) or way in ("up", "down")
            ],
            unit=numbers.money_unit(lang, found.currency),
            spend_means=levels_words.spend_means(found.spend, found.as_of, lang),
            x=lambda key, **values: text(f"what_if.{key}", lang, **values),
        )
    )


def _section(ladder: LadderComparison, number: int, lang: Lang) -> dict[str, Any]:
    drawn = _figure(ladder, f"apart-{number}", lang)
    return {
        "ladder": ladder, "number": number, "figures": [drawn] if drawn is not None else [],
        "moves": what_if_words.moves(ladder, lang),
    }  # fmt: skip


def _figure(ladder: LadderComparison, place: str, lang: Lang) -> Figure | None:
    """From the levels of this scheme to those of the other; null where nobody is placed differently."""
    if not any(a is not None and a != b for a, b in ladder.pairs):
        return None
    first, last = text("what_if.ours", lang), text("what_if.theirs", lang)
    chart = migration_chart(
        ladder.pairs, ladder.levels, lang, ladder=ladder.title, first=first, last=last, width="container"
    )
    return figure(place, text("what_if.flow", lang), chart, least_width=320)
