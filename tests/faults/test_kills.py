"""Killed at every named point of a command: the workspace opens, the run of before or the new one is current, never a
mixture, and the same command carries on to what an undisturbed workspace has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kill_stories import COMMANDS, Story, killed_before_every_change, killed_everywhere, killed_once

from servers import Server

pytestmark = pytest.mark.slow

#: These take longest; by default they are killed at one point after the other, and then carried on.
LONG = ("load", "run", "plan")
POINTS = [
    pytest.param(name, point, id=f"{name}: {point}", marks=[pytest.mark.sweep] if name in LONG else [])
    for name in COMMANDS for point in COMMANDS[name][2]
]  # fmt: skip
SLOW = pytest.mark.sweep


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, seeds: Any) -> Callable[..., Story]:
    made: dict[tuple[str, bool], Story] = {}

    def story(name: str, server: Server | None = None) -> Story:
        key = (name, server is not None)
        if key not in made:
            shop, command, _ = COMMANDS[name]
            made[key] = Story(tmp_path_factory.mktemp("story"), seeds(shop, server), command)
        return made[key]

    return story


@pytest.mark.parametrize("name, point", POINTS)
def test_a_kill_leaves_the_old_or_the_new_and_the_command_carries_on(
    stories: Callable[..., Story], name: str, point: str
) -> None:
    killed_once(stories(name), name, point)


@pytest.mark.sweep
@pytest.mark.parametrize("name, point", [p.values for p in POINTS], ids=[p.id for p in POINTS])
def test_a_kill_leaves_the_old_or_the_new_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str, point: str
) -> None:
    killed_once(stories(name, postgres), name, point)


@pytest.mark.parametrize("name", LONG)
def test_killed_at_one_point_after_the_other_it_carries_on(stories: Callable[..., Story], name: str) -> None:
    killed_everywhere(stories(name), name)


@pytest.mark.parametrize("name", ["apply", *(pytest.param(n, marks=SLOW) for n in COMMANDS if n != "apply")])
def test_killed_at_one_point_after_the_other_it_carries_on_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str
) -> None:
    killed_everywhere(stories(name, postgres), name)


@pytest.mark.parametrize("name", ["rollback", *(pytest.param(n, marks=SLOW) for n in COMMANDS if n != "rollback")])
def test_a_kill_before_any_change_of_a_file_whatever_makes_it(stories: Callable[..., Story], name: str) -> None:
    killed_before_every_change(stories(name), name)


@pytest.mark.sweep
@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_before_any_change_of_a_file_where_a_server_has_the_store(
    stories: Callable[..., Story], postgres: Server, name: str
) -> None:
    killed_before_every_change(stories(name, postgres), name)
