"""Who moved in one run or would in one plan, from its own files: level by level, and from where to where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.movement import Movement, Step, movement
from custrata.core.measure.levels import MovementReport
from custrata.core.scan import ParquetScan
from custrata.locale import Lang
from custrata.usecases.levels.kept import MOVES
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.levels.standings import has_standings, read_standings
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.usecases.look import Result


@dataclass(frozen=True)
class Files:
    """The standings after and the moves of a run or plan, of all ladders."""

    levels: ir.Table
    moves: ir.Table


@dataclass(frozen=True)
class Stayed:
    """How many stay on a level, and what they spend."""

    level: str
    customers: int
    spend: Decimal


def files_of(folder: Path, engine: Engine) -> Files | None:
    """Null where the run moved nobody: it is no applied plan."""
    if not has_standings(folder) or not (folder / MOVES).is_file():
        return None
    return Files(read_standings(folder, engine), engine.read(ParquetScan((folder / MOVES,), (MOVES,))))


def stayed(files: Files, engine: Engine, ladder: str, spend: ir.Table) -> list[Stayed]:
    """Customers of a ladder who don't move, by level; `spend` has customer_id and spend."""
    t: Any = files.levels.filter(files.levels.ladder == ladder)
    moves = files.moves.filter(files.moves.ladder == ladder).select(_who="customer_id")
    t = t.anti_join(moves, t.customer_id == moves["_who"])
    own = spend.select(_who="customer_id", _spend="spend")
    t = t.left_join(own, t.customer_id == own["_who"])
    by = t.group_by("level").aggregate(n=t.count(), spend=t["_spend"].sum())
    return [Stayed(r["level"], r["n"], Decimal(str(r["spend"] or 0))) for r in engine.rows(by.order_by("level"))]


def movement_of_run(result: Result, name: str, lang: Lang) -> MovementReport | None:
    """Who moved on a ladder in a run, since the plan that was applied before it; null for a run that moved nobody, and
    for the first."""
    base = _base(result.folder)
    files = files_of(result.folder, result.engine) if result.folder is not None and base is not None else None
    if files is None or base is None:
        return None
    ladder = result.scheme.levels[name]
    moves = files.moves.filter(files.moves.ladder == name)
    by = moves.group_by("before", "level", "cause").aggregate(n=moves.count())
    rows = result.engine.rows(by.order_by(["before", "level", "cause"]))
    spend = result.customers.select("customer_id", spend=result.customers[result.scheme.level_spend()])
    opening: dict[str, int] = {}
    pairs: dict[tuple[str | None, str | None], int] = {}
    for at, to, n in [
        *((s.level, s.level, s.customers) for s in stayed(files, result.engine, name, spend)),
        *((r["before"], r["level"], r["n"]) for r in rows),
    ]:
        pairs[at, to] = pairs.get((at, to), 0) + n
        if at is not None:
            opening[at] = opening.get(at, 0) + n
    steps = [Step(r["before"], r["level"], r["cause"], r["n"]) for r in rows]
    words = level_words(ladder, lang)
    return MovementReport(
        title=result.scheme.name, ladder=ladder_title(result.scheme, name, lang),
        first=min(base + timedelta(days=1), result.as_of), last=result.as_of,
        levels=[words[level] for level in ladder.levels],
        rows=named(movement(list(ladder.levels), opening, steps), words), pairs=named_pairs(pairs, words),
        runs=[(result.as_of, result.run_id, sum(s.customers for s in steps))], version=result.version,
    )  # fmt: skip


def level_words(ladder: Ladder, lang: Lang) -> dict[str, str]:
    """Level → what it is called."""
    return {c.key: c.label(lang) for c in ladder.classes()}


def named(rows: Sequence[Movement], words: Mapping[str, str]) -> list[Movement]:
    """The movement with levels under their names; one that the ladder no longer has keeps its own."""
    return [replace(m, level=words.get(m.level, m.level)) for m in rows]


def named_pairs(
    pairs: Mapping[tuple[str | None, str | None], int], words: Mapping[str, str]
) -> dict[tuple[str | None, str | None], int]:
    """The same for a migration."""
    return {
        (None if a is None else words.get(a, a), None if b is None else words.get(b, b)): n
        for (a, b), n in pairs.items()
    }


def _base(folder: Path | None) -> date | None:
    """The day of the run that came before; null where there is none."""
    if folder is None:
        return None
    try:
        base = json.loads((folder / "record.json").read_text("utf-8")).get("base")
        if not base:
            return None
        before = json.loads((folder.parent.parent / "runs" / str(base) / "record.json").read_text("utf-8"))
        return date.fromisoformat(before["as_of"])
    except (OSError, ValueError, KeyError):
        return None
