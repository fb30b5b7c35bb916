"""Runs are opened once for all who look at them, and nobody waits for a run that others look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from web_shops import Shop

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.opened import opened
from custrata.web import reading
from custrata.web.access import Role, Sight
from custrata.web.site import site

pytestmark = pytest.mark.slow

WAIT = 10.0


@contextmanager
def threads(*work: Callable[[], Any]) -> Iterator[list[threading.Thread]]:
    def done(one: Callable[[], Any]) -> None:
        try:
            one()
        finally:
            connection.close()

    started = [threading.Thread(target=done, args=(one,)) for one in work]
    for thread in started:
        thread.start()
    yield started
    for thread in started:
        thread.join(WAIT)
        assert not thread.is_alive()


def look(run: str | None = None, scope: str = "") -> int:
    request = SimpleNamespace(sight=Sight("x", Role.OPERATOR, "en", scope=scope))
    with reading.leases(request):
        return int(request.result(run).totals.customers)


@pytest.fixture
def two(own_shop: Shop) -> tuple[str, str]:
    """A workspace with two runs."""
    from web_shops import now

    from custrata.engines.duckdb.store import duckdb_store
    from custrata.store import open_store
    from custrata.usecases.run import run

    run(site().workspace, duckdb_store, now, open_store=lambda f: open_store(None, f))
    first, second = sorted(site().workspace.run_ids())[:2]
    return first, second


def test_opening_one_run_keeps_nobody_from_another(two: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = two
    begun, go_on, times = threading.Event(), threading.Event(), list[str]()

    @contextmanager
    def slowly(published: Any, *rest: Any) -> Iterator[Any]:
        times.append(published.id)
        if published.id == slow:
            begun.set()
            assert go_on.wait(WAIT)
        with opened(published, *rest) as result:
            yield result

    monkeypatch.setattr(reading, "opened", slowly)
    told: list[int] = []
    with threads(*(lambda: told.append(look(slow)) for _ in range(3))):
        assert begun.wait(WAIT)
        assert look(quick) == 150 and told == []
        go_on.set()
    assert told == [150] * 3 and times.count(slow) == 1


def test_working_out_what_a_scope_sees_keeps_nobody_waiting(
    two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, times, as_seen = threading.Event(), threading.Event(), list[str](), reading.as_seen

    def slowly(result: Any, sight: Any, *made: Any) -> Any:
        times.append(sight.scope)
        if sight.scope:
            begun.set()
            assert go_on.wait(WAIT)
        return as_seen(result, sight, *made)

    monkeypatch.setattr(reading, "as_seen", slowly)
    told: list[int] = []
    with threads(*(lambda: told.append(look(scope="区域 = '城市'")) for _ in range(2))):
        assert begun.wait(WAIT)
        assert look() == 150 and look(two[0]) == 150
        go_on.set()
    assert len(set(told)) == 1 and 0 < told[0] < 150 and times.count("区域 = '城市'") == 1


def test_a_run_that_could_not_be_opened_is_tried_again_and_hurts_no_other(
    two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    @contextmanager
    def opened_(published: Any, *rest: Any) -> Iterator[Any]:
        if broken and published.id == two[0]:
            raise CustrataError(Problem("E-RUN-011", published.id, {}))
        with opened(published, *rest) as result:
            yield result

    monkeypatch.setattr(reading, "opened", opened_)
    for _ in range(2):
        with pytest.raises(CustrataError):
            look(two[0])
    assert look(two[1]) == 150 and all(e.result is not None for e in reading._runs.values())
    broken = False
    assert look(two[0]) == 150


def test_no_more_runs_stay_open_than_are_kept_and_none_closes_under_a_reader(two: tuple[str, str]) -> None:
    request = SimpleNamespace(sight=Sight("x", Role.OPERATOR, "en"))
    with reading.leases(request):
        held = request.result(two[0])
        look(two[1])
        reading.forget()
        assert [key[1] for key in reading._runs] == [two[0]]
        assert held.engine.rows(held.customers.aggregate(n=held.customers.count()))[0]["n"] == 150
    reading.forget()
    assert not reading._runs
