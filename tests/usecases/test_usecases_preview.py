"""What other cuts would change, beside what a run under them gives: the two must never differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata import CustrataError, Scheme, evaluate
from custrata.core.segments.dials import FIXED, Dials
from custrata.usecases.customers.asked import limited
from custrata.usecases.customers.veil import veiled
from custrata.usecases.cuts import dials_of, recut, with_cuts
from custrata.usecases.look import Result
from custrata.usecases.preview import preview, preview_scheme
from shops import sales, scheme

pytestmark = pytest.mark.slow

# Comments and odd spellings stand here to stay.
SCHEME = """
metrics:
  spend: {monetary: lifetime}   # all that was ever paid
  orders: {frequency: lifetime}
  recency: {recency: days}
segments:
  # the first one
  tier:  {thresholds: spend,  classes: {big: above 100, "mid": 'from 50', small: else}}  # by hand
  tenth: {quantile: spend, classes: {high: top 20%, middle: 50%, low: bottom 30%}}
  fifth: {quantile: spend, groups: 5}
  abc:   {share: spend, cuts: [70%, 90%]}
  layers: {pyramid: spend}
  size:  {size: {spend: [50, 200], orders: [2, 4]}}
  rfm:   {rfm: [recency, orders, spend]}
  scored: {rfm: [recency, orders, spend], of: scores, scores: {recency: [7, 30], orders: [1, 3], spend: [50, 100]}}
  both:  {matrix: [tier, abc]}
  watch: {rules: {lost: "recency > 60 and tier = big", rest: else}}
"""
TURNED: Mapping[str, Mapping[str, str]] = {
    "tier": {"c0": "80", "c1": "40"}, "tenth": {"c0": "10", "c1": "60"}, "fifth": {"groups": "3"},
    "abc": {"c0": "50"}, "layers": {"c0": "10", "c1": "20"}, "size": {"m0_0": "100", "m1_0": "1"},
    "rfm": {"choice": "above median"}, "scored": {"m0_0": "10", "m2_1": "150"},
}  # fmt: skip
SALES = sales(
    *[(f"c{i % 17:02d}", f"2024-0{1 + i % 3}-{1 + i * 5 % 28:02d}", f"{(i * i * 7) % 150 + 5}.50") for i in range(30)],
    ("c90", "2024-03-20", 70), ("c91", "2024-01-02", 90), ("c91", "2024-01-09", 45), ("c92", "2024-03-30", 44),
)  # fmt: skip

_HEAD, _LINES = SCHEME.split("segments:\n")
#: A scheme with one segment only, for each.
ALONE = {
    name: f"{_HEAD}segments:\n{line}\n"
    for line in _LINES.splitlines() if (name := line.strip().partition(":")[0]) in TURNED
}  # fmt: skip


def shop(body: str = SCHEME, orders: Any = SALES) -> Any:
    return evaluate(scheme(body), orders=orders)


def as_they_are(dials: Dials) -> dict[str, str]:
    """Every dial at its own value, as a form sends it."""
    said = {d.key: str(d.value * 100 if d.unit == "share" else d.value) for d in dials.dials}
    return said | ({"choice": dials.choice} if dials.choices else {})


def counts(result: Result, name: str) -> dict[str, tuple[int, Decimal]]:
    return {row.class_: (row.customers, row.spend) for row in result.summary(name, "en") if row.customers}


SOLD = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 60), st.integers(-20, 400)), min_size=1, max_size=25)


@given(SOLD, st.sampled_from(sorted(TURNED)))
def test_unchanged_cuts_move_nobody(rows: list[tuple[int, int, int]], name: str) -> None:
    orders = sales(*[(f"c{c}", f"2024-0{1 + d // 31}-{1 + d % 28:02d}", amount) for c, d, amount in rows])
    with shop(ALONE[name], orders) as company:
        result = company._result
        there = dials_of(result, name)
        assert there is not None
        told = preview(result, name, recut(result, name, as_they_are(there)), "en")
        assert [told.moved, told.moved_spend] == [0, 0]
        assert told.customers == result.totals.customers


@pytest.mark.parametrize("name", sorted(TURNED))
def test_a_preview_is_what_a_run_gives(name: str) -> None:
    with shop() as company:
        result = company._result
        told = preview(result, name, recut(result, name, TURNED[name]), "en")
        text = with_cuts(result.scheme.text, result.scheme, name, TURNED[name])
    with evaluate(Scheme.parse(text), orders=SALES) as changed:
        assert {c.label: c.will for c in told.classes if c.will and c.will[0]} == counts(changed._result, name)
        assert told.rules == {
            r.partition(": ")[0]: r.partition(": ")[2] for r in changed._result.segment_report(name, "en").rules
        }
    assert told.moved > 0, "the example should move somebody"


def test_fixed_cuts_of_rfm_can_follow_a_mean() -> None:
    with shop() as company:
        result = company._result
        answers = {"choice": FIXED, "h0": "20", "h1": "3", "h2": "300"}
        told = preview(result, "rfm", recut(result, "rfm", answers), "en")
        text = with_cuts(result.scheme.text, result.scheme, "rfm", answers)
    assert "high: {recency: 20, orders: 3, spend: 300}" in text
    with evaluate(Scheme.parse(text), orders=SALES) as changed:
        assert {c.label: c.will for c in told.classes if c.will and c.will[0]} == counts(changed._result, "rfm")


def test_only_the_cut_changes_in_the_text() -> None:
    with shop() as company:
        before = company._result.scheme.text
        after = with_cuts(before, company._result.scheme, "tier", {"c0": "150"})
    assert after == before.replace("above 100", "above 150")
    assert "# by hand" in after and "\"mid\": 'from 50'" in after


def test_what_is_no_cut_is_told_with_a_code() -> None:
    with shop() as company:
        result = company._result
        for answers, code in (({"c0": "many"}, "E-WEB-030"), ({"c0": "10"}, "E-SCHEME-")):
            with pytest.raises(CustrataError) as found:
                recut(result, "tier", answers)  # above 10 and then from 50: the second could never be reached
            assert found.value.problems[0].code.startswith(code)
        with pytest.raises(CustrataError, match="E-WEB-031"):
            with_cuts("scheme: other\n", scheme(""), "tier", {"c0": "150"})
        assert dials_of(result, "both") is None and dials_of(result, "watch") is None


def test_who_sees_some_customers_only_previews_with_everybodys_cuts() -> None:
    with shop() as company:
        result = company._result
        seen = limited(result, "spend > 300")
        told = preview(seen, "abc", recut(seen, "abc", {"c0": "50"}), "en")
        whole = preview(result, "abc", recut(result, "abc", {"c0": "50"}), "en")
        assert told.customers == seen.totals.customers < result.totals.customers
        assert told.rules == whole.rules
        assert preview(seen, "abc", result.scheme.segments["abc"], "en").moved == 0


def test_a_scheme_previews_what_depends_on_the_change_too() -> None:
    with shop() as company:
        result = company._result
        text = with_cuts(result.scheme.text, result.scheme, "tier", {"c0": "60"})
        told = preview_scheme(result, Scheme.parse(text), "en")
    assert [p.name for p in told.segments] == ["tier", "both", "watch"]
    with evaluate(Scheme.parse(text), orders=SALES) as changed:
        for p in told.segments:
            assert {c.label: c.will for c in p.classes if c.will and c.will[0]} == counts(changed._result, p.name)
    assert not told.lacking and not told.removed and not told.facts and not told.levels


def test_the_same_scheme_changes_nothing() -> None:
    with shop() as company:
        told = preview_scheme(company._result, Scheme.parse(company._result.scheme.text + "# more\n"), "en")
    assert not told.segments and not told.lacking and not told.facts


def test_a_new_name_of_a_class_moves_nobody() -> None:
    with shop() as company:
        result = company._result
        plain = "rfm:   {rfm: [recency, orders, spend]"
        labels = result.scheme.text.replace(f"{plain}}}", f'{plain}, labels: {{"111": Best}}}}')
        assert labels != result.scheme.text
        assert not preview_scheme(result, Scheme.parse(labels), "en").segments


def test_what_the_run_does_not_hold_needs_a_run() -> None:
    with shop() as company:
        result = company._result
        other = result.scheme.text.replace("spend: {monetary: lifetime}", "spend: {monetary: 90 days}")
        told = preview_scheme(result, Scheme.parse(other), "en")
        assert {x.name for x in told.lacking} >= {"tier", "abc", "both", "watch"} and not told.segments
        facts = preview_scheme(result, Scheme.parse("as_of: 2024-02-28\n" + result.scheme.text), "en")
        assert facts.facts and not facts.segments
        gone = preview_scheme(result, replace(result.scheme, segments={}, order=()), "en")
        assert set(gone.removed) == set(result.scheme.segments)


def test_a_new_segment_shows_how_it_would_be_made_up() -> None:
    with shop() as company:
        result = company._result
        text = result.scheme.text + '  idle: {rules: {idle: "recency > 30", active: else}}\n'
        told = preview_scheme(result, Scheme.parse(text), "en").segments
    assert [(p.name, p.new, p.moved) for p in told] == [("idle", True, 0)]
    assert all(c.was is None for c in told[0].classes) and told[0].customers == 20


def test_a_rule_may_name_a_class_by_its_new_name() -> None:
    with shop() as company:
        result = company._result
        text = result.scheme.text.replace("big: above", "large: above").replace("tier = big", "tier = large")
        assert not preview_scheme(result, Scheme.parse(text), "en").segments


def test_who_may_not_see_a_number_cannot_ask_for_it_by_a_draft() -> None:
    people = pa.table({"customer_id": ["c01", "c02"], "phone": ["13800138000", "13900139000"]})
    body = SCHEME + "  phones: {attribute: phone}\n  called: {rules: {mobile: \"phone = '13800138000'\", rest: else}}\n"
    with evaluate(scheme(body), orders=SALES, customers=people) as company:
        seen = veiled(company._result)
        asked = Scheme.parse(seen.scheme.text.replace("'13800138000'", "'13900139000'"))
        told = preview_scheme(seen, asked, "en")
        assert [(x.name, x.reads) for x in told.lacking] == [("called", ("phone",))] and not told.segments
        assert not preview_scheme(seen, Scheme.parse(seen.scheme.text), "en").lacking
        assert [p.name for p in preview_scheme(company._result, asked, "en").segments] == ["called"]
