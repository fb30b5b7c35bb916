"""A prediction that is fitted anew in every run drifts by its customers, not by its model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from test_usecases_predictions_data import regulars

from custrata.locale import Lang
from custrata.report.drift_words import lead, rows
from custrata.usecases.drift import drift_of
from custrata.usecases.drift_models import by_earlier_models, refitted
from shops import AS_OF, evaluated, sales

BODY = """
metrics:
  alive: {alive: mbg/nbd}
  churn: {churn: 60 days}
  soon: {expected_purchases: 60 days, model: bg/nbd}
  worth: {lifetime_value: 90 days, margin: 40%}
  next: {next_order: middle}
  day: {best_weekday: when}
"""
TREES = "metrics: {left: {churn: 7 days, model: boosted}}"


def amounts(orders: Any) -> Any:
    """The same sales with a usual amount of each customer."""
    who = orders["customer_id"].to_pylist()
    days = [d.as_py() for d in orders["ordered_at"]]
    return sales(*((c, d, 10 + len(c) * int(c[-1]) + i % 3) for i, (c, d) in enumerate(zip(who, days, strict=True))))


@pytest.mark.parametrize("body", [BODY, TREES])
def test_the_same_customers_by_the_same_model_have_the_same_numbers(body: str) -> None:
    with evaluated(body, amounts(regulars(240, customers=150))) as found:
        result = found._result
        names = [n for n, m in result.scheme.metrics.items() if m.base == "predicted"]
        assert refitted(result, result, names) == set()
        again = by_earlier_models(result, result, names)
        kept = [n for n in again.columns if n != "customer_id"]
        assert kept == [n for n in names if n not in ("next", "day")]
        ours = {r["customer_id"]: r for r in result.engine.rows(result.customers.select("customer_id", *kept))}
        theirs = {r["customer_id"]: r for r in result.engine.rows(again)}
        assert len(ours) == len(theirs) == 150
        for who, row in ours.items():
            for name in kept:
                assert float(theirs[who][name]) == pytest.approx(float(row[name]), abs=1e-8)


def test_a_prediction_that_was_fitted_anew_is_compared_by_the_earlier_model() -> None:
    orders = amounts(regulars(240, customers=150))
    with evaluated(BODY, orders) as now, evaluated(BODY, orders, as_of=AS_OF - timedelta(60)) as before:
        report = drift_of(now._result, before._result, "en")
        found = {d.name: d for d in report.found}
        for name in ("alive", "churn", "soon", "worth"):
            assert found[name].refitted
            assert found[name].kept
            assert sum(p.now for p in found[name].kept) == sum(p.now for p in found[name].parts) == 150
        assert found["next"].refitted
        assert not found["next"].kept
        assert not found["recency"].refitted
        notes = {r.name: r.note for r in rows(report.of("metric"), "en")}
        assert "by the model of the earlier run" in notes["alive"]
        assert "fitted anew" in notes["next"]
        for lang, word in (("en", "fitted anew"), ("zh", "重新拟合")):
            said = [s for s in lead(report, lang) if word in s]
            assert bool(said) == (found["next"].verdict in ("moved", "shifted"))
        with evaluated(BODY.replace("60 days}", "30 days}"), orders) as other:
            changed = {d.name: d for d in drift_of(other._result, before._result, "en").found}
            assert changed["churn"].redefined
            assert not changed["churn"].kept, "another horizon is another number, by whatever model"


@pytest.mark.parametrize(("lang", "monday"), [("en", "Monday"), ("zh", "周一")])
def test_weekdays_have_their_names(lang: Lang, monday: str) -> None:
    body = "metrics: {day: {best_weekday: when}}"
    rows_ = [(f"c{i}", AS_OF - timedelta(6 + 7 * k - (i % 2)), 5) for i in range(40) for k in range(1, 6)]
    with evaluated(body, sales(*rows_)) as now, evaluated(body, sales(*rows_), as_of=AS_OF - timedelta(7)) as before:
        [day] = [d for d in drift_of(now._result, before._result, lang).found if d.name == "day"]
        assert next(p.label for p in day.parts) == monday
        assert [(p.before, p.now) for p in day.parts][:2] == [(20, 20), (20, 20)]
        assert day.psi == 0.0
