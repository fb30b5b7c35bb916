"""What each level won and lost over a period, and why: bars to the right for those won, to the left for those lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from custrata.charts import numbers, rows, theme
from custrata.core.levels.movement import GROUNDS, Ground, Movement
from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang, text

_COLORS: dict[Ground, str] = {
    "new": "class-2", "up": "spend", "up by hand": "class-5", "down": "class-1", "down by hand": "class-4",
    "merged": "class-6", "scheme change": "class-7", "gone": "missing",
}  # fmt: skip
_ROW = 44
_ALIGN: dict[int, Literal["left", "right"]] = {1: "left", -1: "right"}


def movement_chart(found: Sequence[Movement], lang: Lang, *, ladder: str, width: theme.Width = 640) -> alt.LayerChart:
    """Levels from the highest down; each bar is cut by ground (new, up, down …), and its ends say how many.

    >>> chart = movement_chart([Movement("VIP", 3, {"up": 2}, {"down": 1})], "en", ladder="member")
    >>> chart.to_dict()["description"]
    'Bars: customers that each level of member won (to the right) and lost (to the left), by reason.'
    """
    levels = [m.level for m in found]
    values = [bar for m in found for side in (1, -1) for bar in _bars(m, side, lang)]
    ends = [end for m in found for end in _ends(m, lang)]
    low, high = (side * max((e.at for e in ends if e.side == side), default=0) for side in (-1, 1))
    room = rows.text_width([e.label for e in ends], 12) + 12
    scale = alt.Scale(
        domain=[low, high or 0.001], nice=False, range=[room, alt.ExprRef(f"max({room + 40}, width - {room})")]
    )
    y = alt.Y("level:N", sort=levels, title=None, scale=alt.Scale(domain=levels, paddingInner=0.4, paddingOuter=0.2))
    shown = [g for g in GROUNDS if any(v["key"] == g for v in values)]
    names = {g: _word(g, lang) for g in shown}
    color = alt.Color(
        "ground:N", sort=list(names.values()),
        scale=alt.Scale(domain=list(names.values()), range=[theme.LIGHT[_COLORS[g]] for g in shown]),
    )  # fmt: skip
    tips = [
        alt.Tooltip("level:N", title=text("levels.level", lang)),
        alt.Tooltip("ground:N", title=text("levels.cause", lang)),
        alt.Tooltip("label:N", title=text("charts.customers", lang)),
    ]
    x = alt.X("low:Q", axis=None, scale=scale)
    bars = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(cornerRadius=1)
        .encode(x=x, x2="high:Q", y=y, color=color, tooltip=tips)
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"low": 0}])).mark_rule(color=theme.LIGHT["faint"], strokeWidth=1).encode(x=x)
    )
    labels = []
    for side, align in _ALIGN.items():
        own = [{"level": e.level, "low": side * e.at, "label": e.label, "side": side} for e in ends if e.side == side]
        base_ = alt.Chart(alt.InlineData(values=own)).encode(x=x, y=y, text="label:N")
        labels.append(base_.mark_text(align=align, dx=6 * side, baseline="middle", fontSize=12))
    said = text("charts.movement_alt", lang, name=ladder)
    return theme.layered([bars, zero, *labels], lang, said, width=width, height=max(1, len(levels)) * _ROW)


def movement_ends(report: MovementReport, lang: Lang) -> tuple[str, str]:
    """What the two ends of the period are called."""
    days = (numbers.day(d, lang) for d in (report.first, report.last))
    first, last = (
        f"{text(f'levels.{key}', lang)} · {day}" for key, day in zip(("opening", "closing"), days, strict=True)
    )
    return first, last


@dataclass(frozen=True)
class _End:
    """How many a level won (side 1) or lost (side -1) in all."""

    level: str
    side: int
    at: int
    label: str


def _ends(m: Movement, lang: Lang) -> list[_End]:
    won, lost = sum(m.won.values()), sum(m.lost.values())
    return [
        _End(m.level, 1, won, f"+{numbers.count(won, lang)}" if won else ""),
        _End(m.level, -1, lost, f"−{numbers.count(lost, lang)}" if lost else ""),
    ]


def _bars(m: Movement, side: int, lang: Lang) -> list[dict[str, Any]]:
    """The parts of one bar, from the middle outwards in the order of grounds."""
    moved, at, found = m.won if side > 0 else m.lost, 0, []
    for ground in GROUNDS:
        n = moved.get(ground, 0)
        if n:
            found.append({
                "level": m.level, "key": ground, "ground": _word(ground, lang), "low": side * at,
                "high": side * (at + n), "label": numbers.signed(side * n),
            })  # fmt: skip
        at += n
    return found


def _word(ground: Ground, lang: Lang) -> str:
    return text(f"levels.ground_{ground.replace(' ', '_')}", lang)
