"""What the overview says is waiting for its reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from web_shops import Shop

from custrata.core.store import Override
from custrata.web.site import Site, site

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("moment", "waits"),
    [
        (datetime(2025, 3, 17, 15, 59, tzinfo=UTC), False),  # the 17th in Shanghai: 15 days before
        (datetime(2025, 3, 17, 16, 0, tzinfo=UTC), True),  # the 18th there
        (datetime(2025, 4, 1, 15, 59, tzinfo=UTC), True),  # its last day there
        (datetime(2025, 4, 1, 16, 0, tzinfo=UTC), False),  # over there, not yet in London
    ],
)
def test_a_level_given_by_hand_ends_by_the_calendar_of_the_scheme(
    own_shop: Shop, monkeypatch: pytest.MonkeyPatch, moment: datetime, waits: bool
) -> None:
    given = datetime(2025, 1, 1, tzinfo=UTC)
    made = Override(0, "会员等级", "K000003", "pin", "VIP", "x", "test", given, given.date(), date(2025, 4, 1))
    store = site().store
    with store.transaction():
        store.add_override(made)
    now: Callable[[], datetime] = lambda: moment  # noqa: E731
    monkeypatch.setattr(Site, "now", staticmethod(now))
    page = own_shop.client("operator", lang="en").get("/").content.decode()
    assert ("1 level set by hand ends within two weeks" in page) is waits
    told = own_shop.client("operator", lang="en").get("/levels/").content.decode()
    assert ("2025-04-01" in told or "Apr" in told) is (moment < datetime(2025, 4, 1, 16, tzinfo=UTC))
