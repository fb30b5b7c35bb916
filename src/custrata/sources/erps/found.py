"""What an ERP's database turned out to be: its version, its companies, its tables; and whether a preset can read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.sources.erps.declaration import Declaration
from custrata.sources.erps.layout import Layout


@dataclass(frozen=True)
class Company:
    """One company (or tenant) in the database; `currency` is an ISO code, null where the ERP has none."""

    id: str
    name: str
    currency: str | None = None


@dataclass(frozen=True)
class Found:
    """What a look at the database found. `company` is the one that the parameters choose, null where all are read."""

    layout: Layout
    version: str | None
    companies: Sequence[Company] = ()
    company: Company | None = None
    notes: Sequence[Problem] = ()

    @property
    def currency(self) -> str | None:
        """The currency of every amount, where the ERP says it."""
        chosen = [self.company] if self.company else list(self.companies)
        return chosen[0].currency if chosen else None

    @property
    def several(self) -> bool:
        """Whether documents of several companies are read, whose numbers may be the same."""
        return self.company is None and len(self.companies) > 1


def check_layout(declaration: Declaration, layout: Layout, place: str) -> None:
    """E-ERP-004: tables or columns that every version has are not there, or the user may not read them."""
    lacking = layout.lacks(declaration.tables)
    if lacking:
        values = {"missing": ", ".join(lacking), "title": declaration.title, "tested": ", ".join(declaration.tested)}
        raise CustrataError(Problem("E-ERP-004", place, values))


def check_version(declaration: Declaration, version: str | None, place: str) -> list[Problem]:
    """E-ERP-005: older than what is supported; a note, E-ERP-006, where it is newer than what was tested."""
    number = release(version)
    if number is None:
        return []
    values = {"title": declaration.title, "version": version, "oldest": declaration.oldest}
    values["tested"] = ", ".join(declaration.tested)
    if number < (release(declaration.oldest) or ()):
        raise CustrataError(Problem("E-ERP-005", place, values))
    newest = max(release(v) or () for v in declaration.tested)
    return [Problem("E-ERP-006", place, values)] if number[: len(newest)] > newest else []


def release(version: str | None) -> tuple[int, ...] | None:
    """The first two numbers of a version, by which releases are compared; null where there are none.

    >>> release("saas~17.2.1.3"), release("v14.1.0"), release(None)
    ((17, 2), (14, 1), None)
    """
    numbers = re.search(r"\d+(\.\d+)?", version or "")
    return tuple(int(n) for n in numbers[0].split(".")) if numbers else None


def chosen(
    declaration: Declaration, companies: Sequence[Company], values: Mapping[str, Any], place: str
) -> Company | None:
    """The company that the parameters name, by its name or its id; null where all are to be read together.

    Errors: E-ERP-008 there is no such company, E-ERP-009 one of several must be chosen, because their customers or
    currencies have nothing to do with each other.
    """
    parameter = declaration.companies.parameter
    wanted = values.get(parameter)
    listed = ", ".join(f"{c.name} ({c.id})" if c.name != c.id else c.id for c in companies) or "–"
    if wanted is not None:
        text = str(wanted)
        for company in [c for c in companies if c.id == text] or [c for c in companies if c.name == text]:
            return company
        near = did_you_mean(text, [*(c.name for c in companies), *(c.id for c in companies)])
        about = {"parameter": parameter, "value": text, "known": listed, "suggestion": near}
        raise CustrataError(Problem("E-ERP-008", place, about))
    several = len(companies) > 1
    if several and (declaration.companies.one or len({c.currency for c in companies}) > 1):
        raise CustrataError(Problem("E-ERP-009", place, {"parameter": parameter, "known": listed}))
    # Where one must be chosen and there is but one, it is chosen: its neighbours may have customers without any sale.
    return companies[0] if declaration.companies.one and companies else None


def check_currency(found: Found, currency: str | None, place: str) -> None:
    """E-ERP-010: the scheme's currency is not the one that the ERP keeps its books in."""
    if currency and found.currency and found.currency != currency:
        raise CustrataError(Problem("E-ERP-010", place, {"scheme": currency, "erp": found.currency}))
