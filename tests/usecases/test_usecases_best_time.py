"""The best weekday of a customer, drawn towards those of his class: of a column of the customers, and of a segment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from custrata import CustrataError, Scheme
from shops import AS_OF, evaluated, sales

#: AS_OF is a Sunday.
SUNDAY, MONDAY = 0, 6
BODY = """
segments:
  tier: {thresholds: spend, classes: {big: above 1000, small: else}}
metrics:
  spend: {monetary: lifetime}
  everybody: {best_weekday: when}
  region: {best_weekday: when, within: province}
  sure: {best_weekday: share, within: province}
  tier_day: {best_weekday: when, within: tier}
"""


def shop() -> tuple[Any, Any]:
    """Two provinces with days of their own: the north, where most customers are, buys on Sundays, the south on Mondays
    and in large sums. One of each has bought once, on a Wednesday; one comes on Fridays, ten times."""
    rng, rows = np.random.default_rng(4), []
    where = {f"n{i}": "north" for i in range(60)} | {f"s{i}": "south" for i in range(30)}
    for who, province in where.items():
        usual, amount = (SUNDAY, 10) if province == "north" else (MONDAY, 800)
        for _ in range(4):
            day = usual if rng.random() < 0.8 else int(rng.integers(7))
            rows.append((who, AS_OF - timedelta(day + 7 * int(rng.integers(1, 30))), amount))
    rows += [("new_n", AS_OF - timedelta(4), 10), ("new_s", AS_OF - timedelta(4), 2000)]
    rows += [("friday", AS_OF - timedelta(2 + 7 * i), 10) for i in range(10)]
    where |= {"new_n": "north", "new_s": "south", "friday": "south", "nowhere": None}
    rows.append(("nowhere", AS_OF - timedelta(4), 10))
    return sales(*rows), pa.table({"customer_id": list(where), "province": list(where.values())})


def people(found: Any) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in found.table().to_pylist()}


def test_who_bought_once_is_reached_when_his_province_or_his_class_buys() -> None:
    orders, customers = shop()
    with evaluated(BODY, orders, customers=customers) as found:
        rows = people(found)
        assert [rows[c]["everybody"] for c in ("new_n", "new_s", "nowhere", "friday")] == [7, 7, 7, 5]
        assert [rows[c]["region"] for c in ("new_n", "new_s", "nowhere")] == [7, 1, 7]
        assert [rows[c]["tier_day"] for c in ("new_n", "new_s")] == [7, 1]
        assert rows["new_s"]["sure"] > 0.5
        assert set(found._result.predictions) == {"weekday", "weekday:province", "weekday:tier"}
        told = {m.name: m.because for m in found.explain("new_s", "en").metrics}
        assert "with the habits of the same Province and of everybody" in told["region"]
        zh = {m.name: m.because for m in found.explain("new_s", "zh").metrics}
        assert "同一省份的客户" in zh["region"]
        assert not [c for c in found.table().column_names if c.startswith("#")]


def test_a_customer_alone_with_his_parameters_has_the_day_that_the_run_gave_him() -> None:
    from custrata.core.predict.occasions import Occasions

    orders, customers = shop()
    with evaluated(BODY, orders, customers=customers) as found:
        kept = Occasions.model_validate(found._result.predictions["weekday:province"])
        again = Occasions.model_validate_json(kept.model_dump_json())
        counts = np.array([0, 0, 1, 0, 0, 0, 0]) + again.weights("south")
        assert int(counts.argmax()) + 1 == people(found)["new_s"]["region"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("metrics: {day: {best_weekday: when, within: rigion}}\nsources: {customers: {columns: {province: p}}}",
         "E-SCHEME-003"),
        ("metrics: {day: {best_weekday: when, within: spend}, spend: {monetary: lifetime}}", "E-SCHEME-041"),
        ("metrics: {day: {best_weekday: when, within: risk}, churn: {churn: 90 days}}\n"
         "segments: {risk: {thresholds: churn, classes: {high: above 0.5, low: else}}}", "E-SCHEME-065"),
        ("metrics: {day: {best_weekday: when, within: both}, churn: {churn: 90 days}}\n"
         "segments: {risk: {thresholds: churn, classes: {high: above 0.5, low: else}}, both: {matrix: [risk, risk2]},\n"
         " risk2: {rules: {yes: spend > 1, no: else}}}", "E-SCHEME-065"),
        ("metrics: {day: {best_weekday: when, within: own}}\n"
         "segments: {own: {rules: {weekend: day >= 6, other: else}}}", "E-SCHEME-065"),
    ],
)  # fmt: skip
def test_classes_that_come_from_predictions_cannot_be_there_before_them(body: str, code: str) -> None:
    with pytest.raises(CustrataError) as error:
        Scheme.parse(f"scheme: Shop\n{body}")
    assert [p.code for p in error.value.problems] == [code]
    assert "metrics.day" in error.value.problems[0].place


def test_a_column_that_no_customer_has_is_told_with_the_metric_that_wants_it() -> None:
    orders, customers = shop()
    with pytest.raises(CustrataError) as error, evaluated(
        "metrics: {day: {最佳联系星期: 时间, 同类: city}}", orders, customers=customers
    ):
        pass
    assert [(p.code, p.values["metric"], p.values["column"]) for p in error.value.problems] == [
        ("E-SCHEME-039", "day", "city")
    ]


def test_of_very_many_classes_the_largest_are_told_apart() -> None:
    rows = [(f"c{i}", AS_OF - timedelta(7 * k + (SUNDAY if i % 2 else MONDAY)), 10)
            for i in range(70) for k in range(3 if i < 10 else 2)]  # fmt: skip
    cities = pa.table({"customer_id": [f"c{i}" for i in range(70)], "city": [f"city {i}" for i in range(70)]})
    with evaluated("metrics: {day: {best_weekday: when, within: city}}", sales(*rows), customers=cities) as found:
        [note] = [n for n in found._evaluation.notes if n.code == "E-PREDICT-056"]
        assert (note.values["left"], len(found._result.predictions["weekday:city"]["groups"])) == (60, 10)
