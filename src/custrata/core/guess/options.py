"""A guess as the options of a source, ready for a scheme: columns, dates, what counts, what is returned."""

from __future__ import annotations

from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.core.guess.cells import fits_decimal_comma
from custrata.core.guess.table import TableGuess


def source_options(guess: TableGuess) -> dict[str, Any]:
    """The part of a scheme's `sources.<kind>` that a guess settles, in the order in which it is best read.

    Only what differs from the scheme's defaults is there: `columns`, `dates`, `decimal` (where every number of the
    source can have a decimal comma, and one has nothing else), `credit`, `count`, `returns` (`prefix`, `status`)
    `amount` (where it is before the discount), `anonymous`, and of interactions `kind` and `closed`. Where `count` is
    needed, rows without a status are left out.

    >>> from custrata.core.guess import guess_columns, profile
    >>> columns = {"InvoiceNo": ["536365", "C536365", "536381"], "CustomerID": [17850, 14527, None],
    ...     "InvoiceDate": ["12/1/2010 8:26", "12/13/2010 9:41", "12/14/2010 9:41"], "Quantity": [6, -1, 2],
    ...     "UnitPrice": [2.55, 27.5, 1.25]}
    >>> options = source_options(guess_columns([profile(n, c) for n, c in columns.items()]))
    >>> {name: value for name, value in options.items() if name != "columns"}
    {'dates': 'mdy', 'returns': {'prefix': 'C'}, 'anonymous': ['empty']}
    """
    options: dict[str, Any] = {"columns": guess.mapping}
    if guess.dates.order != "ymd":
        options["dates"] = guess.dates.order
    numbers = [p for c in guess.columns if _is_number(guess, c.column) and (p := guess.profiles[c.header]).filled]
    if any(p.comma for p in numbers) and all(p.comma or all(map(fits_decimal_comma, p.counts)) for p in numbers):
        options["decimal"] = "comma"
    if any(p.credits for p in numbers):
        options["credit"] = "minus"
    if guess.kind.kind in ("orders", "returns") and guess.status and (guess.status.needed or _first_lines_only(guess)):
        options["count"] = list(guess.status.count)
    if guess.contact:
        options["kind"] = guess.contact
    if guess.closed:
        options["closed"] = list(guess.closed)
    if guess.kind.kind != "orders":
        return options
    returns: dict[str, Any] = {}
    if guess.returned.prefix:
        returns["prefix"] = guess.returned.prefix
    if guess.returned.statuses:
        returns["status"] = list(guess.returned.statuses)
    if returns:
        options["returns"] = returns
    if guess.discount and guess.discount.before:
        options["amount"] = "before discount"
    if guess.anonymous:
        options["anonymous"] = list(guess.anonymous)
    return options


def _is_number(guess: TableGuess, column: str) -> bool:
    return any(c.name == column and c.type in ("money", "number") for c in CANONICAL[guess.kind.kind])


def _first_lines_only(guess: TableGuess) -> bool:
    """Whether amount and status stand on an order's first line alone: leaving out rows without a status leaves out the
    others, which hold no money."""
    status = guess.of("status")
    once = any(reason.code == "amount_once" for reason in guess.findings)
    return bool(status and once and guess.profiles[status.header].empty > 0)
