"""Published runs that pages look at: opened once, shared by all threads, let go when newer ones are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from custrata.engines.duckdb.shared import shared_engine
from custrata.usecases.customers.asked import limited
from custrata.usecases.customers.corrections import Correction, corrected
from custrata.usecases.customers.veil import veiled
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.web.access import Can, Sight
from custrata.web.profiles import corrections, latest_correction
from custrata.web.site import site

#: Runs that stay open though nobody looks at them just now.
_KEPT = 3


@dataclass
class _Open:
    """A run that is open, and who sees which part of it."""

    result: Result
    stack: ExitStack
    readers: int = 0
    seen: dict[tuple[str, bool], tuple[int, Result]] = field(default_factory=dict)
    """(row scope, whether personal columns are shown in full) → the corrections it was made with, and the result."""


_runs: OrderedDict[tuple[str, str], _Open] = OrderedDict()
_turn = RLock()


@contextmanager
def leases(request: Any) -> Iterator[None]:
    """Gives a request its `result`, and lets go what it looked at when it ends."""
    held: dict[tuple[str, str], _Open] = {}

    def result(run: str | None = None) -> Result:
        published = site().workspace.run(run)
        key = (str(site().workspace.path), published.id)
        with _turn:
            if key not in held:
                held[key] = _taken(key, published)
            return _as_seen(held[key], request.sight)

    request.result = result
    try:
        yield
    finally:
        with _turn:
            for entry in held.values():
                entry.readers -= 1
            _let_go()


def _taken(key: tuple[str, str], published: Any) -> _Open:
    entry = _runs.get(key)
    if entry is None:
        stack = ExitStack()
        entry = _Open(stack.enter_context(opened(published, shared_engine, site().scratch)), stack)
        _runs[key] = entry
    _runs.move_to_end(key)
    entry.readers += 1
    return entry


def _as_seen(entry: _Open, sight: Sight) -> Result:
    key, upto = (sight.scope, sight.may(Can.PERSONAL)), latest_correction()
    made, found = entry.seen.get(key, (-1, entry.result))
    if made != upto:
        found = as_seen(entry.result, sight, corrections())
        entry.seen[key] = (upto, found)
    return found


def as_seen(result: Result, sight: Sight, made: Sequence[Correction]) -> Result:
    """A result as somebody may see it: the customers of the scope, profiles with what was corrected, and personal
    columns masked where the role does not show them. The scope is what the run says: nobody is corrected into it."""
    found = corrected(limited(result, sight.scope), made)
    return found if sight.may(Can.PERSONAL) else veiled(found)


def _let_go() -> None:
    for key in [k for k, entry in _runs.items() if entry.readers == 0][: max(0, len(_runs) - _KEPT)]:
        _runs.pop(key).stack.close()


def forget() -> None:
    """Closes what nobody looks at."""
    with _turn:
        for key in [k for k, entry in _runs.items() if entry.readers == 0]:
            _runs.pop(key).stack.close()


def has_run() -> bool:
    """Whether there is anything to look at yet."""
    return bool(site().workspace.run_ids())
