"""Published runs that pages look at: opened once, shared by all threads, let go when newer ones are looked at."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from custrata.engines.duckdb.shared import shared_engine
from custrata.usecases.customers.asked import limited
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.web.site import site

#: Runs that stay open though nobody looks at them just now.
_KEPT = 3


@dataclass
class _Open:
    """A run that is open, and who sees which part of it."""

    result: Result
    stack: ExitStack
    readers: int = 0
    scoped: dict[str, Result] = field(default_factory=dict)


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
            return _as_seen(held[key], request.sight.scope)

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


def _as_seen(entry: _Open, scope: str) -> Result:
    if scope not in entry.scoped:
        entry.scoped[scope] = limited(entry.result, scope)
    return entry.scoped[scope]


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
    return bool(os.path.isdir(site().workspace.home / "runs") and site().workspace.run_ids())  # noqa: PTH112
