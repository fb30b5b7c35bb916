"""Whom a ladder would place where before it is saved: what the plan then finds, and no more than the reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_shops import LEVELS, Shop, now

from custrata.core.errors import CustrataError
from custrata.core.levels.step import Found, Held, step
from custrata.core.scheme.model import Scheme
from custrata.core.store import Override
from custrata.engines.duckdb.shared import shared_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.customers.asked import limited
from custrata.usecases.customers.veil import Veiled
from custrata.usecases.ladder_new import TEMPLATES, with_new_ladder
from custrata.usecases.ladder_preview import LadderPreview, preview_ladder, preview_ladders
from custrata.usecases.levels.plan import plan
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.usecases.workspace import Workspace

NAME = "会员等级"


@pytest.fixture(scope="module")
def look(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """The published run of the shop."""
    with opened(Workspace.at(template).run(), shared_engine, tmp_path_factory.mktemp("look")) as found:
        yield found


def changed(look: Result, levels: str) -> Scheme:
    """The scheme of the shop with another ladder in place of its own."""
    return Scheme.parse(look.scheme.text.replace(LEVELS.strip("\n"), levels.strip("\n")))


def under(look: Result, levels: str, overrides: Any = ()) -> LadderPreview:
    return preview_ladder(look, changed(look, levels), NAME, "zh", overrides)


def ladder(vip: str, gold: str, more: str = "", keep: str = "") -> str:
    kept = f', keep: "{keep}"' if keep else ""
    return f"""
levels:
  会员等级:
    VIP: {{enter: "{vip}"{kept}}}
    金卡: {{enter: "{gold}"}}
    普通: {{enter: "年订单 >= 1"}}
    潜在: {{}}
    {more}
"""


def flows(told: LadderPreview) -> dict[tuple[str | None, str], int]:
    return {(f.before, f.after): f.customers for f in told.preview.flows}


def test_the_ladder_as_it_is_moves_nobody(look: Result) -> None:
    told = under(look, LEVELS)
    assert told.preview.moved == 0 and told.usual == (0, 0) and told.preview.customers == 150
    assert [c.label for c in told.preview.classes] == ["VIP", "金卡", "普通", "潜在"]
    assert all(c.was == c.will for c in told.preview.classes) and told.spend == "年消费"
    assert not preview_ladders(look, look.scheme, "zh")


def test_the_plan_finds_whom_the_preview_told_of(own_shop: Shop, tmp_path: Path) -> None:
    other = ladder("年消费 >= 5万", "年消费 >= 3万 and 年订单 >= 3")
    with opened(Workspace.at(own_shop.folder).run(), shared_engine, tmp_path) as look:
        told, file = under(look, other), own_shop.folder / "scheme.yaml"
    file.write_text(file.read_text("utf-8").replace(LEVELS.strip("\n"), other.strip("\n")), "utf-8")
    found = plan(Workspace.at(own_shop.folder), duckdb_store, lambda f: open_store(None, f), now, who="test")
    moves = Counter({(f.before, f.level): f.customers for f in found.flows})
    assert moves and moves == {k: n for k, n in flows(told).items() if k[0] != k[1]}
    assert told.rises.customers + told.falls.customers == sum(moves.values()) and told.rises.customers > 0
    assert told.falls.spend == sum(f.spend for f in found.flows if f.cause == "downgrade" or f.level == "普通")


#: How customers move, and the same without hold, grace and waiting for a review.
POLICIES = {
    "": "", "down: never": "down: never", "down: {by: step, hold: 90 days, after: 30 days}": "down: {by: step}",
    "up: {by: step}": "up: {by: step}", "review: yearly": "", "down: {at: review}": "",
}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 9), st.sampled_from([*POLICIES]))
def test_it_is_the_state_machine_without_hold_grace_and_waiting(
    look: Result, vip: int, kept: int, orders: int, moves: str
) -> None:
    low, high = 5_000, 5_000 + vip * 3_000
    keep, day = min(high, kept * 3_000), look.as_of
    asks = (f"年消费 >= {high}", f"年消费 >= {low} and 年订单 >= {orders}")
    told = under(look, ladder(*asks, moves, f"年消费 >= {keep}"))
    bare = changed(look, ladder(*asks, POLICIES[moves], f"年消费 >= {keep}")).levels[NAME]
    wanted: Counter[tuple[str, str]] = Counter()
    t = look.customers
    for r in look.engine.rows(t.select(level=t[NAME], spend=t["年消费"], orders=t["年订单"])):
        holds = [True, r["orders"] >= 1, r["spend"] >= low and r["orders"] >= orders, r["spend"] >= high]
        earned, rank = max(i for i, held in enumerate(holds) if held), bare.rank(r["level"])
        keeps = r["spend"] >= keep if rank == 3 else holds[rank]
        after = step(Held(rank, day), Found(earned, keeps), bare.policy(), day, day + timedelta(days=1))
        wanted[r["level"], bare.names[after.level]] += 1
    assert flows(told) == wanted


def test_a_level_that_is_gone_places_its_customers_anew(look: Result) -> None:
    told = under(look, ladder("年消费 >= 10万", "年消费 >= 2万").replace("    金卡: {enter: \"年消费 >= 2万\"}\n", ""))
    gold = next(c for c in told.preview.classes if c.label == "金卡")
    assert gold.will is None and gold.was is not None and told.anew.customers == gold.was[0] > 0
    assert told.rises.customers == told.falls.customers == 0


def test_who_is_given_a_level_by_hand_stays_there(look: Result) -> None:
    t = look.customers
    who = [r["customer_id"] for r in look.engine.rows(t.filter(t[NAME] == "金卡").order_by("customer_id").limit(2))]
    given = [
        Override(1, NAME, who[0], "pin", "金卡", "x", "ann", now(), date(2024, 1, 1)),
        Override(2, NAME, who[1], "floor", "金卡", "x", "ann", now(), date(2024, 1, 1)),
    ]
    stricter, looser = ladder("年消费 >= 90万", "年消费 >= 80万"), ladder("年消费 >= 10", "年消费 >= 5")
    free, held = under(look, stricter), under(look, stricter, overrides=given)
    assert flows(held)["金卡", "金卡"] == flows(free).get(("金卡", "金卡"), 0) + 2
    assert flows(under(look, looser, overrides=given))["金卡", "金卡"] == 1, "a floor does not keep anybody down"


def test_a_reader_of_some_customers_is_told_of_those(look: Result) -> None:
    few = limited(look, "年消费 >= 2万")
    told = preview_ladder(few, look.scheme, NAME, "zh")
    assert 0 < told.preview.customers < 150 and told.preview.customers == few.totals.customers


def test_what_the_run_cannot_tell_is_said_and_not_guessed(look: Result) -> None:
    text = look.scheme.text.replace("年消费:    {monetary: 12 months}", "年消费:    {monetary: 6 months}")
    assert text != look.scheme.text
    with pytest.raises(CustrataError, match="E-WEB-082"):
        preview_ladder(look, Scheme.parse(text), NAME, "zh")
    assert preview_ladders(look, Scheme.parse(text.replace("10万", "20万")), "zh") == []


def test_what_is_masked_is_not_told_by_who_would_move(look: Result) -> None:
    seen = Veiled(**{f.name: getattr(look, f.name) for f in fields(Result)}, full=look, hidden={"省份": "text"})
    other = Scheme.parse(look.scheme.text.replace("年订单 >= 1", "省份 = 广东"))
    assert preview_ladder(look, other, NAME, "zh").preview.customers == 150
    with pytest.raises(CustrataError, match="E-WEB-120"):
        preview_ladder(seen, other, NAME, "zh")


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_new_ladder_holds_everybody_on_levels_that_somebody_reaches(look: Result, kind: Any) -> None:
    text = with_new_ladder(look.scheme.text, "会员", look, kind)
    told = preview_ladder(look, Scheme.parse(text), "会员", "zh")
    held = [c.will[0] for c in told.preview.classes if c.will is not None]
    assert told.preview.new and told.usual is None and sum(held) == 150 and min(held) > 0
    assert replace(told, rises=told.falls).rises.customers == 0, "whoever had no level does not rise"
    assert "\n  会员:\n" in text and text.startswith(look.scheme.text.rstrip("\n").split("\nlevels")[0])
