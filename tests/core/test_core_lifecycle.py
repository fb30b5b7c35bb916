"""Lifecycle: stages from each customer's own rhythm, told with its numbers, and the same for a customer alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings

from custrata.core.segments.fitting import assign_all, load_params, notes_of
from custrata.locale import Lang
from shops import AS_OF, backend, classify, column, companies, evaluated, returns, sales, scheme, the_problem

LIFE = "as_of: 2024-03-31\nsegments: {life: {lifecycle: own}}"
#: Stage → days without a purchase until it, at the usual gap of a fortnight.
FORTNIGHT = {"At risk": 28, "Lapsed": 56, "Lost": 112}


def bought(who: str, ago: Iterable[int]) -> list[tuple[Any, ...]]:
    """Purchases so many days before the as-of date."""
    return [(who, AS_OF - timedelta(days=a), 100) for a in ago]


def regulars(n: int = 40, every: int = 14) -> list[tuple[Any, ...]]:
    """Customers who make the usual gap what it is."""
    return [row for i in range(n) for row in bought(f"regular{i}", range(3, 300, every))]


def stages(*each: Iterable[int], body: str = LIFE) -> list[str]:
    """The stages of customers who bought so many days before the as-of date, among the regulars."""
    rows = [row for i, ago in enumerate(each) for row in bought(f"it{i}", ago)]
    people = classify(body, sales(*regulars(), *rows))
    return [str(people[f"it{i}"]["life"]) for i in range(len(each))]


def every(days: int, since: int, n: int = 10) -> list[int]:
    return [since + days * i for i in range(n)]


def test_a_stage_of_silence_begins_on_its_day_and_not_before() -> None:
    asked = [every(14, silent, 15) for days in FORTNIGHT.values() for silent in (days - 1, days)]
    assert stages(*asked) == ["Mature", "At risk", "At risk", "Lapsed", "Lapsed", "Lost"]


def test_a_daily_buyer_and_a_half_yearly_one_are_each_measured_by_their_own_rhythm() -> None:
    daily, half_yearly, late = stages(every(2, 20, 30), every(180, 200, 12), every(180, 400, 12))
    assert daily == "Lapsed", "20 days are long for who comes every other day"
    assert half_yearly == "Mature", "200 days are nothing for who comes twice a year"
    assert late == "At risk"


def test_who_bought_once_is_measured_by_everybodys_rhythm() -> None:
    assert stages([0], [27], [28], [56], [112]) == ["New", "New", "At risk", "Lapsed", "Lost"]


def test_a_new_customer_grows_and_then_is_mature() -> None:
    grown = ([2, 9], [2, 20], every(14, 2, 11), every(14, 2, 12))
    assert stages(*grown) == ["New", "Growing", "Growing", "Mature"], "the first purchase of new ones is days ago"
    assert stages(every(14, 2, 4), body=LIFE.replace("own}", "own, mature: 4}")) == ["Mature"]


def test_who_comes_back_from_a_long_silence_is_won_back_for_three_rhythms_and_then_as_before() -> None:
    before = every(14, 200, 12)
    once = stages([5, *before], [27, *before], [28, *before])
    assert once == ["Won back", "Won back", "At risk"]
    often = stages([1, 20, 41, *before], [1, 15, 29, 43, *before])
    assert often == ["Won back", "Mature"], "the break is no part of the rhythm, and over"


def test_a_break_does_not_make_the_rhythm_slow() -> None:
    row = classify(LIFE, sales(*regulars(), *bought("it", [5, 19, *every(14, 220, 12)])))["it"]
    assert (row["life.gap"], row["life.rhythm"]) == (201, Decimal(14))


def test_a_customer_without_a_purchase_that_counts_is_a_prospect() -> None:
    orders = sales(*regulars(), ("gone", "2024-03-01", 50, "back1"))
    people = classify(LIFE, orders, returns=returns(("gone", "2024-03-05", 50, "back1")))
    assert people["gone"]["life"] == "Prospect"
    assert {people["gone"][f"life.{c}"] for c in ("rhythm", "at_risk_on", "lost_on", "next_on")} == {None}


def test_bounds_hold_whatever_the_rhythm() -> None:
    daily, slow = every(1, 6, 60), every(300, 366, 5)
    found = stages(daily, [a + 1 for a in daily], slow)
    assert found == ["Mature", "At risk", "At risk"], "no sooner than after a week, no later than after a year"
    wide = LIFE.replace("own}", "own, bounds: {at_risk: [7, 800], lapsed: [14, 1500], lost: [30, 3000]}}")
    assert stages(slow, body=wide) == ["Growing"]


def test_one_rhythm_for_everybody_when_the_scheme_says_so() -> None:
    assert stages(every(2, 19, 30), every(2, 20, 30), body=LIFE.replace("own", "10")) == ["Mature", "At risk"]


def test_the_days_of_the_next_stages_are_the_days_on_which_they_come() -> None:
    orders = sales(*regulars(), *bought("it", every(14, 10)))
    row = classify(LIFE, orders)["it"]
    days = {"At risk": row["life.at_risk_on"], "Lapsed": row["life.lapsed_on"], "Lost": row["life.lost_on"]}
    assert row["life.next_on"] == days["At risk"] == AS_OF + timedelta(days=18)
    with evaluated(LIFE, orders) as result:
        model, params, t = result.scheme, result.params, ibis.memtable(result.table())
        for name, day in days.items():
            for on, there in ((day, True), (day - timedelta(days=1), False)):
                older = t.mutate(**{f"life.{c}": t[f"life.{c}"] + (on - AS_OF).days for c in ("tenure", "silent")})
                drop = [c for c in older.columns if c == "life" or c.endswith(("_on", "rhythm"))]
                rows = backend().to_pyarrow(assign_all(model, older.drop(*drop), params, on)).to_pylist()
                assert (next(r["life"] for r in rows if r["customer_id"] == "it") == name) == there


@pytest.mark.parametrize(("lang", "said"), [
    ("en", ["Usual gap 14 days: 9 own gaps of 14 days", "silent for 40 days = 2.9 ×", "at risk from 28 (2 ×)",
            "lapsed from 56 (4 ×)", "Lapsed on 2024-04-16"]),
    ("zh", ["通常间隔 14 天：自身 9 个间隔平均 14 天", "已沉默 40 天，为 2.9 倍", "28 天起预警（2 倍）",
            "2024-04-16 起沉睡"]),
])  # fmt: skip
def test_an_explanation_says_why_in_numbers_and_when_the_next_stage_comes(lang: Lang, said: list[str]) -> None:
    with evaluated(f"language: {lang}\n{LIFE}", sales(*regulars(), *bought("it", every(14, 40)))) as result:
        rule = result.explain("it").classes[0].rule
    assert all(part in rule for part in said), rule


def test_every_stage_has_a_reason_in_both_languages() -> None:
    orders = sales(
        *regulars(), *bought("once", [3]), *bought("back", [5, *every(14, 200)]), *bought("two", [3, 300]),
        *bought("late", every(14, 40)), *bought("lapsed", every(14, 60)), *bought("lost", every(14, 200)),
    )  # fmt: skip
    with evaluated(LIFE, orders) as result:
        people = ("regular1", "once", "back", "two", "late", "lapsed", "lost")
        for lang in ("en", "zh"):
            told = [result.explain(who, lang).classes[0] for who in people]
            assert all(c.rule and "{" not in c.rule for c in told)
        assert {c.key for c in told} == {"new", "won_back", "mature", "at_risk", "lapsed", "lost"}


@settings(max_examples=12)
@given(companies())
def test_a_stage_is_what_its_definition_says_and_a_customer_alone_gets_the_same(orders: pa.Table) -> None:
    with evaluated(LIFE, orders) as result:
        params = load_params(result.scheme, {"life": result.params["life"].model_dump(mode="json")})
        whole = result.table()
        alone = ibis.memtable(whole.slice(0, 1)).drop("life", *(c for c in whole.column_names if c.endswith("_on")))
        again = backend().to_pyarrow(assign_all(result.scheme, alone.drop("life.rhythm"), params, AS_OF)).to_pylist()
    rows = {r["customer_id"]: r for r in whole.to_pylist()}
    assert again[0]["life"] == whole["life"][0].as_py()
    days: dict[str, set[date]] = {who: set() for who in rows}
    for r in orders.to_pylist():
        if r["amount"] >= 0:
            days[r["customer_id"]].add(r["ordered_at"])
    for who, row in rows.items():
        assert row["life"] == by_hand(sorted(days[who]), params["life"]), (who, days[who])


def by_hand(days: list[date], params: Any) -> str:
    """The stage as the documentation defines it, with the default options."""
    if not days:
        return "Prospect"
    gaps = [((b - a).days, b) for a, b in pairwise(days)]
    silent, tenure = (AS_OF - days[-1]).days, (AS_OF - days[0]).days

    def rhythm(own: list[int]) -> Decimal:
        mean = (sum(own) + 2 * float(params.rhythm)) / (len(own) + 2)
        return Decimal(floor(mean * 10 + 0.5)) / 10

    def until(times: int, of: Decimal, low: int, high: int) -> int:
        return min(max(ceil(times * of), low), high)

    usual, broke, back = rhythm([g for g, _ in gaps]), False, None
    lately = [(g, b) for g, b in gaps if (AS_OF - b).days < 365]
    if lately:
        longest, back = max(lately)
        without = rhythm(_less([g for g, _ in gaps], longest))
        if longest >= until(4, without, 14, 730):
            usual, broke = without, True
    for name, times, low, high in (("Lost", 8, 30, 1095), ("Lapsed", 4, 14, 730), ("At risk", 2, 7, 365)):
        if silent >= until(times, usual, low, high):
            return name
    if broke and back is not None and (AS_OF - back).days < max(ceil(3 * usual), until(2, usual, 7, 365)):
        return "Won back"
    if len(days) == 1 or tenure < ceil(usual):
        return "New"
    return "Mature" if len(days) >= params.mature else "Growing"


def _less(values: list[int], one: int) -> list[int]:
    found = list(values)
    found.remove(one)
    return found


def test_nobody_with_two_purchases_is_told_and_thirty_days_are_taken() -> None:
    with evaluated(LIFE, sales(*bought("a", [1]), *bought("b", [61]))) as result:
        notes = notes_of(result.scheme, result.params, AS_OF)
        assert [n.code for n in notes] == ["E-SCHEME-058"] and "30 days" in notes[0].text("en")
        assert {r["customer_id"]: r["life"] for r in result.table().to_pylist()} == {"a": "New", "b": "At risk"}
    with evaluated(LIFE, sales(*regulars(5))) as result:
        assert [n.code for n in notes_of(result.scheme, result.params, AS_OF)] == ["E-SCHEME-059"]
    with evaluated(LIFE, sales(*regulars(30))) as result:
        assert notes_of(result.scheme, result.params, AS_OF) == []


@pytest.mark.parametrize(("options", "code"), [
    ("at_risk: 4, lapsed: 4", "E-SCHEME-056"), ("lost: 3", "E-SCHEME-056"), ("bounds: {gone: [1, 2]}", "E-SCHEME-057"),
    ("bounds: {at_risk: [9, 7]}", "E-SCHEME-057"), ("bounds: {lapsed: [5, 700]}", "E-SCHEME-057"),
    ("bounds: {lost: 90}", "E-SCHEME-057"), ("at_risk: 0", "E-SCHEME-037"), ("new: 1.234", "E-SCHEME-037"),
    ("mature: 1", "E-SCHEME-028"), ("shrinkage: often", "E-SCHEME-037"),
])  # fmt: skip
def test_options_that_cannot_be_are_refused_with_their_line(options: str, code: str) -> None:
    assert the_problem(f"scheme: x\nsegments:\n  life: {{lifecycle: own, {options}}}").code == code


def test_options_may_be_written_in_chinese() -> None:
    chinese = "方案: 店\n客群: {生命: {生命周期: 自身, 预警: 3, 天数: {预警: [5, 90]}, 标签: {at_risk: 有风险}}}"
    from custrata import Scheme

    model = Scheme.parse(chinese).segments["生命"]
    assert (model.rhythm, model.at_risk, model.bounds["at_risk"]) == ("own", 3, (5, 90))  # type: ignore[attr-defined]
    assert model.named(model.builtin(None, None)[5]).zh == "有风险"  # type: ignore[arg-type]


def test_equal_customers_share_a_stage_whatever_the_scheme_counts() -> None:
    twice = [*regulars(), *bought("a", [3, 3, 20]), *bought("b", [3, 20])]
    found = column(classify(LIFE, sales(*twice)), "life")
    assert found["a"] == found["b"] == "Growing"
    assert scheme(LIFE).segments["life"].inputs() == ()
