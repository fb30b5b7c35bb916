"""What can be asked of the customers of a result: every metric, segment, ladder and attribute by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions import Condition, ConditionError, Field, bind, parse
from custrata.core.conditions.bind import called, spellings
from custrata.core.errors import CustrataError, Problem
from custrata.locale import catalog
from custrata.usecases.condition_labels import by_name, meant
from custrata.usecases.look import Result
from custrata.usecases.names import attribute_label

_KINDS: dict[str, Any] = {"date": "date", "text": "text"}


def fields(result: Result) -> dict[str, Field]:
    """Everything that conditions may name, the classes of fitted segments with them."""
    scheme, found = result.scheme, dict[str, Field]()
    for name, kind in attributes(result).items():
        found[name] = Field(kind, attribute=True, label=attribute_label(scheme, name))
    for name, metric in scheme.metrics.items():
        if name in result.customers.columns:
            unit = getattr(metric, "unit_", metric.unit)
            found[name] = Field(_KINDS.get(unit, "number"), label=metric.label)
    for name in result.classified:
        classes, missing = result.segment_class_labels(name)
        model = scheme.levels[name] if name in scheme.levels else scheme.segments[name]
        every = [(c.key, c.zh, c.en) for c in [*classes, missing]]
        found[name] = Field("class", spellings(every, scheme.lang), missing.label(scheme.lang), label=model.label,
                            called=called(every, scheme.lang))  # fmt: skip
    return found


def attributes(result: Result) -> dict[str, Any]:
    """The columns of the customers source that the run published, and whether each is a date or text."""
    if result.people is None:
        return {}
    schema = result.people.schema().items()
    return {name: "date" if kind.is_date() else "text" for name, kind in schema if name != "customer_id"}


def condition(result: Result, said: str | Mapping[str, Any], place: str = "") -> Condition:
    """A condition as people write or build it, its names resolved. Raises E-SCHEME-013 where it cannot be read, and
    what `bind` finds where a name or value does not fit."""
    try:
        parsed = parse(said)
    except ConditionError as error:
        words = catalog("conditions", "zh")["words"]
        told = {"found": error.found, "expected": error.expected}
        values = {**told, **{f"{key}_zh": words.get(word, word) for key, word in told.items()}, "at": error.at}
        raise CustrataError(Problem("E-FILTER-001", place, {**values, "what": str(said)[:120]})) from None
    known = fields(result)
    bound, problems = bind(by_name(parsed, meant({name: field.label for name, field in known.items()})), known, place)
    if problems:
        raise CustrataError(*problems)
    return bound


def asked(result: Result, names: set[str] | None = None) -> ir.Table:
    """The customers as conditions are asked of them: with every ladder labelled, ratios as the decimals they were
    assigned by, and attributes as `@name`. Where `names` says what is asked, only those attributes are joined."""
    t: Any = result.labelled(*(n for n in result.scheme.levels if names is None or n in names))
    floats = {c for c, kind in t.schema().items() if kind.is_floating() and (names is None or c in names)}
    if floats:
        t = t.mutate(**{c: t[c].round(9) for c in floats})
    have = [a for a in attributes(result) if names is None or a in names]
    if not have or result.people is None:
        return t
    people = result.people
    own = people.select(_who=people.customer_id.cast(dt.string), **{f"@{a}": people[a] for a in have})
    return t.left_join(own, t.customer_id == own["_who"]).drop("_who")


def those(result: Result, *conditions: Condition) -> ir.Table:
    """The customers, as the run published them, of whom all the conditions hold; null is no yes."""
    if not conditions:
        return result.customers
    names = {n for c in conditions for n in c.names()}
    t = asked(result, names)
    for each in conditions:
        t = t.filter(each.expression(t).fill_null(False))
    chosen = t.select(_chosen=t.customer_id)
    return result.customers.semi_join(chosen, result.customers.customer_id == chosen["_chosen"])


def limited(result: Result, scope: str) -> Result:
    """The result as somebody sees it who may see the customers of whom `scope` holds, and no others: every list,
    count, table and explanation of it is of those. An empty scope is everybody."""
    if not scope.strip():
        return result
    own = those(result, condition(result, scope, "scope"))
    visible = own.select(_seen=own.customer_id)

    def kept(table: ir.Table | None) -> ir.Table | None:
        if table is None:
            return None
        who = table.customer_id if table.customer_id.type().is_string() else table.customer_id.cast(dt.string)
        return table.semi_join(visible, who == visible["_seen"])

    spend, orders = result.scheme.basis("monetary"), result.scheme.basis("frequency")
    sums = result.engine.rows(
        own.aggregate(
            customers=own.count(), buyers=(own[orders].fill_null(0) > 0).sum(), orders=own[orders].sum(),
            spend=own[spend].sum(),
        )
    )[0]  # fmt: skip
    totals = replace(
        result.totals, customers=sums["customers"], buyers=sums["buyers"] or 0, orders=sums["orders"] or 0,
        spend=sums["spend"] or Decimal(0),
    )  # fmt: skip
    return replace(
        result, customers=own, people=kept(result.people), orders=kept(result.orders),
        interactions=kept(result.interactions), assets=kept(result.assets), lines=kept(result.lines),
        corrections=kept(result.corrections), totals=totals,
        everybody=result.everybody if result.everybody is not None else result.customers,
    )  # fmt: skip
