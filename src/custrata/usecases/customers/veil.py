"""A result as those see it who may not see in full how a person is reached or identified.

What is hidden is hidden in the table itself, before anything is searched, sorted, filtered, counted, shown or written:
whatever is asked of such a result, the answer tells no more than the masked values do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.explain import Explanation
from custrata.core.personal import (
    Kind,
    embedded,
    kind_of_heading,
    kind_of_values,
    masked,
    masked_column,
    scrubbed,
    scrubbed_column,
)
from custrata.locale import Lang
from custrata.usecases.look import Result

#: Rows of a column that say what its values look like.
_SAMPLE = 1_000
#: Columns of interactions in which people write what they like.
_WRITTEN = ("status",)
#: How a column is hidden: by the rule of a kind, or only what stands in its texts here and there.
Hidden = Kind | Literal["text"]


@dataclass
class Veiled(Result):
    """A result in which personal columns are masked. `full` is the same in full: for exact searches, and for conditions
    of the scheme, which were decided on the full values."""

    full: Result | None = None
    hidden: Mapping[str, Hidden] = field(default_factory=dict)

    def explain(self, customer_id: str, lang: Lang | None = None, shown: int = 20) -> Explanation:
        assert self.full is not None
        found = self.full.explain(customer_id, lang, shown)
        classes = [replace(c, numbers={n: self._shown(n, v) for n, v in c.numbers.items()}) for c in found.classes]
        told: dict[str, Any] = {"interactions": [_plain(i) for i in found.interactions],
                "corrections": [self._veiled(c) for c in found.corrections]}  # fmt: skip
        return replace(found, classes=classes, **told)

    def exact(self, customer_id: str) -> ir.Table:
        """As the scheme's conditions are asked of it: with the values in full, which must not be shown."""
        assert self.full is not None
        return self.full.exact(customer_id)

    def _veiled(self, correction: Mapping[str, Any]) -> Mapping[str, Any]:
        """A correction without what is hidden: also of a column whose present values have nothing to hide."""
        how = self.hidden.get(correction["column"]) or kind_of_heading(correction["column"]) or "text"
        values = {key: shown_as(correction[key], how) for key in ("value", "source")}
        return {**correction, **values, "reason": scrubbed(correction["reason"])}

    def _shown(self, name: str, value: Any) -> Any:
        how = self.hidden.get(name)
        return value if how is None or name in self.scheme.metrics else shown_as(value, how)


def shown_as(value: Any, how: Hidden) -> Any:
    """What is shown of one value."""
    if value is None:
        return None
    return scrubbed(str(value)) if how == "text" else masked(value, how)


def shown_column(column: Any, how: Hidden | None) -> Any:
    """The same of a column, row by row; null: nothing is hidden."""
    if how is None:
        return column
    return scrubbed_column(column) if how == "text" else masked_column(column, how)


def personal_columns(result: Result) -> dict[str, Hidden]:
    """The columns of the customers source that are personal: by the name in the scheme, the heading in the source or
    what the values look like. The name of a customer is none, unless it is a number to call."""
    people = result.people
    if people is None:
        return {}
    texts = [c for c, kind in people.schema().items() if c != "customer_id" and not kind.is_date()]
    source = result.scheme.sources.customers
    headings: Mapping[str, str] = source.columns if source is not None else {}
    found: dict[str, Hidden] = {}
    for name in texts:
        said = None if name == "name" else kind_of_heading(name) or kind_of_heading(headings.get(name, ""))
        kind = said or kind_of_values(_sample(result, people, name))
        if kind is not None:
            found[name] = kind
    rest = [c for c in texts if c not in found]
    if rest:
        # Two columns may have one name in the source's case folded: they are asked for by place.
        asked = people.aggregate(**{f"c{i}": embedded(people[c]).any() for i, c in enumerate(rest)})
        row = result.engine.rows(asked)[0]
        found |= {c: "text" for i, c in enumerate(rest) if row[f"c{i}"]}
    return found


def _sample(result: Result, people: ir.Table, name: str) -> list[Any]:
    column = people[name].cast(dt.string)
    told = people.filter(column.notnull()).select(value=column).limit(_SAMPLE)
    return [r["value"] for r in result.engine.rows(told)]


def veiled(result: Result) -> Result:
    """The result with personal columns masked, for readers who may not see them in full; in what the sources tell of
    interactions, what looks like a number or an address."""
    hidden = personal_columns(result)
    people, facts = result.people, result.interactions
    if facts is not None:
        texts = [c for c in _WRITTEN if c in facts.columns and facts[c].type().is_string()]
        facts = facts.mutate(**{c: scrubbed_column(facts[c]) for c in texts}) if texts else facts
    if people is None or not hidden:
        return result if facts is result.interactions else _veiled(result, {}, interactions=facts)
    shown: dict[str, Any] = {name: shown_column(people[name], how) for name, how in hidden.items()}
    return _veiled(result, hidden, interactions=facts, people=people.mutate(**shown))


def _veiled(result: Result, hidden: Mapping[str, Hidden], **shown: Any) -> Veiled:
    own = {f.name: getattr(result, f.name) for f in fields(Result)}
    return Veiled(**{**own, **shown}, full=result, hidden=hidden)


def _plain(interaction: Mapping[str, Any]) -> dict[str, Any]:
    """An interaction without what looks like a number or an address in its texts."""
    said = {c: scrubbed(str(interaction[c])) for c in _WRITTEN if interaction.get(c) is not None}
    return {**interaction, **said}


def hidden_columns(result: Result) -> Mapping[str, Hidden]:
    """The columns that this reader sees masked."""
    return result.hidden if isinstance(result, Veiled) else {}
