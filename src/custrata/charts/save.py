"""A chart as a file: PNG, SVG, HTML or Vega-Lite JSON, drawn without a browser and without the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, catalog

FORMATS = (".png", ".svg", ".html", ".json")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_CJK_FONT = re.compile(
    r"cjk|notosanssc|notoserifsc|noto ?sans ?sc|sourcehan|wqy|pingfang|stheiti|sthei|hiragino ?sans ?gb|msyh|simsun"
    r"|simhei|simkai|simfang|dengxian|^deng|droidsansfallback|uming|ukai|lxgw|sarasa|harmonyos_?sans_?sc|misans"
    r"|puhuiti|songti|kaiti|heiti",
    re.IGNORECASE,
)


class ChartProblem(Problem):
    """A problem whose sentences stand beside the other words of charts, in charts.toml."""

    def message(self, lang: Lang) -> str:
        return str(catalog("charts", lang)[self.code]["message"]).format(**self.values)

    def mend(self, lang: Lang, *, web: bool = False) -> str:
        return str(catalog("charts", lang)[self.code]["mend"]).format(**self.values)


def save(chart: alt.TopLevelMixin, path: Path | str, *, scale: float = 2.0) -> Path:
    """Write a chart to a file; its ending says the format.

    `scale` multiplies the pixels of a PNG. Raises `E-CHART-001` where a picture would need Chinese letters and no
    font that has them is installed, `E-CHART-002` for an ending that is none of FORMATS. HTML and JSON need no font
    here: the reader's browser brings it.

    >>> from custrata.charts import share_chart
    >>> from custrata.core.measure.model import SegmentReport
    >>> save(share_chart(SegmentReport("tier", "thresholds", [], [], "spend", []), "en"), "tier.pdf")
    Traceback (most recent call last):
    ...
    custrata.core.errors.CustrataError: E-CHART-002 tier.pdf: A chart cannot be written as '.pdf'. ...
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise CustrataError(ChartProblem("E-CHART-002", str(path), {"ending": ending, "known": ", ".join(FORMATS)}))
    spec: dict[str, Any] = chart.to_dict()
    if ending in (".png", ".svg") and (letters := needed_cjk(spec)) and not has_cjk_font():
        raise CustrataError(ChartProblem("E-CHART-001", str(path), {"letters": letters}))
    if ending == ".png":
        target.write_bytes(vl_convert.vegalite_to_png(on_white(spec), scale=scale, allowed_base_urls=[]))
    elif ending == ".svg":
        target.write_text(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), "utf-8")
    elif ending == ".html":
        target.write_text(vl_convert.vegalite_to_html(spec, bundle=True, renderer="svg"), "utf-8")
    else:
        target.write_text(json.dumps(spec, ensure_ascii=False, indent=2), "utf-8")
    return target


def on_white(spec: dict[str, Any]) -> dict[str, Any]:
    """The same spec on white paper: a see-through PNG is unreadable on a dark slide."""
    return {**spec, "background": "#ffffff", "padding": 12}


def needed_cjk(spec: Any) -> str:
    """The first few Chinese letters among all texts of a spec, or '' where it has none.

    >>> needed_cjk({"title": "高消费 customers"}), needed_cjk({"title": "tier"})
    ('高消费', '')
    """
    spec = {k: v for k, v in spec.items() if k != "config"} if isinstance(spec, dict) else spec
    found = _CJK.findall("".join(_texts(spec)))
    return "".join(dict.fromkeys(found))[:3]


def has_cjk_font() -> bool:
    """Whether a font with Chinese letters is installed: what fontconfig says, else the names of the font files."""
    if fc_list := shutil.which("fc-list"):
        listed = subprocess.run([fc_list, ":lang=zh", "file"], capture_output=True, check=False, timeout=20)
        if listed.returncode == 0 and listed.stdout.strip():
            return True
    return any(_CJK_FONT.search(file.name) for folder in font_folders() for file in _fonts(folder))


def font_folders() -> list[Path]:
    """Where this system keeps fonts."""
    home = Path.home()
    if sys.platform == "win32":
        windows, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", str(home))
        return [Path(windows) / "Fonts", Path(local) / "Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", home / ".local/share/fonts"]


def _fonts(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return ()
    return (f for f in folder.rglob("*") if f.suffix.lower() in (".ttf", ".ttc", ".otf", ".otc"))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, str):
        yield node
