"""Drift between two days of one company: what moved, by the cuts of the earlier day; what tells nobody apart now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from custrata import CustrataError, drift
from custrata.api_drift import Drifted
from custrata.core.measure.drift import Drift, Part
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS
from custrata.report.drift_words import part_rows
from custrata.usecases.drift import earlier
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace
from shops import AS_OF, companies, evaluated, sales, well_told

pytestmark = pytest.mark.slow

BODY = """
metrics:
  spend:   {monetary: lifetime}
  basket:  {average_order_value: lifetime}
segments:
  fifth: {quantile: spend, groups: 5}
  abc:   {share: spend, cuts: [70%, 90%]}
  tier:  {thresholds: spend, classes: {big: from 5000, small: else}}
  care:  {rules: {call: "spend >= 5000 and recency < 400", rest: else}}
  size:  {size: {spend: [100, 5000], orders: [1, 2]}}
  life:  {lifecycle: own}
"""
ALL = "segments: {tier: {thresholds: spend, classes: {a: else}}}"
FEW = "segments: {fifth: {quantile: spend, groups: 5}, life: {lifecycle: own}}"


def shop(amount: Any, n: int = 200, day: date = AS_OF) -> pa.Table:
    """Customers 0 … n − 1, one order each of what `amount` says of the number."""
    return sales(*((f"c{i:03}", day, amount(i)) for i in range(n)))


def drifted(before: Any, now: Any, body: str = BODY, other: str | None = None, lang: Any = "en") -> Drifted:
    with evaluated(body if other is None else other, before) as then, evaluated(body, now) as here:
        return drift(here, then, lang=lang)


def named(found: Drifted) -> Mapping[str, Any]:
    return {d.name: d for d in found.found}


def linear(i: int) -> int:
    return 100 + 30 * i


def test_who_stays_as_he_is_does_not_drift() -> None:
    found = drifted(shop(linear), shop(linear))
    assert {d.psi for d in found.found} == {0.0} and not found.lost
    assert found.sentences[0].startswith("Nothing has moved")
    assert all(m.moved == 0 and m.both == 200 for m in found.moves)


@settings(max_examples=4)
@given(companies(), companies())
def test_no_company_has_an_index_below_nothing_and_everybody_is_in_a_bin(a: pa.Table, b: pa.Table) -> None:
    found = drifted(a, b, FEW)
    sizes = found.report.before, found.report.customers
    for d in found.found:
        assert (sum(p.before for p in d.parts), sum(p.now for p in d.parts)) == sizes, d.name
        assert not d.kept or sum(p.now for p in d.kept) == sizes[1]
        assert d.psi is None or d.psi >= 0
    for m in found.moves:
        assert sum(m.pairs.values()) >= max(sizes)
    assert {d.psi for d in drifted(a, a, FEW).found} == {0.0}


def test_a_segment_that_finds_its_cuts_anew_drifts_by_those_of_the_earlier_day() -> None:
    found = named(drifted(shop(linear), shop(lambda i: linear(i) * 3)))
    fifth = found["fifth"]
    assert [(p.before, p.now) for p in fifth.parts] == [(40, 40)] * 5, "as published nothing moved"
    assert fifth.psi > 0.25 and fifth.verdict == "shifted"
    assert fifth.kept[0].now == sum(linear(i) * 3 > linear(159) for i in range(200))
    assert found["tier"].psi > 0.25 and not found["tier"].kept, "a written cut is the same on both days"


def test_a_fit_that_keeps_its_cuts_is_compared_as_it_was_published() -> None:
    found = named(drifted(shop(linear), shop(lambda i: linear(199 - i))))
    assert found["fifth"].kept == () and found["fifth"].psi == 0


def test_a_number_is_binned_by_the_deciles_of_the_earlier_day_and_its_lack_is_a_bin() -> None:
    now = shop(lambda i: linear(i) if i % 2 else 0)
    body = f"metrics: {{basket: {{average_order_value: 30 days}}}}\n{ALL}"
    with evaluated(body, shop(linear)) as then, evaluated(body, now) as here:
        found = named(drift(here, then, lang="en"))
    assert [p.before for p in found["spend"].parts] == [20] * 10
    assert found["spend"].parts[0].now == 100 + 10, "who spends nothing is in the lowest bin, with half of its own"
    late = sales(*((f"c{i:03}", AS_OF - timedelta(days=60 if i < 50 else 0), linear(i)) for i in range(200)))
    with evaluated(body, shop(linear)) as then, evaluated(body, late) as here:
        last = named(drift(here, then, lang="en"))["basket"].parts[-1]
    assert (last.label, last.missing, last.before, last.now) == ("no number", True, 0, 50)


def test_a_bin_of_nobody_is_not_shown_and_a_change_of_nothing_has_no_minus() -> None:
    found = drifted(shop(lambda i: min(i, 100)), shop(lambda i: min(i, 100)), ALL)
    assert [p.label for p in named(found)["spend"].parts][-1] == "99 < … ≤ 100"
    one = Drift("x", "x", "metric", (Part("a", 5_000, 4_999), Part("b", 5_000, 5_001)))
    assert [row[-1] for row in part_rows(one, "en")] == ["+0.0 points"] * 2


def test_who_has_a_number_that_nobody_had_before_is_in_one_bin() -> None:
    rows = [(f"c{i:02}", AS_OF - timedelta(days=(5 + i % 7) * k + i % 5), 10) for i in range(60) for k in range(8)]
    body = f"metrics: {{next: {{next_order: middle}}}}\n{ALL}"
    parts = named(drifted(shop(linear), sales(*rows), body))["next"].parts
    assert [(p.label, p.before, p.now) for p in parts] == [("any number", 0, 60), ("no number", 200, 0)]


def test_a_day_that_is_expected_lies_ahead(tmp_path: Path) -> None:
    rows = [(f"c{i:02}", AS_OF - timedelta(days=(5 + i % 7) * k + i % 5), 10) for i in range(60) for k in range(8)]
    body = f"metrics: {{next: {{next_order: middle}}}}\n{ALL}"
    with evaluated(body, sales(*rows)) as then, evaluated(body, sales(*rows)) as here:
        parts = {lang: named(drift(here, then, lang=lang))["next"].parts for lang in LANGS}
        days = sorted((d - AS_OF).days for d in here.table()["next"].to_pylist())
    assert days[0] >= 1
    assert parts["en"][0].label == f"≤ {days[5]} days ahead"
    assert parts["zh"][0].label == f"≤ {days[5]} 天后"


def test_a_cut_that_everybody_passes_now_is_told_in_both_languages() -> None:
    before, now = shop(lambda i: 8000 if i < 40 else 500), shop(lambda i: 8000 if i < 194 else 500)
    found = drifted(before, now)
    cuts = [c for c in found.lost if c.fault == "cut"]
    assert {(c.segment, c.said) for c in cuts} >= {("tier", "spend ≥ 5,000"), ("size", "spend ≥ 5,000")}
    assert any(c.segment == "care" for c in cuts)
    assert all((round(c.before, 2), round(c.now, 2)) == (0.2, 0.97) for c in cuts)
    assert any("used to split the customers 20.0% / 80.0%, and now 97.0% / 3.0%" in s for s in found.sentences)
    assert any("20.0% / 80.0%，现在是 97.0% / 3.0%" in s for s in drifted(before, now, lang="zh").sentences)
    everybody = [c for c in found.lost if c.fault == "everybody" and c.segment == "tier"]
    assert [(c.said, c.now) for c in everybody] == [("big", 0.97)]


def test_a_class_that_lost_its_last_customer_is_told_and_one_that_never_had_any_is_not() -> None:
    found = drifted(shop(lambda i: 8000 if i < 40 else 500), shop(lambda _: 500))
    assert ("tier", "empty", "big") in {(c.segment, c.fault, c.said) for c in found.lost}
    assert ("size", "Large") not in {(c.segment, c.said) for c in found.lost}


def test_what_the_scheme_means_otherwise_now_is_said_and_no_cut_of_it_is_blamed() -> None:
    other = BODY.replace("spend:   {monetary: lifetime}", "spend:   {monetary: 30 days}")
    found = drifted(shop(linear), shop(lambda _: 500), other=other)
    by_name = named(found)
    assert by_name["spend"].redefined and by_name["fifth"].redefined and by_name["tier"].redefined
    assert not by_name["orders"].redefined and not by_name["fifth"].kept
    assert not [c for c in found.lost if c.fault == "cut"]


def test_a_class_that_was_taken_out_of_the_scheme_is_not_called_empty() -> None:
    other = BODY.replace("big: from 5000, small: else", "large: from 4000, small: else")
    found = drifted(shop(linear), shop(linear), other, BODY)
    assert named(found)["tier"].redefined and not [c for c in found.report.lost if c.segment == "tier"]


def test_a_date_is_not_compared_with_a_number_of_the_same_name() -> None:
    rows = [(f"c{i:02}", AS_OF - timedelta(days=(5 + i % 7) * k + i % 5), 10) for i in range(60) for k in range(8)]
    body = f"metrics: {{next: {{next_order: middle}}}}\n{ALL}"
    found = drifted(sales(*rows), sales(*rows), body.replace("next_order: middle", "recency: days"), body)
    assert "next" not in named(found) and "next" in found.report.left_out


def test_what_only_one_of_the_days_has_is_left_out_and_said() -> None:
    more = BODY + "  own: {thresholds: basket, classes: {a: else}}\n"
    found = drifted(shop(linear), shop(linear), body=more, other=BODY)
    assert found.report.left_out == ("own",) and "own" not in named(found)


def test_customers_are_followed_from_class_to_class_with_those_who_came_and_went() -> None:
    before, now = shop(lambda i: 8000 if i < 40 else 500), shop(lambda i: 8000 if i >= 190 else 500, n=210)
    [tier] = [m for m in drifted(before, now.slice(5)).moves if m.segment == "tier"]
    assert dict(tier.pairs) == {
        ("big", "small"): 35, ("small", "small"): 150, ("small", "big"): 10, (None, "big"): 10, ("big", None): 5,
    }  # fmt: skip
    assert (tier.both, tier.moved) == (195, 45)


def test_words_are_bins_and_rare_ones_share_one() -> None:
    body = f"metrics: {{best: {{top: brand}}}}\n{ALL}"

    def branded(of: Any) -> pa.Table:
        rows = shop(linear)
        return rows.append_column("brand", pa.array([of(i) for i in range(200)]))

    with (
        evaluated(body, branded(lambda i: f"b{i % 4}" if i < 160 else f"x{i}")) as then,
        evaluated(body, branded(lambda i: "b0" if i < 160 else f"x{i}")) as here,
    ):
        best = named(drift(here, then, lang="en"))["best"]
    parts = {p.label: (p.before, p.now) for p in best.parts}
    assert parts["b0"] == (40, 160) and parts["b1"] == (40, 0) and parts["all others"][0] == 24
    assert best.verdict == "shifted"


SCHEME = """scheme: 门店
as_of: end of data
sources: {orders: {file: orders.csv}}
metrics:
  spend: {monetary: lifetime}
  days:  {frequency: lifetime, count: day}
segments:
  life:  {lifecycle: own, label: {zh: 阶段, en: Stage}}
  fifth: {quantile: spend, groups: 5}
"""


def evaluate_at(folder: Path, day: date) -> RunResult:
    """What came until a day, loaded and run: the numbers of whom nothing happened to are kept from the run before."""
    lines = ["order_id,customer_id,ordered_at,amount"]
    for c in range(60):
        for k in range(40):
            on = date(2023, 6, 1) + timedelta(days=c % 23 + k * (5 + c % 9) + (150 if k > 12 and c % 5 == 0 else 0))
            if on <= day and (c % 4 or k < 15):
                lines.append(f"o{c}-{k},c{c},{on},{20 + 7 * c + k}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(SCHEME.replace("end of data", day.isoformat()), "utf-8")
    return run(Workspace.at(folder), duckdb_store, lambda: datetime.now(UTC))


def published(result: RunResult) -> pa.Table:
    return pq.read_table(result.run.folder / "customers.parquet")


def test_a_refreshed_lifecycle_is_the_one_that_everybody_worked_out_anew_gives(tmp_path: Path) -> None:
    days = (date(2024, 1, 31), date(2024, 2, 2), date(2024, 5, 31))
    (tmp_path / "kept").mkdir()
    for day in days:
        (tmp_path / f"{day}").mkdir()
        kept, anew = evaluate_at(tmp_path / "kept", day), evaluate_at(tmp_path / f"{day}", day)
        assert published(kept).equals(published(anew)), day
        params = [json.loads((r.run.folder / "params.json").read_text("utf-8")) for r in (kept, anew)]
        assert params[0]["segments"]["life"] == params[1]["segments"]["life"]
    stages = set(published(kept)["life"].to_pylist())
    assert len(stages) >= 4


def test_a_run_is_compared_with_the_one_of_about_a_month_before(tmp_path: Path) -> None:
    for day in (date(2024, 1, 31), date(2024, 4, 28), date(2024, 5, 29), date(2024, 5, 31)):
        evaluate_at(tmp_path, day)
    workspace = Workspace.at(tmp_path)
    then = earlier(workspace, workspace.run())
    assert then is not None and then.as_of == date(2024, 4, 28)
    first = workspace.run_ids()[0]
    found = drift(tmp_path, lang="en")
    assert (found.report.against, found.report.as_of) == (then.id, date(2024, 5, 31))
    assert found.moves[0].segment == "life", "stages of the lifecycle come first"
    assert drift(tmp_path, against=first).report.against_as_of == date(2024, 1, 31)
    for given_, code in (
        ({"run": first}, "E-PREDICT-025"), ({"against": workspace.run().id}, "E-PREDICT-026"),
        ({"run": first, "against": then.id}, "E-PREDICT-027"), ({"against": "nothing"}, "E-RUN-002"),
    ):  # fmt: skip
        with pytest.raises(CustrataError) as caught:
            drift(tmp_path, **given_)
        assert [p.code for p in well_told(caught.value.problems)] == [code]


def test_the_report_says_what_moved_since_the_run_before_once_there_is_one(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.draw import write_report
    from custrata.usecases.opened import open_run

    evaluate_at(tmp_path, date(2024, 2, 2))
    for runs, lang in ((1, "en"), (2, "en"), (2, "zh")):
        if runs == 2:
            evaluate_at(tmp_path, date(2024, 5, 31))
        with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path) as result:
            page = write_report(result, tmp_path / "r.html", lang).read_text("utf-8")  # type: ignore[arg-type]
            book = load_workbook(write_report(result, tmp_path / "r.xlsx", lang))  # type: ignore[arg-type]
        cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row}
        heading = {"en": "Drift since the earlier run", "zh": "与较早批次相比的漂移"}[lang]
        assert ('id="drift"' in page, heading in page, heading in cells) == (runs == 2,) * 3


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_written_as_page_workbook_and_document(tmp_path: Path, lang: Any) -> None:
    found = drifted(shop(lambda i: 8000 if i < 40 else 500), shop(lambda i: 8000 if i < 194 else 500), lang=lang)
    page = found.write(tmp_path / "d.html").read_text("utf-8")
    assert all(sentence in page for sentence in found.sentences)
    assert len(page) < 200_000, "it has no chart, and needs nothing that draws one"
    told = json.loads(found.write(tmp_path / "d.json").read_text("utf-8"))
    assert {d["name"]: d["psi"] for d in told["found"]} == {d.name: d.psi for d in found.found}
    assert [c["sentence"] for c in told["lost"]] == found.sentences[-len(found.lost) :]
    assert found.write(tmp_path / "d.xlsx").stat().st_size > 5000
    assert found.table().column_names[:3] == ["name", "what", "psi"]
    with pytest.raises(CustrataError) as caught:
        found.write(tmp_path / "d.pdf")
    assert caught.value.problems[0].code == "E-CLI-003"
    assert Decimal(str(told["customers"])) == 200
