"""The 8 classes and the 11 groups of RFM, with their names in both languages and the map that makes the groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custrata.core.segments.base import Class

#: Bits are R, F, M with high = 1; from most to least valuable as a report lists them.
EIGHT = (
    Class("111", "重要价值", "Champions"),
    Class("101", "重要发展", "High-value, develop"),
    Class("011", "重要保持", "High-value, keep"),
    Class("001", "重要挽留", "High-value, win back"),
    Class("110", "一般价值", "Regular, loyal"),
    Class("100", "一般发展", "Regular, develop"),
    Class("010", "一般保持", "Regular, keep"),
    Class("000", "一般挽留", "Regular, win back"),
)

ELEVEN = (
    Class("champions", "冠军客户", "Champions"),
    Class("loyal", "忠诚客户", "Loyal"),
    Class("potential", "潜力客户", "Potential loyalists"),
    Class("new", "新客户", "New customers"),
    Class("promising", "有希望客户", "Promising"),
    Class("attention", "需关注客户", "Need attention"),
    Class("sleepy", "即将沉睡", "About to sleep"),
    Class("at_risk", "流失风险", "At risk"),
    Class("cant_lose", "不可失去", "Can't lose"),
    Class("hibernating", "沉睡客户", "Hibernating"),
    Class("lost", "已流失", "Lost"),
)

#: Row: R score 5 down to 1; column: mean of the F and M scores, rounded half up, 1 to 5.
_MAP = (
    ("new", "potential", "potential", "champions", "champions"),
    ("promising", "potential", "potential", "loyal", "champions"),
    ("sleepy", "attention", "attention", "loyal", "loyal"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("lost", "lost", "at_risk", "cant_lose", "cant_lose"),
)


def group_of(r: Any, f: Any, m: Any, levels: Sequence[int]) -> Any:
    """Key of one of the 11 groups from the three scores; scales other than 1 to 5 are stretched onto it."""
    r5, f5, m5 = (_to_five(score, top) for score, top in zip((r, f, m), levels, strict=True))
    mean = (f5 + m5 + 1) // 2
    cell = r5 * 10 + mean
    named = [((5 - row) * 10 + column, name) for row, names in enumerate(_MAP) for column, name in enumerate(names, 1)]
    return cell.cases(*named, else_="lost")


def _to_five(score: Any, top: int) -> Any:
    """1 … top onto 1 … 5, rounded half up in whole numbers."""
    if top == 5:
        return score
    return ((score - 1) * 8 + (top - 1)) // (2 * (top - 1)) + 1
