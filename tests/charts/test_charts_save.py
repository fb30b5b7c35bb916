"""A chart becomes a file in four formats; without a Chinese font it says so instead of drawing boxes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custrata.charts import share_chart
from custrata.charts.save import has_cjk_font, save
from custrata.core.errors import CustrataError
from custrata.core.measure.model import SegmentReport

CHINESE = SegmentReport("消费档", "thresholds", [], [], "spend", [])
ENGLISH = SegmentReport("tier", "thresholds", [], [], "spend", [])


@pytest.mark.parametrize(
    ("ending", "begins"), [(".png", b"\x89PNG"), (".svg", b"<svg"), (".html", b"<!DOCTYPE html>"), (".json", b"{")]
)
def test_four_formats(tmp_path: Path, ending: str, begins: bytes) -> None:
    path = save(share_chart(ENGLISH, "en"), tmp_path / f"chart{ending}")
    assert path.read_bytes().lstrip().startswith(begins)


def test_json_is_the_spec(tmp_path: Path) -> None:
    spec = json.loads(save(share_chart(CHINESE, "zh"), tmp_path / "chart.json").read_text("utf-8"))
    assert "消费档" in spec["description"]


def test_without_a_chinese_font_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custrata.charts.save.shutil.which", lambda _: None)
    monkeypatch.setattr("custrata.charts.save.font_folders", lambda: [tmp_path])
    assert not has_cjk_font()
    for ending in (".png", ".svg"):
        with pytest.raises(CustrataError) as caught:
            save(share_chart(CHINESE, "zh"), tmp_path / f"chart{ending}")
        problem = caught.value.problems[0]
        assert problem.code == "E-CHART-001"
        assert "fonts-noto-cjk" in problem.text("en") and "fonts-noto-cjk" in problem.text("zh")
        assert "E-CHART-001" in str(caught.value)
    save(share_chart(CHINESE, "zh"), tmp_path / "chart.html")
    save(share_chart(ENGLISH, "en"), tmp_path / "chart.svg")


@pytest.mark.parametrize(
    "name", ["NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "wqy-zenhei.ttc", "SourceHanSansSC-Regular.otf"]
)
def test_a_font_is_found_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("custrata.charts.save.shutil.which", lambda _: None)
    monkeypatch.setattr("custrata.charts.save.font_folders", lambda: [tmp_path, tmp_path / "none"])
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).touch()
    assert has_cjk_font()


def test_another_ending_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(CustrataError, match=r"E-CHART-002 .*\.png, \.svg, \.html, \.json"):
        save(share_chart(ENGLISH, "en"), tmp_path / "chart.pdf")
