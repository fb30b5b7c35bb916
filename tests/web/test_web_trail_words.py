"""The audit trail reads in the language of its reader, whatever it tells of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_shops import Shop

import custrata
from custrata.locale import LANGS, Lang, catalog
from custrata.web.jobs import KINDS
from custrata.web.trail_words import detail_words, subject_word, verb_word, verbs

pytestmark = pytest.mark.slow

SOURCE = Path(custrata.__file__).parent
#: What formatted verbs may become.
FILLED = {"kind": [*KINDS], "job.kind": [*KINDS], "verb": ["merge", "apart"]}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call in the source that writes into the trail."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            of_web = {"record": 3, "refused": 1} if file.is_relative_to(SOURCE / "web") else {}
            least = ({"AuditEntry": 3} | of_web).get(node.func.id, 99)
            if len(node.args) >= least and (node.func.id != "record" or len(node.args) == least):
                yield file, node


def written(call: ast.Call, file: Path) -> list[str]:
    """The verbs that a call may write."""
    given = call.args[0] if isinstance(call.func, ast.Name) and call.func.id == "refused" else None
    if given is None:
        at = 2 if isinstance(call.func, ast.Name) and call.func.id == "AuditEntry" else 1
        given = call.args[at] if len(call.args) > at else None
    if isinstance(given, ast.IfExp):
        return [verb for one in (given.body, given.orelse) for verb in verbs_of(one)]
    return verbs_of(given)


def verbs_of(given: ast.expr | None) -> list[str]:
    match given:
        case ast.Constant(value=str(verb)):
            return [verb]
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=value)]):
            return [f"{start}{filled}" for filled in FILLED[ast.unparse(value)]]
        case ast.Name(id="verdict"):
            return ["approve", "reject"]
        case ast.Name(id="VERB"):
            return ["job"]
        case _:  # passes on what another call has said
            return []


def told() -> set[str]:
    return {verb for file, call in calls() for verb in written(call, file)}


def test_enough_is_found_to_be_looked_at() -> None:
    assert {"log in", "see customer", "apply", "approve", "ask for run", "duplicates merge", "code refused"} <= told()


@pytest.mark.parametrize("lang", LANGS)
def test_whatever_is_written_has_words_in_this_language(lang: Lang) -> None:
    for verb in told():
        assert verb_word(verb, lang) != verb, verb
        assert lang == "en" or not verb_word(verb, lang).isascii(), verb


def test_the_catalogue_names_nothing_that_is_never_written() -> None:
    assert set(verbs("zh")) <= told() | {"job"}


@pytest.mark.parametrize("lang", LANGS)
def test_whatever_is_told_beside_has_a_name(lang: Lang) -> None:
    known = catalog("web_trail", lang)["detail"]
    named = {
        k.arg for _, call in calls() if isinstance(call.func, ast.Name) and call.func.id == "record"
        for k in call.keywords if k.arg
    }  # fmt: skip
    assert named <= set(known)


def test_what_says_nothing_is_not_told() -> None:
    assert detail_words({"reason": "", "masked": True, "files": ["a", "b"]}, "zh") == [
        ("已脱敏", "是"), ("文件", "a、b"),
    ]  # fmt: skip
    assert subject_word("120 customers", "zh") == "120 位客户" and subject_word("schedule.run", "en") == "schedule run"


def test_a_chinese_administrator_reads_chinese(shop: Shop) -> None:
    page = shop.client("administrator").get("/admin/trail/").content.decode()
    assert "<td>制定变动方案</td>" in page and "<td>plan</td>" not in page
