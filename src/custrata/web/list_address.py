"""A list of customers as it stands in an address, so that it can be shared, saved and gone back to.

`q` search · `c.SEGMENT` classes · `min.METRIC`, `max.METRIC` bounds · `v.ATTRIBUTE` values · `where` a condition ·
`sort`, `col`, `page`, `size` how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from custrata.usecases.customers.query import EMPTY, ListQuery
from custrata.usecases.customers.table import SIZES

#: How an address says a value that is not there.
NOTHING = "∅"
_LONGEST = 4_000
_MANY = 200


@dataclass(frozen=True)
class ListAddress:
    """What is listed, and which part of it is shown."""

    query: ListQuery = field(default_factory=ListQuery)
    page: int = 1
    size: int = SIZES[1]

    @classmethod
    def read(cls, said: Any) -> ListAddress:
        """From a QueryDict; what is left empty in a form is not there. Keys that mean nothing here are left alone.

        >>> from custrata.web import setup; setup()
        >>> from django.http import QueryDict
        >>> found = ListAddress.read(QueryDict("q=li&c.rfm=111&c.rfm=101&min.spend=2万&max.spend=&page=3"))
        >>> found.query.classes, found.query.ranges, found.page
        ({'rfm': ('111', '101')}, {'spend': ('2万', '')}, 3)
        """
        classes: dict[str, tuple[str, ...]] = {}
        values: dict[str, tuple[str, ...]] = {}
        low: dict[str, str] = {}
        high: dict[str, str] = {}
        for key in said:
            kind, dot, name = key.partition(".")
            told = _once(_clean(v) for v in said.getlist(key) if v.strip())
            if not dot or not name or "\x00" in name or not told:
                continue
            if kind == "c":
                classes[name] = told
            elif kind == "v":
                values[f"@{name}"] = tuple(EMPTY if v == NOTHING else v for v in told)
            elif kind in ("min", "max"):
                (low if kind == "min" else high)[name] = told[-1].strip()
        ranges = {n: (low.get(n, ""), high.get(n, "")) for n in _once([*low, *high])}
        one = {k: _clean(said.get(k, "")).strip() for k in ("q", "where", "sort")}
        columns = _once(_clean(c) for c in said.getlist("col") if c.strip())
        query = ListQuery(one["q"], classes, ranges, values, one["where"], one["sort"], columns)
        size = _whole(said.get("size", ""))
        return cls(query, max(1, _whole(said.get("page", ""))), size if size in SIZES else SIZES[1])

    def pairs(self, *, paged: bool = True) -> list[tuple[str, str]]:
        """The parameters of the address, always in one order."""
        page = [("page", str(self.page))] if paged and self.page > 1 else []
        search = [("q", self.query.search)] if self.query.search else []
        return [*search, *self.filters(), *self.shown(), *page]

    def filters(self) -> list[tuple[str, str]]:
        """Those that say who is listed, without the search."""
        q = self.query
        found = [(f"c.{n}", c) for n, keys in sorted(q.classes.items()) for c in keys]
        for name, (low, high) in sorted(q.ranges.items()):
            found += [(f"min.{name}", low), (f"max.{name}", high)]
        found += [(f"v.{n[1:]}", v or NOTHING) for n, values in sorted(q.values.items()) for v in values]
        return [(k, v) for k, v in [*found, ("where", q.where)] if v]

    def shown(self) -> list[tuple[str, str]]:
        """Those that say how it is shown, without the page."""
        found = [("sort", self.query.sort), *(("col", c) for c in self.query.columns)]
        found.append(("size", str(self.size) if self.size != SIZES[1] else ""))
        return [(k, v) for k, v in found if v]

    def said(self, *, paged: bool = True) -> str:
        """The part of the address behind the question mark.

        >>> ListAddress(ListQuery(search="li", classes={"rfm": ("111",)}), 2).said()
        'q=li&c.rfm=111&page=2'
        """
        return urlencode(self.pairs(paged=paged))

    def without(self, key: str, value: str = "") -> ListAddress:
        """The list without a filter: all that a key says, or one of its classes or values."""
        q = self.query
        changes: dict[str, Any] = {}
        if key in ("search", "where"):
            changes[key] = ""
        for name in ("classes", "ranges", "values"):
            kept = dict(getattr(q, name))
            if key.startswith(f"{name}:") and (own := key.partition(":")[2]) in kept:
                rest = tuple(v for v in kept[own] if v != value) if name != "ranges" and value != "*" else ()
                kept = {k: v for k, v in {**kept, own: rest}.items() if v}
                changes[name] = kept
        return replace(self, query=replace(q, **changes), page=1)

    def sorted_by(self, key: str) -> ListAddress:
        return replace(self, query=replace(self.query, sort=key), page=1)

    def at(self, page: int) -> ListAddress:
        return replace(self, page=page)

    def cleared(self) -> ListAddress:
        """Without any filter; as it is shown stays."""
        return replace(self, query=ListQuery(sort=self.query.sort, columns=self.query.columns), page=1)


def _once(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(told))[:_MANY])


def _clean(said: str) -> str:
    """Without what no database takes for a text."""
    return said.replace("\x00", "")[:_LONGEST]


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def saved(said: Mapping[str, Any]) -> str:
    """An address as it is saved: of the filters, columns and order, not of the page."""
    return ListAddress.read(said).said(paged=False)
