"""How much is sold to nobody in particular: what the classes cannot speak of."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal
from typing import Any, TypeAlias

import ibis
import ibis.expr.datatypes as dt

from custrata.core.audit.base import Ask, Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts, SourceFacts
from custrata.core.audit.finding import graded, money, ratio, worst
from custrata.core.facts.ids import like
from custrata.core.facts.sales import money_of
from custrata.core.guess.fold import compact
from custrata.core.guess.people import NAMES_OF_BUYERS
from custrata.core.guess.reading import read_header
from custrata.core.guess.vocabulary import vocabulary
from custrata.core.scheme.sources import Orders
from custrata.core.segments.base import Answer

#: Different names that are looked at, those of most rows: some of them mean walk-in sales as well.
_MOST = 1000
_KINDS = {"amount": "money", "quantity": "number", "price": "money", "discount": "money"}
_Named: TypeAlias = "Generator[Ask, Answer, tuple[str, int, Decimal]]"


@check
class AnonymousSales(Check):
    """Walk-in sales, which the scheme leaves out by rule.

    Share: amount of anonymous sale rows ÷ amount of these and of all sale rows that count. Fine up to 20 %; from 50 %
    on a warning, for then the classes describe the smaller half of the trade; from 90 % on serious. A warning too
    where such rows have no id and another column says by name who bought.
    """

    kind, zh, code, part = "anonymous_sales", "散客销售占比", "A-COM-003", "completeness"

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows, amount = source.rows, source.rows.amount
        nobody = (rows["_excluded"] == "anonymous").fill_null(False) & ~rows.is_return
        asked = {
            "rows": rows.count(where=nobody),
            "nobody": amount.sum(where=nobody & (amount > 0)),
            "somebody": amount.sum(where=source.sale & (amount > 0)),
        }
        row = (yield Over(rows, asked))[0]
        anonymous = money(row["nobody"])
        column, named, spend = yield from _named(source)
        share = ratio(anonymous, anonymous + money(row["somebody"]))
        return [
            self.finding(
                worst([graded(share, notice=0.2, warning=0.5, serious=0.9), "warning" if named else "good"]),
                share=share, rows=row["rows"], spend=anonymous,
                values={"rows": row["rows"], "spend": anonymous, "share": share, "column": column, "named": named,
                        "named_spend": spend},
                hints=("named",) if named else (),
            )
        ]  # fmt: skip


def _named(source: SourceFacts) -> _Named:
    """The column that names customers, the rows without an id in which it does, and what they come to."""
    config, headers, raw = source.config, source.headers, source.raw
    id_ = headers.get("customer_id")
    column = next((c for c in raw.columns if c != id_ and read_header(c, vocabulary()).best in NAMES_OF_BUYERS), None)
    if column is None or not isinstance(config, Orders) or "empty" not in config.anonymous:
        return "", 0, Decimal(0)
    name = like(raw[column], dt.string).strip()
    told: Any = like(source.as_told("customer_id", "id"), dt.string).isnull() & name.notnull() & (name != "")
    if config.count is not None and "status" in headers:
        told = told & like(raw[headers["status"]], dt.string).strip().isin(config.count).fill_null(False)
    t: Any = raw.select(name=name, amount=_amount(source, config), told=told.fill_null(False))
    t = t.filter(t.told)
    by: Any = t.group_by("name").aggregate(rows=t.count(), amount=t.amount.sum())
    found = yield by.order_by([by["rows"].desc(), "name"]).limit(_MOST)
    known = [r for r in found if compact(r["name"]) not in vocabulary().walk_in]
    return column, sum(int(r["rows"]) for r in known), sum((money(r["amount"]) for r in known), Decimal(0))


def _amount(source: SourceFacts, config: Orders) -> Any:
    """What was paid, as the row tells it: that it is left out by rule makes it no other amount."""
    there = {c: source.as_told(c, kind) for c, kind in _KINDS.items() if c in source.headers}
    if "amount" in there or {"quantity", "price"} <= there.keys():
        return money_of(there, config).paid
    return ibis.literal(0)
