"""What has happened on the ladders: the moves of all applied plans, levels on past days, movement, migration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.movement import Movement, Step, movement
from custrata.core.measure.levels import Weighed
from custrata.core.scan import ParquetScan
from custrata.core.store import RunEntry
from custrata.usecases.levels.kept import MOVES, applied_runs
from custrata.usecases.levels.reckon import MOVED
from custrata.usecases.levels.standings import run_table
from custrata.usecases.ports import Engine
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class Moved:
    """One move of a customer: on which day, in which run, from where to where, why, and with which numbers (as texts,
    in the order of what the ladder's conditions read); `held_by` is the override that decided, if one did. `weighed`
    and `note` say what decided, where it was asked for (`reasons`)."""

    day: date
    run: str
    ladder: str
    before: str | None
    level: str | None
    cause: str
    numbers: Sequence[str | None]
    held_by: str | None = None
    weighed: Sequence[Weighed] = ()
    note: str = ""


class History:
    """The moves of every plan that was applied and not rolled back, oldest first."""

    def __init__(self, workspace: Workspace, store: Store, engine: Engine) -> None:
        self.runs: list[RunEntry] = applied_runs(store)[::-1]
        self._workspace, self._engine = workspace, engine
        self._told: Any = None
        self._scanned: Any = None

    def moves(self) -> ir.Table | None:
        """All moves with `day`, `run` and `at` (their place in the order of the runs); null where there are none."""
        t = self._filed()
        if t is None:
            return None
        if self._told is None:
            rows = [(r.id, r.as_of.isoformat(), at) for at, r in enumerate(self.runs)]
            runs: Any = self._engine.from_rows("runs", rows, {"run": "string", "on": "string", "at": "int64"})
            self._told = runs.select("run", "at", day=runs["on"].cast(dt.date))
        found: ir.Table = t.inner_join(self._told, "run").select(*MOVED, "day", "run", "at")
        return found

    def _filed(self) -> Any:
        """All moves with `run`; null where there are none. However many runs there are, they are one scan."""
        if self._scanned is None and self.runs:
            scan = ParquetScan(tuple(self._file(r) for r in self.runs), tuple(r.id for r in self.runs))
            try:
                self._scanned = self._engine.filed(scan).rename(run="_file")
            except CustrataError:
                raise CustrataError(Problem("E-RUN-007", self._broken(), {"file": MOVES})) from None
        return self._scanned

    def _file(self, run: RunEntry) -> Path:
        return self._workspace.run_folder(run.id) / MOVES

    def _broken(self) -> str:
        """The run whose moves cannot be read."""
        for run in self.runs:
            run_table(self._engine, self._file(run).parent, MOVES)
        return self.runs[-1].id

    def of(self, customer_id: str, ladder: str | None = None) -> list[Moved]:
        """The moves of one customer, oldest first."""
        t = self._filed()
        if t is None:
            return []
        own = t.filter(t.customer_id == customer_id)
        own = own if ladder is None else own.filter(own.ladder == ladder)
        # Which run is which is known here: to ask the engine costs as much again as to find the moves.
        runs = {r.id: (at, r.as_of) for at, r in enumerate(self.runs)}
        rows = self._engine.rows(own.select("run", "ladder", "before", "level", "cause", "numbers", "held_by"))
        rows.sort(key=lambda r: runs[r["run"]][0])
        return [Moved(day=runs[r["run"]][1], **r) for r in rows]

    def level_on(self, customer_id: str, day: date, ladder: str) -> str | None:
        """The level of a customer on a past day; null where he was on none."""
        found = [m for m in self.of(customer_id, ladder) if m.day <= day]
        return found[-1].level if found else None

    def movement(self, ladder: str, levels: Sequence[str], first: date, last: date) -> list[Movement]:
        """Customers of each level before `first` and at the end of `last`, and what lies between."""
        t: Any = self.moves()
        if t is None:
            return movement(levels, {}, [])
        t = t.filter((t.ladder == ladder) & (t.day <= last))
        t = t.mutate(inside=t.day >= first)
        by = t.group_by("inside", "before", "level", "cause").aggregate(n=t.count())
        rows = self._engine.rows(by.order_by(["inside", "before", "level", "cause"]))
        opening: dict[str, int] = {}
        for r in rows:
            if not r["inside"]:
                for name, sign in ((r["level"], 1), (r["before"], -1)):
                    if name is not None:
                        opening[name] = opening.get(name, 0) + sign * r["n"]
        steps = [Step(r["before"], r["level"], r["cause"], r["n"]) for r in rows if r["inside"]]
        return movement(levels, {k: n for k, n in opening.items() if n}, steps)

    def migration(self, ladder: str, first: date, last: date) -> dict[tuple[str | None, str | None], int]:
        """(level on `first`, level on `last`) → customers who were on a level on either day; null is none."""
        t: Any = self.moves()
        if t is None:
            return {}
        t = t.filter((t.ladder == ladder) & (t.day <= last)).mutate(place=t.level.fill_null(""))
        by = t.group_by("customer_id").aggregate(
            start=t.place.argmax(t["at"], where=t.day <= first), end=t.place.argmax(t["at"])
        )
        found = by.group_by("start", "end").aggregate(n=by.count())
        rows = self._engine.rows(found.order_by(["start", "end"]))
        pairs = {(r["start"] or None, r["end"] or None): 0 for r in rows}
        for r in rows:
            pairs[r["start"] or None, r["end"] or None] += r["n"]
        return {pair: n for pair, n in pairs.items() if pair != (None, None)}
