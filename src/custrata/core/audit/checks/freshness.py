"""How old the newest sale is, and whether one source ends long before another."""

from __future__ import annotations

from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Details, Severity, Word, ratio, worst

#: Days without any sale before the day that counts: a notice, a warning, serious.
_OLD, _OLDER, _OLDEST = 31, 92, 366
#: Returns that end so many days before the sales were not exported.
_APART = 60


@check
class Freshness(Check):
    """Days from the last sale to the as-of date, or to today where the as-of date is the end of the data. More than 31
    days are a notice; where the as-of date was told, more than 92 are a warning and more than 366 serious, for then
    everybody seems to have left. Returns that end more than 60 days before the sales are a warning.

    Share: days since the last sale ÷ days that the data span.
    """

    kind, zh, code, part = "freshness", "数据新鲜度", "A-TIM-004", "timeliness"

    def look(self, facts: AuditFacts) -> Look:
        yield from ()
        orders, terms = facts.sources["orders"], facts.terms
        last = min(orders.last_day, terms.as_of) if orders.last_day else terms.as_of
        until = terms.as_of if terms.fixed else terms.today
        age = max(0, (until - last).days)
        severities: list[Severity] = ["notice" if age > _OLD else "good"]
        if terms.fixed and age > _OLDER:
            severities = ["serious" if age > _OLDEST else "warning"]
        hints, ends = [], [(Word("source.orders"), last)]
        returns = facts.sources.get("returns")
        if returns is not None and returns.last_day is not None and returns.first_day is not None:
            ends.append((Word("source.returns"), returns.last_day))
            if (last - returns.last_day).days > max(_APART, (returns.last_day - returns.first_day).days / 4):
                severities.append("warning")
                hints.append("returns_end")
        span = (last - orders.first_day).days + 1 if orders.first_day else 1
        return [
            self.finding(
                worst(severities), share=ratio(age, max(age, span)) if worst(severities) != "good" else 0.0,
                values={"last": last, "days": age, "until": until,
                        "returns": returns.last_day if returns is not None else None},
                hints=tuple(hints), details=Details(("source", "last"), tuple(ends)) if len(ends) > 1 else None,
            )
        ]  # fmt: skip
