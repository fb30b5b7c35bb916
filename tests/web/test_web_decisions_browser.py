"""Decisions in a real browser: a plan that one makes and another approves, a level by hand, a list as a file, and what
is masked for whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from web_browser import Server, needs_chromium, reader, server, sins
from web_shops import served

from custrata.web.access import Role

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]
#: Work is done by a process that starts first.
_WORK = 120_000


@pytest.fixture(scope="module")
def company(browser: Browser, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A company whose ladder has become stricter, so that a brake holds its next plan."""
    folder = tmp_path_factory.mktemp("served") / "company"
    with served(template, folder) as shop:
        for role in Role:
            shop.user(role, "en", name=f"{role}-en")
        file = folder / "scheme.yaml"
        text = file.read_text("utf-8").replace('金卡: {enter: "年消费 >= 2万"}', '金卡: {enter: "年消费 >= 8万"}')
        file.write_text(text + "    brakes: {fall: 1%}\n", "utf-8")
    with server(folder) as found:
        yield found


def test_one_makes_a_plan_and_a_colleague_approves_it(browser: Browser, company: Server) -> None:
    operator, approver = reader(browser, company.address), reader(browser, company.address)
    operator.log_in("operator-en")
    approver.log_in("approver-en")
    page = operator.go("/levels/")
    page.locator("form[action='/levels/plan/'] button").click()
    page.locator("a.button[href^='/levels/plans/']").wait_for(timeout=_WORK)
    other = approver.go("/")
    other.locator("a[href='/levels/']", has_text="wait").first.click()
    other.locator("a.button[href^='/levels/plans/']").click()
    other.wait_for_url("**/levels/plans/*/")
    assert sins(other) == []
    plan = other.url.removeprefix(company.address)
    other.locator("[data-dialog=verdict]").click()
    assert sins(other) == []
    other.locator("dialog[open] textarea").fill("as agreed")
    other.locator("dialog[open] button[value=approve]").click()
    other.locator("main", has_text="as agreed").wait_for()
    page = operator.go(plan)
    page.locator(f"form[action='{plan}apply/'] button").click()
    page.locator("dialog[open] button.main").click()
    page.wait_for_url("**/levels/")
    for _ in range(120):
        if operator.go(plan).locator(".head .badge").inner_text() == "applied":
            break
        page.wait_for_timeout(1_000)
    assert page.locator(".head .badge").inner_text() == "applied"
    assert operator.wrong == approver.wrong == []
    page.context.close()
    other.context.close()


def test_a_level_is_given_by_hand_and_a_number_in_a_note_is_masked_for_who_may_not_know_it(
    browser: Browser, company: Server
) -> None:
    operator, analyst = reader(browser, company.address), reader(browser, company.address, width=390, dark=True)
    operator.log_in("operator-en")
    analyst.log_in("analyst-en")
    page = operator.go("/customers/K000007/")
    form = page.locator("details", has=page.locator("select[name=level]"))
    form.locator("summary").click()
    form.locator("select[name=level]").select_option(index=0)
    form.locator("input[name=reason]").fill("a partner")
    form.locator("button.main").click()
    page.locator(".note", has_text="a partner").wait_for()
    page.locator("textarea[name=text]").fill("call 13812345678 on Monday")
    page.locator("form", has=page.locator("textarea[name=text]")).locator("button").click()
    page.locator("main", has_text="13812345678").wait_for()
    assert sins(page) == []
    other = analyst.go("/customers/K000007/")
    assert "138****5678" in other.locator("main").inner_text() and "13812345678" not in other.content()
    assert other.locator("select[name=level]").count() == 0, "an analyst gives no levels"
    assert operator.wrong == analyst.wrong == []
    page.context.close()
    other.context.close()


def test_a_list_is_written_as_a_file_and_saved(browser: Browser, company: Server, tmp_path: Path) -> None:
    operator = reader(browser, company.address)
    operator.log_in("operator-en")
    page = operator.go("/customers/?c.ABC=A")
    n = int(page.locator(".found strong").inner_text().split()[0])
    page.locator("[data-dialog=export-list]").click()
    page.locator("dialog[open] input[value=csv]").check()
    page.locator("dialog[open] button.main").click()
    page.wait_for_url("**/downloads/**")
    link = page.locator("a.button[href^='/downloads/']").first
    link.wait_for(timeout=_WORK)
    with page.expect_download() as waited:
        link.click()
    file = tmp_path / "list.csv"
    waited.value.save_as(file)
    assert len(file.read_text("utf-8-sig").splitlines()) == n + 1 > 1
    assert operator.wrong == []
    page.context.close()
