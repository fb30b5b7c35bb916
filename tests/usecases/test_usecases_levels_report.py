"""Plans and movement as people see them: what is told of a plan agrees with what it does, in list, page and sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from loyalty_shops import SCHEME, Shop

from corner_shops import codes, kept
from custrata import CustrataError
from custrata.core.measure.levels import LadderPlan, PlanReport
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS, Lang
from custrata.usecases.draw import chart_of, write_report
from custrata.usecases.export import export
from custrata.usecases.levels import plan_lists
from custrata.usecases.levels.history import History
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.movement_report import movement_report, period
from custrata.usecases.levels.plan import Plan
from custrata.usecases.levels.plan_look import PlanLook, opened_plan
from custrata.usecases.levels.plan_report import plan_report
from custrata.usecases.levels.report_files import write_movement, write_plan
from custrata.usecases.levels.rollback import rollback
from custrata.usecases.listing import completed
from custrata.usecases.run import run

pytestmark = pytest.mark.slow

PEOPLE = "who,name\nann,安女士\nbob,=cmd()\n"
NAMED = SCHEME.replace(
    "metrics:", "  customers: {file: people.csv, columns: {customer_id: who, name: name}}\nmetrics:"
).replace("fall: 40%", "fall: 90%")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop.opened(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    made.scheme(NAMED)
    return made


@contextmanager
def looked_at(shop: Shop, found: Plan, lang: Lang = "zh", most: int = 20) -> Iterator[tuple[PlanLook, PlanReport, Any]]:
    with (
        store_of(shop.workspace, kept) as store,
        opened_plan(shop.workspace, found.entry, duckdb_engine, shop.path / "look") as look,
    ):  # fmt: skip
        yield look, plan_report(look, store, lang, most), store


def told(shop: Shop, found: Plan, lang: Lang = "zh") -> LadderPlan:
    with looked_at(shop, found, lang) as (_, report, _store):
        return report.ladders[0]


def test_levels_before_and_after_differ_by_the_moves(shop: Shop) -> None:
    first = told(shop, shop.plan(date(2024, 6, 1)))
    assert [(s.level, s.before, s.after) for s in first.shares] == [("VIP", 0, 1), ("普通", 0, 2), ("visitor", 0, 0)]
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "9,bob,2024-06-10,200\n10,dan,2024-06-11,5\n")
    then = told(shop, shop.plan(date(2024, 6, 12)))
    assert [(s.level, s.before, s.after) for s in then.shares] == [("VIP", 1, 2), ("普通", 2, 2), ("visitor", 0, 0)]
    assert [(s.spend_before, s.spend_after) for s in then.shares] == [
        (Decimal(250), Decimal(500)), (Decimal(260), Decimal(15)), (Decimal(0), Decimal(0)),
    ]  # fmt: skip
    assert then.pairs == {("VIP", "VIP"): 1, ("普通", "普通"): 1, ("普通", "VIP"): 1, (None, "普通"): 1}
    assert [(m.customer_id, m.name, m.level) for m in then.rises] == [("bob", "=cmd()", "VIP")]
    assert [(w.name, w.value, w.asked, w.holds) for w in then.rises[0].weighed] == [
        ("spend_12m", "250", "≥ 200", True)
    ]  # fmt: skip


def test_who_falls_is_told_with_the_number_that_fails(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 1, 5))
    falls = told(shop, shop.plan(date(2025, 2, 4)), "en").falls
    assert [(m.customer_id, m.before, m.level, m.cause) for m in falls] == [
        ("ann", "VIP", "Plain", "downgrade"), ("cid", "Plain", "visitor", "downgrade"),
    ]  # fmt: skip
    assert [(w.value, w.asked, w.holds) for m in falls for w in m.weighed] == [
        ("0", "≥ 150", False),
        ("0", "≥ 1", False),
    ]


def test_who_is_in_grace_is_told_until_when(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    found = told(shop, shop.plan(date(2025, 1, 5)))
    assert [(g.customer_id, g.level, g.failing, g.ends) for g in found.grace] == [
        ("ann", "VIP", date(2025, 1, 5), date(2025, 2, 4)), ("cid", "普通", date(2025, 1, 5), date(2025, 2, 4)),
    ]  # fmt: skip
    assert [(e.ends, e.customers) for e in found.grace_ends] == [(date(2025, 2, 4), 2)] and found.in_grace == 2
    assert found.grace[0].weighed[0].holds is False


def test_a_hold_that_lasts_longer_than_grace_says_when_the_level_is_taken(shop: Shop) -> None:
    shop.scheme(NAMED.replace("by: one step", "by: one step, hold: 1 year"))
    shop.reviewed(date(2024, 6, 1))
    assert [e.ends for e in told(shop, shop.plan(date(2025, 1, 5))).grace_ends] == [date(2025, 6, 1)]


def test_after_grace_a_level_waits_for_its_review(shop: Shop) -> None:
    shop.scheme(
        NAMED.replace("by: one step", "by: one step, at: review").replace(
            "    brakes", "    review: yearly\n    brakes"
        )
    )
    shop.reviewed(date(2024, 6, 1))
    shop.reviewed(date(2025, 1, 5))
    found = told(shop, shop.plan(date(2025, 3, 1)))
    assert [(g.customer_id, g.ends) for g in found.grace] == [("ann", None), ("cid", None)]


def test_nobody_is_in_grace_where_nobody_falls_or_a_person_decides(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.give("ann", "VIP")
    assert [g.customer_id for g in told(shop, shop.plan(date(2025, 1, 5))).grace] == ["cid"]
    shop.scheme(NAMED.replace("down: {after: 30 days of grace, by: one step}", "down: never"))
    assert told(shop, shop.plan(date(2025, 1, 5))).grace_ends == []


def test_levels_given_by_hand_are_told_with_reason_and_end(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.give("bob", "VIP", reason="朋友", until=date(2024, 6, 20))
    shop.give("cid", "普通", kind="floor", reason="合同")
    found = told(shop, shop.plan(date(2024, 6, 2)))
    assert [(h.customer_id, h.kind, h.level, h.rule, h.reason) for h in found.held] == [
        ("bob", "pin", "VIP", "普通", "朋友")
    ], "a floor that the rules reach decides nothing"
    assert found.held_count == 1 and [h.customer_id for h in found.expiring] == ["bob"]
    assert [(m.cause, m.note) for m in found.rises] == [("override", "朋友 — li")] and not found.rises[0].weighed


def test_whom_a_changed_rule_moves_is_named(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.scheme(NAMED.replace('"spend_12m >= 200", keep: "spend_12m >= 150"', '"spend_12m >= 50"'))
    with looked_at(shop, shop.plan(date(2024, 6, 2))) as (_, report, _store):
        assert report.scheme_changed and report.ladders[0].moved_by("scheme change") == 1
        assert [m.customer_id for m in report.ladders[0].by_scheme] == ["bob"]


def test_lists_name_a_few_and_count_all(shop: Shop) -> None:
    shop.sells("b", "".join(f"{i + 100},c{i:02},2024-05-{i + 1:02},{i}\n" for i in range(20)))
    shop.reviewed(date(2024, 6, 1))
    shop.sells("c", "".join(f"{i + 300},c{i:02},2024-06-02,{300 + i}\n" for i in range(20)))
    with looked_at(shop, shop.plan(date(2024, 6, 3)), most=5) as (_, report, _store):
        ladder = report.ladders[0]
        assert [m.customer_id for m in ladder.rises] == ["c19", "c18", "c17", "c16", "c15"]
        assert ladder.going("up") == 20


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {s.title: [[c.value for c in row] for row in s.iter_rows()] for s in book}


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_lists_every_move_and_everybody_in_grace(shop: Shop, lang: Lang) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "9,bob,2024-12-30,200\n")
    shop.give("ann", "VIP", reason="=1+1")
    with looked_at(shop, shop.plan(date(2025, 1, 5)), lang) as (look, report, store):
        write_plan(look, store, report, shop.path / "plan.xlsx", lang)
        write_plan(look, store, report, shop.path / "plan.html", lang)
    assert "=cmd()" in (shop.path / "plan.html").read_text("utf-8")
    _, moves, grace, hand = sheets(shop.path / "plan.xlsx").values()
    plain = "普通" if lang == "zh" else "Plain"
    assert moves[1][:6] == ["bob", "=cmd()", "升级" if lang == "zh" else "Rise", plain, "VIP", moves[1][5]]
    assert moves[1][6] == 250 and moves[1][9:11] == [250, 2], "the numbers that conditions read, as numbers"
    assert grace[1][0] == "cid" and grace[1][4].date() == date(2025, 2, 4)
    assert hand[1][0] == "ann" and hand[1][-1] == "=1+1 — li"
    assert moves[0] == list(dict.fromkeys(moves[0])), "no two columns are headed alike"


def test_a_plan_of_several_ladders_has_one_list_that_names_them(shop: Shop) -> None:
    more = "  service:\n    dedicated: {enter: orders_12m >= 2}\n    standard: {}\n"
    shop.scheme(NAMED + more)
    with looked_at(shop, shop.plan(date(2024, 6, 1))) as (look, report, store):
        assert [ladder.name for ladder in report.ladders] == ["member", "service"]
        write_plan(look, store, report, shop.path / "plan.xlsx", "en")
    moves = list(sheets(shop.path / "plan.xlsx").values())[1]
    assert [row[0] for row in moves[1:]] == ["member"] * 3 + ["service"] * 3
    (ann,) = (row for row in moves if row[:2] == ["service", "ann"])
    # What a ladder does not read is empty there.
    assert ann[moves[0].index("spend_12m (CNY)")] is None and ann[moves[0].index("orders_12m")] == 1


def test_more_moves_than_a_sheet_holds_are_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_lists, "MOST_ROWS", 2)
    with looked_at(shop, shop.plan()) as (look, report, store):
        with pytest.raises(CustrataError) as error:
            write_plan(look, store, report, shop.path / "plan.xlsx", "zh")
        assert codes(error) == ["E-PLAN-009"] and not (shop.path / "plan.xlsx").exists()
        with pytest.raises(CustrataError) as error:
            write_plan(look, store, report, shop.path / "plan.pdf", "zh")
        assert codes(error) == ["E-CLI-003"]
        with pytest.raises(CustrataError) as error:
            write_plan(look, store, report, shop.path / "scheme.yaml" / "plan.html", "zh")
        assert codes(error) == ["E-RUN-006"]


def test_an_applied_plan_can_still_be_shown(shop: Shop) -> None:
    found = shop.plan(date(2024, 6, 1))
    before = told(shop, found)
    shop.apply()
    assert told(shop, found) == before


@pytest.mark.parametrize("lang", LANGS)
def test_the_matrix_begins_with_what_the_movement_begins_with(shop: Shop, lang: Lang) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "9,bob,2024-06-10,200\n10,dan,2024-06-11,5\n")
    shop.reviewed(date(2024, 6, 12))
    with shop.look() as (result, store):
        history = History(shop.workspace, store, result.engine)
        assert period(history, result, None, None) == (date(2024, 6, 1), date(2024, 6, 12))
        with pytest.raises(CustrataError) as error:
            period(history, result, date(2024, 7, 1), date(2024, 6, 1))
        assert codes(error) == ["E-PLAN-010"]
        for first in (date(2024, 6, 1), date(2024, 6, 2), date(2024, 6, 12)):
            (report,) = movement_report(history, result, ["member"], first, date(2024, 6, 30), lang)
            starts = {m.level: sum(n for (a, _), n in report.pairs.items() if a == m.level) for m in report.rows}
            ends = {m.level: sum(n for (_, b), n in report.pairs.items() if b == m.level) for m in report.rows}
            assert starts == {m.level: m.opening for m in report.rows}, first
            assert ends == {m.level: m.closing for m in report.rows}, first
        for name in ("m.html", "m.xlsx", "m.svg"):
            write_movement([report], shop.path / name, lang)
            assert (shop.path / name).stat().st_size > 1000
        with pytest.raises(CustrataError) as error:
            write_movement([report], shop.path / "m.doc", lang)
        assert codes(error) == ["E-CLI-003"]


def test_a_ladder_is_looked_at_like_a_segment(shop: Shop) -> None:
    shop.reviewed(date(2024, 6, 1))
    shop.sells("b", "10,dan,2024-06-11,5\n")
    shop.now = datetime(2024, 6, 12, tzinfo=UTC)
    run(shop.workspace, duckdb_store, shop.clock, open_store=kept)
    with shop.look() as (result, _):
        rows = result.summary("member", "en")
        assert [(r.class_, r.customers) for r in rows] == [("VIP", 1), ("Plain", 2), ("visitor", 0), ("No level", 1)]
        assert chart_of(result, "member", "zh").to_dict()["description"].startswith("条形图")
        done = export(result, shop.path / "vip.csv", "zh", "member", ["VIP", "未定级"])
        lines = (shop.path / "vip.csv").read_text("utf-8-sig").splitlines()
        assert done.customers == 2 and lines[0].endswith('"member"')
        assert [line.split(",")[0] + line.split(",")[-1] for line in lines[1:]] == ['"ann""VIP"', '"dan""未定级"']
        with pytest.raises(CustrataError) as error:
            export(result, shop.path / "x.csv", "zh", "member", ["gold"])
        assert codes(error) == ["E-RUN-008"]


def test_before_the_first_plan_everybody_is_on_no_level(shop: Shop) -> None:
    run(shop.workspace, duckdb_store, shop.clock, open_store=kept)
    with shop.look() as (result, _):
        assert [(r.class_, r.customers) for r in result.summary("member", "zh")][-1] == ("未定级", 3)
        assert [s.kind for s in result.report("zh").segments] == [], "a ladder nobody stands on is no part of a report"


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_tells_who_moved_since_the_plan_before(shop: Shop, lang: Lang) -> None:
    shop.reviewed(date(2024, 6, 1))
    with shop.look() as (result, _):
        assert completed(result, lang).segments[0].movement is None, "before the first plan there was none"
    first = shop.workspace.run().id
    shop.sells("b", "9,bob,2024-06-10,200\n10,dan,2024-06-11,5\n")
    shop.reviewed(date(2024, 6, 12))
    with shop.look() as (result, _):
        model = completed(result, lang)
        moved = model.segments[0].movement
        assert moved is not None and (moved.first, moved.last) == (date(2024, 6, 2), date(2024, 6, 12))
        assert [(m.opening, m.closing) for m in moved.rows] == [(1, 2), (2, 2), (0, 0)]
        assert model.largest is not None and model.largest.customers[0].classes == ["VIP"]
        write_report(result, shop.path / "report.html", lang)
        write_report(result, shop.path / "report.xlsx", lang)
    assert "moved-1-flow" in (shop.path / "report.html").read_text("utf-8")
    rollback(shop.workspace, kept, shop.clock, first, who="li", reason="wrong file")
    with shop.look() as (result, _):
        assert completed(result, lang).segments[0].movement is None
