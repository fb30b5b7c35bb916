"""Rows that only add up others: 合计, 小计, Total … where an order, a customer or a day should stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.facts.parse import BLANK, Parsed, tidy

#: The fault of such a row; whatever else is wrong with it follows from it.
TOTAL = "E-ROW-015"
#: Columns whose cell is no order, customer or day if it is such a word. (A product or a name may be called so.)
_DAYS = ("ordered_at", "returned_at", "happened_at", "day")
_NAMED = ("order_id", "return_id", "customer_id", *_DAYS)
#: Columns in which a total may name itself, if the row has no date.
_BESIDE = ("product", "product_id", "name", "status")
_PAUSE = f"[{BLANK}]*"
_CHINESE = f"(?:本页|本日|本周|本月|本季|本期|本年|全部|分组|总)?(?:[合小总共]{_PAUSE}计|累{_PAUSE}计|汇{_PAUSE}总)"
_ENGLISH = r"(?:(?:grand|overall|report|page)\s+)?(?:sub[\s-]?)?totals?"
_WORD = f"(?i)^(?:{_CHINESE}|{_ENGLISH}){_PAUSE}[:：]?$"
#: 合计：12,345.00, 张三 汇总, Total for Acme, Acme Total.
_WITHIN = (
    f"(?i)^(?:{_CHINESE}|{_ENGLISH})(?:[{BLANK}:：(（].*)?$"
    f"|^.+[{BLANK}](?:{_CHINESE}|{_ENGLISH}){_PAUSE}[:：]?$|[^{BLANK}](?:[合小总]计|汇总)$"
)


def is_total(text: Any) -> Any:
    """Whether a cell is a word for a total and nothing else."""
    return text.re_search(_WORD).fill_null(False)


def has_total(text: Any) -> Any:
    """Whether a cell begins or ends with such a word, as subtotals of spreadsheets do."""
    return tidy(text).re_search(_WITHIN).fill_null(False)


def marks_of_totals(cells: ir.Table, parsed: Mapping[str, Parsed], texts: Collection[str]) -> dict[str, Any]:
    """`_total_NAME` for every column of text in which a total can name itself: whether the row is one by that cell.

    `cells` has of each column `_cell_NAME`, `_plain_NAME` (its value if it is written plainly, which no total is) and
    `_rest_NAME` (the text of the others). Beside the ids only rows without a day are asked."""
    days = [parsed[n] for n in _DAYS if n in parsed]
    no_day: Any = None
    if days:
        missing, lost = days[0].value.isnull(), days[0].unreadable
        no_day = missing if lost is None else missing | lost
    marks: dict[str, Any] = {}
    for name in (n for n in (*_NAMED, *_BESIDE) if n in texts):
        rest = cells[f"_rest_{name}"]
        if name not in _NAMED:
            if no_day is not None:
                marks[f"_total_{name}"] = ibis.ifelse(no_day, has_total(cells[f"_cell_{name}"]), False)
            continue
        found = is_total(rest) if no_day is None else is_total(rest) | ibis.ifelse(no_day, has_total(rest), False)
        marks[f"_total_{name}"] = ibis.ifelse(cells[f"_plain_{name}"].isnull(), found, False)
    return marks


def first_of(totals: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each column with whether it is the first that tells the row to be a total: a row is told once."""
    before: list[Any] = []
    for name, holds in totals.items():
        yield name, holds & ~reduce(lambda a, b: a | b, before) if before else holds
        before.append(holds)
