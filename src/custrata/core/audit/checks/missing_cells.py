"""What the scheme reads and the facts do not tell: lines without a category, customers without a trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Details, Severity, Word, graded, ratio, worst
from custrata.core.facts.headers import with_products


@dataclass(frozen=True)
class _Field:
    source: str
    column: str
    readers: tuple[str, ...]
    missing: int
    share: float
    severity: Severity


@check
class MissingCells(Check):
    """Completeness of the columns that some metric or segment reads: sale lines without them (after the products source
    has told what it knows), customers without them.

    Share: the largest share of empty cells among these columns. A column is fine up to 2 % empty. From 20 % on
    (customers: 50 %) it is a warning, for lines from 50 % on serious. An attribute for whose absence the scheme names a
    class is fine however empty it is.
    """

    kind, zh, code, part = "missing_cells", "字段不全", "A-COM-001", "completeness"

    def look(self, facts: AuditFacts) -> Look:
        fields: list[_Field] = []
        sales = facts.sales
        if facts.products is not None and "product_id" in sales.columns:
            sales = with_products(sales, facts.products)
        lines = {c: readers for c, readers in facts.terms.line_columns.items() if c in sales.columns}
        if lines:
            asked: dict[str, Any] = {c: sales[c].count() for c in lines}
            row = (yield Over(sales, {"all": sales.count(), **asked}))[0]
            fields += [_field("orders", c, readers, row, warning=0.2, serious=0.5) for c, readers in lines.items()]
        people = facts.customers
        if people is not None:
            wanted = {
                a: readers
                for a, readers in facts.terms.attributes.items()
                if a in people.columns and a not in facts.terms.expected
            }
            if wanted:
                row = (yield Over(people, {"all": people.count(), **{a: people[a].count() for a in wanted}}))[0]
                fields += [
                    _field("customers", a, readers, row, warning=0.5, serious=2) for a, readers in wanted.items()
                ]
        lacking = sorted((f for f in fields if f.severity != "good"), key=lambda f: (-f.share, f.source, f.column))
        if not lacking:
            return []
        most = lacking[0]
        return [
            self.finding(
                worst([f.severity for f in lacking]), share=most.share, rows=most.missing,
                values={"column": facts.sources[most.source].header(most.column), "share": most.share,
                        "readers": most.readers},
                details=Details(
                    ("source", "column", "missing", "share", "readers"),
                    tuple(
                        (Word(f"source.{f.source}"), facts.sources[f.source].header(f.column), f.missing, f.share,
                        f.readers) for f in lacking
                    ),
                ),
            )
        ]  # fmt: skip


def _field(
    source: str, column: str, readers: tuple[str, ...], row: Mapping[str, int], *, warning: float, serious: float
) -> _Field:
    missing = row["all"] - row[column]
    share = ratio(missing, row["all"])
    return _Field(source, column, readers, missing, share, graded(share, notice=0.02, warning=warning, serious=serious))
