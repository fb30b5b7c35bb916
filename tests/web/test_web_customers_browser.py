"""The list of customers in a real browser: filters as one types, going back, the page of a customer; also by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, expect
from web_browser import Server, needs_chromium, reader, server, sins
from web_shops import served

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def company(browser: Browser, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("customers") / "company"
    with served(template, folder) as shop:
        for role in ("administrator", "operator", "viewer"):
            shop.user(role, "en", name=f"{role}-en")
    with server(folder) as found:
        yield found


def count(page: Any) -> int:
    return int(page.locator(".found strong").inner_text().split()[0].replace(",", ""))


def test_filters_work_as_one_ticks_and_the_address_tells_them(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address)
    somebody.log_in("operator-en")
    page = somebody.go("/customers/?c.ABC=A")
    everybody_of_a = count(page)
    page.click(".list-head a:has-text('Filter')")
    page.wait_for_selector(".filters")
    assert page.locator("#panel input[name='c.ABC'][value='A']").is_checked(), "the panel knows what is filtered"
    assert sins(page) == []
    page.check("#panel input[name='c.ABC'][value='B']")
    page.wait_for_url(lambda url: "c.ABC=B" in url)
    more = count(page)
    assert more > everybody_of_a
    page.uncheck("#panel input[name='c.ABC'][value='A']")
    page.wait_for_url(lambda url: "c.ABC=A" not in url)
    assert count(page) == more - everybody_of_a
    page.fill("#q", "K00")
    page.wait_for_url(lambda url: "q=K00" in url)
    page.click("thead a >> nth=0")
    page.wait_for_url(lambda url: "sort=customer_id" in url)
    assert "c.ABC=B" in unquote(page.url) and "q=K00" in page.url
    page.go_back()
    page.wait_for_url(lambda url: "sort=" not in url)
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    assert somebody.wrong == []
    page.context.close()


def test_what_stands_in_dialogs_and_panels_can_be_used_by_everybody(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address, dark=True)
    somebody.log_in("operator-en")
    page = somebody.go("/customers/")
    for name in ("choose-columns", "save-list", "export-list"):
        page.click(f"[data-dialog='{name}']")
        page.wait_for_selector(f"#{name}[open]")
        assert sins(page) == [], name
        page.click(f"#{name} [data-close]")
    page.click("tbody tr:first-child th a")
    page.wait_for_load_state()
    for summary in page.locator("main summary").all():
        summary.click()
    assert sins(page) == []
    page.fill("#note", "call back on Friday")
    page.click("text=Add a note")
    page.wait_for_load_state()
    expect(page.locator(".on-note")).to_contain_text("call back on Friday")
    assert sins(page) == [] and somebody.wrong == []
    page.context.close()


def test_a_customer_is_read_on_a_telephone(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address, width=360)
    somebody.log_in("viewer-en")
    page = somebody.go("/customers/")
    page.click("tbody tr:nth-child(2) th a")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("form[action*='/change/']").count() == 0, "who may only look is offered nothing to change"
    page.context.close()
