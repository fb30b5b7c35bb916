"""What sets a class, and those who stopped buying, apart in a shop: what is left out, what is known when, what is
refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custrata.core.errors import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import Lang
from custrata.report.html import render
from custrata.usecases.apart import apart_of, made_of
from custrata.usecases.apart_kept import Leavers, keep, newest
from custrata.usecases.apart_leavers import leavers
from custrata.usecases.apart_report import apart_told
from custrata.usecases.apart_words import Words, as_document
from custrata.usecases.customers.asked import limited
from custrata.usecases.listing import completed
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.run import run
from custrata.usecases.workspace import Workspace

NOW = datetime(2024, 12, 31, 12, tzinfo=UTC)
LAST = date(2024, 12, 31)
SCHEME = """scheme: Shop
as_of: 2024-12-31
sources:
  orders: {file: sales.csv}
  returns: {file: returns.csv}
  customers: {file: customers.csv, columns: {trade: trade}}
metrics:
  spend: {monetary: lifetime}
  year: {monetary: 12 months}
  orders: {frequency: lifetime}
  returned: {return_rate: lifetime}
segments:
  tier: {thresholds: year, classes: {big: above 400, small: else}}
  trade: {attribute: trade}
  both: {matrix: [tier, trade]}
"""


def shop(folder: Path) -> Workspace:
    """Cafés buy for 50, others for 5, ten times in a year; who gave something back in spring never came again."""
    lines, people = ["customer_id,order_id,ordered_at,amount"], ["customer_id,trade"]
    back = ["return_id,order_id,customer_id,returned_at,amount"]
    for i in range(240):
        people.append(f"k{i},{'cafe' if i % 4 == 0 else 'shop'}")
        gone = i % 3 == 0
        days = [date(2024, 4, 1) + timedelta(18 * n + i % 17) for n in range(14)]
        for n, day in enumerate(d for d in days if d <= (date(2024, 9, 30) if gone else LAST)):
            lines.append(f"k{i},{i}-{n},{day},{50 if i % 4 == 0 else 5}")
        if gone:
            back.append(f"r{i},{i}-0,k{i},2024-05-20,{10 if i % 4 == 0 else 1}")
        else:  # whoever stays gives things back, too: later
            back.append(f"r{i},{i}-9,k{i},2024-12-20,{10 if i % 4 == 0 else 1}")
    for name, rows in (("sales", lines), ("returns", back), ("customers", people)):
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    return Workspace.at(folder)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = shop(tmp_path_factory.mktemp("apart"))
    run(found, duckdb_store, lambda: NOW)
    return found


@pytest.fixture
def result(workspace: Workspace, tmp_path: Path) -> Iterator[Result]:
    with open_run(workspace, duckdb_engine, tmp_path) as found:
        yield found


def told(result: Result, found: Any, lang: Lang = "en") -> list[str]:
    return Words(found, result.scheme, result.as_of, lang).sentences()


def test_a_class_is_not_told_by_what_it_is_made_of(result: Result) -> None:
    found = apart_of(result, "tier", "big")
    assert list(found.left_out) == ["spend", "year"], "spend over another window says the same"
    said = told(result, found)
    assert said[0] == "tier = big: 60 customers, and 180 others."
    assert said[1].startswith("trade = cafe: of such customers 100.0% are big")
    assert said[-1].startswith("Left out: spend, year.")
    assert "“big”" in told(result, found, "zh")[1]


def test_with_its_own_numbers_it_is_told_by_its_definition(result: Result) -> None:
    found = apart_of(result, "tier", "big", own=True)
    assert found.left_out == [] and found.found.right == 1
    assert found.found.rules[0].rule.ranges[0].name in ("spend", "year")
    without = apart_of(result, "tier", "big", own=True, without=["year", "Spend"])
    assert list(without.left_out) == ["spend", "year"]


def test_a_cross_of_segments_leaves_out_what_its_parts_are_made_of(result: Result) -> None:
    assert made_of(result.scheme, "both") == {"spend", "year"}


def test_where_nothing_sets_a_class_apart_it_says_so(result: Result) -> None:
    found = apart_of(result, "trade", "cafe", without=["spend", "year"])
    assert found.found.rules == ()
    assert "Nothing sets cafe apart" in told(result, found)[1]


def test_those_who_left_are_told_by_what_was_known_before_they_did(workspace: Workspace) -> None:
    found, day = leavers(workspace, duckdb_store, lambda: NOW)
    assert day == date(2024, 10, 2)
    assert (found.found.own, found.found.customers) == (80, 240)
    said = Words(found, workspace.scheme(), day, "en", 90)
    # As of the end everybody has given something back; in October only those who were about to leave had.
    assert as_document(said)["rules"][0]["ranges"][0]["metric"] == "returned"
    assert found.found.right == 1
    assert said.head().startswith("Of 240 customers who bought from 2024-07-05 to 2024-10-02, 80 bought nothing in")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("tier", "huge"), "E-RUN-008"), (("nothing", "big"), "E-RUN-003"), (("tier", "missing"), "E-PREDICT-050"),
    ],
)  # fmt: skip
def test_what_there_is_none_or_too_few_of_is_refused(result: Result, asked: tuple[str, str], code: str) -> None:
    with pytest.raises(CustrataError) as error:
        apart_of(result, *asked)
    assert error.value.problems[0].code == code


def test_a_metric_that_is_none_cannot_be_left_out(result: Result) -> None:
    with pytest.raises(CustrataError) as error:
        apart_of(result, "tier", "big", without=["spent"])
    assert error.value.problems[0].values["suggestion"] == "spend"


def test_short_data_tell_of_no_leavers(workspace: Workspace) -> None:
    with pytest.raises(CustrataError) as error:
        leavers(workspace, duckdb_store, lambda: NOW, days=200)
    assert error.value.problems[0].code == "E-PREDICT-053"


def test_what_was_found_of_leavers_is_kept_and_told_in_the_report(workspace: Workspace, tmp_path: Path) -> None:
    found, day = leavers(workspace, duckdb_store, lambda: NOW)
    keep(workspace, Leavers(found, day, 90, LAST, NOW))
    kept = newest(workspace.home)
    assert kept is not None and kept.report.found == found.found and (kept.day, kept.until) == (day, LAST)
    with open_run(workspace, duckdb_engine, tmp_path) as result:
        same = Words(found, result.scheme, day, "zh", 90).sentences()
        told = apart_told(result, "zh")
        assert [t.title for t in told] == ["不再购买的客户"] and list(told[0].sentences) == same
        model = completed(result, "zh")
        page = render(model, "zh")
        assert 'id="apart"' in page and same[0] in page
        sees_some = limited(result, "trade = 'cafe'")
        assert apart_told(sees_some, "zh") == [], "of everybody, and so not for who sees some customers only"
    (workspace.home / "leavers.json").write_text('{"day": 1}', "utf-8")
    assert newest(workspace.home) is None, "what another version kept counts as nothing"


def test_the_report_asks_about_the_best_classes_of_the_pictures_that_managers_know(tmp_path: Path) -> None:
    found = shop(tmp_path)
    more = "  rfm: {rfm: [days, orders, spend], high: above mean}\n"
    text = SCHEME.replace("metrics:", "metrics:\n  days: {recency: days}") + more
    (tmp_path / "scheme.yaml").write_text(text, "utf-8")
    run(found, duckdb_store, lambda: NOW)
    with open_run(found, duckdb_engine, tmp_path) as result:
        told = apart_told(result, "zh")
    assert [t.title.partition(" = ")[0] for t in told] == ["rfm"] and all(len(t.sentences) >= 2 for t in told)
