"""Whether the sales that a scheme is written from tell enough of how customers come again to look forward."""

from __future__ import annotations

from dataclasses import dataclass

from custrata.core.errors import CustrataError
from custrata.core.facts.headers import usable
from custrata.core.scheme.sources import Orders
from custrata.usecases.init_read import Export
from custrata.usecases.rows import read_source

#: Repeat buyers from whom everybody's rhythm is told; those that a purchase model needs, and the days of sales.
_RHYTHM, _MODEL, _YEAR = 100, 300, 365


@dataclass(frozen=True)
class Forward:
    """What may be suggested: stages by the rhythm of purchases, and predictions from a model of them."""

    stages: bool
    predictions: bool


def forward(export: Export, config: Orders) -> Forward:
    """From all sales in the files: who bought on two days, and the days between the first sale and the last."""
    engine = export.engine
    try:
        t = usable(read_source("orders", export.opened, config, engine).table)
    except CustrataError:
        return Forward(False, False)  # the run tells it, with its place
    bought = t.filter(~t.is_return)
    people = bought.group_by("customer_id").aggregate(first=bought.ordered_at.min(), last=bought.ordered_at.max())
    asked = people.aggregate(
        n=people.count(where=people["last"] > people["first"]), first=people["first"].min(),
        last=people["last"].max(),
    )  # fmt: skip
    found = engine.rows(asked)[0]
    days = (found["last"] - found["first"]).days if found["first"] is not None else 0
    return Forward(found["n"] >= _RHYTHM, found["n"] >= _MODEL and days >= _YEAR)
