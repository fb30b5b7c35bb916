"""Days without sales that the days around them do not let expect."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.calendar import Gap, Habit
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Severity, Word, ratio, worst

#: Days in a row that are more than holidays; and about a month, which is a file that is missing.
_LONG, _MONTH = 7, 25
#: The longest silence that Chinese New Year explains.
_NEW_YEAR = 31


@check
class CalendarGaps(Check):
    """Runs of days without purchases where the same weekdays of the eight weeks before and after let expect some, so
    many that chance leaves such a run less than once in a million times (e to the minus of the expected orders). Closed
    weekdays are no gap.

    Share: missing days ÷ days on which the habit lets expect sales. Up to 6 days in a row a notice (a holiday?), from 7
    on a warning, from 25 on serious (a month that is missing); up to 31 days around Chinese New Year (20 January to 20
    February) are a notice.
    """

    kind, zh, code, part = "calendar_gaps", "日历缺口", "A-TIM-001", "timeliness"

    def look(self, facts: AuditFacts) -> Look:
        series = yield days(facts)
        if not series:
            return []
        habit = Habit({r["day"]: r["orders"] for r in series})
        gaps = sorted(habit.gaps(), key=lambda g: (-g.expected, g.first))
        if not gaps:
            return []
        missing = sum(g.days for g in gaps)
        longest = max(gaps, key=lambda g: (g.days, g.first))
        share = ratio(missing, missing + len(series))
        return [
            self.finding(
                worst([_severity(g) for g in gaps]), share=share,
                values={"gaps": len(gaps), "days": missing, "first": longest.first, "last": longest.last,
                        "longest": longest.days},
                hints=("new_year",) if any(g.holiday for g in gaps) else (),
                details=Details(
                    ("first", "last", "days", "expected_orders", "remark"),
                    tuple(
                        (g.first, g.last, g.days, round(g.expected), Word("gap.new_year") if g.holiday else None)
                        for g in gaps[:MOST_EXAMPLES]
                    ),
                ),
            )
        ]  # fmt: skip


def _severity(gap: Gap) -> Severity:
    if gap.days < _LONG or (gap.holiday and gap.days <= _NEW_YEAR):
        return "notice"
    return "serious" if gap.days >= _MONTH else "warning"
