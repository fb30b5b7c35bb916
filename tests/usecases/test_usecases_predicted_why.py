"""Of each prediction it is told what the customer did that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_usecases_predictions import AS_OF, evaluated, orders

from custrata.core.explain import MetricValue
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.locale import LANGS, Lang, catalog
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.workspace import Workspace

#: Bought on six days, two receipts on one of them.
REGULAR = [AS_OF - timedelta(n) for n in (412, 344, 276, 200, 110, 110, 35)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    folder = tmp_path_factory.mktemp("why")
    rows = orders()
    rows += [(f"r{i}", "regular", day, 100.0) for i, day in enumerate(REGULAR)]
    rows += [("once", "once", AS_OF - timedelta(9), 80.0), ("now", "now", AS_OF, 70.0)]
    rows += [("plus", "returner", AS_OF - timedelta(50), 20.0), ("minus", "returner", AS_OF - timedelta(40), -30.0)]
    evaluated(folder, rows)
    with open_run(Workspace.at(folder), duckdb_engine, folder / "scratch") as result:
        yield result


def told(shop: Result, who: str, lang: Lang = "en") -> dict[str, MetricValue]:
    return {m.name: m for m in shop.explain(who, lang).metrics}


def test_a_customer_with_a_rhythm_is_told_it(shop: Result) -> None:
    found = told(shop, "regular")
    alive = f"{100 * float(found['alive'].value):.0f}"
    history = "Bought on 6 days in 412, last 35 days ago; usual gap about 75 days"
    assert found["alive"].because == f"{history} → {alive}% still a customer."
    assert found["churn"].because.startswith(f"{history} → ") and "in the next 90 days" in found["churn"].because
    soon = found["soon"]
    days = f"{float(soon.value):.{2 if soon.value < 1 else 1}f}"
    assert soon.because == f"{history} → about {days} days with a purchase in the next 90 days."
    assert "about ¥116.67 on such a day → worth ¥" in found["worth"].because
    assert found["spend"].because == "", "what is counted needs no such sentence"


def test_who_came_once_has_no_rhythm(shop: Result) -> None:
    assert told(shop, "once")["alive"].because.startswith("Bought once, 9 days ago: no rhythm of their own yet → ")
    assert told(shop, "now")["alive"].because.startswith("Bought once, on the as-of date: ")


def test_who_brought_nothing_on_the_whole_is_told_so(shop: Result) -> None:
    found = told(shop, "returner")
    assert found["worth"].value is None and "brought nothing on the whole" in found["worth"].because
    assert "still a customer" in found["alive"].because


def test_both_languages_say_it_with_the_same_numbers(shop: Result) -> None:
    zh, en = told(shop, "regular", "zh"), told(shop, "regular")
    history = "412 天内有 6 天购买，最近一次在 35 天前，通常约每 75 天一次"
    assert zh["alive"].because.startswith(f"{history} → 仍是客户的概率 ")
    digits = ["".join(c for c in f["churn"].because if c.isdigit()) for f in (zh, en)]
    assert sorted(digits[0]) == sorted(digits[1])


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_of_prediction_has_its_sentence(lang: Lang) -> None:
    from custrata.core.metrics.base import REGISTRY

    kinds = {kind for kind, model in REGISTRY.all().items() if model.base == "predicted"}
    assert len(kinds) >= 4 and kinds <= set(catalog("predict", lang)["why"])


def test_where_no_model_fits_the_customer_is_told_that(tmp_path: Path) -> None:
    evaluated(tmp_path, [(f"o{i}", f"c{i}", date(2024, 6, 30) - timedelta(i), 10.0) for i in range(40)])
    with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path / "scratch") as result:
        assert "no purchase model fits" in told(result, "c3")["alive"].because
