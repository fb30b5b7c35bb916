"""Everything that the use cases ask of a store, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from store_places import NOON, Place, override, plan, refused, run

from custrata.core.store import AuditEntry, Verdict
from custrata.store import open_store
from custrata.store.store import DjangoStore
from custrata.usecases.store import Store


@pytest.fixture
def store(place: Place) -> DjangoStore:
    return place.open()


def test_a_fresh_store_is_empty(store: DjangoStore) -> None:
    port: Store = store
    assert (port.runs(), port.current(), port.plans(), port.overrides(), port.audit()) == ([], None, [], [], [])
    assert port.run("r1") is None and port.plan("p1") is None and port.verdicts("p1") == []


def test_what_was_published_decided_and_done_is_there_when_the_store_is_opened_again(place: Place) -> None:
    first, published, planned = place.open(), run(base="r0", plan="p0", customers=9, moves=2, logic_hash="ab"), plan()
    verdict = Verdict(planned.id, True, "王经理", NOON, "同意；'quotes' and 100%")
    entry = AuditEntry(NOON, "王经理", "approve", planned.id, {"moves": 12, "share": 0.25, "many": [1, None, True]})
    with first.transaction():
        first.add_run(published)
        first.add_plan(planned)
        first.add_verdict(verdict)
        pinned = first.add_override(override("客户7", until=date(2026, 12, 31)))
        first.record(entry)
    first.close()
    again = place.open()
    assert again.runs() == [published] == [again.run(published.id)]
    assert again.plans() == [replace(planned, brakes=tuple(planned.brakes))] == [again.plan(planned.id)]
    assert again.verdicts(planned.id) == [verdict]
    assert again.overrides() == [pinned] and pinned.id > 0
    assert again.audit() == [replace(entry, id=again.audit()[0].id)]


def test_times_come_back_in_utc_to_the_microsecond_and_days_as_days(store: DjangoStore) -> None:
    shanghai = datetime(2026, 4, 1, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    with store.transaction():
        store.add_run(replace(run("r1"), published_at=shanghai))
    found = store.run("r1")
    assert found is not None and found.published_at == shanghai
    assert found.published_at.isoformat() == "2026-03-31T19:00:00.000001+00:00"
    assert type(found.as_of) is date
    with pytest.raises(ValueError, match="no time zone"), store.transaction():
        store.add_run(replace(run("r2"), published_at=datetime(2026, 4, 1)))  # noqa: DTZ001


def test_the_newest_published_run_is_current_by_the_order_of_publishing(store: DjangoStore) -> None:
    with store.transaction():
        for name in ("r1", "r2", "r3"):
            store.add_run(run(name))
        # A clock that was put back changes nothing.
        store.add_run(replace(run("r4"), published_at=NOON - timedelta(days=400)))
    assert [r.id for r in store.runs()] == ["r4", "r3", "r2", "r1"]
    assert [r.id for r in store.runs(limit=2)] == ["r4", "r3"]
    assert _current(store) == "r4"


def test_a_run_that_was_rolled_back_is_not_current(store: DjangoStore) -> None:
    with store.transaction():
        store.add_run(run("r1"))
        store.add_run(run("r2"))
        store.mark_run("r1", "rolled back")
    assert _states(store) == {"r1": "rolled back", "r2": "published"} and _current(store) == "r2"


def test_rolling_back_makes_an_earlier_run_current_and_marks_those_after_it(store: DjangoStore) -> None:
    with store.transaction():
        for name in ("r1", "r2", "r3", "r4"):
            store.add_run(run(name))
        store.mark_run("r2", "rolled back")
    with store.transaction():
        store.make_current("r2")
    assert _states(store) == {"r1": "published", "r2": "published", "r3": "rolled back", "r4": "rolled back"}
    assert _current(store) == "r2"
    with store.transaction():
        store.add_run(run("r5"))
    assert _current(store) == "r5"
    with store.transaction():
        store.make_current("r4")
    assert _states(store)["r3"] == "rolled back" and _states(store)["r5"] == "rolled back"
    assert _current(store) == "r4"


def test_a_run_comes_in_as_published_and_once(store: DjangoStore) -> None:
    with store.transaction():
        store.add_run(run("r1"))
        with refused("E-STORE-019"):
            store.add_run(run("r1"))
        store.add_run(run("r2"))
    assert len(store.runs()) == 2
    with pytest.raises(ValueError, match="published"), store.transaction():
        store.add_run(run("r3", state="rolled back"))


def test_plans_are_found_by_state(store: DjangoStore) -> None:
    with store.transaction():
        for name in ("p1", "p2", "p3"):
            store.add_plan(plan(name))
        store.mark_plan("p2", "discarded")
    assert [p.id for p in store.plans("open")] == ["p3", "p1"]
    assert [p.id for p in store.plans("open", limit=1)] == ["p3"]
    assert [(p.id, p.state) for p in store.plans()] == [("p3", "open"), ("p2", "discarded"), ("p1", "open")]


def test_every_verdict_on_a_plan_is_kept_the_oldest_first(store: DjangoStore) -> None:
    with store.transaction():
        store.add_plan(plan("p1"))
        store.add_plan(plan("p2"))
        for who, approved in (("ann", False), ("bob", True)):
            store.add_verdict(Verdict("p1", approved, who, NOON))
    assert [(v.who, v.approved) for v in store.verdicts("p1")] == [("ann", False), ("bob", True)]
    assert store.verdicts("p2") == []


def test_overrides_of_a_customer_are_all_that_ever_were(store: DjangoStore) -> None:
    with store.transaction():
        first = store.add_override(override("C7"))
        other = store.add_override(override("C8"))
        partner = store.add_override(override("C7", "floor", ladder="partner"))
        store.end_override(first.id, NOON, "bob")
    assert store.overrides("member", "C7") == [replace(first, ended_at=NOON, ended_by="bob")]
    assert [o.id for o in store.overrides(customer_id="C7")] == [first.id, partner.id]
    assert [o.id for o in store.overrides("member")] == [first.id, other.id]
    assert store.overrides("member", "c7") == [], "ids differ by case"


def test_an_override_that_was_taken_back_says_by_whom_when_somebody_else_tries(store: DjangoStore) -> None:
    with store.transaction():
        given = store.add_override(override())
        store.end_override(given.id, NOON, "bob")
    with refused("E-STORE-018") as caught, store.transaction():
        store.end_override(given.id, NOON + timedelta(days=1), "eve")
    assert "bob" in str(caught.value) and "2026-03-31 12:00 UTC" in str(caught.value)
    assert store.overrides()[0].ended_by == "bob"


def test_the_audit_trail_is_the_newest_first_and_by_subject(store: DjangoStore) -> None:
    with store.transaction():
        for verb, subject in (("plan", "p1"), ("plan", "p2"), ("approve", "p1")):
            store.record(AuditEntry(NOON, "ann", verb, subject))
    assert [(e.verb, e.subject) for e in store.audit()] == [("approve", "p1"), ("plan", "p2"), ("plan", "p1")]
    assert [e.verb for e in store.audit("p1")] == ["approve", "plan"]
    assert [e.subject for e in store.audit(limit=1)] == ["p1"]


def test_what_is_not_there_is_told_with_what_is(store: DjangoStore) -> None:
    with store.transaction():
        store.add_run(run("2026-03-31-a1"))
        store.add_plan(plan("p-2026"))
    with refused("E-STORE-015") as caught, store.transaction():
        store.make_current("2026-03-31-a2")
    assert "Did you mean '2026-03-31-a1'?" in str(caught.value)
    with refused("E-STORE-015"), store.transaction():
        store.mark_run("nope", "rolled back")
    with refused("E-STORE-016"), store.transaction():
        store.mark_plan("nope", "applied")
    with refused("E-STORE-016"), store.transaction():
        store.add_verdict(Verdict("nope", True, "ann", NOON))
    with refused("E-STORE-017"), store.transaction():
        store.end_override(99, NOON, "ann")


def test_an_exception_undoes_everything_inside(store: DjangoStore) -> None:
    with store.transaction():
        store.add_run(run("r1"))
        given = store.add_override(override())
    with pytest.raises(KeyboardInterrupt), store.transaction():
        store.add_run(run("r2"))
        store.make_current("r1")
        store.mark_run("r1", "rolled back")
        store.add_plan(plan("p1"))
        store.add_verdict(Verdict("p1", True, "ann", NOON))
        store.add_override(override("C8"))
        store.end_override(given.id, NOON, "ann")
        store.record(AuditEntry(NOON, "ann", "apply", "p1"))
        raise KeyboardInterrupt
    assert _states(store) == {"r1": "published"} and store.plans() == [] and store.verdicts("p1") == []
    assert store.overrides() == [given] and store.audit() == []


def test_a_transaction_inside_another_is_a_part_of_it(store: DjangoStore) -> None:
    with pytest.raises(LookupError), store.transaction():
        with store.transaction():
            store.add_run(run("r1"))
        raise LookupError
    assert store.runs() == []


def test_a_change_outside_of_a_transaction_is_a_mistake_of_the_program(store: DjangoStore) -> None:
    with pytest.raises(RuntimeError, match="inside transaction"):
        store.add_run(run("r1"))
    assert store.runs() == []


@pytest.mark.parametrize("text", ["C\x007", "half \ud83d of a sign"])
def test_a_text_that_one_database_could_not_keep_is_refused_on_each(store: DjangoStore, text: str) -> None:
    with refused("E-STORE-021"), store.transaction():
        store.add_override(override(text))
    with refused("E-STORE-021"), store.transaction():
        store.record(AuditEntry(NOON, "ann", "plan", "p1", {"deep": [{"down": text}]}))
    with refused("E-STORE-015"), store.transaction():
        store.mark_run(text, "rolled back")
    assert store.run(text) is None and store.overrides(customer_id=text) == [] == store.audit(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.1e30, date(2026, 1, 1), {1: "a"}, {"a": {1, 2}}])
def test_what_is_no_json_is_a_mistake_of_the_program(store: DjangoStore, value: object) -> None:
    with pytest.raises(TypeError), store.transaction():
        store.record(AuditEntry(NOON, "ann", "plan", "p1", {"value": value}))
    assert store.audit() == []


def test_several_stores_in_one_process_know_nothing_of_each_other(tmp_path: Path) -> None:
    one, two = (open_store(None, tmp_path / name) for name in ("one", "two"))
    with one.transaction(), two.transaction():
        one.add_run(run("r1"))
    assert [r.id for r in one.runs()] == ["r1"] and two.runs() == []
    one.close()
    two.close()


def test_the_first_and_the_last_day_of_the_calendar_are_kept(store: DjangoStore) -> None:
    late = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    with store.transaction():
        store.record(AuditEntry(late, "ann", "plan", "p1"))
        given = store.add_override(override(until=date(9999, 12, 31), starts=date(1, 1, 1)))
    assert store.audit()[0].at == late and store.overrides() == [given]


def _states(store: DjangoStore) -> dict[str, str]:
    return {r.id: r.state for r in store.runs()}


def _current(store: DjangoStore) -> str | None:
    found = store.current()
    return found.id if found else None
