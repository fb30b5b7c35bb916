"""A plan and its movement as somebody sees it who may see some of the customers only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custrata.usecases.customers.asked import limited
from custrata.usecases.levels.history import History
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.look import Result


def seen_plan(look: PlanLook, scope: str) -> PlanLook:
    """The plan of the customers of whom `scope` holds now; who is gone is nobody's but everybody's. What its
    record says of everybody, how many move and which brakes that trips, is not told."""
    if not scope.strip():
        return look
    result = limited(look.result, scope)
    files = replace(look.files, moves=_own(look.files.moves, result), levels=_own(look.files.levels, result))
    moves = result.engine.rows(files.moves.aggregate(n=files.moves.count()))[0]["n"]
    return replace(look, entry=replace(look.entry, moves=moves, brakes=()), result=result, files=files)


class SeenHistory(History):
    """The moves of the customers that a result shows, and of no others."""

    _result: Result | None = None

    def show(self, result: Result) -> None:
        """Whose customers are shown; before that nobody's are."""
        self._result = result

    def _filed(self) -> Any:
        found = super()._filed()
        if found is None:
            return None
        return found.limit(0) if self._result is None else _own(found, self._result)

    def told_runs(self) -> dict[str, int]:
        """Run → how many of the customers that are shown its plan moved."""
        found: Any = self.moves()
        if found is None:
            return {}
        assert self._result is not None
        rows = self._result.engine.rows(found.group_by("run").aggregate(n=found.count()))
        return {r["run"]: int(r["n"]) for r in rows}


def _own(table: Any, result: Result) -> Any:
    shown = result.customers.select(_seen=result.customers.customer_id)
    return table.semi_join(shown, table.customer_id == shown["_seen"])
