"""Conditions: `spend >= 1万 and return_rate < 10%`, as a rule or a level writes them."""

from custrata.core.conditions.bind import Field, bind
from custrata.core.conditions.parse import parse
from custrata.core.conditions.tokens import ConditionError
from custrata.core.conditions.tree import Condition

__all__ = ["Condition", "ConditionError", "Field", "bind", "parse"]
