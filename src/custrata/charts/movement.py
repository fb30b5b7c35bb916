"""What each level won and lost over a period, and why: bars to the right for those won, to the left for those lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from custrata.charts import numbers, rows, theme
from custrata.core.levels.movement import GROUNDS, Ground, Movement
from custrata.locale import Lang, text

_COLORS: dict[Ground, str] = {
    "new": "class-2", "up": "spend", "up by hand": "class-5", "down": "class-1", "down by hand": "class-4",
    "merged": "class-6", "scheme change": "class-7", "gone": "missing",
}  # fmt: skip
_ROW = 44


def movement_chart(
    found: Sequence[Movement], lang: Lang, *, ladder: str, width: theme.Width = 640
) -> alt.LayerChart:
    """Levels from the highest down; each bar is cut by ground (new, up, down …), and its ends say how many.

    >>> chart = movement_chart([Movement("VIP", 3, {"up": 2}, {"down": 1})], "en", ladder="member")
    >>> chart.to_dict()["description"]
    'Bars: customers that each level of member won (to the right) and lost (to the left), by reason.'
    """
    levels = [m.level for m in found]
    values, ends = [], []
    for m in found:
        for side, moved in ((1, m.won), (-1, m.lost)):
            at = 0
            for ground in GROUNDS:
                n = moved.get(ground, 0)
                if not n:
                    continue
                values.append(_bar(m.level, ground, side, at, n, lang))
                at += n
            said = "" if not at else f"+{numbers.count(at, lang)}" if side > 0 else f"−{numbers.count(at, lang)}"
            ends.append({"level": m.level, "at": side * at, "side": side, "label": said})
    most = max((abs(e["at"]) for e in ends), default=0) or 1
    low = -most if any(e["at"] < 0 for e in ends) else 0
    high = most if any(e["at"] > 0 for e in ends) else (0 if low else most)
    room = rows.text_width([e["label"] for e in ends] or [""], 12) + 12
    scale = alt.Scale(
        domain=[min((e["at"] for e in ends), default=low), max((e["at"] for e in ends), default=high) or 0.001],
        nice=False, range=[room, alt.ExprRef(f"max({room + 40}, width - {room})")],
    )  # fmt: skip
    y = alt.Y("level:N", sort=levels, title=None, scale=alt.Scale(domain=levels, paddingInner=0.4, paddingOuter=0.2))
    shown = [g for g in GROUNDS if any(v["key"] == g for v in values)]
    names = {g: text(f"levels.ground_{g.replace(' ', '_')}", lang) for g in shown}
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
        alt.Chart(alt.InlineData(values=values)).mark_bar(cornerRadius=1).encode(x=x, x2="high:Q", y=y, color=color, tooltip=tips)
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"low": 0}]))
        .mark_rule(color=theme.LIGHT["faint"], strokeWidth=1)
        .encode(x=x)
    )
    labels = [
        alt.Chart(alt.InlineData(values=[{**e, "low": e["at"]} for e in ends if e["side"] == side]))
        .mark_text(align=align, dx=6 * side, baseline="middle", fontSize=12)
        .encode(x=x, y=y, text="label:N")
        for side, align in ((1, "left"), (-1, "right"))
    ]
    said = text("charts.movement_alt", lang, name=ladder)
    return theme.layered([bars, zero, *labels], lang, said, width=width, height=max(1, len(levels)) * _ROW)


def _bar(level: str, ground: Ground, side: int, at: int, n: int, lang: Lang) -> dict[str, Any]:
    return {
        "level": level, "key": ground, "ground": text(f"levels.ground_{ground.replace(' ', '_')}", lang),
        "low": side * at, "high": side * (at + n),
        "label": f"{'+' if side > 0 else '−'}{numbers.count(n, lang)}",
    }  # fmt: skip
