"""Plan and movement in a real browser: charts are drawn, nothing complains or is fetched, a phone has room for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from report_plans import ATTACK, hostile, moved, plan
from test_report_browser import ARGS, CHROMIUM, opened

from custrata.locale import LANGS, Lang
from custrata.report import movement_html, plan_html

pytestmark = [
    pytest.mark.slow, pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", LANGS)
def test_both_pages_are_drawn_and_fit(browser: Browser, tmp_path: Path, lang: Lang, width: int) -> None:
    pages = {"plan": plan_html.render(plan(), lang), "movement": movement_html.render([moved()], lang)}
    for name, html in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(html, "utf-8")
        page, wrong = opened(browser, path, width=width)
        assert wrong == []
        charts = page.locator("[data-spec] svg")
        assert charts.count() == page.locator("[data-spec]").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width > 1000:
            assert page.locator(".wide-table.wider").count() == 0
        page.close()


def test_names_that_attack_do_not_run(browser: Browser, tmp_path: Path) -> None:
    for name, html in (("p", plan_html.render(hostile(ATTACK), "en")),
                       ("m", movement_html.render([moved(ATTACK, ATTACK)], "zh"))):  # fmt: skip
        path = tmp_path / f"{name}.html"
        path.write_text(html, "utf-8")
        page, wrong = opened(browser, path)
        page.locator(".chart svg path[fill]").first.hover(force=True)
        assert wrong == [] and page.evaluate("window.hit") is None
        page.close()
