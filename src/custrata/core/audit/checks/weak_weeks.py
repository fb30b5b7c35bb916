"""Weeks with far fewer orders than the weeks around them."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.calendar import Habit
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Word, ratio


@check
class WeakWeeks(Check):
    """Whole weeks with some purchases, but with less than a quarter of what their days let expect (the medians of the
    same weekdays in the eight weeks before and after), and fewer than chance gives once in a million times (Poisson).
    Weeks that touch Chinese New Year are a notice.

    Share: such weeks ÷ weeks of the data. A notice, a warning from 5 % on.
    """

    kind, zh, code, part = "weak_weeks", "销售偏少的周", "A-TIM-002", "timeliness"

    def look(self, facts: AuditFacts) -> Look:
        series = yield days(facts)
        if not series:
            return []
        habit = Habit({r["day"]: r["orders"] for r in series})
        weak = habit.weak_weeks()
        if not weak:
            return []
        share = ratio(len(weak), max(1, (habit.last - habit.first).days // 7))
        plain = [w for w in weak if not w.holiday]
        return [
            self.finding(
                "warning" if ratio(len(plain), max(1, (habit.last - habit.first).days // 7)) >= 0.05 else "notice",
                share=share, values={"weeks": len(weak), "first": weak[0].first, "share": share},
                hints=("new_year",) if len(plain) < len(weak) else (),
                details=Details(
                    ("week", "orders", "expected_orders", "remark"),
                    tuple(
                        (w.first, w.orders, round(w.expected), Word("gap.new_year") if w.holiday else None)
                        for w in weak[:MOST_EXAMPLES]
                    ),
                ),
            )
        ]  # fmt: skip
