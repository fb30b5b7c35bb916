"""Manners that all pages share: questions before what cannot be undone, figures that say what they mean."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import jinja2
import pytest
from web_shops import Shop

from custrata.locale import Lang
from custrata.web.models import Job
from custrata.web.show import environment
from custrata.web.site import site
from custrata.web.tasks.kept import AUDIT, kept

TEMPLATES = Path(__file__).parents[2] / "src" / "custrata" / "web" / "templates"


def said(lang: Lang, call: str) -> str:
    """What a macro of the pages says, in one line."""
    known = "{% from 'parts/macros.html.j2' import change, spark with context %}"
    found: jinja2.Template = environment(lang).from_string(known + "{{ " + call + " }}")
    return " ".join(re.sub(r"<[^>]*>", "", found.render()).split())


@pytest.mark.parametrize(
    ("call", "zh", "en"),
    [
        ("change(0.55, 0.50, points=true)", "▲ 5.0 个百分点", "▲ 5.0 pts"),
        ("change(0.427, 0.5, points=true)", "▼ 7.3 个百分点", "▼ 7.3 pts"),
        ("change(0.05, 0, points=true)", "▲ 5.0 个百分点", "▲ 5.0 pts"),
        ("change(0.5, 0.5, points=true)", "＝ 0.0 个百分点", "＝ 0.0 pts"),
        ("change(110, 100)", "▲ 10.0%", "▲ 10.0%"),
        ("change(110, 0)", "", ""),
        ("change(none, 0.5, points=true)", "", ""),
    ],
)
def test_a_rate_changes_by_points_and_an_amount_by_its_share(call: str, zh: str, en: str) -> None:
    assert (said("zh", call), said("en", call)) == (zh, en)


def test_the_overview_tells_rates_in_points(shop: Shop) -> None:
    page = shop.client("viewer", lang="en").get("/figures/?days=30").content.decode()
    told = re.findall(r"<dt>([^<]*)</dt>.*?<div class=\"change\">(.*?)</div>", page, re.S)
    changes = {name: re.sub(r"<[^>]*>", "", words).strip() for name, words in told}
    assert changes["Repurchase rate"].endswith("pts") and changes["Spend of the top tenth"].endswith("pts")
    assert changes["Net spend"].endswith("%")


def test_the_overview_offers_an_audit_and_then_tells_how_it_went(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    page = client.get("/").content.decode()
    assert "Not audited yet." in page and 'action="/data/quality/"' in page
    for score in (80, 91):
        Job.objects.create(kind="audit", who="li", state="done", result={"score": score})
    file = kept(site().workspace.home, AUDIT)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"at": "2025-01-02T03:00:00+00:00", "score": 91, "zh": {}, "en": {}}), "utf-8")
    page = client.get("/").content.decode()
    assert '<strong class="up">91</strong>' in page and "80 → 91" in page and "11 points" in page
    assert "audited 2025-01-02 11:00" in page
    assert "Quality" not in own_shop.client("viewer", "en", "区域 = '城市'", "part").get("/").content.decode()


def test_a_form_that_comes_with_its_question_is_asked_by_a_page(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en", name="zhang")
    client.post("/views/", {"name": "mine", "query": "q=li"})
    forms = re.findall(r"<form.*?</form>", client.get("/customers/").content.decode(), re.S)
    form = next(f for f in forms if "data-ask" in f)
    action = re.search(r'action="([^"]*)"', form)
    question = re.search(r'<noscript><input type="hidden" name="ask" value="([^"]*)"></noscript>', form)
    assert action and question and f'data-ask="{question[1]}"' in form
    sent = urlencode([("ask", "Really <b>?"), ("more", "1"), ("more", "2")])
    page = client.post(action[1], sent, content_type="application/x-www-form-urlencoded").content.decode()
    assert "Really &lt;b&gt;?" in page and page.count('name="more"') == 2 and 'name="ask"' not in page
    assert "mine" in client.get("/customers/").content.decode(), "nothing is done before the answer"
    client.post(action[1], {"more": ["1", "2"]})
    assert "mine" not in client.get("/customers/").content.decode()


def test_every_question_stands_twice_and_every_dialog_can_be_opened_without_script() -> None:
    for file in TEMPLATES.rglob("*.j2"):
        text = file.read_text("utf-8")
        assert text.count("data-ask=") == text.count('<noscript><input type="hidden" name="ask"'), file.name
        for opener in re.findall(r"<[^<]*data-dialog=[^>]*>", text):
            target = re.search(r'data-dialog="([^"]*)"', opener)
            assert target and opener.startswith("<a ") and f'href="#{target[1]}"' in opener, file.name


def test_no_page_asks_by_a_window_of_the_browser() -> None:
    for file in (TEMPLATES.parent / "static").glob("*.js"):
        assert not re.search(r"\b(confirm|alert|prompt)\(", file.read_text("utf-8")), file.name
