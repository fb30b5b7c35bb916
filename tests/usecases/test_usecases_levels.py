"""Levels that live: planned, approved, applied, given by hand, looked back on; on a workspace with files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from loyalty_shops import SCHEME, Shop, flows

from corner_shops import codes, kept
from custrata import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.levels.apply import decide
from custrata.usecases.levels.by_hand import in_force, take_back
from custrata.usecases.levels.history import History
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.rollback import rollback, runs
from custrata.usecases.levels.what_if import what_if
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop.opened(tmp_path)


def test_a_plan_moves_nobody_until_it_is_applied(shop: Shop) -> None:
    found = shop.plan()
    assert flows(found) == {(None, "VIP", "initial"): 1, (None, "plain", "initial"): 2}
    assert shop.workspace.run_ids() == []
    shop.apply()
    # Classes stand before, levels after them, in the scheme's language; a name in it is what people see.
    assert shop.levels() == {"ann": "VIP", "bob": "普通", "cid": "普通"}
    assert flows(shop.plan()) == {}, "a second look finds nothing new"


def test_grace_runs_from_run_to_run(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    # In January a year has passed since ann's purchase.
    assert shop.reviewed(date(2025, 1, 5)) == {}
    told = shop.standing("ann")
    assert (told.level, told.failing, told.grace_ends) == ("VIP", date(2025, 1, 5), date(2025, 2, 4))
    assert shop.reviewed(date(2025, 2, 3)) == {}
    assert shop.reviewed(date(2025, 2, 4)) == {("VIP", "plain", "downgrade"): 1, ("plain", "visitor", "downgrade"): 1}
    told = shop.standing("ann")
    assert [(m.day, m.level, m.cause) for m in told.history] == [
        (date(2024, 6, 1), "VIP", "initial"), (date(2025, 2, 4), "plain", "downgrade"),
    ]  # fmt: skip


def test_a_customer_is_told_what_he_lacks(shop: Shop) -> None:
    shop.reviewed()
    told = shop.standing("bob")
    assert (told.level, told.next) == ("plain", "VIP")
    lacking = told.asked["next"][0]
    assert (lacking.text, lacking.holds, float(lacking.gap or 0), float(lacking.value)) == (
        "spend_12m ≥ 200", False, 150.0, 50.0,
    )  # fmt: skip
    assert [a.holds for a in told.asked["keep"]] == [True]
    assert shop.standing("ann").benefits == {"discount": "10%"}


def test_a_plan_that_no_longer_holds_is_refused(shop: Shop) -> None:
    shop.reviewed()
    stale = shop.plan()
    shop.sells("b", "9,bob,2024-05-02,200\n")
    with pytest.raises(CustrataError) as error:
        shop.apply()
    assert codes(error) == ["E-PLAN-003"] and error.value.problems[0].values["what"] == "facts"
    fresh = shop.plan()
    with pytest.raises(CustrataError) as error:
        shop.apply(stale.entry.id)
    assert codes(error) == ["E-PLAN-006"]
    shop.scheme(SCHEME.replace("200", "220"))
    shop.give("cid", "VIP")
    with pytest.raises(CustrataError) as error:
        shop.apply(fresh.entry.id)
    whats = [p.values["what"] for p in error.value.problems]
    assert whats == ["rules of the scheme", "overrides"]
    shop.scheme(SCHEME.replace("门店会员", "another name"))
    with pytest.raises(CustrataError) as error:
        shop.apply(fresh.entry.id)
    assert [p.values["what"] for p in error.value.problems] == ["overrides"], "a new name moves nobody"


def test_a_brake_asks_for_approval(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 6, 5))
    found = shop.plan(date(2025, 7, 6))
    assert [(b["brake"], b["customers"], b["of"]) for b in found.entry.brakes] == [("fall", 3, 3)]
    with pytest.raises(CustrataError) as error:
        shop.apply()
    assert codes(error) == ["E-PLAN-007"]
    with pytest.raises(CustrataError) as error:
        decide(shop.workspace, kept, shop.clock, None, False, who="boss")
    assert codes(error) == ["E-PLAN-008"]
    decide(shop.workspace, kept, shop.clock, None, False, who="boss", comment="not in July")
    with pytest.raises(CustrataError) as error:
        shop.apply(found.entry.id)
    assert codes(error) == ["E-PLAN-006"]


def test_a_level_given_by_hand_counts_from_the_next_plan_and_ends(shop: Shop) -> None:
    shop.reviewed()
    with pytest.raises(CustrataError) as error:
        shop.give("bob", "VIP", reason=" ")
    assert codes(error) == ["E-HAND-001"]
    with pytest.raises(CustrataError) as error:
        shop.give("bob", "silver")
    assert codes(error) == ["E-HAND-003"]
    with pytest.raises(CustrataError) as error:
        shop.give("bobby", "VIP")
    assert codes(error) == ["E-RUN-004"]
    with pytest.raises(CustrataError) as error:
        shop.give("bob", "VIP", until=date(2024, 1, 1))
    assert codes(error) == ["E-HAND-004"]
    made = shop.give("bob", "VIP", until=date(2024, 7, 1))
    shop.give("cid", "普通", kind="floor")
    assert shop.levels()["bob"] == "普通"
    assert shop.reviewed() == {("plain", "VIP", "override"): 1}
    told = shop.standing("bob")
    assert (told.level, told.rule_level, told.override) == ("VIP", "plain", made)
    soon = in_force(shop.workspace, kept, shop.clock, expiring=30)
    assert [o.customer_id for o in soon] == ["bob"]
    shop.now = datetime(2024, 7, 2, tzinfo=UTC)
    assert shop.reviewed(date(2024, 7, 2)) == {("VIP", "plain", "override expired"): 1}
    floor = in_force(shop.workspace, kept, shop.clock)[0]
    take_back(shop.workspace, kept, shop.clock, floor.id, who="li")
    with pytest.raises(CustrataError) as error:
        take_back(shop.workspace, kept, shop.clock, floor.id, who="li")
    assert codes(error) == ["E-HAND-005"]
    assert shop.reviewed(date(2024, 7, 3)) == {}


def test_a_changed_rule_names_whom_it_moves(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.scheme(SCHEME.replace('"spend_12m >= 200", keep: "spend_12m >= 150"', '"spend_12m >= 50"'))
    assert shop.reviewed(date(2024, 6, 2)) == {("plain", "VIP", "scheme change"): 1}
    assert shop.levels()["bob"] == "VIP"


def test_another_scheme_is_tried_customer_by_customer(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    other = shop.path / "other.yaml"
    text = SCHEME.replace("orders_12m: {freq", "returned: {return_rate: 12 months}\n  orders_12m: {freq")
    other.write_text(text.replace("spend_12m >= 200", "spend_12m >= 50").replace("150", "40"), "utf-8")
    found = what_if(shop.workspace, duckdb_store, kept, shop.clock, other, as_of=date(2024, 6, 2))
    assert {(d.ours, d.theirs): d.customers for d in found.table} == {
        ("VIP", "VIP"): 1, ("plain", "VIP"): 1, ("plain", "plain"): 1,
    }  # fmt: skip
    assert [(d.customer_id, d.now, d.ours, d.theirs, float(d.spend)) for d in found.biggest] == [
        ("bob", "plain", "plain", "VIP", 50.0)
    ]
    assert found.differing == 1
    with store_of(shop.workspace, kept) as store:
        assert [p.state for p in store.plans()] == ["applied"]
    other.write_text(SCHEME.replace("member:", "others:"), "utf-8")
    with pytest.raises(CustrataError) as error:
        what_if(shop.workspace, duckdb_store, kept, shop.clock, other)
    assert codes(error) == ["E-PLAN-020"]


def test_levels_are_never_planned_backwards(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    with pytest.raises(CustrataError) as error:
        shop.plan(date(2024, 5, 31))
    assert codes(error) == ["E-PLAN-002"]


def test_the_movement_balances_and_the_past_can_be_asked(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "9,bob,2024-06-10,200\n10,dan,2024-06-11,5\n")
    shop.reviewed(date(2024, 6, 12))
    shop.give("dan", "VIP")
    shop.reviewed(date(2024, 6, 13))
    with shop.look() as (result, store):
        history = History(shop.workspace, store, result.engine)
        report = history.movement("member", ["VIP", "plain", "visitor"], date(2024, 6, 2), date(2024, 6, 30))
        assert [(m.level, m.opening, m.closing) for m in report] == [
            ("VIP", 1, 3), ("plain", 2, 1), ("visitor", 0, 0),
        ]  # fmt: skip
        assert [(m.net("up"), m.net("up by hand"), m.net("new")) for m in report] == [(1, 1, 0), (-1, -1, 1), (0, 0, 0)]
        assert history.level_on("bob", date(2024, 6, 11), "member") == "plain"
        assert history.level_on("bob", date(2024, 6, 12), "member") == "VIP"
        assert history.level_on("dan", date(2024, 6, 1), "member") is None
        assert history.migration("member", date(2024, 6, 1), date(2024, 6, 30)) == {
            (None, "VIP"): 1, ("VIP", "VIP"): 1, ("plain", "VIP"): 1, ("plain", "plain"): 1,
        }  # fmt: skip


def test_a_run_between_two_plans_moves_nobody(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "9,bob,2024-06-10,200\n10,dan,2024-06-11,5\n")
    shop.now = datetime(2024, 6, 12, tzinfo=UTC)
    run(shop.workspace, duckdb_store, shop.clock, open_store=kept)
    assert shop.levels() == {"ann": "VIP", "bob": "普通", "cid": "普通", "dan": None}
    assert shop.standing("dan").level is None and shop.standing("bob").level == "plain"
    assert [r.current for r in runs(shop.workspace, kept)] == [True, False]
    assert flows(shop.plan()) == {("plain", "VIP", "upgrade"): 1, (None, "plain", "initial"): 1}


def test_going_back_takes_levels_back_too(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    first = shop.workspace.run().id
    shop.sells("b", "9,bob,2024-06-10,200\n")
    shop.reviewed(date(2024, 6, 12))
    assert shop.levels()["bob"] == "VIP"
    rollback(shop.workspace, kept, shop.clock, first, who="li", reason="wrong file")
    assert shop.levels()["bob"] == "普通"
    assert [(r.id == first, r.current, r.entry.state if r.entry else "") for r in runs(shop.workspace, kept)] == [
        (False, False, "rolled back"), (True, True, "published"),
    ]  # fmt: skip
    with pytest.raises(CustrataError) as error:
        rollback(shop.workspace, kept, shop.clock, first, who="li", reason="again")
    assert codes(error) == ["E-RUN-010"]
    assert shop.reviewed(date(2024, 6, 12)) == {("plain", "VIP", "upgrade"): 1}


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("point", ["place", "add_run", "point_to"])
def test_a_kill_while_applying_leaves_the_old_levels_or_the_new_ones(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    shop.reviewed(date(2024, 6, 1))
    before = shop.levels()
    shop.sells("b", "9,bob,2024-06-10,200\n")
    found = shop.plan(date(2024, 6, 12))

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if point == "add_run":
            from custrata.store.store import DjangoStore

            patch.setattr(DjangoStore, "add_run", killed)
        else:
            patch.setattr(Workspace, point, killed)
        with pytest.raises(Killed):
            shop.apply()
    assert shop.levels() == before
    if point != "add_run":
        # It was decided, only nobody was told yet: whoever asks next makes it known.
        assert shop.standing("bob").level == "VIP"
    else:
        shop.apply(found.entry.id)
    assert shop.levels() == {"ann": "VIP", "bob": "VIP", "cid": "普通"}


@pytest.mark.parametrize("file", ["levels.parquet", "moves.parquet"])
def test_damaged_levels_are_told(shop: Shop, file: str) -> None:
    shop.reviewed(date(2024, 6, 1))
    (shop.workspace.run().folder / file).write_text("garbage", "utf-8")
    with pytest.raises(CustrataError) as error:
        if file == "levels.parquet":
            shop.plan(date(2024, 6, 2))
        else:
            shop.standing("ann")
    assert codes(error) == ["E-RUN-007"]
