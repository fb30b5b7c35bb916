"""The page holds every class and figure, in both languages, and nothing in it can fetch or attack."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from custrata.core.measure.model import ReportModel
from custrata.locale import LANGS, Lang, catalog
from custrata.report import html

Pages = dict[tuple[str, Lang], str]


class Page(HTMLParser):
    """Tags with their attributes, and the text of each table row."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.rows: list[list[str]] = []
        self._in_cell = self._in_script = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
            self._in_script = True
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        if self._in_cell:
            self.rows[-1][-1] += data.strip()

    @property
    def specs(self) -> list[dict[str, object]]:
        return [json.loads(text) for attrs, text in self.scripts if attrs.get("type") == "application/json"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_class_stands_in_its_table_in_the_schemes_order(
    chinese_shop: ReportModel, pages: Pages, lang: Lang
) -> None:
    heads = [row[0] for row in Page(pages["chinese", lang]).rows]
    place = 0
    for segment in chinese_shop.segments:
        for row in segment.rows:
            place = heads.index(row.class_, place) + 1


def test_the_totals_are_the_sums(chinese_shop: ReportModel, pages: Pages) -> None:
    totals = [row for row in Page(pages["chinese", "zh"]).rows if row and row[0] == "合计"]
    assert len(totals) == len(chinese_shop.segments)
    assert totals[0][:5] == ["合计", "6,275", "100.0%", "6,136,515", "100.0%"]


def test_each_kind_gets_its_chart(pages: Pages) -> None:
    said = " ".join(str(spec["description"]) for spec in Page(pages["chinese", "zh"]).specs)
    for word in (
        "双向条形图：RFM",
        "集中度曲线",
        "客户金字塔 金字塔",
        "三维交叉 交叉表",
        "偏好 各类别",
        "消费档 各类别",
    ):
        assert word in said


def test_a_chart_has_words_for_those_who_do_not_see_it(pages: Pages) -> None:
    page = Page(pages["english", "en"])
    boxes = [attrs for _, attrs in page.tags if "data-spec" in attrs]
    assert len(boxes) == len(page.specs) >= 7
    assert all(box["role"] == "img" and box["aria-label"] for box in boxes)


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_fetched(pages: Pages, lang: Lang) -> None:
    page = Page(pages["chinese", lang])
    for tag, attrs in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        assert not attrs.get("src")
        assert (attrs.get("href") or "#").startswith("#")
    policy = next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv"))
    assert policy and policy.startswith("default-src 'none'") and "http" not in policy


def test_names_that_attack_are_inert(hostile: ReportModel) -> None:
    source = html.render(hostile, "en")
    page = Page(source)
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert len(page.scripts) == len(page.specs) + 2  # the bundle and the page's own
    assert "<script>window.hit" not in source
    assert any("</script>" in json.dumps(spec) for spec in page.specs), "the name is still shown as it is"


def test_only_the_pages_own_scripts_may_run(pages: Pages) -> None:
    policy = html.content_security_policy()
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    own = [text for attrs, text in Page(pages["english", "en"]).scripts if not attrs]
    assert all(f"sha256-{html._sha256(text)}" in policy for text in own)


@pytest.mark.parametrize("lang", LANGS)
def test_nobody_and_one_customer_break_nothing(nobody: ReportModel, one_customer: ReportModel, lang: Lang) -> None:
    assert "—" in html.render(nobody, lang)
    assert html.render(one_customer, lang).count('class="chart"') == len(one_customer.segments)


def test_the_page_is_small_enough_to_mail(pages: Pages) -> None:
    assert len(pages["chinese", "zh"].encode()) < 5_000_000


def test_the_same_model_gives_the_same_page(english_shop: ReportModel, pages: Pages) -> None:
    assert html.render(english_shop, "en") == pages["english", "en"]


@pytest.mark.parametrize("area", ["charts", "report"])
def test_both_languages_say_the_same_things(area: str) -> None:
    zh, en = _flat(catalog(area, "zh")), _flat(catalog(area, "en"))
    assert zh.keys() == en.keys()
    for key in zh:
        assert _holes(zh[key]) == _holes(en[key]), key


def test_an_english_page_speaks_no_chinese(pages: Pages) -> None:
    source = pages["english", "en"]
    outside = re.sub(r"<(script|style)\b.*?</\1>", "", source, flags=re.DOTALL)
    assert not re.findall("[\u4e00-\u9fff]", outside)


def _flat(node: dict[str, object], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in node.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": str(value)}
    return flat


def _holes(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))
