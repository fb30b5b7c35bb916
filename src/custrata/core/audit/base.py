"""What a check is: a class that looks at the facts by asking small questions and answers with findings."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar

import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Finding, Part
from custrata.core.registry import Registry
from custrata.core.segments.base import Answer
from custrata.locale import Lang, catalog


@dataclass(frozen=True)
class Over:
    """Aggregates over a table of the facts, answered with one row. What several checks ask over the same table in the
    same round is one pass; a condition belongs into the aggregate (`where=`), not into the table. An aggregate is an
    expression or `AtRanks`."""

    table: ir.Table
    aggregates: Mapping[str, Any]


#: What a check asks: aggregates over a table, or a small table of its own.
Ask: TypeAlias = "Over | ir.Table"
Look: TypeAlias = "Generator[Ask, Answer, list[Finding]]"


class Check:
    """One check of the audit. Subclasses live one a file and register themselves; third parties name theirs under the
    entry point `custrata.checks`.

    `code` is what a finding is known by, `part` the part of the score that it counts for. `needs` are columns without
    which it cannot look: `orders.price`, or a source alone (`customers`). Its words (title, meaning, formula, source,
    found, mend, good) stand in locale/*/audit.toml under its code; `own_words` gives them for checks of third parties.
    """

    kind: ClassVar[str]
    zh: ClassVar[str]
    code: ClassVar[str]
    part: ClassVar[Part]
    needs: ClassVar[tuple[str, ...]] = ()
    own_words: ClassVar[Mapping[Lang, Mapping[str, Any]] | None] = None

    def lacking(self, facts: AuditFacts) -> list[str]:
        """What it needs and the facts lack; it does not look then."""
        return [need for need in self.needs if not facts.have(need)]

    def look(self, facts: AuditFacts) -> Look:
        """Asks, and returns what it found; nothing, where all is well."""
        raise NotImplementedError

    @classmethod
    def words(cls, lang: Lang) -> Mapping[str, Any]:
        if cls.own_words is not None:
            return cls.own_words[lang]
        found: Mapping[str, Any] = catalog("audit", lang)["check"][cls.code]
        return found

    def finding(self, severity: Any, **what: Any) -> Finding:
        return Finding(self.code, self.part, severity, **what)


C = TypeVar("C", bound=type[Check])
REGISTRY: Registry[type[Check]] = Registry("custrata.core.audit.checks", "custrata.checks")
check = REGISTRY.register
