"""Birthdays and joining days in the customers source that cannot be."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Word, graded, ratio

_OLDEST = 110
#: A birthday that so many customers share, and that share of them, was not asked for but filled in by a program.
_SHARED, _SHARE = 10, 0.05


@check
class CustomerDates(Check):
    """Customers who were born or joined after today, who would be over 110 years old, or who share one birthday with at
    least 10 customers and 5 % of those who have one (a default such as 1900-01-01 or 1990-01-01).

    Share: such customers ÷ all in the source. Fine up to 0.5 %, a warning from 5 % on where a segment reads the
    birthday.
    """

    kind, zh, code, part = "customer_dates", "客户档案日期", "A-VAL-003", "validity"

    def lacking(self, facts: AuditFacts) -> list[str]:
        if facts.have("customers.birthday") or facts.have("customers.joined_at"):
            return []
        return ["customers.birthday", "customers.joined_at"] if facts.have("customers") else ["customers"]

    def look(self, facts: AuditFacts) -> Look:
        people: Any = facts.customers
        today = facts.terms.today
        odd: dict[str, Any] = {}
        if "birthday" in people.columns:
            oldest = date(today.year - _OLDEST, today.month, 1)
            odd |= {"unborn": people.birthday > today, "too_old": people.birthday < oldest}
            counts = people.group_by("birthday").aggregate(people=people.count())
            both = yield counts.filter(counts.birthday.notnull()).order_by([counts.people.desc(), "birthday"]).limit(1)
            told = (yield Over(people, {"n": people.birthday.count()}))[0]["n"]
            if both and both[0]["people"] >= max(_SHARED, _SHARE * told):
                odd["default"] = (people.birthday == both[0]["birthday"]) & (people.birthday >= oldest)
        if "joined_at" in people.columns:
            odd["not_joined"] = people.joined_at > today
        odd = {name: condition.fill_null(False) for name, condition in odd.items()}
        any_ = reduce(lambda a, b: a | b, odd.values())
        asked = {name: people.count(where=condition) for name, condition in odd.items()}
        row = (yield Over(people, {"all": people.count(), "any": people.count(where=any_), **asked}))[0]
        share, read = ratio(row["any"], row["all"]), "birthday" in facts.terms.attributes
        severity = graded(share, notice=0.005, warning=0.05 if read else 2, serious=0.5 if read else 2)
        if severity == "good":
            return []
        born = any(row[name] for name in odd if name != "not_joined")
        shown = people.filter(any_).order_by("customer_id").limit(MOST_EXAMPLES).select("customer_id")
        return [
            self.finding(
                severity, share=share, rows=row["any"], customers=row["any"],
                values={"customers": row["any"], "share": share},
                details=Details(("what", "customers"), tuple((Word(f"date.{k}"), row[k]) for k in odd if row[k])),
                sample=Sample("customers", shown, "birthday" if born else "joined_at"),
            )
        ]  # fmt: skip
