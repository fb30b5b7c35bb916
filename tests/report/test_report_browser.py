"""In a real browser: every chart is drawn, nothing complains, nothing is fetched, no name runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from custrata.core.measure.model import ReportModel
from custrata.locale import LANGS, Lang
from custrata.report import html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ARGS += ["--disable-sync", "--no-first-run"]
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


def opened(browser: Browser, path: Path, width: int = 1280) -> tuple[Page, list[str]]:
    """The page once all its charts are drawn, and what was wrong on the way."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.split(":")[0] in ("file", "data", "blob") else wrong.append(request.url),
    )
    page.goto(path.as_uri())
    page.wait_for_function(
        "[...document.querySelectorAll('[data-spec]')].every(box => box.querySelector('svg, canvas'))", timeout=10_000
    )
    return page, wrong


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_drawn_and_nothing_is_fetched(
    browser: Browser, pages: dict[tuple[str, Lang], str], tmp_path: Path, lang: Lang
) -> None:
    path = tmp_path / "报告.html"
    path.write_text(pages["chinese", lang], "utf-8")
    page, wrong = opened(browser, path)
    assert wrong == []
    assert page.locator(".chart svg").count() == page.locator("[data-spec]").count() > 7
    words = page.locator(".chart svg").all_text_contents()
    assert any("重要价值客户" in said for said in words)
    page.close()


def test_on_a_phone_only_tables_and_wide_charts_scroll_in_their_boxes(
    browser: Browser, pages: dict[tuple[str, Lang], str], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(pages["english", "en"], "utf-8")
    page, wrong = opened(browser, path, width=390)
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...document.querySelectorAll('figure')].every(s => s.getBoundingClientRect().right <= 390)")
    page.close()


def test_a_table_that_is_wider_than_the_phone_says_so(
    browser: Browser, pages: dict[tuple[str, Lang], str], tmp_path: Path
) -> None:
    """The edge fades and a sentence says so while there is more to the right; the first column stays where it is."""
    path = tmp_path / "报告.html"
    path.write_text(pages["chinese", "zh"], "utf-8")
    page, wrong = opened(browser, path, width=390)
    box = page.locator("#segment-1 .wide-table", has=page.locator("table"))
    hint, head = box.locator(".sideways"), box.locator("tbody th").first
    page.wait_for_function("document.querySelectorAll('.wide-table.wider').length > 0")
    assert hint.is_visible() and hint.inner_text() == "左右滑动查看更多列"
    # The edge fades in; how long that takes is the machine's affair.
    edge = "getComputedStyle(document.querySelector('#segment-1 .wide-table.wider'), '::after').opacity"
    page.wait_for_function(f"{edge} === '1'")
    left = head.bounding_box()
    scroll = box.locator(".scroll")
    scroll.evaluate("s => s.scrollLeft = 60")
    page.wait_for_function("document.querySelector('#segment-1 .wide-table.moved') !== null")
    assert head.bounding_box() == left
    scroll.evaluate("s => s.scrollLeft = s.scrollWidth")
    page.wait_for_function("document.querySelector('#segment-1 .wide-table.wider:not(.more)') !== null")
    assert not hint.is_visible()
    assert wrong == []
    page.close()


def test_on_a_desk_no_table_needs_a_hint(browser: Browser, pages: dict[tuple[str, Lang], str], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(pages["english", "en"], "utf-8")
    page, _ = opened(browser, path)
    assert page.locator(".wide-table.wider").count() == 0
    assert not any(hint.is_visible() for hint in page.locator(".sideways").all())
    page.close()


def test_names_that_attack_do_not_run(browser: Browser, hostile: ReportModel, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.render(hostile, "en"), "utf-8")
    page, wrong = opened(browser, path)
    page.locator(".chart svg path[fill]").first.hover(force=True)
    assert wrong == []
    assert page.evaluate("window.hit") is None
    page.close()
