"""A prediction says how far it looks beyond what anybody has seen, and that a closed shop makes everybody look gone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from shops import AS_OF, evaluated, sales, well_told

BODY = "metrics: {alive: {alive: mbg/nbd}, churn: {churn: 90 days}, soon: {expected_purchases: 30 days}}"


def regulars(days: int, closed: range = range(0), customers: int = 60) -> Any:
    """Customers with rhythms of their own over so many days that end with AS_OF; on `closed` days ago nobody buys."""
    rng, rows = np.random.default_rng(5), []
    for i in range(customers):
        ago, gap = float(rng.uniform(0.6, 1.0)) * days, float(rng.uniform(3, 12))
        while ago > 0:
            if int(ago) not in closed:
                rows.append((f"c{i}", AS_OF - timedelta(int(ago)), 20))
            ago -= float(rng.exponential(gap)) + 1
    return sales(*rows, ("c0", AS_OF - timedelta(closed.stop if 0 in closed else 0), 20))


def told(orders: Any, body: str = BODY, **given: Any) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """The codes of the notes with their values, and how many customers have each of the numbers."""
    with evaluated(body, orders, **given) as found:
        table = found.table()
        notes = found._evaluation.notes
        if notes:
            well_told(notes)
        known = {n: table.num_rows - table[n].null_count for n in ("alive", "churn", "soon") if n in table.column_names}
        return {n.code: {**n.values, "place": n.place} for n in notes}, known


def test_a_shop_three_weeks_old_has_no_prediction_of_three_months() -> None:
    notes, known = told(regulars(20))
    assert known == {"alive": 60, "churn": 0, "soon": 60}
    assert (notes["E-PREDICT-058"]["most"], notes["E-PREDICT-058"]["ahead"]) == (57, 90)
    assert "metrics.churn" in notes["E-PREDICT-058"]["place"]
    assert "metrics.soon" in notes["E-PREDICT-057"]["place"]


def test_what_anybody_has_seen_is_predicted_without_a_word() -> None:
    notes, known = told(regulars(200))
    assert not {"E-PREDICT-013", "E-PREDICT-057", "E-PREDICT-058", "E-PREDICT-059"} & set(notes)
    assert set(known.values()) == {60}


@pytest.mark.parametrize(("days", "code"), [(31, "E-PREDICT-057"), (30, "E-PREDICT-057"), (29, "E-PREDICT-058")])
def test_three_times_as_far_as_the_data_look_back_is_the_most(days: int, code: str) -> None:
    rows = [(f"c{i}", AS_OF - timedelta(days - k), 5) for i in range(30) for k in (0, i % 9 + 1, 2 * (i % 9) + 2)]
    notes, _ = told(sales(*rows), "metrics: {alive: {alive: mbg/nbd}, churn: {churn: 90 days}}", as_of=AS_OF)
    assert code in notes
    assert len({"E-PREDICT-057", "E-PREDICT-058"} & set(notes)) == 1


def test_a_holiday_that_empties_a_month_is_told() -> None:
    notes, _ = told(regulars(200, closed=range(60, 95)))
    hole = notes["E-PREDICT-059"]
    assert (hole["first"], hole["last"], hole["days"]) == (date(2023, 12, 28), date(2024, 1, 31), 35)
    notes, _ = told(regulars(200, closed=range(25)), as_of=AS_OF)
    assert notes["E-PREDICT-013"]["days"] == 25
    assert "E-PREDICT-059" not in notes


def test_few_customers_who_buy_seldom_close_no_shop() -> None:
    """Twelve customers who come every second month leave weeks without a purchase, and that is their rhythm."""
    rows = [(f"c{i}", AS_OF - timedelta(i % 3 + 60 * k), 500) for i in range(12) for k in range(4)]
    notes, _ = told(sales(*rows))
    assert not {"E-PREDICT-013", "E-PREDICT-059"} & set(notes)
