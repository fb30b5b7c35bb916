"""A command that is killed, and what must hold afterwards: readers see what was before or what is after, and the
command carries on to what an undisturbed workspace has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fault_shops import Corner, applied, lived, planned, refused, replanned
from kill_points import APPLY, BACK, DECIDING, LOADING, PLAN, RUN
from killing import Point, killed_at, killed_before_change


class Story:
    """A workspace before a command, and what readers see before and after it."""

    def __init__(self, folder: Path, shop: Corner, command: Callable[[Corner], Any]) -> None:
        self.folder, self.shop, self.command = folder, shop, command
        self.before = self.shop.seen()
        undisturbed = self.shop.copy(folder / "undisturbed")
        command(undisturbed)
        self.after = undisturbed.seen()
        self._killed: Corner | None = None

    def another(self) -> Corner:
        if self._killed is not None:
            self._killed.remove()
        self._killed = self.shop.copy(self.folder / "killed")
        return self._killed


def _first(path: Path, url: str | None) -> Corner:
    return Corner.opened(path, url=url)


def _first_plan(path: Path, url: str | None) -> Corner:
    shop = Corner.opened(path, url=url)
    shop.plan()
    return shop


def _back(shop: Corner) -> str:
    return shop.back_to(shop.workspace.run_ids()[0])


#: The first review of a workspace, in which there is no run yet, and the later ones.
COMMANDS: dict[str, tuple[Callable[[Path, str | None], Corner], Callable[[Corner], Any], dict[str, Point]]] = {
    "load": (lived, Corner.load, LOADING),
    "run": (lived, Corner.run, RUN),
    "plan": (replanned, Corner.plan, PLAN),
    "apply": (planned, Corner.apply, APPLY),
    "rollback": (applied, _back, BACK),
    "first run": (_first, Corner.run, DECIDING),
    "first apply": (_first_plan, Corner.apply, DECIDING),
}


def killed_once(story: Story, name: str, point: str) -> None:
    shop = story.another()
    killed_at(COMMANDS[name][2][point], lambda: story.command(shop))
    carries_on(name, story, shop)


def killed_everywhere(story: Story, name: str) -> None:
    shop = story.another()
    for point in COMMANDS[name][2].values():
        if shop.seen() != story.before:
            shop = story.another()
        killed_at(point, lambda shop=shop: story.command(shop))  # type: ignore[misc]
        shop.require_sound()
        assert shop.seen() in (story.before, story.after), f"a mixture: {point}"
    carries_on(name, story, shop)


def killed_before_every_change(story: Story, name: str) -> None:
    n = 1
    while True:
        shop = story.another()
        if not killed_before_change(n, shop.path, lambda shop=shop: story.command(shop)):  # type: ignore[misc]
            break
        carries_on(name, story, shop)
        n += 1
    assert n > 4


def carries_on(name: str, story: Story, shop: Corner) -> None:
    shop.require_sound()
    seen = shop.seen()
    assert seen in (story.before, story.after), "a mixture"
    if name.endswith("apply") and "applied" in shop.plans()[:1]:
        assert seen == story.after
        with refused("E-PLAN-006"):
            shop.apply()
    elif name == "rollback" and seen == story.after:
        with refused("E-RUN-010"):
            story.command(shop)
    else:
        story.command(shop)
    shop.require_sound()
    assert shop.seen() == story.after
    if name.endswith("apply"):
        shop.require_opens()
    if name == "plan":
        assert shop.plans()[0] == "open" and shop.plans().count("open") == 1
        shop.apply()
        assert shop.levels()["bob"] == "VIP"
        shop.require_sound()
    if name != "load":
        assert shop.left_over() == []
