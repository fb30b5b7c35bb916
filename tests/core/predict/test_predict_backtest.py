"""A back-test as JSON says of each model what it says to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from custrata.core.errors import Problem
from custrata.core.predict.backtest import RULE, Backtest, Cut, Trial, as_document, from_document
from custrata.core.predict.backtest_notes import notes_of
from custrata.core.predict.trial import AmountTrial, RiskTrial, amount_trial, risk_trial
from custrata.core.windows import Window
from shops import well_told


def test_a_note_names_the_model_that_it_is_about_beside_both_figures() -> None:
    left = [True, True, False, False]
    good, bad = risk_trial([0.9, 0.8, 0.2, 0.1], left), risk_trial([0.1, 0.2, 0.8, 0.9], left)
    trials = [Trial(RULE, good, None, None), Trial("bg/nbd", bad, None, None)]
    found = Backtest(date(2024, 6, 30), Window("days", 90), [Cut(date(2024, 4, 1), date(2024, 6, 30), 4, trials)])
    found = Backtest(found.as_of, found.horizon, found.cuts, notes_of(found))
    told = {"code": "E-PREDICT-006", "by": "bg/nbd", "model": "0.000", "rule": "1.000"}
    assert as_document(found)["notes"][0] == told


def found_in(risk: RiskTrial, spend: AmountTrial | None = None, **more: Any) -> Backtest:
    """One day, on which the rule and a model fared alike."""
    day = date(2024, 4, 1)
    trials = [Trial(RULE, replace(risk, error=None), None, spend), Trial("mbg/nbd", risk, None, spend)]
    cut = Cut(day, date(2024, 6, 30), risk.customers, trials)
    return Backtest(date(2024, 6, 30), Window("days", 90), [cut], **more)


def codes(found: Backtest) -> dict[str, Problem]:
    notes = notes_of(found)
    return {n.code: n for n in (well_told(notes) if notes else [])}


def ranked(customers: int, seed: int = 1) -> RiskTrial:
    """Half of the customers leave, and have been given more risk as a rule."""
    rng = np.random.default_rng(seed)
    left = np.arange(customers) % 2 == 0
    return risk_trial(np.clip(rng.normal(0.5 + 0.1 * left, 0.1), 0, 1), left)


def test_a_ranking_of_few_customers_says_how_unsure_it_is() -> None:
    assert "E-PREDICT-060" not in codes(found_in(ranked(4_000)))
    few = codes(found_in(ranked(60)))["E-PREDICT-060"]
    assert (few.values["left"], few.values["came"]) == ("30", "30")
    drawn = np.std([ranked(60, seed).ranking for seed in range(300)])
    assert float(few.values["off"]) == pytest.approx(1.96 * float(drawn), rel=0.35)
    sure = risk_trial([0.9, 0.9, 0.1, 0.1], [True, True, False, False])
    assert float(codes(found_in(sure))["E-PREDICT-060"].values["off"]) > 0.3, "two of two are no certainty"


def test_a_time_in_which_nobody_bought_ranks_nobody() -> None:
    found = found_in(risk_trial([0.9, 0.8, 0.2], [True, True, True]))
    assert codes(found)["E-PREDICT-061"].values["days"] == "2024-04-01"
    assert [m.tenth for m in found.means()] == [None, None], "a tenth of those who left is no find where all did"


def test_spend_below_nothing_has_no_share_that_was_missed() -> None:
    back = amount_trial([10.0, 20.0], [5.0, -80.0])
    assert back.total is None
    assert "E-PREDICT-062" not in codes(found_in(ranked(4_000), back))
    far = codes(found_in(ranked(4_000), amount_trial([100.0, 30.0], [50.0, 30.0])))
    assert far["E-PREDICT-062"].values["off"] == "+62.5%"
    assert "E-PREDICT-062" not in codes(found_in(ranked(4_000), amount_trial([50.0, 40.0], [50.0, 30.0])))


def test_orders_that_a_status_of_today_leaves_out_are_told_and_kept() -> None:
    found = found_in(ranked(4_000), by_status=(250, 10_000))
    note = codes(found)["E-PREDICT-063"]
    assert (note.values["rows"], note.values["share"]) == ("250", "2.5%")
    again = from_document(as_document(found))
    assert again.by_status == (250, 10_000)
    assert "E-PREDICT-063" in {n.code for n in again.notes}
    assert from_document(as_document(found_in(ranked(4_000)))).by_status is None
