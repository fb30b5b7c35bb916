"""The two ways that people go most, in a real browser: from an empty folder and a file out of an ERP to an explained
customer, and from another ladder to levels that a colleague agreed to."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from import_steps import HEADER
from playwright.sync_api import Browser, Page
from web_browser import Server, needs_chromium, reader, server, sins
from web_shops import PASSWORD, served

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]
#: Work is done by a process that starts first.
_WORK = 120_000
#: Who bought how often in the year, and for how much each time.
_BUYERS = {"王芳商贸": (12, 3000), "李强餐饮": (4, 800), "张敏": (1, 60)}
_DROP = """([form, name, said]) => {
  const bytes = Uint8Array.from(atob(said), (sign) => sign.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], name, {type: "text/csv"}));
  form.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def dropped(page: Page, name: str, content: bytes) -> None:
    """A file is dropped on the page's form, as from a desktop."""
    form = page.locator("[data-drop]").element_handle()
    page.evaluate(_DROP, [form, name, base64.b64encode(content).decode()])


def test_a_file_of_the_erp_is_dropped_and_ends_in_an_explained_customer(browser: Browser, tmp_path: Path) -> None:
    sales = HEADER.replace("会员号", "客户名称") + "".join(
        f"D{who}{n:02},{name},2024-{12 - n:02}-15,{amount}.00,已完成,x\n"
        for who, (name, (many, amount)) in enumerate(_BUYERS.items()) for n in range(many)
    )  # fmt: skip
    (tmp_path / "empty").mkdir()
    with server(tmp_path / "empty") as found:
        somebody = reader(browser, found.address)
        page = somebody.page
        page.goto(found.welcome.replace("localhost", "127.0.0.1"))
        for field, said in (("username", "王经理"), ("password", PASSWORD), ("again", PASSWORD)):
            page.fill(f"#{field}", said)
        page.click("button.main")
        page.wait_for_url(found.address + "/")
        page.click("main a[href='/data/import/']")
        dropped(page, "销售.csv", sales.encode("gbk"))
        page.wait_for_url("**/data/import/1/**")
        page.locator("button[value=counts]").wait_for(timeout=_WORK)
        main = page.locator("main").inner_text()
        assert "GB18030" in main and "王芳商贸" in main, "Chinese is read as Chinese"
        chosen = page.locator("select:has(option:checked[value=customer_id])")
        assert page.locator(f"label[for='{chosen.get_attribute('id')}']").inner_text() == "客户名称"
        page.click("button[value=counts]")
        page.locator("button[value=take]").click()
        page.locator("a.button.main[href='/']").wait_for(timeout=_WORK)
        page.click("a.button.main[href='/']")
        page.locator("dl.figures").first.wait_for()
        page = somebody.go("/customers/")
        rows = page.locator("table tbody tr")
        assert rows.count() == len(_BUYERS) and "王芳商贸" in rows.first.inner_text(), "the largest one stands first"
        rows.first.locator("a").first.click()
        page.wait_for_url("**/customers/*/")
        told = page.locator("main").inner_text()
        assert "36,000" in told and "重要" in told, "what she spent, and what that makes of her"
        assert sins(page) == [] and somebody.wrong == []
        page.context.close()


@pytest.fixture(scope="module")
def company(browser: Browser, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served") / "company"
    with served(template, folder) as shop:
        for role in ("operator", "approver", "administrator"):
            shop.user(role, "en", name=role)
    with server(folder) as found:
        yield found


def test_a_stricter_ladder_is_published_and_its_plan_agreed_to_by_a_colleague(
    browser: Browser, company: Server
) -> None:
    operator, approver = reader(browser, company.address), reader(browser, company.address)
    operator.log_in("operator")
    approver.log_in("approver")
    page, other = operator.go("/levels/ladders/会员等级/"), approver.page
    gold = page.locator("tr", has=page.locator("input[name=level][value=金卡]")).locator("input[name=enter]")
    assert "2万" in gold.input_value()
    gold.fill(gold.input_value().replace("2万", "8万"))
    page.locator("#effect table.heat td.moves").wait_for()
    assert sins(page) == []
    page.fill("#brake_fall", "1")
    page.fill("#reason", "too many are gold")
    page.locator("button.main", has_text="Save").click()
    page.wait_for_url("**/scheme/versions/*/")
    version = page.url.removeprefix(company.address)
    assert page.locator("[data-dialog=publish]").count() == 0, "who wrote it does not put it in force"
    approver.go(version).locator("[data-dialog=publish]").click()
    other.locator("dialog[open] button.main").click()
    other.locator(".note.good").wait_for()
    page = operator.go("/levels/")
    page.locator("form[action='/levels/plan/'] button").click()
    page.locator("a.button[href^='/levels/plans/']").wait_for(timeout=_WORK)
    approver.go("/levels/").locator("a.button[href^='/levels/plans/']").click()
    other.wait_for_url("**/levels/plans/*/")
    plan = other.url.removeprefix(company.address)
    assert operator.go(plan).locator("[data-dialog=verdict]").count() == 0, "nobody agrees to their own plan"
    other.locator("[data-dialog=verdict]").click()
    other.locator("dialog[open] textarea").fill("as agreed")
    other.locator("dialog[open] button[value=approve]").click()
    other.locator("main", has_text="as agreed").wait_for()
    operator.go(plan).locator(f"form[action='{plan}apply/'] button").click()
    page.locator("dialog[open] button.main").click()
    page.wait_for_url("**/levels/")
    page.locator(".badge", has_text="applied").first.wait_for(timeout=_WORK)
    other = approver.go("/levels/movement/")
    assert "金卡" in other.locator("main").inner_text() and sins(other) == []
    assert operator.wrong == approver.wrong == []
    page.context.close()
    other.context.close()
