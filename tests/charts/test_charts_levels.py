"""The flow and the bars of a ladder say what the movement says, and are drawn whatever it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from custrata.charts import migration_chart, movement_chart, theme
from custrata.charts.movement_picture import movement_picture
from custrata.charts.save import save
from custrata.core.levels.movement import Movement, Step, movement
from custrata.core.measure.levels import MovementReport
from custrata.locale import LANGS, Lang

Pairs = Mapping[tuple[str | None, str | None], int]
LEVELS = ["VIP", "普通", "潜在"]
PAIRS: Pairs = {
    ("VIP", "VIP"): 90, ("VIP", "普通"): 10, ("普通", "普通"): 900_000, ("潜在", "VIP"): 1, (None, "潜在"): 5,
    ("普通", None): 3, ("old", "普通"): 2,
}  # fmt: skip
STEPS = [
    Step("VIP", "普通", "downgrade", 10), Step("潜在", "VIP", "override", 1), Step(None, "潜在", "initial", 5),
    Step("普通", None, "gone", 3),
]  # fmt: skip


def flow(pairs: Pairs, lang: Lang = "zh") -> dict[str, Any]:
    found: dict[str, Any] = migration_chart(pairs, LEVELS, lang, ladder="会员", first="1", last="2").to_dict()
    return found


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    inline = [v for layer in spec["layer"] for v in layer.get("data", {}).get("values", [])]
    return [*inline, *(v for rows in spec.get("datasets", {}).values() for v in rows)]


def test_every_move_is_a_ribbon_that_starts_and_ends_at_its_levels() -> None:
    points = [v for v in values(flow(PAIRS)) if "id" in v]
    ribbons = {(v["from"], v["to"], v["way"], v["customers_text"]) for v in points}
    assert ribbons == {
        ("VIP", "VIP", "不变", "90"), ("VIP", "普通", "降级", "10"), ("普通", "普通", "不变", "900,000"),
        ("潜在", "VIP", "升级", "1"), ("新增", "潜在", "新增", "5"), ("普通", "离开", "离开", "3"),
        ("old", "普通", "升级", "2"),
    }  # fmt: skip


def test_one_customer_among_a_million_is_seen() -> None:
    points = [v for v in values(flow(PAIRS)) if v.get("from") == "潜在"]
    assert points and all(v["high"] - v["low"] >= 2 for v in points)


def test_ribbons_of_a_level_lie_side_by_side() -> None:
    """At either end no ribbon covers another, so that a level is as thick as its customers."""
    points = [v for v in values(flow(PAIRS)) if "id" in v]
    assert points
    for at in (0, 1):
        spans = sorted((v["low"], v["high"]) for v in points if v["x"] == at)
        assert all(a[1] <= b[0] + 0.02 for a, b in pairwise(spans))


def test_the_end_says_by_how_many_a_level_has_grown() -> None:
    ends = {v["label"]: v["change"] for v in values(flow(PAIRS)) if "change" in v and v["x"] == 1}
    assert ends == {"VIP  91": "−9", "普通  900,012": "+9", "潜在  5": "+4", "离开  3": "", "old  0": "−2"}


@pytest.mark.parametrize("pairs", [{}, {("VIP", "VIP"): 1}, {(None, "VIP"): 1}, {("VIP", None): 1}, {("a", "b"): 0}])
@pytest.mark.parametrize("lang", LANGS)
def test_whatever_there_is_it_is_drawn(pairs: Pairs, lang: Lang) -> None:
    assert "<svg" in vl_convert.vegalite_to_svg(flow(pairs, lang), allowed_base_urls=[])


@pytest.mark.parametrize("lang", LANGS)
def test_bars_are_as_long_as_customers_were_won_and_lost(lang: Lang) -> None:
    found = movement(LEVELS, {"VIP": 100, "普通": 900_005}, STEPS)
    spec: Any = movement_chart(found, lang, ladder="会员").to_dict()
    assert "<svg" in vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    bars = {(v["level"], v["key"]): v["high"] - v["low"] for v in values(spec) if "key" in v}
    assert bars == {
        ("VIP", "up by hand"): 1, ("VIP", "down"): -10, ("普通", "down"): 10, ("普通", "gone"): -3, ("潜在", "new"): 5,
        ("潜在", "up by hand"): -1,
    }  # fmt: skip
    labels = {(v["level"], v["side"]): v["label"] for v in values(spec) if "side" in v}
    assert labels["普通", 1] == "+10" and labels["普通", -1] == "−3" and labels["潜在", -1] == "−1"


@pytest.mark.parametrize("found", [[], [Movement("VIP")], [Movement("VIP", 3, {}, {"gone": 3})]])
def test_a_level_that_nothing_happened_to_is_drawn_too(found: list[Movement]) -> None:
    spec: Any = movement_chart(found, "en", ladder="x").to_dict()
    assert "<svg" in vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def report(pairs: Pairs, rows: list[Movement]) -> MovementReport:
    day = date(2024, 6, 1)
    return MovementReport("shop", "member", day, date(2024, 6, 30), LEVELS, rows, pairs, [], "1")


@pytest.mark.parametrize("lang", LANGS)
def test_the_picture_has_every_ladder(tmp_path: Path, lang: Lang) -> None:
    picture = movement_picture([report(PAIRS, movement(LEVELS, {}, STEPS)), report({}, [])], lang)
    save(picture, tmp_path / "m.svg")
    said = (tmp_path / "m.svg").read_text("utf-8")
    assert said.count(">member<") == 2 and (("期间没有客户变动" if lang == "zh" else "Nobody has moved") in said)
    save(picture, tmp_path / "m.png")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")


def test_colours_follow_a_dark_page() -> None:
    """Every colour is of the palette, so that a page can swap it."""
    spec = theme.as_css(flow(PAIRS))
    ribbons = next(layer for layer in spec["layer"] if "color" in layer["encoding"])
    assert all(c.startswith("var(--chart-") for c in ribbons["encoding"]["color"]["scale"]["range"])
