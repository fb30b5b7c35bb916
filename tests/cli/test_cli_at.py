"""A command that a sentence recommends is the one to type: with the workspace that the user named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from custrata.cli.at import with_workspace, working_at


def test_a_mend_names_the_workspace_that_the_user_named(shop: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"Start one with: custrata run -w {shop}" in call("summary", "-w", shop).err
    assert f"custrata run -w {shop}" in call("summary", f"--workspace={shop}", "--lang", "zh").err
    with monkeypatch.context() as asked:
        asked.setattr(sys, "argv", ["custrata", "summary", "--json"])
        told = call("summary", "-w", shop, "--json").json
    assert f"custrata run -w {shop}" in told["problems"][0]["mend"]
    assert f"custrata quarantine -w {shop} --out mend.xlsx" in call("run", shop).out
    assert f"custrata run -w {shop}`, and ask for drift" in call("drift", "-w", shop).err
    monkeypatch.chdir(shop)
    said = call("drift").err
    assert "`custrata run`, and ask for drift" in said, "here is where he works already"


def test_only_commands_that_take_a_workspace_get_it_and_only_once() -> None:
    try:
        working_at(Path("my shop"), ["run", "drift"])
        assert with_workspace("See: custrata drift a --against b") == "See: custrata drift -w 'my shop' a --against b"
        for left in ("See: custrata schema", "See: custrata run -w other", "custrata is a program",
                     "They count from the next custrata run on."):  # fmt: skip
            assert with_workspace(left) == left
        assert with_workspace("`custrata run` and\n`custrata drift`, then `custrata generate`") == (
            "`custrata run -w 'my shop'` and\n`custrata drift -w 'my shop'`, then `custrata generate`"
        )
    finally:
        working_at(None, ())
