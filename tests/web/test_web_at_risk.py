"""The card of those who are about to leave names them as their profiles do, and nobody whom the reader does not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from web_shops import Shop

from custrata.core.store import ProfileChange
from custrata.web import jobs
from custrata.web.jobs.runner import once
from custrata.web.site import site

pytestmark = pytest.mark.slow


def card(client: Any) -> str:
    """The card as it comes with the figures."""
    found = client.get("/figures/").content.decode()
    return str(found[found.index('id="at-risk"') :]) if 'id="at-risk"' in found else ""


def staged(shop: Shop) -> None:
    """Stages of life, in force."""
    file = shop.folder / "scheme.yaml"
    file.write_text(file.read_text("utf-8").replace("segments:\n", "segments:\n  阶段: {lifecycle: own}\n", 1), "utf-8")
    jobs.ask("run", "test")
    assert once("write", shop.folder)


def test_a_corrected_name_stands_there_at_once(own_shop: Shop) -> None:
    staged(own_shop)
    client = own_shop.client("analyst")
    first = re.findall(r"/customers/(K\d+)/", card(client))[0]
    store = site().store
    with store.transaction():
        store.add_profile_change(ProfileChange(0, first, "name", None, "改过的名字", "test", site().now(), "typo"))
    assert "改过的名字" in card(client)


def test_whoever_sees_a_part_is_told_of_that_part(own_shop: Shop) -> None:
    staged(own_shop)
    everybody = set(re.findall(r"/customers/(K\d+)/", card(own_shop.client("analyst"))))
    client = own_shop.client("viewer", name="one", scope="年消费 > 8万")
    seen = set(re.findall(r"/customers/(K\d+)/", card(client)))
    assert 0 < len(seen) < len(everybody) and all(client.get(f"/customers/{c}/").status_code == 200 for c in seen)
