"""The corner shop after some days, and what must hold of it whatever happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import corner_shops
from corner_shops import LEVELS, SCHEME, kept, refused
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.levels.history import History
from custrata.usecases.levels.kept import MOVES, applied_runs, store_of
from custrata.usecases.levels.plan import read_plan, require_sound
from custrata.usecases.levels.rollback import runs
from custrata.usecases.opened import open_run

__all__ = ["LEVELS", "SCHEME", "Corner", "applied", "kept", "lived", "planned", "refused", "replanned"]

_NAMES = ["VIP", "plain", "visitor"]


@dataclass
class Corner(corner_shops.Corner):
    """The workspace, with everything that is asked of it after a fault."""

    def at(self, day: date) -> Corner:
        self.now = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        return self

    def seen(self) -> dict[str, Any]:
        """What readers see: everybody's numbers, classes and level, and how everybody came to be there."""
        if not self.workspace.run_ids():
            return {}
        with store_of(self.workspace, self.open_store) as store:
            run = self.workspace.run()
            rows = pq.read_table(run.customers).to_pylist()
            moves = [self._moves(r.id) for r in applied_runs(store)[::-1]]
            return {"rows": rows, "moves": moves, "as_of": run.as_of, "logic": run.record["scheme"]["logic_hash"]}

    def _moves(self, run_id: str) -> list[dict[str, Any]]:
        return list(pq.read_table(self.home / "runs" / run_id / MOVES).to_pylist())

    def require_sound(self) -> None:
        """The workspace opens; the run that is shown is the one that the store says is current; everybody is on the
        level to which the moves of the applied plans bring him, so opening, moves and closing balance; what waits is
        whole."""
        listed = runs(self.workspace, self.open_store)
        assert all(r.state != "damaged" for r in listed), listed
        with store_of(self.workspace, self.open_store) as store:
            current = store.current()
            assert [r.id for r in listed if r.current] == ([current.id] if current else [])
            assert {r.id for r in listed} <= {r.id for r in store.runs()}, "what is shown was published"
            for entry in store.plans():
                if entry.state in ("open", "approved"):
                    require_sound(read_plan(self.workspace, entry))
            standing: dict[str, str | None] = {}
            for run in applied_runs(store)[::-1]:
                for move in self._moves(run.id):
                    assert standing.get(move["customer_id"]) == move["before"], (run.id, move)
                    standing[move["customer_id"]] = move["level"]
        assert {c: level for c, level in self.levels().items() if level is not None} == standing

    def require_opens(self) -> None:
        """The engine reads it too, and the movement report balances."""
        with (
            store_of(self.workspace, self.open_store) as store,
            open_run(self.workspace, duckdb_engine, self.path / "scratch") as result,
        ):  # fmt: skip
            report = History(self.workspace, store, result.engine).movement(
                "member", _NAMES, date(2024, 6, 2), date(2030, 1, 1)
            )
            closing = {m.level: m.closing for m in report if m.closing}
            shown = list(self.levels().values())
            assert closing == {n: shown.count(n) for n in _NAMES if n in shown}
            assert sum(row.customers for row in result.summary("tier")) == len(shown)

    def left_over(self) -> list[str]:
        """What lies about that nobody needs: work in progress, plans that nobody can apply."""
        found = [str(p.relative_to(self.home)) for p in (self.home / "staging").rglob("*")]
        with store_of(self.workspace, self.open_store) as store:
            alive = {p.id for p in store.plans() if p.state in ("open", "approved")}
        folder = self.home / "plans"
        return found + ([p.name for p in folder.iterdir() if p.name not in alive] if folder.is_dir() else [])


def lived(path: Path, url: str | None = None) -> Corner:
    """Reviewed on 1 June and evaluated once more; then bob bought, which nobody has loaded yet."""
    shop = Corner.opened(path, SCHEME + LEVELS + "keep: {runs: 2}\n", url)
    shop.review(date(2024, 6, 1))
    shop.at(date(2024, 6, 2)).run()
    shop.sells("b", "9,bob,2024-06-10,200\n")
    return shop.at(date(2024, 6, 12))


def planned(path: Path, url: str | None = None) -> Corner:
    """The same, with a plan that moves bob."""
    shop = lived(path, url)
    shop.plan()
    return shop


def replanned(path: Path, url: str | None = None) -> Corner:
    """The same, and since then cid bought too, so that the plan no longer holds."""
    shop = planned(path, url)
    shop.sells("c", "10,cid,2024-06-11,300\n")
    return shop


def applied(path: Path, url: str | None = None) -> Corner:
    """The same, with the plan applied, and every run kept."""
    shop = lived(path, url)
    shop.scheme(SCHEME + LEVELS)
    shop.review()
    return shop
