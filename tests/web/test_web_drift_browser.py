"""The page of drift and the stage of a customer in a real browser, in both languages and on a phone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser
from test_web_drift import PAGE, add_lifecycle, evaluated
from web_browser import needs_chromium, reader, server, sins
from web_shops import Shop

pytestmark = [pytest.mark.browser, needs_chromium]


def test_drift_can_be_used_by_everybody(browser: Browser, own_shop: Shop) -> None:
    add_lifecycle(own_shop)
    for day in (date(2024, 11, 30), date(2024, 12, 31)):
        evaluated(own_shop, day)
    for lang in ("zh", "en"):
        own_shop.user("administrator", lang, name=f"administrator-{lang}")
    with server(own_shop.folder) as served:
        for lang, width, dark in (("zh", 1280, False), ("en", 1280, True), ("en", 390, False)):
            somebody = reader(browser, served.address, width=width, dark=dark)
            somebody.log_in(f"administrator-{lang}")
            page = somebody.go(PAGE)
            somebody.picture(f"drift-{lang}-{width}-{'dark' if dark else 'light'}")
            for more in page.locator("details").all():
                more.evaluate("x => x.open = true")
            assert not sins(page) and not somebody.wrong
        listed = somebody.go("/customers/?c.阶段=mature").content()
        customer = re.search(r'href="(/customers/[^/"?]+/)"', listed)
        assert customer is not None
        assert "Usual gap" in somebody.go(customer[1]).content()
        somebody.picture("stage-of-a-customer")
