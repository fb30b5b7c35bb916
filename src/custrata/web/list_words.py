"""A list of customers in words: its filters as chips, and what the panel offers to filter by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.locale import Lang, text
from custrata.usecases.condition_labels import with_labels
from custrata.usecases.customers.columns import ListColumn, list_columns
from custrata.usecases.customers.query import EMPTY
from custrata.usecases.look import Result
from custrata.web.list_address import NOTHING, ListAddress

#: An attribute with at most so many values is chosen from a list.
FEW = 40


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says, and the address of the list without it."""

    text: str
    href: str


@dataclass(frozen=True)
class Choice:
    """A class or value that can be ticked."""

    value: str
    text: str
    on: bool


@dataclass(frozen=True)
class Filter:
    """Something to filter by: choices to tick, or bounds, or a text (neither)."""

    column: ListColumn
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""
    value: str = ""

    @property
    def ranged(self) -> bool:
        return self.column.numeric or self.column.style == "date"

    @property
    def active(self) -> bool:
        return bool(self.low or self.high or self.value or any(c.on for c in self.choices))


def chips(result: Result, at: ListAddress, lang: Lang, path: str) -> list[Chip]:
    """The filters of a list, each to be taken away by itself."""
    known, q = list_columns(result, lang), at.query
    found: list[Chip] = []

    def add(said: str, key: str, value: str = "*") -> None:
        found.append(Chip(said, f"{path}?{at.without(key, value).said()}"))

    def title(key: str) -> str:
        return known[key].title if key in known else key

    def word(key: str, **values: str) -> str:
        return text(f"web_customers.{key}", lang, **values)

    if q.search:
        add(word("search_chip", q=q.search), "search")
    for name, keys in q.classes.items():
        labels = _class_names(result, name, lang)
        for key in keys:
            add(word("values_chip", column=title(name), values=labels.get(key.casefold(), key)), f"classes:{name}", key)
    for name, (low, high) in q.ranges.items():
        which = "range_chip" if low and high else "least_chip" if low else "most_chip"
        add(word(which, column=title(name), low=low, high=high), f"ranges:{name}")
    for name, values in q.values.items():
        for value in values:
            said = value or word("value_empty")
            add(word("values_chip", column=title(name), values=said), f"values:{name}", value)
    if q.where:
        add(word("where_chip", where=with_labels(q.where, result.scheme, lang)), "where")
    return found


def _class_names(result: Result, name: str, lang: Lang) -> Mapping[str, str]:
    if name not in result.classified:
        return {}
    classes, missing = result.segment_class_labels(name)
    return {w.casefold(): c.label(lang) for c in [*classes, missing] for w in (c.en, c.zh, c.key)}


def filters(result: Result, at: ListAddress, lang: Lang) -> dict[str, list[Filter]]:
    """Everything that can be filtered by, group by group."""
    known, found = list_columns(result, lang), dict[str, list[Filter]]()
    few = few_values(result, [c for c in known.values() if listed(c)])
    for column in known.values():
        if column.group == "who" or (column.group == "metric" and column.style == "text"):
            continue
        found.setdefault(column.group, []).append(_filter(result, at, column, lang, few.get(column.key)))
    return found


def listed(column: ListColumn) -> bool:
    return column.attribute is not None and column.style == "text" and column.hidden is None


def _filter(result: Result, at: ListAddress, column: ListColumn, lang: Lang, few: list[str] | None) -> Filter:
    q = at.query
    if column.style == "class":
        classes, missing = result.segment_class_labels(column.key)
        on = {w.strip().casefold() for w in q.classes.get(column.key, ())}
        choices = tuple(
            Choice(c.key, c.label(lang), bool(on & {w.casefold() for w in (c.key, c.zh, c.en)}))
            for c in [*classes, missing]
        )
        return Filter(column, choices)
    if column.numeric or column.style == "date":
        low, high = q.ranges.get(column.key, ("", ""))
        return Filter(column, (), low, high)
    chosen = q.values.get(column.key, ())
    if few is None:
        return Filter(column, value=next((v for v in chosen if v), ""))
    none = text("web_customers.value_empty", lang)
    values = [*few, *(v for v in chosen if v and v not in few), EMPTY]
    return Filter(column, tuple(Choice(v or NOTHING, v or none, v in chosen) for v in values))


def few_values(result: Result, columns: list[ListColumn], most: int = FEW) -> dict[str, list[str]]:
    """The values of those columns that have at most so many of them, the commonest first."""
    people: Any = result.people
    found: dict[str, list[str]] = {}
    if people is None or not columns:
        return found
    names = [c.attribute for c in columns]
    asked = people.aggregate(**{f"c{i}": people[n].cast(dt.string).approx_nunique() for i, n in enumerate(names)})
    row = result.engine.rows(asked)[0]
    for i, column in enumerate(columns):
        if row[f"c{i}"] > 2 * most:
            continue
        t = people.select(value=people[names[i]].cast(dt.string))
        t = t.filter(t.value.notnull() & (t.value != ""))
        by = t.group_by("value").aggregate(n=t.count()).order_by([ibis.desc("n"), "value"]).limit(most + 1)
        values = [r["value"] for r in result.engine.rows(by)]
        if len(values) <= most:
            found[column.key] = values
    return found
