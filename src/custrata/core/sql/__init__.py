"""A user's own metric: one SQL expression over the facts, read into a tree, checked against a list, built with Ibis.

Nothing is passed to an engine as text, so what is not on the lists cannot be said. Kinds are checked with the words, so
what passes can be computed, whatever the facts hold.
"""

from custrata.core.sql.aggregates import AGGREGATES
from custrata.core.sql.expression import Expression, check
from custrata.core.sql.functions import SCALARS
from custrata.core.sql.refusal import SqlError

__all__ = ["AGGREGATES", "SCALARS", "Expression", "SqlError", "check"]
