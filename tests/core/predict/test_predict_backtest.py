"""A back-test as JSON says of each model what it says to people."""

from __future__ import annotations

from datetime import date

from custrata.core.predict.backtest import RULE, Backtest, Cut, Trial, as_document, notes_of
from custrata.core.predict.trial import risk_trial
from custrata.core.windows import Window


def test_a_note_names_the_model_that_it_is_about_beside_both_figures() -> None:
    left = [True, True, False, False]
    good, bad = risk_trial([0.9, 0.8, 0.2, 0.1], left), risk_trial([0.1, 0.2, 0.8, 0.9], left)
    trials = [Trial(RULE, good, None, None), Trial("bg/nbd", bad, None, None)]
    found = Backtest(date(2024, 6, 30), Window("days", 90), [Cut(date(2024, 4, 1), date(2024, 6, 30), 4, trials)])
    found = Backtest(found.as_of, found.horizon, found.cuts, notes_of(found))
    assert as_document(found)["notes"] == [
        {"code": "E-PREDICT-006", "by": "bg/nbd", "model": "0.000", "rule": "1.000"}
    ]  # fmt: skip
