"""Guesses → the text of a scheme, commented for somebody who reads one for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from custrata.core.facts.columns import SOURCES, interaction_kind
from custrata.core.guess import ColumnProfile, source_options
from custrata.core.scheme.model import NAME, RESERVED
from custrata.locale import Lang, catalog, text
from custrata.usecases.init_forward import Forward
from custrata.usecases.init_own import own_names
from custrata.usecases.init_sheets import SkippedSheet
from custrata.usecases.init_sources import SURE, Files, because, people_lines, source_lines
from custrata.usecases.init_table import Table
from custrata.usecases.init_tiers import TierCuts
from custrata.usecases.init_yaml import Spelling, comment, scalar

#: Where a currency is mostly spent; only times with a zone depend on it.
_ZONES = {"CNY": "Asia/Shanghai", "HKD": "Asia/Hong_Kong", "TWD": "Asia/Taipei", "JPY": "Asia/Tokyo",
          "GBP": "Europe/London", "EUR": "Europe/Berlin", "USD": "America/New_York"}  # fmt: skip
#: Sales over more days than this have a year worth looking at apart from all time.
_YEAR = 400
#: An attribute with more values makes no classes that anybody reads.
_MOST_VALUES, _MOST_SHARE = 20, 0.5
_PREFERENCES = ("kind", "category", "brand", "channel")
_MOST_WORDS = 50
#: A preference of more classes makes a cross table that nobody reads.
_MOST_CROSSED = 12
#: Sales that tell too little of how customers come again.
NOTHING_AHEAD = Forward(False, False)
#: Columns of customers that are no classes by themselves.
_NO_CLASSES = ("customer_id", "name", "joined_at", "birthday", "phone", "email")


def scheme_text(
    name: str, tables: Sequence[Table], files: Mapping[str, Files], lang: Lang,
    skipped: Sequence[SkippedSheet] = (), cuts: TierCuts | None = None, ahead: Forward = NOTHING_AHEAD,
) -> str:  # fmt: skip
    """The whole file. `files` has for each source how it names its files; without `cuts` it has no tiers of spend
    and frequency, and no stages and predictions but what `ahead` allows."""
    by_kind = {t.kind: t for t in tables}
    say = Spelling(lang)
    code, certainty, reason = by_kind["orders"].currency
    code = code or "CNY"
    named = dict.fromkeys(f.file for t in tables for f in t.export.files)
    lines = [
        comment(text("init.head", lang, files=", ".join(named))),
        comment(text("init.head_next", lang)),
        *(comment(s.text(lang)) for s in skipped),
        f"{say.key('scheme')}: {scalar(name)}",
        f"{say.key('language')}: {say.value(lang)}  {comment(text('init.language', lang))}",
        f"{say.key('currency')}: {code}"
        + (f"  {comment(because(certainty, [reason], lang))}" if certainty < SURE else ""),
        f"{say.key('timezone')}: {_ZONES.get(code, 'UTC')}  {comment(text('init.timezone', lang))}",
        f"{say.key('as_of')}: {say.value('end of data')}  {comment(text('init.as_of', lang))}",
        "",
        f"{say.key('sources')}:",
    ]
    people = {} if "customers" in by_kind else by_kind["orders"].people
    for kind in SOURCES:
        told = [t for t in tables if t.kind == kind]
        if kind == "customers" and people:
            lines += people_lines(by_kind["orders"], people, files["orders"], lang)
        elif len(told) == 1:
            moved = people.values() if kind == "orders" else ()
            lines += source_lines(told[0], files[told[0].source], lang, moved=moved)
        elif told:
            lines.append(f"  {say.source(kind)}:")
            lines += (f"  {line}" for t in told for line in source_lines(t, files[t.source], lang, part=True))
    lines += ["", f"{say.key('metrics')}:  {comment(text('init.metrics', lang))}"]
    numbers = [*metrics(by_kind), *contact_metrics(tables), *predictions(ahead)]
    lines += _written(numbers, say.metric, say, lang)
    lines += ["", f"{say.key('segments')}:  {comment(text('init.segments', lang))}"]
    dimensions = [] if cuts is None else list(tiers(by_kind, cuts, lang))
    found = segments(by_kind, [part.name for part in numbers], dimensions, ahead, lang)
    lines += _written(found, say.segment, say, lang)
    return "\n".join(line.rstrip() for line in lines) + "\n"


class Part(NamedTuple):
    """A metric or segment: the kind's own value, further options, and the label where it is not that of the name."""

    name: str
    kind: str
    value: Any
    label: str = ""
    more: Mapping[str, Any] = {}


def metrics(by_kind: Mapping[str, Table]) -> list[Part]:
    """The numbers of each customer that the columns allow."""
    guess = by_kind["orders"].guess
    has = {c.column for c in guess.columns}
    found: list[Part] = [
        Part("spend", "monetary", "lifetime"),
        Part("orders", "frequency", "lifetime"),
        Part("recency", "recency", "days"),
        Part("basket", "average_order_value", "lifetime"),
    ]
    if _days(by_kind["orders"]) > _YEAR:
        found += [Part("spend_12m", "monetary", "12 months"), Part("orders_12m", "frequency", "12 months")]
    if "discount" in has:
        found.append(Part("discount", "discount_share", "lifetime"))
    if guess.returned.negative or source_options(guess).get("returns") or "returns" in by_kind or "refunded" in has:
        found.append(Part("return_rate", "return_rate", "lifetime"))
    if "category" in _words(by_kind):
        found.append(Part("breadth", "breadth", "category"))
    return found


def contact_metrics(tables: Sequence[Table]) -> Iterator[Part]:
    """What is worth knowing of complaints, visits, scores and assets, as far as there are files of them."""
    contacts = [t for t in tables if t.kind == "interactions"]
    kinds = {word for t in contacts for word in _kinds_of(t)}
    if "complaint" in kinds:
        yield Part("complaints", "interactions", "complaint")
    if any(t.guess.of("closed_at") or t.guess.closed for t in contacts if "complaint" in _kinds_of(t)):
        yield Part("open_complaints", "interactions", "complaint", more={"state": "open"})
    scored = sorted({word for t in contacts if t.guess.of("value") for word in _kinds_of(t) & _SCORED})
    if scored:
        of = scored if len(scored) > 1 else scored[0]
        yield Part("satisfaction", "satisfaction", "lifetime", more={} if of == "feedback" else {"of": of})
    if "visit" in kinds:
        yield Part("last_visit", "days_since_contact", "visit")
    for kind, name in _COUNTED.items():
        if kind in kinds:
            yield Part(name, "interactions", kind)
    if any(t.kind == "assets" for t in tables):
        yield Part("assets", "assets", "all")


#: Kinds that are worth counting, and what the number is called.
_COUNTED = {"ticket": "tickets", "inquiry": "inquiries", "browsing": "page_views", "coupon": "coupons"}
#: Interactions whose number is a score that the customer gave.
_SCORED = frozenset(("complaint", "ticket", "feedback", "visit"))


def _kinds_of(table: Table) -> set[str]:
    """The kinds of interactions that a table has."""
    column = table.guess.of("kind")
    if column is None:
        return {table.guess.contact} - {""}
    return {interaction_kind(value) for value in table.guess.profiles[column.header].counts}


def tiers(by_kind: Mapping[str, Table], cuts: TierCuts, lang: Lang) -> Iterator[Part]:
    """Spend and frequency by thresholds, and their cross with the first preference of few classes."""
    classes, say = catalog("init", lang)["tiers"], Spelling(lang)
    both = (("spend_tier", "spend", cuts.spend), ("frequency_tier", "orders", cuts.orders))
    for name, metric, (middle, high) in both:
        labels = classes[name]
        bounds = {labels["high"]: f"{say.value('from')} {high}", labels["middle"]: f"{say.value('from')} {middle}",
                  labels["low"]: say.value("else")}  # fmt: skip
        yield Part(name, "thresholds", f"{metric}_12m" if cuts.year else metric, more={"classes": bounds})
    words = _words(by_kind)
    third = [field for field in _PREFERENCES if field in words and words[field].distinct <= _MOST_CROSSED][:1]
    name = "three_way" if third else "two_way"
    yield Part(name, "matrix", ["spend_tier", "frequency_tier", *third])


def predictions(ahead: Forward) -> Iterator[Part]:
    """Who is still a customer and who will be silent, where there are enough repeat buyers and a year of sales."""
    if ahead.predictions:
        yield Part("alive", "alive", "mbg/nbd")
        yield Part("churn", "churn", "90 days")


def segments(
    by_kind: Mapping[str, Table], metric_names: Sequence[str], tiers: Sequence[Part], ahead: Forward, lang: Lang
) -> list[Part]:
    """The classes: tiers, RFM, ABC and the pyramid; stages of the lifecycle where customers come again; preferences and
    attributes where there are columns for them. No class is called as a metric is."""
    found: list[Part] = [
        *(part for part in tiers if part.kind != "matrix"),
        Part("rfm", "rfm", ["recency", "orders", "spend"]),
        Part("abc", "share", "spend"),
        Part("pyramid", "pyramid", "spend"),
        *([Part("lifecycle", "lifecycle", "own")] if ahead.stages else []),
    ]
    words = _words(by_kind)
    found += [Part(field, "preference", field) for field in _PREFERENCES if field in words]
    found += [part for part in tiers if part.kind == "matrix"]
    taken = {name.casefold() for name in (*metric_names, *(part.name for part in found))} | set(RESERVED)
    for attribute, header in attributes(by_kind, lang):
        name = attribute if attribute.casefold() not in taken else f"customer_{attribute}"
        if NAME.match(name) and name.casefold() not in taken:
            taken.add(name.casefold())
            found.append(Part(name, "attribute", attribute, header))
    return found


def attributes(by_kind: Mapping[str, Table], lang: Lang) -> Iterator[tuple[str, str]]:
    """Columns of customers with few different values, as the scheme calls them, and their headers; of the sales where
    those tell of them."""
    table = by_kind.get("customers", by_kind["orders"])
    columns = table.guess.mapping if "customers" in by_kind else table.people
    own = own_names("customers", columns, lang)
    for name, header in columns.items():
        p = table.guess.profiles[header]
        if name not in _NO_CLASSES and 2 <= p.distinct <= _MOST_VALUES and p.distinct_share <= _MOST_SHARE:
            yield own.get(name, name), header


def _words(by_kind: Mapping[str, Table]) -> dict[str, ColumnProfile]:
    """Category, brand, kind and channel of the lines, from the lines or by their product."""
    found: dict[str, ColumnProfile] = {}
    orders, products = by_kind["orders"], by_kind.get("products")
    joined = products if products and orders.guess.of("product_id") else None
    for table in (orders, joined):
        for field in _PREFERENCES:
            column = table.guess.of(field) if table else None
            if table and column:
                p = table.guess.profiles[column.header]
                if 2 <= p.distinct <= _MOST_WORDS:
                    found.setdefault(field, p)
    return found


def _days(table: Table) -> int:
    """How many days the sales that were looked at lie apart."""
    column = table.guess.of("ordered_at")
    found = [d for d in table.guess.profiles[column.header].days.days if d] if column else []
    return max(found) - min(found) if found else 0


def _written(parts: Sequence[Part], model: Callable[..., str], say: Spelling, lang: Lang) -> Iterator[str]:
    width = max(_width(name) for name, *_ in parts) + 1
    for part in parts:
        label = part.label or text(f"init.labels.{part.name}", lang)
        field = say.column("orders", part.value) if part.kind in ("preference", "breadth") else part.value
        why = text(f"init.kinds.{part.kind}", lang)
        made = model(part.kind, field, **part.more, **({} if label == part.name else {"label": label}))
        yield f"  {scalar(part.name)}:{' ' * (width - 1 - _width(part.name))} {made}  {comment(why)}"


def _width(name: str) -> int:
    """How wide a name is where every Chinese sign takes the room of two letters."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in name)
