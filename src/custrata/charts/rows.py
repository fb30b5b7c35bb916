"""What a chart shows of a share table: the classes in the scheme's order, and each row's figures as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custrata.charts import numbers
from custrata.core.measure.model import SegmentReport, ShareRow
from custrata.locale import Lang, text


def ordered(segment: SegmentReport) -> list[ShareRow]:
    """The rows in the scheme's order of classes; classes it does not list follow, the missing class comes last."""
    place = {name: i for i, name in enumerate(segment.class_order)}
    last = len(place)

    def rank(row: ShareRow) -> tuple[bool, int]:
        return row.class_ == segment.missing_class, place.get(row.class_, last)

    return sorted(segment.rows, key=rank)


def shown(row: ShareRow, lang: Lang, currency: str) -> dict[str, Any]:
    """The fields that every class chart needs: the class, its shares (null as 0) and the texts of its tooltip."""
    return {
        "class": row.class_,
        "customer_share": row.customer_share or 0.0,
        "spend_share": row.spend_share or 0.0,
        "customers_text": numbers.count(row.customers, lang),
        "customer_share_text": numbers.percent(row.customer_share, lang),
        "spend_text": numbers.money(row.spend, lang, currency, brief=True),
        "spend_share_text": numbers.percent(row.spend_share, lang),
        "average_text": numbers.money(row.average_spend, lang, currency),
    }


def series(lang: Lang) -> list[str]:
    """What the two bars of a class are called: share of customers, share of spend."""
    return [text("charts.of_customers", lang), text("charts.of_spend", lang)]


def paired(segment: SegmentReport, lang: Lang, currency: str) -> list[dict[str, Any]]:
    """Two entries a class, its share of customers (`side` -1) and of spend (`side` 1), each with its label; a share
    that is null is 0 and labelled '—'."""
    values = []
    for row in ordered(segment):
        base = shown(row, lang, currency) | {"missing": row.class_ == segment.missing_class}
        for side, name, field in zip((-1, 1), series(lang), ("customer_share", "spend_share"), strict=True):
            values.append({**base, "side": side, "series": name, "share": base[field], "label": base[f"{field}_text"]})
    return values


def text_width(labels: Sequence[str], size: int = 12) -> int:
    """About how many pixels the longest of these labels takes: an ideograph is as wide as it is high.

    >>> text_width(["高消费"]), text_width(["45.2%"]), text_width([])
    (36, 34, 0)
    """
    return round(max((sum(1.0 if ord(c) > 0x2E7F else 0.56 for c in label) for label in labels), default=0) * size)
