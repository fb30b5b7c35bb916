"""Segments and scheme in a real browser: cuts are turned and saved, rules built, a version published by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from web_browser import Server, needs_chromium, reader, server, sins
from web_shops import served

from custrata.web.access import Role

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]

TIER = quote("消费层级")
WHERE = quote("年消费 >= 2万 and not (RFM = 重要价值 or 年消费/年订单 > 9) and birthday > 1990-01-01")
PLACES = (
    f"/segments/{TIER}/", f"/segments/{TIER}/cuts/?c0=500&c1=400", "/segments/RFM/cuts/?choice=fixed",
    f"/segments/-/rules/?where={WHERE}",
    f"/segments/-/cross/?d={TIER}&d=RFM&d={quote('区域')}", "/segments/-/compare/?a=ABC:A",
)  # fmt: skip


@pytest.fixture(scope="module")
def company(browser: Browser, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served") / "company"
    with served(template, folder) as shop:
        for role in (Role.ANALYST, Role.APPROVER, Role.ADMINISTRATOR):
            for lang in ("zh", "en"):
                shop.user(role, lang, name=f"{role}-{lang}")
    with server(folder) as found:
        yield found


@pytest.mark.parametrize(("lang", "dark", "width"), [("zh", False, 1280), ("en", True, 360)])
def test_pages_with_an_address_can_be_used_by_everybody(
    browser: Browser, company: Server, lang: str, dark: bool, width: int
) -> None:
    somebody = reader(browser, company.address, dark=dark, width=width)
    somebody.log_in(f"analyst-{lang}")
    found = {}
    for i, path in enumerate(PLACES):
        page = somebody.go(path)
        page.locator(".loading").wait_for(state="detached", timeout=10_000)
        somebody.picture(f"segments-{i}-{lang}-{width}")
        wrong = sins(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wrong or wide > width:
            found[path] = [*wrong, wide]
    assert found == {} and somebody.wrong == []
    page.context.close()


def test_a_slider_shows_its_effect_and_becomes_a_version_that_a_colleague_publishes(
    browser: Browser, company: Server
) -> None:
    analyst = reader(browser, company.address)
    analyst.log_in("analyst-en")
    page = analyst.go(f"/segments/{TIER}/cuts/")
    page.locator("#c0-slide").evaluate(
        "e => { e.value = 600; e.dispatchEvent(new Event('input', {bubbles: true})) }"
    )  # fmt: skip
    page.locator("#c1").fill("200")
    page.locator("#preview dd", has_text="> 600").wait_for()
    page.wait_for_function("location.search.includes('c1=200')")
    assert page.locator("#c0").input_value() == "600"
    page.locator("#reason").fill("smaller town")
    page.locator("form.save button").click()
    page.wait_for_url("**/scheme/versions/*/")
    if page.locator("details:not([open]) > .diff").count():
        page.locator("details:not([open]):has(> .diff) > summary").click()
    page.locator("td.line", has_text="above 600").wait_for()
    version = page.url.removeprefix(company.address)
    assert page.locator("[data-dialog=publish]").count() == 0, "an analyst may not"
    approver = reader(browser, company.address)
    approver.log_in("approver-zh")
    other = approver.go(version)
    other.locator("[data-dialog=publish]").click()
    other.locator("dialog[open] button.main").click()
    other.locator(".badge.good", has_text="生效中").wait_for()
    assert analyst.wrong == approver.wrong == []
    page.context.close()
    other.context.close()


def test_a_rule_is_built_by_clicking_with_a_live_count(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address)
    somebody.log_in("analyst-zh")
    page = somebody.go("/segments/-/rules/")
    page.locator("[name='field.r.0']").select_option("年消费")
    page.locator("[name='value.r.0']").fill("2万")
    page.locator("#where-now", has_text="年消费 >= 2万").wait_for()
    page.locator("button[value='group:r']").click()
    page.locator("[name='field.r.1.0']").select_option("RFM")
    page.locator(".pick", has_text="重要价值").click()
    page.locator(".pick", has_text="重要保持").click()
    page.locator("#where-now", has_text="RFM 属于 ('重要价值', '重要保持')").wait_for()
    assert page.locator("[name='value.r.0']").input_value() == "2万"
    assert page.locator("#where").input_value() == page.locator("#where-now").inner_text()
    page.locator("[name='join.r.1']").select_option("none")
    page.locator("#where-now", has_text="非 (").wait_for()
    page.locator("button[value='drop:r.0']").click()
    page.locator("[name='field.r.1']").wait_for(state="detached")
    assert somebody.wrong == []
    page.context.close()


def test_a_rule_is_built_without_a_mouse(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address)
    somebody.log_in("analyst-zh")
    page = somebody.go("/segments/-/rules/")
    page.locator("[name='field.r.0']").focus()
    page.keyboard.press("ArrowDown")
    page.locator("[name='op.r.0']").wait_for()
    focused = "document.activeElement.id"
    assert page.evaluate(focused) == "field.r.0", "what was chosen keeps the focus"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "op.r.0"
    page.keyboard.press("Tab")
    page.keyboard.type("2w")
    page.locator("#where-now", has_text=">= 2万").wait_for()
    page.wait_for_function("location.search.includes('where=')")
    page.locator("#row\\:r").focus()
    page.keyboard.press("Enter")
    page.locator("[name='field.r.1']").wait_for()
    page.wait_for_function(f"{focused} === 'field.r.1'")
    page.locator("[name='field.r.1']").select_option("退货率")
    page.locator("[name='op.r.1']").select_option("between")
    page.locator("[id='value.r.1.1']").wait_for()
    page.locator("[id='value.r.1.0']").fill("5")
    page.locator("[id='value.r.1.1']").fill("20")
    page.locator("#where-now", has_text="退货率 >= 5% 且 退货率 <= 20%").wait_for()
    said = page.locator("#where-now").inner_text()
    page.locator("#met a.main").click()
    page.locator("table.customers, .empty").first.wait_for()
    page.go_back()
    page.locator("#where-now", has_text=said).wait_for()
    assert sins(page) == [] and somebody.wrong == []
    page.context.close()


def test_a_text_is_checked_while_it_is_typed(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address)
    somebody.log_in("analyst-zh")
    page = somebody.go("/scheme/")
    text = page.locator("#text").input_value()
    page.locator("#text").fill(text.replace("{share: 年消费", "{share: 年消肥"))
    page.locator("#checked .problem").wait_for()
    page.locator("#checked [data-line]").click()
    line = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.getElementById('text'))")
    assert "年消肥" in line
    page.locator("#text").fill(text)
    page.locator("#checked .good-mark").wait_for()
    assert somebody.wrong == []
    page.context.close()
