"""A plan, opened to be looked at: its files, the scheme it was made with, names and numbers of its customers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.store import PlanEntry
from custrata.usecases.customers.veil import hidden_columns, shown_column
from custrata.usecases.levels.moved import Files, files_of
from custrata.usecases.levels.plan import read_plan
from custrata.usecases.listing import NAME, with_names
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.usecases.ports import EngineFactory
from custrata.usecases.workspace import PublishedRun, Workspace


@dataclass(frozen=True)
class PlanLook:
    """A plan that can be asked: `result` are its customers as a run has them, `files` who stands where and moves."""

    entry: PlanEntry
    result: Result
    files: Files
    workspace: Workspace
    folder: Path
    scratch: Path

    def spend(self) -> ir.Table:
        """customer_id and spend of everybody, by the metric that moves are ranked by."""
        t = self.result.customers
        return t.select("customer_id", spend=t[self.result.scheme.level_spend()])

    def moves(self, ladder: str) -> Any:
        """The moves on a ladder; of columns that this reader sees masked the `numbers` are masked too."""
        t: Any = self.files.moves.filter(self.files.moves.ladder == ladder)
        hidden, scheme = hidden_columns(self.result), self.result.scheme
        inputs = [n.removeprefix("@") for n in scheme.levels[ladder].inputs()] if ladder in scheme.levels else []
        how = [None if n in scheme.metrics else hidden.get(n) for n in inputs]
        if not any(how):
            return t
        return t.mutate(numbers=ibis.array([shown_column(t.numbers[i], h) for i, h in enumerate(how)]))

    def levels(self, ladder: str) -> Any:
        """Where everybody stands on a ladder, with `spend`."""
        t, own = self.files.levels.filter(self.files.levels.ladder == ladder), self.spend()
        own = own.rename(_who="customer_id")
        return t.left_join(own, t.customer_id == own["_who"]).drop("_who")

    def largest(self, t: Any, most: int) -> list[dict[str, Any]]:
        """The rows with the largest spend, equal ones in the order of their ids, with `NAME`."""
        order = [ibis.desc("spend", nulls_first=False), ibis.asc("customer_id")]
        top = with_names(self.result, t.order_by(order).limit(most))
        rows: list[dict[str, Any]] = self.result.engine.rows(top.order_by(order))
        return rows

    def names(self, ids: list[str]) -> dict[str, str | None]:
        """The names of a few customers."""
        t = self.result.customers
        rows = self.result.engine.rows(with_names(self.result, t.filter(t.customer_id.isin(ids)).select("customer_id")))
        return {r["customer_id"]: r[NAME] for r in rows}


@contextmanager
def opened_plan(workspace: Workspace, entry: PlanEntry, engine_for: EngineFactory, scratch: Path) -> Iterator[PlanLook]:
    """Opens the files of a plan, whether it waits or was applied. Raises E-PLAN-004 where they are gone."""
    folder = read_plan(workspace, entry).folder
    try:
        record = json.loads((folder / "record.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise CustrataError(Problem("E-PLAN-004", entry.id, {"plan": entry.id})) from None
    with opened(PublishedRun(entry.id, folder, record), engine_for, scratch) as result:
        files = files_of(folder, result.engine)
        if files is None:
            raise CustrataError(Problem("E-PLAN-004", entry.id, {"plan": entry.id}))
        yield PlanLook(entry, result, files, workspace, folder, scratch)
