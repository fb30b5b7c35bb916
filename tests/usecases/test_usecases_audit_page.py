"""The page and the JSON of an audit: whole sentences in both languages, the same figures, nothing that runs."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from audit_defects import spoiled
from audit_shops import SCHEME, audited, clean_shop
from playwright.sync_api import Browser, sync_playwright

from custrata.core.audit.facts import Control
from custrata.core.audit.finding import Example
from custrata.core.audit.model import Audit
from custrata.locale import LANGS, Lang
from custrata.report.audit_html import render
from custrata.report.audit_json import as_json
from custrata.report.audit_words import Words

pytestmark = pytest.mark.slow

ATTACK = "</style><script>window.hit=1</script><img src=x onerror=window.hit=1>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def messy() -> Audit:
    books = [Control(date(2024, m, 1), Decimal(21_000 + m), 130) for m in range(1, 13)]
    this_month = SCHEME.replace("spend: {monetary: lifetime}", "spend: {monetary: lifetime}\n  now: {monetary: month}")
    return audited(spoiled(clean_shop()), this_month.replace("2024-12-31", "2024-12-20"), controls=books)


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_is_told_in_whole_sentences(messy: Audit, lang: Lang) -> None:
    words = Words(messy, lang)
    assert len(messy.problems) > 15
    for finding in messy.findings:
        said = [words.title(finding), words.found(finding), words.mend(finding), *words.hints(finding)]
        assert len(words.hints(finding)) == len(finding.hints)
        for sentence in said:
            assert not re.search(r"[{}]|None|Decimal|Word\(|datetime", sentence), sentence
            assert sentence.strip() == sentence != ""
        if lang == "zh":
            assert all(re.search(r"[\u4e00-\u9fff]", sentence) for sentence in said)


@pytest.mark.parametrize("lang", LANGS)
def test_page_and_json_show_the_same(messy: Audit, lang: Lang) -> None:
    page, data = render(messy, lang), as_json(messy, lang)
    json.dumps(data)
    assert data["score"] == messy.score.total
    assert [f["code"] for f in data["findings"]] == re.findall(r'<article class="finding \w+" id="([^"]+)">', page)
    assert [f["severity"] for f in data["findings"]] == re.findall(r'<article class="finding (\w+)"', page)
    for finding, told in zip(messy.problems, data["findings"], strict=True):
        shown = page[page.index(f'id="{finding.code}"') :].split("</article>")[0]
        rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
        cells = [[re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<td.*?</td>", r, re.DOTALL)] for r in rows]
        for effect in told["effects"] or []:
            assert any(c[:2] == [effect["segment"], f"{effect['customers']:,}"] for c in cells), finding.code
        assert sum(len(c) == 4 and c[0].endswith(".csv") for c in cells) >= len(told["examples"])
        assert len(told["details"]) == (0 if finding.details is None else len(finding.details.rows))


def test_names_that_attack_are_only_text(messy: Audit) -> None:
    finding = replace(messy.problems[0], examples=(Example("orders", ATTACK, 2, ATTACK, ATTACK),))
    hostile = replace(messy, title=ATTACK, findings=[finding, *messy.findings[1:]])
    page = render(hostile, "en")
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium")
@pytest.mark.parametrize("lang", LANGS)
def test_on_a_phone_only_tables_scroll_and_nothing_is_fetched(
    browser: Browser, messy: Audit, tmp_path: Path, lang: Lang
) -> None:
    path = tmp_path / "审计.html"
    path.write_text(render(messy, lang), "utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
    page.goto(path.as_uri())
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelectorAll('.finding').length") == len(messy.problems)
    page.close()
