"""Whatever happens in whatever order, the store answers as a few lists in memory do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from store_places import NOON, Place, override, plan, run

from custrata.core.errors import CustrataError
from custrata.core.store import AuditEntry, Override, PlanEntry, RunEntry, Verdict
from custrata.store import open_store
from servers import Server

_schemas = itertools.count()
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6,
)  # fmt: skip
NAME = st.integers(0, 3)


class Missing(Exception):
    """What the store tells by a code."""


class Lists:
    """The plain meaning of a store."""

    def __init__(self) -> None:
        self.all_runs: list[RunEntry] = []
        self.all_plans: list[PlanEntry] = []
        self.all_verdicts: list[Verdict] = []
        self.all_overrides: list[Override] = []
        self.entries: list[AuditEntry] = []

    def add_run(self, given: RunEntry) -> None:
        if any(r.id == given.id for r in self.all_runs):
            raise Missing
        self.all_runs.append(given)

    def make_current(self, id: str) -> None:
        at = self._at(self.all_runs, id)
        self.all_runs[at] = replace(self.all_runs[at], state="published")
        self.all_runs[at + 1 :] = [replace(r, state="rolled back") for r in self.all_runs[at + 1 :]]

    def mark_run(self, id: str, state: Any) -> None:
        at = self._at(self.all_runs, id)
        self.all_runs[at] = replace(self.all_runs[at], state=state)

    def add_plan(self, given: PlanEntry) -> None:
        if any(p.id == given.id for p in self.all_plans):
            raise Missing
        self.all_plans.append(replace(given, brakes=tuple(given.brakes)))

    def mark_plan(self, id: str, state: Any) -> None:
        at = self._at(self.all_plans, id)
        self.all_plans[at] = replace(self.all_plans[at], state=state)

    def add_verdict(self, given: Verdict) -> None:
        self._at(self.all_plans, given.plan)
        self.all_verdicts.append(given)

    def add_override(self, given: Override) -> None:
        self.all_overrides.append(given)

    def end_override(self, at: int, when: datetime, who: str) -> None:
        if at >= len(self.all_overrides) or self.all_overrides[at].ended_at:
            raise Missing
        self.all_overrides[at] = replace(self.all_overrides[at], ended_at=when, ended_by=who)

    def record(self, given: AuditEntry) -> None:
        self.entries.append(given)

    @staticmethod
    def _at(entries: list[Any], id: str) -> int:
        found = [i for i, e in enumerate(entries) if e.id == id]
        if not found:
            raise Missing
        return found[0]


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Transactions: each a list of deeds and whether it is broken off at its end."""
    deed = st.one_of(
        st.tuples(st.just("add_run"), NAME.map(lambda n: run(f"r{n}"))),
        st.tuples(st.just("make_current"), NAME.map(lambda n: f"r{n}")),
        st.tuples(st.just("mark_run"), NAME.map(lambda n: f"r{n}"), st.sampled_from(["rolled back", "published"])),
        st.tuples(st.just("add_plan"), st.builds(
            lambda n, brakes: plan(f"p{n}", brakes=brakes), NAME, st.lists(st.dictionaries(TEXT, JSON), max_size=2))),
        st.tuples(st.just("mark_plan"), NAME.map(lambda n: f"p{n}"), st.sampled_from(["approved", "applied"])),
        st.tuples(st.just("add_verdict"), st.builds(
            Verdict, NAME.map(lambda n: f"p{n}"), st.booleans(), TEXT, st.just(NOON), TEXT)),
        st.tuples(st.just("add_override"), st.builds(
            override, TEXT, st.sampled_from(["pin", "floor"]), ladder=st.sampled_from(["member", "partner"]),
            reason=TEXT, until=st.none() | st.dates())),
        st.tuples(st.just("end_override"), NAME, st.just(NOON), TEXT),
        st.tuples(st.just("record"), st.builds(
            AuditEntry, st.just(NOON), TEXT, TEXT, NAME.map(lambda n: f"p{n}"),
            st.dictionaries(TEXT, JSON, max_size=3))),
    )  # fmt: skip
    return draw(st.lists(st.tuples(st.lists(deed, max_size=6), st.booleans()), max_size=8))


@contextmanager
def _compared(url: str | None, folder: Path, todo: list[tuple[Any, ...]]) -> Iterator[None]:
    store, lists = open_store(url, folder), Lists()
    ids: list[int] = []
    try:
        for deeds, broken in todo:
            before, kept_ids = deepcopy(lists), list(ids)
            try:
                with store.transaction():
                    for name, *args in deeds:
                        _both(store, lists, ids, name, args)
                    if broken:
                        raise LookupError
            except LookupError:
                lists, ids = before, kept_ids
            _same(store, lists, ids)
        yield
    finally:
        store.close()


def _both(store: Any, lists: Lists, ids: list[int], name: str, args: list[Any]) -> None:
    """The same on both sides: done, or refused."""
    try:
        getattr(lists, name)(*args)
        done = True
    except Missing:
        done = False
    if name == "end_override":
        args = [ids[args[0]] if args[0] < len(ids) else 10**9, *args[1:]]
    try:
        found = getattr(store, name)(*args)
    except CustrataError:
        assert not done, (name, args)
    else:
        assert done, (name, args)
        if name == "add_override":
            assert not ids or found.id > max(ids)
            ids.append(found.id)


def _same(store: Any, lists: Lists, ids: list[int]) -> None:
    assert store.runs() == lists.all_runs[::-1]
    published = [r for r in lists.all_runs if r.state == "published"]
    assert store.current() == (published[-1] if published else None)
    assert store.plans() == lists.all_plans[::-1]
    assert store.plans("approved", 1) == [p for p in lists.all_plans[::-1] if p.state == "approved"][:1]
    for n in range(4):
        assert store.verdicts(f"p{n}") == [v for v in lists.all_verdicts if v.plan == f"p{n}"]
        entries = [e for e in lists.entries[::-1] if e.subject == f"p{n}"]
        assert [replace(e, id=0) for e in store.audit(f"p{n}")] == entries
    kept = [replace(o, id=i) for o, i in zip(lists.all_overrides, ids, strict=True)]
    assert store.overrides() == kept
    assert store.overrides("member") == [o for o in kept if o.ladder == "member"]
    for customer in {o.customer_id for o in kept}:
        assert store.overrides(customer_id=customer) == [o for o in kept if o.customer_id == customer]


@given(steps())
def test_a_file_answers_as_lists_do(tmp_path_factory: Any, todo: list[tuple[Any, ...]]) -> None:
    with _compared(None, tmp_path_factory.mktemp("store"), todo):
        pass


@given(steps())
def test_a_server_answers_as_lists_do(store_server: Server, tmp_path_factory: Any, todo: list[tuple[Any, ...]]) -> None:
    schema = f"model_{next(_schemas)}"
    store_server.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};", "custrata_store")
    place = Place("postgresql", Path(), store_server.url("custrata_store") + f"?options=-csearch_path%3D{schema}")
    with _compared(place.url, tmp_path_factory.mktemp("store"), todo):
        pass
