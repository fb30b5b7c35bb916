"""What a condition asks at least of each number, where it says so plainly."""

from __future__ import annotations

from decimal import Decimal

from custrata.core.conditions.operands import Constant, Name
from custrata.core.conditions.tree import Both, Compare, Condition


def demands(condition: Condition) -> dict[str, Decimal]:
    """Metric → the least value, of comparisons `metric >= 100` (or `>`) that all must hold. What stands in `any` or
    `not` asks nothing for certain.

    >>> from custrata.core.conditions import parse
    >>> demands(parse("spend >= 2万 and orders > 3 and return_rate < 10%"))
    {'spend': Decimal('20000'), 'orders': Decimal('3')}
    """
    if isinstance(condition, Both) and condition.op == "and":
        found: dict[str, Decimal] = {}
        for part in condition.parts:
            for name, value in demands(part).items():
                found[name] = max(value, found.get(name, value))
        return found
    if not isinstance(condition, Compare):
        return {}
    left, op, right = condition.left, condition.op, condition.right
    if isinstance(left, Constant) and op in ("<", "<="):
        left, right, op = right, left, ">="
    if (
        op in (">", ">=")
        and isinstance(left, Name)
        and isinstance(right, Constant)
        and isinstance(right.value, Decimal)
    ):
        return {left.name: right.value}
    return {}
