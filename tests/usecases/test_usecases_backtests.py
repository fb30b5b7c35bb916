"""A back-test is kept as it was found, and says of a run's predictions how far to trust them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from test_usecases_predictions import evaluated, orders

from custrata.core.errors import CustrataError
from custrata.core.predict.backtest import RULE, Backtest, Cut, Trial, as_document, from_document
from custrata.core.predict.trial import amount_trial, risk_trial
from custrata.core.windows import Window
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.locale import LANGS, Lang
from custrata.report import backtest_words
from custrata.usecases.backtest_files import write
from custrata.usecases.backtests import keep, newest, of_result
from custrata.usecases.draw import write_report
from custrata.usecases.listing import completed
from custrata.usecases.opened import open_run
from custrata.usecases.workspace import Workspace

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


def found(at: datetime = NOON, *, better: bool = True, fits: bool = True, title: str = "Shop") -> Backtest:
    """Two days; of ten customers four stay away, whom the model knows (or the rule, where it is not better)."""
    left = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    knows, blind = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05], [0.5] * 10
    came = [0 if gone else 2 for gone in left]

    def trial(by: str, risk: list[float], *, sure: bool) -> Trial:
        return Trial(by, risk_trial(risk, left, probability=sure), amount_trial([1] * 10, came), None)

    model = trial("mbg/nbd", knows if better else blind, sure=True)
    model = model if fits else Trial("mbg/nbd", None, None, None, "once")
    trials = [trial(RULE, blind if better else knows, sure=False), model]
    days = [date(2024, 4, 1), date(2024, 1, 2)]
    cuts = [Cut(day, day + timedelta(90), 10, trials) for day in days]
    return Backtest(date(2024, 6, 30), Window("days", 90), cuts, (), title, at)


@pytest.mark.parametrize("one", [found(), found(better=False), found(fits=False)], ids=["better", "worse", "no fit"])
def test_a_back_test_is_read_back_as_it_was_kept(tmp_path: Path, one: Backtest) -> None:
    path = keep(Workspace(tmp_path), one)
    again = newest(tmp_path / ".custrata")
    assert again is not None
    assert (again.means(), again.cuts, again.title, again.at) == (one.means(), one.cuts, "Shop", NOON)
    assert as_document(again)["cuts"] == json.loads(path.read_text("utf-8"))["cuts"]
    worse = [n.place for n in again.notes if n.code == "E-PREDICT-006"]
    assert worse == (["mbg/nbd"] if again.best() and not again.worth_a_model() else [])


def test_the_newest_counts_and_old_ones_go(tmp_path: Path) -> None:
    for i in range(23):
        keep(Workspace(tmp_path), found(NOON + timedelta(hours=i)))
    files = sorted((tmp_path / ".custrata" / "backtests").iterdir())
    last = newest(tmp_path / ".custrata")
    assert len(files) == 20 and last is not None and last.at == NOON + timedelta(hours=22)


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"as_of": "x"}', "\x00"])
def test_a_file_that_is_no_back_test_hides_no_other(tmp_path: Path, broken: str) -> None:
    keep(Workspace(tmp_path), found())
    (tmp_path / ".custrata" / "backtests" / "99.json").write_text(broken, "utf-8")
    last = newest(tmp_path / ".custrata")
    assert last is not None and last.at == NOON
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_document(json.loads(broken))


def test_gains_run_from_nobody_to_everybody_and_a_model_that_knows_finds_the_most() -> None:
    one = found()
    assert one.gains("mbg/nbd") == [(0, 0), (0.05, 0.125), (0.1, 0.25), (0.2, 0.5), (0.3, 0.75), (0.5, 1), (1, 1)]
    assert [y for _, y in one.gains(RULE)] == pytest.approx([0, 0.05, 0.1, 0.2, 0.3, 0.5, 1])
    assert len(one.calibration("mbg/nbd")) == 20 and one.calibration(RULE) == []
    assert found(fits=False).gains("mbg/nbd") == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_sentence_says_what_to_go_by(lang: Lang) -> None:
    better, worse, none = (backtest_words.trust(f, lang) for f in (found(), found(better=False), found(fits=False)))
    assert "100%" in better and "50%" in better and "MBG/NBD" in better
    assert {"en": "tells as well", "zh": "一样准"}[lang] in worse
    assert {"en": "only the rule is left", "zh": "只剩简单的规则"}[lang] in none
    chosen = [[r.by for r in backtest_words.rows(f, lang) if r.best] for f in (found(), found(better=False))]
    assert chosen == [["mbg/nbd"], [RULE]]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("one", [found(), found(better=False), found(fits=False)], ids=["better", "worse", "no fit"])
def test_the_page_and_the_workbook_tell_the_same(tmp_path: Path, lang: Lang, one: Backtest) -> None:
    page = write(one, tmp_path / "b.html", lang).read_text("utf-8")
    book = openpyxl.load_workbook(write(one, tmp_path / "b.xlsx", lang))
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    for said in (backtest_words.trust(one, lang), *backtest_words.sentences(one, lang)):
        assert said in page and said in cells
    assert len(book.sheetnames) == (2 if one.best() is None else 4)
    assert page.count('role="img"') == (0 if one.best() is None else 2)
    assert page.count("http://") + page.count("https://www.") < 40


def test_what_a_scheme_is_called_is_never_markup(tmp_path: Path) -> None:
    page = write(found(title="<b>Shop</b>"), tmp_path / "b.html", "en").read_text("utf-8")
    assert "<b>Shop" not in page and "&lt;b&gt;Shop" in page


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CustrataError) as error:
        write(found(), tmp_path / "b.pdf", "en")
    assert error.value.problems[0].code == "E-CLI-003"


def test_a_report_with_predictions_says_how_far_to_trust_them(tmp_path: Path) -> None:
    evaluated(tmp_path, orders(120))
    with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path / "scratch") as result:
        assert completed(result, "en").predicted and of_result(result) is None
        before = write_report(result, tmp_path / "r.html", "en").read_text("utf-8")
        keep(Workspace.at(tmp_path), found())
        after = write_report(result, tmp_path / "r.html", "en").read_text("utf-8")
        book = openpyxl.load_workbook(write_report(result, tmp_path / "r.xlsx", "zh"))
    assert "No back-test was made yet" in before
    assert "No back-test was made yet" not in after and "Back-test of 2024-07-01" in after
    assert backtest_words.trust(found(), "en") in after
    assert backtest_words.trust(found(), "zh") in [c.value for sheet in book for row in sheet.iter_rows() for c in row]


def test_a_report_without_predictions_is_silent_about_them(tmp_path: Path) -> None:
    plain = "scheme: Shop\nsources: {orders: {file: orders.csv}}\nmetrics: {n: {frequency: lifetime}}\n"
    evaluated(tmp_path, orders(60), plain)
    with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path / "scratch") as result:
        page = write_report(result, tmp_path / "r.html", "en").read_text("utf-8")
    assert 'id="trust"' not in page
