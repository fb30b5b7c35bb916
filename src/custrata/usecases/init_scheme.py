"""Guesses → the text of a scheme, commented for somebody who reads one for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from custrata.core.guess import ColumnProfile, source_options
from custrata.core.scheme.model import NAME, RESERVED
from custrata.locale import Lang, text
from custrata.usecases.init_sources import SURE, because, source_lines
from custrata.usecases.init_table import Table
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
#: Columns of customers that are no classes by themselves.
_NO_CLASSES = ("customer_id", "name", "joined_at", "birthday", "phone", "email")


def scheme_text(name: str, tables: Sequence[Table], files: Mapping[str, Sequence[str]], lang: Lang) -> str:
    """The whole file. `files` has for each kind of table what stands under `file:`."""
    by_kind = {t.kind: t for t in tables}
    say = Spelling(lang)
    code, certainty, reason = by_kind["orders"].currency
    code = code or "CNY"
    lines = [
        comment(text("init.head", lang, files=", ".join(t.export.title for t in tables))),
        comment(text("init.head_next", lang)),
        f"{say.key('scheme')}: {scalar(name)}",
        f"{say.key('language')}: {say.value(lang)}  {comment(text('init.language', lang))}",
        f"{say.key('currency')}: {code}"
        + (f"  {comment(because(certainty, [reason], lang))}" if certainty < SURE else ""),
        f"{say.key('timezone')}: {_ZONES.get(code, 'UTC')}  {comment(text('init.timezone', lang))}",
        f"{say.key('as_of')}: {say.value('end of data')}  {comment(text('init.as_of', lang))}",
        "",
        f"{say.key('sources')}:",
    ]
    for kind in ("orders", "returns", "customers", "products"):
        if kind in by_kind:
            lines += source_lines(by_kind[kind], files[kind], lang)
    lines += ["", f"{say.key('metrics')}:  {comment(text('init.metrics', lang))}"]
    lines += _written(metrics(by_kind), say.metric, say, lang)
    lines += ["", f"{say.key('segments')}:  {comment(text('init.segments', lang))}"]
    lines += _written(segments(by_kind), say.segment, say, lang)
    return "\n".join(line.rstrip() for line in lines) + "\n"


#: Name, kind, the kind's own value, and the label where it is not that of the name.
Part = tuple[str, str, Any, str]


def metrics(by_kind: Mapping[str, Table]) -> list[Part]:
    """The numbers of each customer that the columns allow."""
    guess = by_kind["orders"].guess
    has = {c.column for c in guess.columns}
    found: list[Part] = [
        ("spend", "monetary", "lifetime", ""),
        ("orders", "frequency", "lifetime", ""),
        ("recency", "recency", "days", ""),
        ("basket", "average_order_value", "lifetime", ""),
    ]
    if _days(by_kind["orders"]) > _YEAR:
        found += [("spend_12m", "monetary", "12 months", ""), ("orders_12m", "frequency", "12 months", "")]
    if "discount" in has:
        found.append(("discount", "discount_share", "lifetime", ""))
    if guess.returned.negative or source_options(guess).get("returns") or "returns" in by_kind or "refunded" in has:
        found.append(("return_rate", "return_rate", "lifetime", ""))
    if "category" in _words(by_kind):
        found.append(("breadth", "breadth", "category", ""))
    return found


def segments(by_kind: Mapping[str, Table]) -> list[Part]:
    """The classes: RFM, ABC and the pyramid always; preferences and attributes where there are columns for them."""
    found: list[Part] = [
        ("rfm", "rfm", ["recency", "orders", "spend"], ""),
        ("abc", "share", "spend", ""),
        ("pyramid", "pyramid", "spend", ""),
    ]
    words = _words(by_kind)
    found += [(field, "preference", field, "") for field in _PREFERENCES if field in words]
    taken = {name.casefold() for name, *_ in [*metrics(by_kind), *found]} | set(RESERVED)
    for attribute, header in attributes(by_kind):
        name = attribute if attribute.casefold() not in taken else f"customer_{attribute}"
        if NAME.match(name) and name.casefold() not in taken:
            taken.add(name.casefold())
            found.append((name, "attribute", attribute, header))
    return found


def attributes(by_kind: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """Columns of customers with few different values, and their headers."""
    table = by_kind.get("customers")
    for name, header in table.guess.mapping.items() if table else ():
        p = table.guess.profiles[header] if table else None
        if p and name not in _NO_CLASSES and 2 <= p.distinct <= _MOST_VALUES and p.distinct_share <= _MOST_SHARE:
            yield name, header


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
    width = max(len(name) for name, *_ in parts) + 1
    for name, kind, value, own in parts:
        label = own or text(f"init.labels.{name}", lang)
        field = say.column("orders", value) if kind in ("preference", "breadth") else value
        why = text(f"init.kinds.{kind}", lang)
        yield f"  {(scalar(name) + ':').ljust(width)} {model(kind, field, label=label)}  {comment(why)}"
