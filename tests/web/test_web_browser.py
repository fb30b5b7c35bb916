"""In a real browser: every page is drawn without a complaint, can be used by everybody, and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from web_browser import Server, needs_chromium, reader, server, sins
from web_shops import PASSWORD, served

from custrata.web import versions
from custrata.web.access import Role
from custrata.web.page import pages
from custrata.web.site import site

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]

#: What has to be pushed sideways to be read: nothing but cross tables, files as they are, and code.
SIDEWAYS = """[...document.querySelectorAll(".scroll, .chart, .tabs")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && !e.querySelector(":scope > :is(.heat, .raw, .picking)"))
  .map((e) => `${e.className} ${e.getAttribute("aria-label") ?? ""}: ${e.scrollWidth} > ${e.clientWidth}`)"""
#: Pages that can be opened as they are; of those with something in their address some are `more`.
PLAIN = sorted(
    p.path for p in pages().values() if p.can is not None and "<" not in p.path and "GET" in p.methods and not p.part
)


@pytest.fixture(scope="module")
def company(browser: Browser, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The company of the other web tests, with a user of every role in each language, served for real."""
    folder = tmp_path_factory.mktemp("served") / "company"
    with served(template, folder) as shop:
        for role in Role:
            for lang in ("zh", "en"):
                shop.user(role, lang, name=f"{role}-{lang}")
        plan, run = site().store.plans(limit=1)[0].id, site().workspace.run().id
        base = versions.in_force()
        draft = versions.save(base.text.replace("above 10000", "above 12000"), "li", "", base)
    with server(folder) as found:
        found.more |= {
            "segment": "segments/RFM/", "cuts": "segments/消费层级/cuts/", "ladder": "levels/ladders/会员等级/",
            "plan": f"levels/plans/{plan}/", "run": f"data/runs/{run}/", "version": f"scheme/versions/{draft.pk}/",
            "customer": "customers/K000001/", "compare": "segments/-/compare/?a=RFM:111",
        }  # fmt: skip
        yield found


def called(path: str) -> str:
    """What the picture of a page is called."""
    return path.strip("/").replace("/-", "").replace("/", "-") or "overview"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_can_be_used_by_everybody(browser: Browser, company: Server, lang: str, dark: bool) -> None:
    somebody = reader(browser, company.address, dark=dark)
    somebody.log_in(f"administrator-{lang}")
    found = {}
    for name, path in {**{called(p): p for p in PLAIN}, **company.more}.items():
        page = somebody.go(f"/{path}")
        page.wait_for_load_state("networkidle")
        somebody.picture(f"{name}-{lang}-{'dark' if dark else 'light'}")
        if wrong := sins(page):
            found[path] = wrong
    assert found == {} and somebody.wrong == []
    somebody.page.context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_fits_a_telephone(browser: Browser, company: Server, lang: str) -> None:
    somebody = reader(browser, company.address, width=360)
    somebody.log_in(f"administrator-{lang}")
    wide = {}
    for name, path in {**{called(p): p for p in PLAIN}, **company.more}.items():
        page = somebody.go(f"/{path}")
        page.wait_for_load_state("networkidle")
        somebody.picture(f"{name}-{lang}-phone")
        width = page.evaluate("document.documentElement.scrollWidth")
        if found := [*([width] if width > 360 else []), *page.evaluate(SIDEWAYS)]:
            wide[path] = found
    assert wide == {}
    somebody.page.context.close()


def test_the_first_visit_leads_from_the_terminal_to_the_overview(browser: Browser, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with server(empty) as found:
        somebody = reader(browser, found.address)
        page = somebody.page
        page.goto(found.welcome.replace("localhost", "127.0.0.1"))
        assert sins(page) == []
        page.fill("#username", "王经理")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("button.main")
        page.wait_for_url(found.address + "/")
        assert page.locator("a[href='/data/import/']").count() == 1
        assert sins(page) == [] and somebody.wrong == []
        page.context.close()


def test_whoever_uses_no_mouse_gets_everywhere(browser: Browser, company: Server) -> None:
    somebody = reader(browser, company.address)
    somebody.log_in("viewer-en")
    page = somebody.go("/levels/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.context.close()


def test_a_lost_connection_is_told_and_loses_nothing(browser: Browser, template: Path, tmp_path: Path) -> None:
    with served(template, tmp_path / "company") as shop:
        shop.user(Role.ADMINISTRATOR, "en", name="admin-en")
    with server(tmp_path / "company") as found:
        somebody = reader(browser, found.address)
        somebody.log_in("admin-en")
        page = somebody.go("/admin/users/new/")
        page.fill("#scope", "区域 = '城市'")
        page.context.set_offline(True)
        page.fill("#scope", "区域 = '乡村'")
        page.locator("[data-offline]:visible").wait_for(timeout=5000)
        page.context.set_offline(False)
        page.fill("#scope", "区域 = '城市' ")
        page.locator("#scope-count", has_text="customers").wait_for(timeout=5000)
        assert not page.locator("[data-offline]").is_visible()
        page.context.close()
