"""The page of predictions: the newest back-test, its charts and tables, and asking for a new one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from web_shops import Shop

sys.path.append(str(Path(__file__).parents[1] / "usecases"))
from test_usecases_backtests import found

from custrata.report import backtest_words
from custrata.usecases.backtests import keep
from custrata.usecases.workspace import Workspace
from custrata.web.models import Job

pytestmark = pytest.mark.slow

PAGE, MAKE = "/segments/-/predictions/", "/segments/-/predictions/make/"


def html(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def test_without_a_back_test_it_says_why_one_is_worth_making(own_shop: Shop) -> None:
    page = html(own_shop.client("operator", lang="en").get(PAGE))
    assert "No back-test was made yet" in page and MAKE in page
    assert MAKE not in html(own_shop.client("viewer", lang="en").get(PAGE)), "who may not run it has no button"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_newest_back_test_is_shown_with_its_charts_and_their_tables(own_shop: Shop, lang: Any) -> None:
    keep(Workspace.at(own_shop.folder), found())
    page = html(own_shop.client("viewer", lang=lang).get(PAGE))
    assert backtest_words.trust(found(), lang) in page
    drawn = [page.count(f'class="{width}"') for width in ("at-wide", "at-narrow")]
    assert drawn == [2, 2], "each for a desk and for a telephone"
    assert page.count("<table>") == 5, "the figures, those of two days, and one beside each chart"


def test_asking_puts_one_job_into_the_queue(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    before = Job.objects.filter(kind="backtest").count()
    answer = client.post(MAKE, {"horizon": "30 days"})
    job = Job.objects.get(kind="backtest")
    assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/data/jobs/{job.pk}/")
    assert (before, job.arguments) == (0, {"horizon": "30 days"})
    assert "Back-test the predictions" in html(client.get(PAGE))


@pytest.mark.parametrize("said", [{}, {"horizon": "1 day; rm"}, {"horizon": "lifetime"}])
def test_a_length_of_time_that_is_not_offered_is_refused(own_shop: Shop, said: dict[str, str]) -> None:
    assert "E-PREDICT-007" in html(own_shop.client("operator", lang="en").post(MAKE, said), 400)
    assert not Job.objects.filter(kind="backtest").exists()


def test_the_job_makes_a_back_test_that_the_page_shows(own_shop: Shop) -> None:
    from custrata.web import jobs
    from custrata.web.jobs import runner

    job = jobs.ask("backtest", "operator", horizon="30 days")
    assert runner.once("write", own_shop.folder)
    job = Job.objects.get(pk=job.pk)
    assert job.state == "done", job.log
    assert set(job.result) <= {"as_of", "horizon"}
    page = html(own_shop.client("operator", lang="en").get(PAGE))
    assert "for the 30 days after" in page
    assert PAGE in html(own_shop.client("operator", lang="en").get(f"/data/jobs/{job.pk}/"))


def test_who_sees_some_of_the_customers_is_not_told_of_everybody(own_shop: Shop) -> None:
    keep(Workspace.at(own_shop.folder), found())
    client = own_shop.client("analyst", lang="en", scope="年消费 > 0", name="scoped")
    assert "E-WEB-040" in html(client.get(PAGE), 403)
    assert PAGE not in html(client.get("/segments/"))


def test_the_page_asks_the_store_little(own_shop: Shop) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    keep(Workspace.at(own_shop.folder), found())
    client = own_shop.client("viewer", lang="en")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
    assert len(asked) <= 8, [q["sql"] for q in asked]
