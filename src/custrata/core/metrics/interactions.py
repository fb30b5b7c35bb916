"""Interactions: how often a customer complained, called or was visited, what is still open, how content he is."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir
from pydantic import BeforeValidator

from custrata.core.facts.columns import interaction_kind
from custrata.core.metrics.base import Base, Context, FactTables, Metric, Unit, both, inside, metric
from custrata.core.metrics.lasting import Lasting
from custrata.core.metrics.monetary import ratio
from custrata.core.strict import Choice, OneOrMany, option
from custrata.locale import Lang, catalog, text

_ALL = ("all", "全部", "所有", "任何")


def _kinds(value: Any) -> Any:
    """One kind or several, by their usual words; `all` is none in particular."""
    if isinstance(value, str) and value.strip().casefold() in _ALL:
        return ()
    listed = [value] if isinstance(value, str | int | float) else value
    if not isinstance(listed, list | tuple):
        return value
    return tuple(interaction_kind(str(v)) for v in listed)


Kinds = Annotated[tuple[str, ...], BeforeValidator(_kinds), OneOrMany()]
State = Annotated[Literal["any", "open", "closed"], Choice({"不限": "any", "未结": "open", "已结": "closed"})]


class OfInteractions(Metric):
    """A metric that looks at interactions of some kinds (`of`; empty: of all)."""

    base: ClassVar[Base] = "own"
    of: Kinds

    def needs(self) -> tuple[str, ...]:
        return ("interactions.day",)

    def rows(self, facts: FactTables, context: Context) -> ir.Table:
        """The interactions of these kinds in the window."""
        assert facts.interactions is not None
        t = facts.interactions
        wanted = both(t.kind.isin(list(self.of)) if self.of else None, inside(t, self.window, context))
        return t if wanted is None else t.filter(wanted)

    def lasting(self, context: Context) -> Lasting:
        # Whether an interaction is open changes with the as-of date as well: on the day on which it is closed, which is
        # a day of a fact of its own.
        return self.closed(context)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        words = catalog("metrics", lang)["interaction_kind"]
        named = [words.get(kind, kind) for kind in self.of] or [words["all"]]
        return {**super().sentence_values(lang), "kinds": ("、" if lang == "zh" else ", ").join(named)}


def _of(default: Any = ..., *, zh: str = "", en: str = "") -> Any:
    return option(
        default, key="互动类型",
        zh="互动类型，可写多个：complaint（投诉）、ticket（工单）、feedback（反馈）、visit（拜访）等；all 为全部" + zh,
        en="kind of interaction, or several: complaint, ticket, feedback, visit, browsing …; `all` for all" + en,
    )  # fmt: skip


@metric
class Interactions(OfInteractions):
    """How many interactions of some kinds happened in the window; 0 without any.

    `state: open` counts those of them that are not settled as of the as-of date: without a day of closing, or closed
    later, or, where no day says it, with a status that does not mean settled. `closed` counts the others of those
    whose source tells of closing at all.
    """

    kind: ClassVar[str] = "interactions"
    zh: ClassVar[str] = "互动次数"
    short: ClassVar[str] = "of"
    unit: ClassVar[Unit] = "count"
    empty: ClassVar[Any] = 0

    of: Kinds = _of()
    state: State = option(
        "any", key="状态",
        zh="不限（any）、截至基准日未结（open）或已结（closed）", en="any, open or closed as of the as-of date",
    )  # fmt: skip

    def needs(self) -> tuple[str, ...]:
        return (*super().needs(), *(() if self.state == "any" else ("interactions.closed_at",)))

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        t = self.rows(facts, context)
        if self.state != "any":
            t = t.filter(t.open if self.state == "open" else ~t.open)
        return t.group_by("customer_id").aggregate(value=t.count())

    def sentence(self, lang: Lang) -> str:
        key = "interactions" if self.state == "any" else f"interactions_{self.state}"
        return text(f"metrics.{key}", lang, **self.sentence_values(lang))


@metric
class DaysSinceContact(OfInteractions):
    """Days from the last interaction of some kinds in the window to the as-of date; 0 is today, null without one."""

    kind: ClassVar[str] = "days_since_contact"
    zh: ClassVar[str] = "未联系天数"
    short: ClassVar[str] = "of"
    unit: ClassVar[Unit] = "days"
    low_is_good: ClassVar[bool] = True

    of: Kinds = _of()

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        t = self.rows(facts, context)
        last: Any = t.day.max()
        return t.group_by("customer_id").aggregate(value=ibis.literal(context.as_of).delta(last, unit="day"))

    def lasting(self, context: Context) -> Lasting:
        return replace(self.closed(context), ages=True)


@metric
class Satisfaction(OfInteractions):
    """Mean score that a customer gave in the window: the mean `value` of his feedback, to nine decimals, on the scale
    of the source; null without a score."""

    kind: ClassVar[str] = "satisfaction"
    zh: ClassVar[str] = "满意度"
    unit: ClassVar[Unit] = "number"

    of: Kinds = _of(("feedback",), zh="；默认 feedback", en="; feedback by default")

    def needs(self) -> tuple[str, ...]:
        return (*super().needs(), "interactions.value")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        t = self.rows(facts, context)
        return t.group_by("customer_id").aggregate(value=ratio(t.value.sum(), t.value.count()))


@metric
class ComplaintRate(OfInteractions):
    """Complaints in the window ÷ purchases in the window, to nine decimals; 0 without complaints, more than 1 where
    there are more of them than purchases; null without a purchase."""

    kind: ClassVar[str] = "complaint_rate"
    zh: ClassVar[str] = "投诉率"
    unit: ClassVar[Unit] = "ratio"
    low_is_good: ClassVar[bool] = True

    of: Kinds = _of(("complaint",), zh="；默认 complaint", en="; complaint by default")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        orders = facts.orders
        counted = both(orders.purchase, inside(orders, self.window, context))
        bought: Any = orders.day.nunique(where=counted) if context.count == "day" else orders.count(where=counted)
        purchases = orders.group_by("customer_id").aggregate(purchases=bought)
        t = self.rows(facts, context)
        told = t.group_by(_who=t.customer_id).aggregate(complaints=t.count())
        joined = purchases.left_join(told, purchases.customer_id == told["_who"])
        return joined.select("customer_id", value=ratio(joined.complaints.fill_null(0), joined.purchases))
