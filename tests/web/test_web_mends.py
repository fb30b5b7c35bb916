"""What a page says to do can be done on pages: no command of the command line is told there."""

from __future__ import annotations

import re

import pytest
from web_shops import Shop

from custrata.core.errors import Problem
from custrata.locale import LANGS, Lang, catalog
from custrata.web.mends import mend_of, problems_told

#: What only a terminal understands.
COMMAND = re.compile(r"custrata [a-z]+|pip install|(?<!\S)--[a-z]|--debug")


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_said_to_pages_names_no_command(lang: Lang) -> None:
    entries = {**catalog("errors", lang), **catalog("audit", lang)["check"]}
    said = {code: entry["mend_web"] for code, entry in entries.items() if "mend_web" in entry}
    assert len(said) > 25 and [c for c, text in said.items() if COMMAND.search(text)] == []


def test_both_languages_know_the_same_ones() -> None:
    known = [{c for c, e in catalog("errors", lang).items() if "mend_web" in e} for lang in LANGS]
    assert known[0] == known[1]


@pytest.mark.parametrize("lang", LANGS)
def test_a_finding_of_the_audit_sends_nobody_from_its_page_to_a_terminal(lang: Lang) -> None:
    for code, entry in catalog("audit", lang)["check"].items():
        assert not COMMAND.search(mend_of({"code": code, "mend": entry["mend"]}, lang)), code


def test_a_terminal_and_a_page_are_told_each_its_own_way() -> None:
    problem = Problem("E-HAND-004", "", {"until": "2024-01-01", "starts": "2024-02-01"})
    assert "--until" in problem.text("en") and "--until" in problem.as_json("en")["mend"]
    (told,) = problems_told([problem], "en")
    assert told["mend"] == "Choose a later last day." and told["message"] == problem.message("en")


def test_a_near_name_is_offered_to_pages_as_well() -> None:
    problem = Problem("E-HAND-002", "", {"name": "会员等", "known": "会员等级", "suggestion": "会员等级"})
    assert problem.mend("zh", web=True) == "您是否指“会员等级”？"
    assert Problem("E-HAND-002", "", {"name": "x", "known": "会员等级"}).mend("zh", web=True) == "请从中选择一个。"


def test_what_work_told_as_the_command_line_does_is_told_to_the_page_its_own_way() -> None:
    kept = {"code": "E-RUN-001", "mend": "Start one with: custrata run", "message": "…"}
    assert "custrata" not in mend_of(kept, "en") and "custrata" not in mend_of(kept, "zh")
    # Its values are not kept, so what needs them stays as it was told.
    assert mend_of({"code": "E-LEVEL-006", "mend": "Lower `keep` to at most 5."}, "en") == "Lower `keep` to at most 5."
    assert mend_of({"code": "nothing", "mend": "x"}, "en") == "x"


def test_an_error_of_a_page_is_told_the_way_of_pages(shop: Shop) -> None:
    client = shop.client("operator", lang="en")
    own = client.get("/api/v1/customers?size=1").json()["rows"][0]["customer_id"]
    said = {"do": "set level", "level": "VIP", "kind": "pin", "reason": ""}
    page = client.post(f"/change/customers/{own}/", said).content.decode()
    assert "E-HAND-001" in page and "Say why; it stays on record." in page and "--reason" not in page
