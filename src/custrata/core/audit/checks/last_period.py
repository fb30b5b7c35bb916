"""A last day or month that is not over: calendar windows compare it with whole ones."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.calendar import Habit, month_end
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Details, Word, ratio


@check
class LastPeriod(Check):
    """The last day has less than a quarter of the purchases that it lets expect (an export in the middle of the day),
    or the as-of date lies in the middle of a month while some metric counts the current month, quarter or year.

    Share: the days of the month that are missing ÷ its days; of a day, the orders that are missing ÷ those expected.
    Always a notice.
    """

    kind, zh, code, part = "last_period", "末期不完整", "A-TIM-003", "timeliness"

    def look(self, facts: AuditFacts) -> Look:
        series = yield days(facts)
        if not series:
            return []
        habit = Habit({r["day"]: r["orders"] for r in series})
        part = habit.part_of_last_day() if habit.last == facts.terms.as_of else None
        end = month_end(facts.terms.as_of)
        open_ = facts.terms.windows if facts.terms.as_of < end else ()
        if part is None and not open_:
            return []
        kinds = []
        if part is not None:
            kinds.append((Word("period.day"), habit.last, 1 - part))
        if open_:
            kinds.append((Word("period.month"), facts.terms.as_of, ratio((end - facts.terms.as_of).days, end.day)))
        return [
            self.finding(
                "notice", share=max(k[2] for k in kinds),
                values={"day": facts.terms.as_of, "last": habit.last, "metrics": open_},
                hints=(*(("day",) if part is not None else ()), *(("month",) if open_ else ())),
                details=Details(("what", "day", "missing_share"), tuple(kinds)),
            )
        ]  # fmt: skip
