"""What an audit found, in words: the sentences of locale/*/audit.toml filled with counts, shares, money and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from custrata.core.audit.base import REGISTRY, Check
from custrata.core.audit.finding import Finding, Value, Word
from custrata.core.audit.model import Audit
from custrata.locale import Lang, catalog, source_title, text
from custrata.report import numbers


class Words:
    """Writes the findings of one audit in one language."""

    def __init__(self, audit: Audit, lang: Lang) -> None:
        self.audit, self.lang, self.currency = audit, lang, audit.currency

    def title(self, finding: Finding) -> str:
        return str(self._of(finding.code)["title"])

    def title_of(self, code: str) -> str:
        return str(self._of(code)["title"])

    def found(self, finding: Finding) -> str:
        """The sentence that tells what was found, or that all is well."""
        key = "good" if finding.severity == "good" else "found"
        return self._filled(str(self._of(finding.code)[key]), finding)

    def hints(self, finding: Finding) -> list[str]:
        """What else is worth knowing of it: likely causes."""
        said: Mapping[str, str] = self._of(finding.code).get("hint", {})
        return [self._filled(said[hint], finding) for hint in finding.hints if hint in said]

    def mend(self, finding: Finding) -> str:
        return str(self._of(finding.code)["mend"])

    def face(self, key: str, **values: Any) -> str:
        return text(f"audit.face.{key}", self.lang, **values)

    def column(self, key: str) -> str:
        """The heading of a column of details; a check of somebody else's may bring its own word."""
        return str(catalog("audit", self.lang)["column"].get(key, key))

    def word(self, key: str) -> str:
        area, _, name = key.partition(".")
        if area == "source":
            return source_title(name, self.lang, "audit.source.")
        return text(f"audit.{key}", self.lang)

    def value(self, value: Value) -> str:
        """A value as people read it: counts grouped, shares in percent, money with its sign."""
        if value is None:
            return numbers.NONE
        if isinstance(value, Word):
            return self.face("comma").join(self.word(key) for key in value.key.split("+"))
        if isinstance(value, Decimal):
            return numbers.money(value, self.lang, self.currency, digits=numbers.spend_digits([value]))
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float):
            return numbers.percent(value, self.lang)
        if isinstance(value, int):
            return numbers.number(value)
        if isinstance(value, str):
            return value
        return self.face("comma").join(value)

    def concerned(self, finding: Finding) -> list[str]:
        """Rows, customers and spend of a finding, those that are known."""
        said = [self.face("concerned", rows=numbers.number(finding.rows))] if finding.rows else []
        if finding.customers:
            said.append(self.face("concerned_customers", customers=numbers.number(finding.customers)))
        if finding.spend:
            said.append(self.value(finding.spend))
        return said

    def lead(self) -> str:
        """One sentence on all of it."""
        rows = numbers.number(sum(s.read for s in self.audit.sources))
        found = self.audit.problems
        if not found:
            return self.face("lead_good", sources=rows)
        counts = {s: sum(f.severity == s for f in found) for s in ("serious", "warning", "notice")}
        named = self.face("problems_one" if len(found) == 1 else "problems", n=len(found))
        return self.face(
            "lead", sources=rows, problems=named, serious=counts["serious"], warning=counts["warning"],
            notice=counts["notice"],
        )  # fmt: skip

    def capped(self) -> str | None:
        """Why the score is below its parts, where it is."""
        score = self.audit.score
        if score.cap is None:
            return None
        return self.face(f"capped_{score.worst}", cap=score.cap)

    def lacking(self, needs: Sequence[str]) -> str:
        return self.face("lacking", what=self.face("comma").join(self._need(n) for n in needs))

    def _need(self, need: str) -> str:
        source, _, column = need.partition(".")
        known = catalog("audit", self.lang)["source"]
        if source not in known:
            return need
        return f"{known[source]} · {column}" if column else str(known[source])

    def _filled(self, sentence: str, finding: Finding) -> str:
        return sentence.format(**{k: self.value(v) for k, v in finding.values.items()})

    def _of(self, code: str) -> Mapping[str, Any]:
        return _checks()[code].words(self.lang)


@lru_cache
def _checks() -> dict[str, type[Check]]:
    return {check.code: check for check in REGISTRY.all().values()}
