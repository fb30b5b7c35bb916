"""Two people at the same moment: a scheme is recorded once, and somebody is always left who administers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.db import connections
from web_shops import PASSWORD, Shop

from custrata.core.errors import CustrataError
from custrata.web import people, reading, site, versions
from custrata.web.access import Role
from custrata.web.models import Member, Version
from servers import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Shop]:
    """With the store in the workspace, and on a server."""
    url = None
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        server.create("custrata_web_at_once")
        url = server.url("custrata_web_at_once")
    shutil.copytree(template, tmp_path / "company")
    site.enter(tmp_path / "company", url)
    try:
        yield Shop(tmp_path / "company")
    finally:
        reading.forget()
        connections.close_all()


def meeting(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, many: int) -> None:
    """A function that many threads call at the same moment, where they can: else none waits long for the others."""
    original, meet = getattr(module, name), Barrier(many)

    def met(*args: Any) -> Any:
        found = original(*args)
        try:
            meet.wait(0.3)
        except BrokenBarrierError:
            meet.reset()
        return found

    monkeypatch.setattr(module, name, met)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each gives, or the code that it is refused with."""
    told: dict[int, Any] = {}

    def do(i: int, deed: Callable[[], Any]) -> None:
        try:
            told[i] = deed()
        except CustrataError as error:
            told[i] = error.problems[0].code
        finally:
            connections.close_all()

    threads = [Thread(target=do, args=given) for given in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [told[i] for i in range(len(deeds))]


def test_of_two_administrators_who_demote_each_other_one_stays(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = (shop.user(Role.ADMINISTRATOR, name=name) for name in ("ann", "bob"))
    Member.objects.exclude(user__in=[ann, bob]).delete()
    meeting(monkeypatch, people, "_other_administrators", 2)
    less = people.Wanted("", Role.VIEWER)
    told = at_once(lambda: people.change(ann, less, "bob"), lambda: people.change(bob, less, "ann"))
    assert sorted(map(str, told)) == ["E-WEB-052", "None"]
    assert Member.objects.filter(role=Role.ADMINISTRATOR).count() == 1 and site.has_administrator()


def test_of_two_administrators_who_shut_each_other_out_one_stays(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = (shop.user(Role.ADMINISTRATOR, name=name) for name in ("ann", "bob"))
    Member.objects.exclude(user__in=[ann, bob]).delete()
    meeting(monkeypatch, people, "_other_administrators", 2)
    out = people.Wanted("", Role.ADMINISTRATOR, active=False)
    told = at_once(lambda: people.change(ann, out, "bob"), lambda: people.change(bob, out, "ann"))
    assert sorted(map(str, told)) == ["E-WEB-052", "None"] and site.has_administrator()


def test_a_name_is_given_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, people, "_require_password", 2)
    wanted = [people.Wanted(name, Role.VIEWER, password=PASSWORD) for name in ("Li", "li")]
    told = at_once(*(lambda w=w: str(people.add(w, "boss")).lower() for w in wanted))  # type: ignore[misc]
    assert sorted(told) == ["E-WEB-050", "li"]


def test_a_scheme_that_was_edited_outside_is_recorded_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    versions.in_force()
    file = shop.folder / "scheme.yaml"
    file.write_text(file.read_text("utf-8") + "# a remark\n", "utf-8")
    meeting(monkeypatch, versions, "_latest", 4)
    told = at_once(*(lambda: versions.in_force().pk for _ in range(4)))
    assert len(set(told)) == 1
    assert [v.pk for v in Version.objects.order_by("id")][-1:] == told[:1] and Version.objects.count() == 2


def test_a_version_that_is_being_published_is_not_taken_for_somebody_elses(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = versions.save(versions.in_force().text + "# better\n", "ann", "because", versions.in_force())
    meeting(monkeypatch, versions, "replace_scheme", 2)

    def look() -> Any:
        while versions.scheme_text(site.site().workspace) != draft.text:
            pass
        return versions.in_force().pk

    assert at_once(lambda: versions.publish(draft, "ann").pk, look) == [draft.pk, draft.pk]
    assert [v.who for v in Version.objects.order_by("id")] == ["", "ann"]


def test_a_draft_is_published_once(shop: Shop) -> None:
    base = versions.in_force()
    draft = versions.save(base.text + "# better\n", "ann", "because", base)
    copies = [Version.objects.get(pk=draft.pk) for _ in range(2)]
    told = at_once(*(lambda v=v: versions.publish(v, "ann").pk for v in copies))  # type: ignore[misc]
    assert sorted(map(str, told)) == sorted([str(draft.pk), "E-WEB-038"])
