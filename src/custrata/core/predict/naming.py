"""What a cluster is called: by declared rules over how far its centre lies from everybody's mean.

Heights are in standard deviations, on the scale on which customers are clustered. The rules are tried from first to
last; each names at most one cluster, the one in which it stands out most. Who is named by none is described by the two
numbers that stand out most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: From here on a number is high (or, below its negative, low); a rule that named a cluster before keeps it down to
#: `KEPT`; below `PLAIN` a number is like everybody's.
HIGH, KEPT, PLAIN = 0.7, 0.45, 0.4
#: Kinds of numbers that say the same, by what they say. A kind is that of a metric, with its field where it has one;
#: a minus turns it round.
MEANS: Mapping[str, tuple[str, ...]] = {
    "spend": ("monetary", "lifetime_value"),
    "orders": ("frequency", "expected_purchases"),
    "order_value": ("average_order_value",),
    "silence": ("recency",),
    "tenure": ("tenure",),
    "irregular": ("stability.intervals", "-stability.active months"),
    "discount": ("discount_share",),
    "brand": ("top_share.brand",),
    "category": ("top_share.category", "top_share.product_id"),
    "returns": ("return_rate",),
    "complaints": ("complaint_rate", "interactions.complaint"),
    "breadth": ("breadth.category", "breadth.brand", "breadth.product_id"),
    "leaving": ("churn", "-alive"),
    "growth": ("growth",),
}


@dataclass(frozen=True)
class Naming:
    """A rule: each of these must be high (`+`) or low (`-`), or not low where it is known (`~`)."""

    key: str
    zh: str
    en: str
    wants: tuple[str, ...]


RULES: tuple[Naming, ...] = (
    Naming("impulsive", "冲动型", "Impulsive", ("+irregular", "+order_value")),
    Naming("price_sensitive", "价格敏感型", "Price-sensitive", ("+discount",)),
    Naming("brand_loyal", "品牌忠诚型", "Brand-loyal", ("+brand", "~orders")),
    Naming("complaining", "多投诉型", "Often complaining", ("+complaints",)),
    Naming("returning_goods", "多退货型", "Often returning goods", ("+returns",)),
    Naming("new", "新客户", "New", ("-tenure", "-silence")),
    Naming("big_sleeping", "沉睡大客户", "Big and sleeping", ("+spend", "+silence")),
    Naming("big_regular", "高价值常客", "Big regulars", ("+spend", "+orders")),
    Naming("big_rare", "大额低频", "Big, seldom buying", ("+order_value", "-orders")),
    Naming("small_regular", "高频小额", "Frequent, small orders", ("+orders", "-order_value")),
    Naming("leaving", "流失风险型", "About to leave", ("+leaving", "+silence")),
    Naming("sleeping", "沉睡客户", "Sleeping", ("+silence",)),
    Naming("growing", "成长型", "Growing", ("+growth",)),
    Naming("one_category", "专一品类型", "One category", ("+category", "~orders")),
    Naming("explorer", "广泛尝试型", "Broad buyers", ("+breadth",)),
    Naming("regular", "常客", "Regulars", ("+orders",)),
    Naming("big", "大额客户", "Big spenders", ("+spend",)),
    Naming("small", "低频小额", "Small and seldom", ("-spend", "-orders")),
)
BY_KEY: Mapping[str, Naming] = {rule.key: rule for rule in RULES}
AVERAGE = Naming("average", "普通客户", "Average", ())


@dataclass(frozen=True)
class Heights:
    """One cluster: the height of each number, by the name of its metric, and the rule that named the cluster before."""

    of: Mapping[str, float]
    before: str | None = None


def named(clusters: Sequence[Heights], kinds: Mapping[str, str]) -> list[str | None]:
    """The rule that names each cluster; null for those to be described. `kinds` gives the kind of each metric."""
    heights = [_meanings(c.of, kinds) for c in clusters]
    found: dict[int, str] = {}
    kept = [(c.before, i) for i, c in enumerate(clusters) if c.before in BY_KEY]
    for key, i in kept:
        if key not in found.values() and _strength(BY_KEY[str(key)], heights[i]) >= KEPT:
            found[i] = str(key)
    for rule in RULES:
        if rule.key in found.values():
            continue
        strengths = {i: _strength(rule, h) for i, h in enumerate(heights) if i not in found}
        i = max(strengths, key=lambda i: strengths[i], default=-1)
        if i >= 0 and strengths[i] >= HIGH:
            found[i] = rule.key
    return [found.get(i) for i in range(len(clusters))]


def outstanding(cluster: Heights, most: int = 2) -> list[tuple[str, bool]]:
    """The metrics that stand out most, and whether each is high; none where the cluster is like everybody."""
    far = sorted(cluster.of.items(), key=lambda item: -abs(item[1]))
    return [(name, height > 0) for name, height in far[:most] if abs(height) >= PLAIN]


def _meanings(of: Mapping[str, float], kinds: Mapping[str, str]) -> dict[str, float]:
    """The height of every meaning: of several numbers that say the same, the one that stands out most."""
    found: dict[str, float] = {}
    for meaning, accepted in MEANS.items():
        signs = {kind.removeprefix("-"): -1 if kind.startswith("-") else 1 for kind in accepted}
        heights = [signs[kinds[name]] * height for name, height in of.items() if kinds.get(name) in signs]
        if heights:
            found[meaning] = max(heights, key=abs)
    return found


def _strength(rule: Naming, heights: Mapping[str, float]) -> float:
    """The height of what the rule wants most weakly; −∞ where a number is not among the metrics, or is low that should
    not be: all of two purchases are easily of one brand."""
    found = float("inf")
    for sign, meaning in ((w[0], w[1:]) for w in rule.wants):
        if sign == "~":
            found = found if heights.get(meaning, 0.0) > -PLAIN else float("-inf")
        else:
            height = heights.get(meaning, float("-inf") if sign == "+" else float("inf"))
            found = min(found, height if sign == "+" else -height)
    return found
