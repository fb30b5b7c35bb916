"""What is told of runs, plans and movements, remembered: it does not change until somebody applies or decides."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any, TypeVar

from custrata.core.measure.levels import LadderPlan, MovementReport, Mover, PlanReport, Way
from custrata.core.store import PlanEntry
from custrata.engines.duckdb.shared import shared_engine
from custrata.usecases.customers.veil import veiled
from custrata.usecases.levels.history import History
from custrata.usecases.levels.movement_report import movement_report, period
from custrata.usecases.levels.plan_look import PlanLook, opened_plan
from custrata.usecases.levels.plan_movers import Movers
from custrata.usecases.levels.plan_report import plan_report
from custrata.usecases.levels.seen import SeenHistory, seen_plan
from custrata.web.access import Can, Sight
from custrata.web.page import Request
from custrata.web.profiles import latest_correction, whom, with_profiles_corrected
from custrata.web.seen_store import seen_store
from custrata.web.site import site

_MOST = 256
T = TypeVar("T")
_kept: OrderedDict[Any, Any] = OrderedDict()
_turn = Lock()
_telling: dict[Any, Lock] = {}


def seen_as(sight: Sight) -> tuple[Any, ...]:
    """What tells what a reader sees of a plan from what others see."""
    return sight.lang, sight.scope, sight.may(Can.PERSONAL), latest_correction()


def plan_told(request: Request, entry: PlanEntry, seen: tuple[Any, ...]) -> PlanReport:
    """A plan as the reader may see it; `seen` is what `seen_as` says."""
    here, sight = site(), request.sight
    verdicts = len(here.store.verdicts(entry.id))

    def tell() -> PlanReport:
        with opened_plan(here.workspace, entry, shared_engine, here.scratch) as look:
            return plan_report(plan_seen(request, look), seen_store(sight), sight.lang)

    return remembered(("plan", str(here.workspace.path), entry.id, entry.state, verdicts, *seen), tell)


def movers_told(
    request: Request, entry: PlanEntry, ladder: LadderPlan, way: Way, chosen: Mapping[str, str], first: int, most: int,
    seen: tuple[Any, ...],
) -> list[Mover]:  # fmt: skip
    """A part of the customers whom a plan moves one way on a ladder, in its order; `chosen` are the levels and the
    cause that they are narrowed to, as `from`, `to` and `cause`."""
    here, sight = site(), request.sight
    asked = (ladder.name, way, tuple(sorted(chosen.items())), first, most)

    def tell() -> list[Mover]:
        with opened_plan(here.workspace, entry, shared_engine, here.scratch) as look:
            overrides = {str(o.id): o for o in seen_store(sight).overrides()}
            movers = Movers(plan_seen(request, look), ladder.name, overrides, sight.lang)
            keys = {word: key for key, word in movers.words.items()}
            before, level = (keys.get(chosen[k], chosen[k]) if k in chosen else None for k in ("from", "to"))
            return movers.listed(way, before=before, level=level, cause=chosen.get("cause"), first=first, most=most)

    return remembered(("movers", str(here.workspace.path), entry.id, *asked, *seen), tell)


def plan_seen(request: Request, look: PlanLook) -> PlanLook:
    """A plan that is open, with the customers of the reader's scope, and their names as profiles show them."""
    corrected = replace(look, result=with_profiles_corrected(look.result))
    own = seen_plan(corrected, request.sight.scope)
    return own if request.sight.may(Can.PERSONAL) else replace(own, result=veiled(own.result))


def movement_told(
    request: Request, first: date | None = None, last: date | None = None
) -> tuple[list[MovementReport], tuple[date, date]]:
    """What the levels won and lost in a stretch of days, of the customers that the reader may see; by default in the
    month of the last plan. Raises E-PLAN-010 where the last day is before the first."""
    here, result, sight = site(), request.result(), request.sight
    history = (SeenHistory if sight.scope.strip() else History)(here.workspace, here.store, result.engine)
    days = period(history, result, first, last)
    runs = tuple(r.id for r in history.runs)
    key = ("movement", str(here.workspace.path), result.run_id, runs, days, sight.lang, whom(sight))
    ladders = list(result.scheme.levels)

    def tell() -> list[MovementReport]:
        if not isinstance(history, SeenHistory):
            return movement_report(history, result, ladders, *days, sight.lang)
        history.show(result)
        own = history.told_runs()  # what a run's record says of its moves is about everybody
        told = movement_report(history, result, ladders, *days, sight.lang)
        return [replace(r, runs=[(day, run, own.get(run, 0)) for day, run, _ in r.runs]) for r in told]

    return remembered(key, tell), days


def known(key: Any) -> Any:
    """What was told under a key before; null where nothing was."""
    with _turn:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def remembered(key: Any, tell: Callable[[], T]) -> T:
    """What was told under a key before, else what is told now; many who ask at once wait for one of them."""
    if (told := known(key)) is not None:
        return told  # type: ignore[no-any-return]
    with _turn:
        telling = _telling.setdefault(key, Lock())
    with telling:
        if (told := known(key)) is not None:
            return told  # type: ignore[no-any-return]
        try:
            told = tell()
        finally:
            with _turn:
                _telling.pop(key, None)
        with _turn:
            _kept[key] = told
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    return told
