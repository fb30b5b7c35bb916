"""Who went where on a ladder between two days: levels at the beginning to the left, at the end to the right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from custrata.charts import numbers, rows, theme
from custrata.locale import Lang, text

Pairs = Mapping[tuple[str | None, str | None], int]

_SCALED = 260
"""Pixels that all customers together take."""
_THIN = 2.0
"""Pixels of the thinnest ribbon: one customer of a million is still seen."""
_SLOT, _GAP = 30, 10
"""Pixels that a level takes at least, for its label; pixels between levels."""
_POINTS = 25
_WAYS = ("stay", "up", "down", "new", "gone")
_COLORS = {"stay": "tone-2", "up": "spend", "down": "accent", "new": "class-2", "gone": "faint"}


@dataclass(frozen=True)
class _Node:
    level: str | None
    customers: int
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def migration_chart(
    pairs: Pairs, levels: Sequence[str], lang: Lang, *, ladder: str, first: str, last: str, width: theme.Width = 640
) -> alt.LayerChart:
    """Ribbons from the level before (left) to the level after (right), as thick as they have customers; levels from
    the highest down. Who was on none comes from below on the left, who is on none any more ends below on the right;
    a level that `levels` does not name stands after them.

    >>> chart = migration_chart({("VIP", "plain"): 2, ("plain", "plain"): 8}, ["VIP", "plain"], "en", ladder="member",
    ...                         first="1 May", last="31 May")
    >>> chart.to_dict()["description"]
    'Flow: customers of member from their level on 1 May to that on 31 May; 0 rise, 2 fall.'
    """
    pairs = {pair: n for pair, n in pairs.items() if n > 0}
    order = [*levels, *dict.fromkeys(x for pair in pairs for x in pair if x is not None and x not in levels)]
    thick = _thickness(pairs)
    left, right = (_nodes(pairs, order, thick, side) for side in (0, 1))
    height = max([_SLOT, *(n.top + n.height for n in (*left, *right))])
    ways = {pair: _way(*pair, order) for pair in pairs}
    room = 24 + max(rows.text_width([_label(n, lang, 0), *_change(n, left, 1)], 13) for n in (*left, *right, _EMPTY))
    values = list(_ribbons(pairs, order, thick, (left, right), ways, lang))
    x = alt.X(
        "x:Q", axis=None,
        scale=alt.Scale(domain=[0, 1], nice=False, range=[room, alt.ExprRef(f"max({room + 40}, width - {room})")]),
    )  # fmt: skip
    y_scale = alt.Scale(domain=[0, height], nice=False, reverse=True)
    names = {way: text(f"charts.way_{way}", lang) for way in _WAYS}
    shown = [way for way in _WAYS if way in ways.values()]
    color = alt.Color(
        "way:N", sort=[names[w] for w in shown], legend=alt.Legend(offset=34),
        scale=alt.Scale(domain=[names[w] for w in shown], range=[theme.LIGHT[_COLORS[w]] for w in shown]),
    )  # fmt: skip
    tips = [
        alt.Tooltip("from:N", title=first),
        alt.Tooltip("to:N", title=last),
        alt.Tooltip("customers_text:N", title=text("charts.customers", lang)),
    ]
    ribbons = (
        alt.Chart(alt.InlineData(values=values))
        .mark_area(opacity=0.75)
        .encode(x=x, y=alt.Y("low:Q", axis=None, scale=y_scale), y2="high:Q", detail="id:N", color=color, tooltip=tips)
    )
    layers = [ribbons, *_ends(left, right, x, y_scale, lang), _days(first, last, x)]
    rises, falls = (sum(n for pair, n in pairs.items() if ways[pair] == w) for w in ("up", "down"))
    values_ = {"rises": numbers.count(rises, lang), "falls": numbers.count(falls, lang)}
    said = text("charts.migration_alt", lang, name=ladder, first=first, last=last, **values_)
    return theme.layered(layers, lang, said, width=width, height=round(height))


_EMPTY = _Node(None, 0, 0, 0)


def _thickness(pairs: Pairs) -> dict[tuple[str | None, str | None], float]:
    total = sum(pairs.values())
    return {pair: max(_THIN, _SCALED * n / total) for pair, n in pairs.items()}


def _nodes(pairs: Pairs, order: Sequence[str], thick: Mapping[Any, float], side: int) -> list[_Node]:
    """The levels of one side with their place; null comes last, and only where somebody is there."""
    found, top = [], 0.0
    for level in (*order, None):
        own = [pair for pair in pairs if pair[side] == level]
        if level is None and not own:
            continue
        height = sum(thick[pair] for pair in own)
        slot = max(height, _SLOT)
        found.append(_Node(level, sum(pairs[pair] for pair in own), top + (slot - height) / 2, height))
        top += slot + _GAP
    return found


def _ribbons(
    pairs: Pairs, order: Sequence[str], thick: Mapping[Any, float], sides: Sequence[Sequence[_Node]],
    ways: Mapping[Any, str], lang: Lang,
) -> Iterable[dict[str, Any]]:  # fmt: skip
    """Points along both edges of each ribbon; those who stay are drawn first, so that movers lie above them."""
    place = {level: i for i, level in enumerate((*order, None))}
    tops = [{n.level: n.top for n in nodes} for nodes in sides]
    starts: dict[Any, tuple[float, float]] = {}
    for pair in sorted(pairs, key=lambda p: (place[p[0]], place[p[1]])):
        starts[pair] = (tops[0][pair[0]], 0.0)
        tops[0][pair[0]] += thick[pair]
    for pair in sorted(pairs, key=lambda p: (place[p[1]], place[p[0]])):
        starts[pair] = (starts[pair][0], tops[1][pair[1]])
        tops[1][pair[1]] += thick[pair]
    for i, pair in enumerate(sorted(pairs, key=lambda p: (ways[p] != "stay", -pairs[p]))):
        a, b = starts[pair]
        base = {
            "id": f"{i:04d}", "way": text(f"charts.way_{ways[pair]}", lang), "from": _name(pair[0], 0, lang),
            "to": _name(pair[1], 1, lang), "customers_text": numbers.count(pairs[pair], lang),
        }  # fmt: skip
        for k in range(_POINTS):
            at = k / (_POINTS - 1)
            y = a + (b - a) * (0.5 - math.cos(math.pi * at) / 2)
            yield {**base, "x": round(at, 4), "low": round(y, 2), "high": round(y + thick[pair], 2)}


def _ends(left: Sequence[_Node], right: Sequence[_Node], x: alt.X, y_scale: alt.Scale, lang: Lang) -> list[alt.Chart]:
    """The levels at both ends: a bar, the name and how many; on the right, by how many more or fewer."""
    layers: list[alt.Chart] = []
    for side, nodes in ((0, left), (1, right)):
        values = [
            {
                "x": side, "low": round(n.top, 2), "high": round(n.top + n.height, 2), "middle": round(n.middle, 2),
                "label": _label(n, lang, side), "change": "".join(_change(n, left, side)),
            }
            for n in nodes
        ]  # fmt: skip
        base = alt.Chart(alt.InlineData(values=values)).encode(x=x)
        y, middle = (alt.Y(f"{field}:Q", axis=None, scale=y_scale) for field in ("low", "middle"))
        layers.append(base.mark_rule(strokeWidth=5, color=theme.LIGHT["ink"]).encode(y=y, y2="high:Q"))
        lines = [("label", 13, theme.LIGHT["ink"])]
        if any(v["change"] for v in values):
            lines.append(("change", 12, theme.LIGHT["muted"]))
        for i, (name, size, color) in enumerate(lines):
            mark: dict[str, Any] = {"align": "right" if side == 0 else "left", "dx": -12 if side == 0 else 12}
            dy = 16 * i - 8 * (len(lines) - 1)
            words = base.mark_text(**mark, dy=dy, baseline="middle", fontSize=size, color=color)
            layers.append(words.encode(y=middle, text=f"{name}:N"))
    return layers


def _days(first: str, last: str, x: alt.X) -> alt.Chart:
    """The two days over the two sides."""
    values = [{"x": 0, "day": first}, {"x": 1, "day": last}]
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x, y=alt.value(-14), text="day:N")
    days: alt.Chart = base.mark_text(align="center", baseline="middle", fontSize=12, color=theme.LIGHT["muted"])
    return days


def _label(node: _Node, lang: Lang, side: int) -> str:
    return f"{_name(node.level, side, lang)}  {numbers.count(node.customers, lang)}"


def _change(node: _Node, left: Sequence[_Node], side: int) -> list[str]:
    """By how many more or fewer than on the left; nothing on the left itself, and for those who are gone."""
    if side == 0 or node.level is None:
        return []
    before = next((n.customers for n in left if n.level == node.level), 0)
    return [numbers.signed(node.customers - before)]


def _name(level: str | None, side: int, lang: Lang) -> str:
    if level is not None:
        return level
    return text("charts.way_new" if side == 0 else "charts.way_gone", lang)


def _way(before: str | None, after: str | None, order: Sequence[str]) -> str:
    if before == after:
        return "stay"
    if before is None or after is None:
        return "new" if before is None else "gone"
    return "up" if order.index(after) < order.index(before) else "down"
