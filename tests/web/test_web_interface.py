"""The page of the REST interface: which sources take rows that programs send, and a button for those that do not."""

from __future__ import annotations

import re

import pytest
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.usecases.post_open import receivers, with_receiver
from custrata.web.models import Version
from custrata.web.site import site

pytestmark = pytest.mark.slow


def test_a_source_is_opened_by_a_draft_that_somebody_publishes(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    page = client.get("/api/").content.decode()
    assert re.search(r'<button name="source" value="orders">', page)
    assert client.post("/api/receivers/", {"source": "orders"}).status_code == 302
    draft = Version.objects.get(published_at=None)
    assert "data/posted/orders-*.parquet" in Scheme.parse(draft.text).sources.named()["orders"].file
    now = {r.source: r.lacks for r in receivers(site().workspace, Scheme.parse(draft.text))}
    assert now["orders"] == "" and now["returns"] != ""


def test_a_source_that_takes_rows_has_no_button(own_shop: Shop) -> None:
    file = own_shop.folder / "scheme.yaml"
    text = with_receiver(site().workspace, file.read_text("utf-8"), "orders")
    file.write_text(text, "utf-8")
    assert with_receiver(site().workspace, text, "orders") == text
    page = own_shop.client("operator").get("/api/").content.decode()
    assert 'value="orders"' not in page and 'value="returns"' in page
    assert own_shop.client("operator").post("/api/receivers/", {"source": "orders"}).status_code == 400


def test_a_source_that_is_none_is_refused(shop: Shop) -> None:
    answer = shop.client("operator").post("/api/receivers/", {"source": "nothing"})
    assert answer.status_code == 400 and "E-WEB-110" in answer.content.decode()
    assert 'value="orders"' not in shop.client("viewer").get("/api/").content.decode()
