"""Every page asks for a permission, and every role gets exactly what it was granted: also pages yet to be written."""

from __future__ import annotations

from typing import Any

import pytest
from web_shops import Shop

from custrata.web.access import GRANTS, Can, Role
from custrata.web.page import pages

#: Pages that anybody may open; each has a reason to be here.
PUBLIC = {"login", "code", "logout", "language", "welcome"}
_FILL = {"<str": "none", "<int": "999999", "<path": "none"}


def path_of(page: Any) -> str:
    """An address with parts that mean nothing: who may not open it is told so before anybody looks."""
    return "/" + "/".join(_FILL.get(part.partition(":")[0], part) for part in page.path.split("/"))


def test_only_the_doors_are_open_to_strangers() -> None:
    assert {p.name for p in pages().values() if p.can is None} == PUBLIC


@pytest.mark.parametrize("name", sorted(set(pages()) - PUBLIC))
def test_a_stranger_is_sent_to_the_door(shop: Shop, name: str) -> None:
    from django.test import Client

    page = pages()[name]
    answer = Client().generic(page.methods[0], path_of(page))
    if page.path.startswith("api/"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("name", sorted(set(pages()) - PUBLIC))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_was_granted_and_nothing_else(shop: Shop, name: str, role: Role) -> None:
    page = pages()[name]
    assert page.can is not None
    answer = shop.client(role).generic(page.methods[0], path_of(page))
    if page.can in GRANTS[role]:
        assert answer.status_code not in (401, 403, 500)
    else:
        assert answer.status_code == 403 and "E-WEB-001" in answer.content.decode()


def test_every_role_may_look_and_only_administrators_administer() -> None:
    assert all(Can.LOOK in granted for granted in GRANTS.values())
    assert [r for r, granted in GRANTS.items() if Can.ADMIN in granted] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize(
    "path",
    ["/?days=", "/scheme/?from=", "/scheme/history/?b=1&a=", "/admin/trail/?before=", "/admin/trail/?last=9999-12-31#",
     "/admin/trail/?first=0001-01-01#", "/levels/movement/?first=0001-01-01#", "/customers/%00/#"],
)  # fmt: skip
def test_numbers_and_days_that_nothing_has_break_nothing(shop: Shop, path: str) -> None:
    assert shop.client("administrator").get(path + "9" * 5000).status_code < 500
