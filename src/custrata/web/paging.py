"""Lists that grow, a page at a time: which part of one the address asks for, and where its other pages are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from custrata.web.page import Request


@dataclass(frozen=True)
class Pages:
    """A page of a list of `total` rows, `number` from 1; `key` is its parameter in the address.

    >>> at = Pages(2, 50, 120)
    >>> at.of, at.first, at.last, at.links
    (3, 51, 100, ((1, 'previous'), (3, 'next')))
    """

    number: int
    size: int
    total: int
    key: str = "page"

    @property
    def of(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def links(self) -> tuple[tuple[int, str], ...]:
        """Pages that can be gone to, and what the way there is called; none twice."""
        n, of = self.number, self.of
        found = {1: "first_page", of: "last_page", n - 1: "previous", n + 1: "next"}
        return tuple((page, found[page]) for page in sorted(found) if 1 <= page <= of and page != n)

    def part(self, rows: Sequence[Any]) -> Any:
        """The rows of this page; also of a question to the database that was not asked yet."""
        return rows[(self.number - 1) * self.size : self.number * self.size]


def pages(request: Request, total: int, size: int, key: str = "page") -> Pages:
    """The page that an address asks for; the first where it says none, the last where it is beyond."""
    said = request.GET.get(key, "")
    wanted = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 1
    return Pages(min(max(1, wanted), max(1, -(-total // size))), size, total, key)
