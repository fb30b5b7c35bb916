"""Columns that tables share: a customer file's numbers are those that the sales name, whatever their headers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from custrata.core.guess import Reason
from custrata.usecases.init_table import Table, with_column

#: From this share of the sales' values on, a column holds the same things; below the other, it does not.
_SAME, _OTHER = 0.5, 0.1
_SURE = 0.97
_LINKS = {"customers": "customer_id", "products": "product_id"}


def link(tables: Sequence[Table]) -> None:
    """Makes the guesses surer of the columns whose values the sales hold as well, and moves them to the header that
    does where the guessed one does not. Says so among the reasons."""
    orders = next((t for t in tables if t.kind == "orders"), None)
    for t in tables:
        column = _LINKS.get(t.kind, "")
        sold = orders.guess.of(column) if orders and column else None
        if orders is None or sold is None:
            continue
        named = set(orders.profiles[sold.header].counts)
        shares = {name: len(named & set(p.counts)) / len(named) for name, p in t.profiles.items()} if named else {}
        best = max(shares, key=lambda name: shares[name], default="")
        guessed = t.guess.of(column)
        if not best or shares[best] < _SAME:
            continue
        if guessed is None or (guessed.header != best and shares[guessed.header] < _OTHER):
            t.guess = with_column(t.guess, column, best)
        elif guessed.header != best:
            continue
        reason = Reason("same_values", {"share": shares[best], "other": sold.header})
        found = [
            replace(c, certainty=max(_SURE, c.certainty if guessed and guessed.header == best else 0.0),
                    reasons=(reason, *(r for r in c.reasons if r.code != "kind_given")))
            if c.column == column else c for c in t.guess.columns
        ]  # fmt: skip
        t.guess = replace(t.guess, columns=tuple(found))
