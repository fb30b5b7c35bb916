"""What somebody wants to see of the customers: search, filters, order; and which customers those are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions.operands import fits, number
from custrata.core.conditions.tokens import SCALE, ConditionError, tokens
from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked, attributes, condition
from custrata.usecases.customers.columns import ListColumn, list_columns, named
from custrata.usecases.customers.veil import Veiled
from custrata.usecases.listing import ranking
from custrata.usecases.look import Result

#: What a filter says for a customer of whom the source tells nothing.
EMPTY = ""
_LONGEST = 200


@dataclass(frozen=True)
class ListQuery:
    """A list of customers as it stands in an address.

    `classes`: segment or ladder → keys (or spellings) of classes, of which one holds. `ranges`: metric or date → lowest
    and highest value as people write them (2万, 20%), both inside; '' leaves that side open; ratios are in percent.
    `values`: attribute → values, of which it has one. `where` is a condition. `sort` is a key, with `-` from the
    largest down; '' sorts by spend from the largest down.
    """

    search: str = ""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()


def usual_sort(scheme: Scheme) -> str:
    """The order of a list for which nobody chose one."""
    return f"-{scheme.basis('monetary', ranking(scheme))}"


def filtered(result: Result, query: ListQuery, lang: Lang) -> ir.Table:
    """The customers that a query means, with the attributes that it filters and sorts by as `@name`.

    Errors: E-WEB-020 no such column; E-WEB-021 a bound that is no number or date; E-RUN-008 no such class; those of
    `condition`.
    """
    known = list_columns(result, lang)
    bound = condition(result, query.where, "where") if query.where.strip() else None
    sort = named(known, (query.sort or usual_sort(result.scheme)).removeprefix("-"))
    keys = {*query.values, *query.ranges, *query.classes, sort.key}
    names = {k.removeprefix("@") for k in keys} | set(bound.names() if bound is not None else ())
    t = asked(result, names)
    told: list[Any] = [_of_classes(result, t, named(known, k), v, lang) for k, v in query.classes.items()]
    told += [_in_range(t, named(known, k), *bounds) for k, bounds in query.ranges.items()]
    told += [_of_values(t, named(known, k), v) for k, v in query.values.items()]
    for each in told:
        t = t.filter(each)
    if bound is not None:
        t = t.filter(bound.expression(t))
    return _found(result, t, query.search.strip()[:_LONGEST])


def _of_classes(result: Result, t: ir.Table, column: ListColumn, wanted: tuple[str, ...], lang: Lang) -> Any:
    if column.style != "class":
        raise CustrataError(Problem("E-WEB-020", column.key, {"name": column.key, "known": "", "suggestion": ""}))
    classes, missing = result.segment_class_labels(column.key)
    own = result.scheme.lang
    spelled = {w.casefold(): c.label(own) for c in [*classes, missing] for w in (c.en, c.zh, c.key)}
    problems, labels = [], []
    for word in wanted:
        if (label := spelled.get(word.strip().casefold())) is not None:
            labels.append(label)
            continue
        every = [c.label(lang) for c in [*classes, missing]]
        values = {"segment": column.title, "name": word, "known": ", ".join(every[:40]),
                  "suggestion": did_you_mean(word, every)}  # fmt: skip
        problems.append(Problem("E-RUN-008", column.key, values))
    if problems:
        raise CustrataError(*problems)
    return t[column.key].isin(labels)


def _in_range(t: ir.Table, column: ListColumn, low: str, high: str) -> Any:
    if not (column.numeric or column.style == "date"):
        raise CustrataError(Problem("E-WEB-020", column.key, {"name": column.key, "known": "", "suggestion": ""}))
    told: Any = ibis.literal(True)
    for said, above in ((low, True), (high, False)):
        if said.strip():
            value = ibis.literal(_day(column, said)) if column.style == "date" else number(_number(column, said))
            told = told & (t[column.key] >= value if above else t[column.key] <= value)
    return told


def _day(column: ListColumn, said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise CustrataError(Problem("E-WEB-021", column.key, {"column": column.title, "value": said[:40]})) from None


def _number(column: ListColumn, said: str) -> Decimal:
    """A number as conditions write it, with a sign; of a ratio, percent."""
    plain = said.strip().replace("−", "-").replace("－", "-")
    try:
        found = tokens(plain.lstrip("+-").strip())
    except ConditionError:
        found = []
    if [t.kind for t in found] != ["number", "end"] or plain.count("-") > 1:
        raise CustrataError(Problem("E-WEB-021", column.key, {"column": column.title, "value": said[:40]}))
    digits, scale = found[0].value.replace(",", "").strip(), Decimal(1)
    if digits[-1] in SCALE:
        scale, digits = Decimal(SCALE[digits[-1]]), digits[:-1].strip()
    elif column.style == "percent":
        scale = Decimal(SCALE["%"])
    value = Decimal(digits) * scale * (-1 if plain.startswith("-") else 1)
    if not fits(value):
        raise CustrataError(Problem("E-WEB-021", column.key, {"column": column.title, "value": said[:40]}))
    return value


def _of_values(t: ir.Table, column: ListColumn, wanted: tuple[str, ...]) -> Any:
    if column.attribute is None:
        raise CustrataError(Problem("E-WEB-020", column.key, {"name": column.key, "known": "", "suggestion": ""}))
    text = t[column.key].cast(dt.string)
    some = text.isin([w for w in wanted if w != EMPTY])
    return some | text.isnull() | (text == "") if EMPTY in wanted else some


def _found(result: Result, t: ir.Table, said: str) -> ir.Table:
    """Those whose id or a text of the source has what was said in it, whatever the case; of columns that are hidden
    from the reader, those whose whole value in full it is."""
    if not said:
        return t
    ids = result.customers.filter(_holds(result.customers.customer_id, said)).select("customer_id")
    people = result.people
    texts = [name for name, kind in attributes(result).items() if kind == "text"]
    if people is not None and texts:
        hidden = result.hidden if isinstance(result, Veiled) else {}
        full = result.full.people if isinstance(result, Veiled) and result.full is not None else people
        assert full is not None
        parts = [people.filter(_any([_holds(people[c], said) for c in texts if c not in hidden]))]
        if hidden:
            parts.append(full.filter(_any([_is(full[c], said) for c in hidden])))
        for part in parts:
            ids = ids.union(part.select(customer_id=part.customer_id.cast(dt.string)))
    hits = ids.rename(_hit="customer_id")
    return t.semi_join(hits, t.customer_id == hits["_hit"])


def _any(told: list[Any]) -> Any:
    found: Any = ibis.literal(False)
    for each in told:
        found = found | each
    return found


def _holds(column: Any, said: str) -> Any:
    text = column.cast(dt.string)
    same = said.casefold() == said and said.upper() == said  # no letter that has a case
    found = text.contains(said) if same else text.lower().contains(said.lower())
    digits = _digits(said)
    return found | text.contains(digits) if digits and digits != said else found


def _is(column: Any, said: str) -> Any:
    text, digits = column.cast(dt.string), _digits(said)
    found = text.lower() == said.lower()
    return found | (text == digits) if digits and digits != said else found


def _digits(said: str) -> str:
    """A telephone number without the blanks and hyphens that people write between its digits; else ''."""
    plain = said.replace(" ", "").replace("-", "").replace("\u3000", "")
    return plain if plain.isdecimal() and plain.isascii() else ""
