"""Assets: what a customer holds with the company, or is known to hold."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
from pydantic import BeforeValidator

from custrata.core.facts.columns import SUM
from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.strict import OneOrMany, option
from custrata.locale import Lang, catalog

_ALL = ("all", "全部", "所有")


def _kinds(value: Any) -> Any:
    if isinstance(value, str) and value.strip().casefold() in _ALL:
        return ()
    listed = [value] if isinstance(value, str | int | float) else value
    return tuple(" ".join(str(v).split()) for v in listed) if isinstance(listed, list | tuple) else value


@metric
class Assets(Metric):
    """What the customer holds as of the as-of date: of each kind the latest value that is known, summed over the kinds;
    null where none is known.

    A `window` leaves out values that are older than it. Customers who were merged, and subsidiaries that count for
    their parent, each add the latest value of their own.
    """

    kind: ClassVar[str] = "assets"
    zh: ClassVar[str] = "持有资产"
    short: ClassVar[str] = "of"
    base: ClassVar[Base] = "own"
    unit: ClassVar[Unit] = "money"

    of: Annotated[tuple[str, ...], BeforeValidator(_kinds), OneOrMany()] = option(
        key="资产类型",
        zh="资产的类型，可写多个；all 为全部", en="kind of asset, or several, as the source writes it; `all` for all",
    )  # fmt: skip

    def needs(self) -> tuple[str, ...]:
        return ("assets.value", *(("assets.kind",) if self.of else ()))

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        assert facts.assets is not None
        t = facts.assets
        if self.of:
            t = t.filter(t.kind.isin(list(self.of)))
        recent = inside(t, self.window, context)
        t = t if recent is None else t.filter(recent)
        return t.group_by("customer_id").aggregate(value=t.value.sum().cast(SUM))

    def lasting(self, context: Context) -> Lasting:
        return self.closed(context)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        everything = catalog("metrics", lang)["interaction_kind"]["all_assets"]
        named = ("、" if lang == "zh" else ", ").join(self.of) or everything
        return {**super().sentence_values(lang), "kinds": named}
