"""Published runs that pages look at: opened once, shared by all threads, let go when newer ones are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from custrata.engines.duckdb.shared import shared_engine
from custrata.usecases.customers.asked import limited
from custrata.usecases.customers.veil import veiled
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.usecases.workspace import PublishedRun
from custrata.web.access import Can, Sight
from custrata.web.profiles import latest_correction, with_profiles_corrected
from custrata.web.site import site

#: Runs that stay open though nobody looks at them just now.
_KEPT = 3
#: Workspace and run; row scope, and whether personal columns are shown in full.
_Key = tuple[str, str]
_Sees = tuple[str, bool]


@dataclass
class _Open:
    """A run that is open or being opened, and who sees which part of it."""

    key: _Key
    result: Result | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    readers: int = 0
    turn: Lock = field(default_factory=Lock)
    """Held while it is opened: who wants the same run waits, who wants another one does not."""
    seen: dict[_Sees, tuple[int, Result]] = field(default_factory=dict)
    """What is seen → the corrections it was made with, and the result."""
    seeing: dict[_Sees, Lock] = field(default_factory=dict)

    def opened(self, published: PublishedRun) -> Result:
        """The run, opened by the first who wants it. Where that fails the next one tries again."""
        with self.turn:
            if self.result is None:
                self.result = self.stack.enter_context(opened(published, shared_engine, site().scratch))
            return self.result

    def as_seen(self, result: Result, sight: Sight) -> Result:
        """The run as somebody may see it, worked out once for all who see the same."""
        sees, upto = (sight.scope, sight.may(Can.PERSONAL)), latest_correction()
        with _turn:
            seeing = self.seeing.setdefault(sees, Lock())
        with seeing:
            made, found = self.seen.get(sees, (-1, result))
            if made != upto:
                found = as_seen(result, sight)
                self.seen[sees] = (upto, found)
            return found


#: Runs from the one that was looked at longest ago.
_runs: OrderedDict[_Key, _Open] = OrderedDict()
#: Held for moments only, never while anything is read.
_turn = Lock()


@contextmanager
def leases(request: Any) -> Iterator[None]:
    """Gives a request its `result`, and lets go what it looked at when it ends."""
    held: dict[_Key, _Open] = {}

    def result(run: str | None = None) -> Result:
        published = site().workspace.run(run)
        key = (str(site().workspace.path), published.id)
        if key not in held:
            held[key] = _taken(key)
        entry = held[key]
        return entry.as_seen(entry.opened(published), request.sight)

    request.result = result
    try:
        yield
    finally:
        with _turn:
            for entry in held.values():
                entry.readers -= 1
        _let_go(_KEPT)


def _taken(key: _Key) -> _Open:
    with _turn:
        entry = _runs.setdefault(key, _Open(key))
        _runs.move_to_end(key)
        entry.readers += 1
        return entry


def as_seen(result: Result, sight: Sight) -> Result:
    """A result as somebody may see it: profiles with what was corrected, the customers of whom the scope holds then,
    and personal columns masked where the role does not show them."""
    found = limited(with_profiles_corrected(result), sight.scope)
    return found if sight.may(Can.PERSONAL) else veiled(found)


def _let_go(kept: int) -> None:
    """Closes the oldest of those that nobody looks at, but for so many, and those that could not be opened."""
    with _turn:
        idle = [entry for entry in _runs.values() if entry.readers == 0]
        good = [entry for entry in idle if entry.result is not None]
        gone = [*(e for e in idle if e.result is None), *good[: max(0, len(_runs) - kept)]]
        for entry in gone:
            del _runs[entry.key]
    for entry in gone:
        entry.stack.close()


def forget() -> None:
    """Closes what nobody looks at."""
    _let_go(0)


def has_run() -> bool:
    """Whether there is anything to look at yet."""
    return bool(site().workspace.run_ids())
