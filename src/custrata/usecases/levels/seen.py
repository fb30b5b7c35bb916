"""A plan and its movement as somebody sees it who may see some of the customers only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis.expr.types as ir

from custrata.usecases.customers.asked import limited
from custrata.usecases.levels.history import History
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.look import Result


def seen_plan(look: PlanLook, scope: str) -> PlanLook:
    """The plan of the customers of whom `scope` holds now; customers who are gone are nobody's but everybody's."""
    if not scope.strip():
        return look
    result = limited(look.result, scope)
    files = replace(look.files, moves=_own(look.files.moves, result), levels=_own(look.files.levels, result))
    return replace(look, result=result, files=files)


class SeenHistory(History):
    """The moves of the customers that a result shows, and of no others."""

    _result: Result | None = None

    def show(self, result: Result) -> None:
        """Whose customers are shown; before that nobody's are."""
        self._result = result

    def moves(self) -> ir.Table | None:
        found: Any = super().moves()
        if found is None:
            return None
        return found.limit(0) if self._result is None else _own(found, self._result)


def _own(table: Any, result: Result) -> Any:
    shown = result.customers.select(_seen=result.customers.customer_id)
    return table.semi_join(shown, table.customer_id == shown["_seen"])
