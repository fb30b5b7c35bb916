"""Drift in words and figures, as terminal, page and workbook show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from custrata.charts.numbers import NONE, count, percent
from custrata.core.measure.drift import Drift, DriftReport, LostCut, Moves, shown_index
from custrata.locale import Lang, counted, text
from custrata.report.migration_matrix import Cell, Grid
from custrata.report.migration_matrix import Row as GridRow

#: What is named in one sentence at most.
_NAMED = 5


@dataclass(frozen=True)
class Row:
    """A metric, segment or ladder: index, what is to be thought of it, and where it changed most."""

    name: str
    title: str
    psi: str
    verdict: str
    word: str
    most: str
    note: str


def head(found: DriftReport, lang: Lang) -> str:
    """Which runs stand beside each other."""
    values = {"day": found.as_of.isoformat(), "other": found.against_as_of.isoformat()}
    sides = {"now": count(found.customers, lang), "then": count(found.before, lang)}
    return text("drift.head", lang, **values, **sides)


def lead(found: DriftReport, lang: Lang) -> list[str]:
    """What there is to know, in a few sentences."""
    said = []
    for verdict in ("shifted", "moved"):
        own = [d for d in found.of("metric", "segment", "ladder") if d.verdict == verdict]
        if own:
            named = text("drift.comma", lang).join(f"{d.title} ({shown_index(d.psi or 0.0)})" for d in own[:_NAMED])
            more = "" if len(own) <= _NAMED else text("drift.more", lang, n=len(own) - _NAMED)
            said.append(counted(f"drift.{verdict}", len(own), lang, names=named + more))
    fitted = [d.title for d in found.of("metric") if d.refitted and not d.kept and d.verdict in ("shifted", "moved")]
    if fitted:
        names = text("drift.comma", lang).join(fitted[:_NAMED])
        more = "" if len(fitted) <= _NAMED else text("drift.more", lang, n=len(fitted) - _NAMED)
        said.append(text("drift.refitted_told", lang, names=names + more))
    if not said:
        compared = sum(d.verdict is not None for d in found.found)
        said.append(counted("drift.nothing", compared, lang) if compared else text("drift.nobody", lang))
    return said


def lost(found: DriftReport, lang: Lang) -> list[str]:
    """A sentence for every cut or class that tells no customers apart."""
    return [_lost(cut, lang) for cut in found.lost]


def _lost(cut: LostCut, lang: Lang) -> str:
    sides = {"before": percent(cut.before, lang), "now": percent(cut.now, lang)}
    rest = {"before_rest": percent(1 - cut.before, lang), "now_rest": percent(1 - cut.now, lang)}
    return text(f"drift.lost.{cut.fault}", lang, title=cut.title, said=cut.said, **sides, **rest)


def headings(lang: Lang) -> list[str]:
    return [text(f"drift.{key}", lang) for key in ("name", "psi", "verdict", "most")]


def rows(found: Sequence[Drift], lang: Lang) -> list[Row]:
    return [_row(d, lang) for d in found]


def _row(drift: Drift, lang: Lang) -> Row:
    index, verdict = drift.psi, drift.verdict
    most = drift.most() if index is not None else None
    where = NONE
    if most is not None and most[1] != most[2]:
        where = text("drift.part", lang, part=most[0].label, before=percent(most[1], lang), now=percent(most[2], lang))
    notes = [text(f"drift.{key}", lang) for key, holds in (
        ("redefined", drift.redefined), ("kept", bool(drift.kept) and drift.what != "metric"),
        ("kept_model", bool(drift.kept) and drift.what == "metric"), ("refitted", drift.refitted and not drift.kept),
        ("by_chance", index is not None and index >= 0.1 and verdict == "stable"),
    ) if holds]  # fmt: skip
    word = text(f"drift.is_{verdict}", lang) if verdict is not None else NONE
    shown = NONE if index is None else shown_index(index)
    return Row(drift.name, drift.title, shown, verdict or "", word, where, text("drift.stop", lang).join(notes))


def part_headings(lang: Lang) -> list[str]:
    return [text(f"drift.{key}", lang) for key in ("bin", "before", "now", "change")]


def part_rows(drift: Drift, lang: Lang) -> list[list[str]]:
    """Each bin or class: its name, the shares before and now, and by how many points it changed."""
    return [
        [part.label, percent(a, lang), percent(b, lang), text("drift.points", lang, n=_points(b - a))]
        for part, a, b in drift.shares()
    ]


def _points(change: float) -> str:
    """Percentage points with their sign.

    >>> _points(0.0123), _points(-0.0002)
    ('+1.2', '+0.0')
    """
    # Adding nothing makes a rounded −0 a plain 0.
    return f"{round(change * 100, 1) + 0:+.1f}"


def moves_title(moves: Moves, lang: Lang) -> str:
    """How many changed their class, of those who are in both runs."""
    share = percent(moves.moved / moves.both, lang) if moves.both else NONE
    moved = {"moved": count(moves.moved, lang), "both": count(moves.both, lang), "share": share}
    return text("drift.moves", lang, title=moves.title, **moved)


def matrix(moves: Moves, lang: Lang) -> Grid:
    """Rows are the classes before, columns those now; who is not among the customers of a run comes last."""
    classes = list(dict.fromkeys([*moves.classes, *(x for pair in moves.pairs for x in pair if x is not None)]))
    down: list[str | None] = [*classes, *([None] if any(a is None for a, _ in moves.pairs) else [])]
    across: list[str | None] = [*classes, *([None] if any(b is None for _, b in moves.pairs) else [])]
    most = max((n for (a, b), n in moves.pairs.items() if a != b), default=1)
    rows = []
    for a in down:
        cells = []
        for b in across:
            n = moves.pairs.get((a, b), 0)
            style = "zero" if not n else "stayed" if a == b else "none" if a is None or b is None else "tone-moved"
            cells.append(Cell(n, style, f"{max(0.15, sqrt(n / most)):.2f}" if style == "tone-moved" else ""))
        name = a if a is not None else text("drift.came", lang)
        rows.append(GridRow(name, cells, sum(c.customers for c in cells)))
    sums = [sum(r.cells[i].customers for r in rows) for i in range(len(across))]
    return Grid([b if b is not None else text("drift.gone", lang) for b in across], rows, [*sums, sum(sums)])


def meanings(lang: Lang) -> list[tuple[str, str]]:
    """(word, what it tells)."""
    return [(text(f"drift.{key}", lang), text(f"drift.means.{key}", lang)) for key in (
        "psi", "verdict", "kept_title", "kept_model_title", "chance_title", "none"
    )]  # fmt: skip


def left_out(found: DriftReport, lang: Lang) -> str:
    """What could not be compared; empty where all could."""
    if not found.left_out:
        return ""
    return text("drift.left_out", lang, names=text("drift.comma", lang).join(found.left_out))
