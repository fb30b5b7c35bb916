"""Sales of customers whose code is empty and whose name is there: they would be taken for walk-in sales."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from custrata.core.errors import CustrataError
from custrata.core.guess import vocabulary
from custrata.core.guess.fold import compact
from custrata.core.guess.people import NAMES_OF_BUYERS
from custrata.locale import Lang, text
from custrata.usecases.init_overlap import cleaned, orders_of
from custrata.usecases.init_table import Table

_EXAMPLES = 3


@dataclass(frozen=True)
class Nameless:
    """How many lines have a name under the header `name` and no code under `code`, and what they come to."""

    code: str
    name: str
    rows: int
    amount: Decimal
    examples: tuple[str, ...]

    def text(self, lang: Lang) -> str:
        values = {"code": self.code, "name": self.name, "rows": f"{self.rows:,}", "amount": f"{self.amount:,.2f}",
                  "examples": ("、" if lang == "zh" else ", ").join(self.examples)}  # fmt: skip
        return text("init.nameless", lang, **values)


def nameless(table: Table) -> Nameless | None:
    """The lines of a table of sales that name a customer without a code; null where there are none."""
    config, code = orders_of(table), table.guess.of("customer_id")
    header = name_of(table)
    if config is None or code is None or header is None or not table.guess.profiles[code.header].empty:
        return None
    config = config.model_copy(update={"columns": {**config.columns, "whose": header}})
    try:
        t = cleaned(table.export.opened, config, table.export.engine)
    except CustrataError:
        return None  # what cannot be read is told by whoever reads it
    t = t.filter((t["_excluded"] == "anonymous") & t.customer_id.isnull() & t.whose.notnull())
    by: Any = t.group_by("whose").aggregate(rows=t.count(), amount=t.amount.sum())
    found = table.export.engine.rows(by.order_by([ibis.desc("rows"), "whose"]))
    found = [r for r in found if compact(r["whose"]) not in vocabulary().walk_in]
    if not found:
        return None
    amount = sum((Decimal(r["amount"] or 0) for r in found), Decimal(0))
    named = tuple(r["whose"] for r in found[:_EXAMPLES])
    return Nameless(code.header, header, sum(int(r["rows"]) for r in found), amount, named)


def name_of(table: Table) -> str | None:
    """The header that names the customer and is not the customer's code."""
    code = table.guess.of("customer_id")
    concepts = {u.header: u.concept for u in table.guess.unused}
    concepts |= {o.header: o.concept for o in table.guess.candidates.get("customer_id", ())}
    return next((h for h, c in concepts.items() if c in NAMES_OF_BUYERS and (code is None or h != code.header)), None)
