"""Who is about to leave and worth a call: customers who have gone silent for their rhythm, those with the most spend
first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from custrata.core.metrics.predicted import Churn
from custrata.core.segments.lifecycle import Lifecycle
from custrata.locale import Lang
from custrata.usecases.customers.columns import ID, NAME, ListColumn, list_columns
from custrata.usecases.customers.query import ListQuery, filtered, usual_sort
from custrata.usecases.customers.table import table_page
from custrata.usecases.look import Result

#: From this risk on a customer is more likely to leave than not.
_LIKELY = "50"
_CLASS = "at_risk"


@dataclass(frozen=True)
class AtRisk:
    """`query` lists all of them; `rows` are the first ones, with the values of `columns` by key. `spend` is what they
    all brought, by the metric in the column `spend_by`."""

    query: ListQuery
    customers: int
    spend: Decimal
    spend_by: ListColumn
    columns: Sequence[ListColumn]
    rows: Sequence[Mapping[str, Any]]


def at_risk(result: Result, lang: Lang, shown: int = 5) -> AtRisk | None:
    """Customers in the class at risk of the first lifecycle segment; without one those whose risk of churn is 50 % or
    more. Null where the scheme has neither."""
    scheme, known = result.scheme, list_columns(result, lang)
    churn = next((n for n, m in scheme.metrics.items() if isinstance(m, Churn) and n in known), None)
    lifecycle = next((n for n, s in scheme.segments.items() if isinstance(s, Lifecycle) and n in known), None)
    if lifecycle is None and churn is None:
        return None
    sort = usual_sort(scheme)
    spend = known[sort.removeprefix("-")]
    wanted = (NAME if NAME in known else ID, spend.key, scheme.basis("recency"), churn)
    columns = tuple(k for k in wanted if k is not None and k in known)
    query = ListQuery(
        classes={lifecycle: (_CLASS,)} if lifecycle is not None else {},
        ranges={churn: (_LIKELY, "")} if lifecycle is None and churn is not None else {},
        sort=sort, columns=columns,
    )  # fmt: skip
    t = filtered(result, query, lang)
    total = result.engine.rows(t.aggregate(spend=t[spend.key].sum()))[0]["spend"]
    page = table_page(result, query, lang, 1, shown)
    return AtRisk(query, page.total, Decimal(total or 0), spend, page.columns, page.rows)
