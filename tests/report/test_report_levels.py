"""A plan and a movement report as page and workbook: every figure, in either language alone, and nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from report_plans import ATTACK, hostile, moved, nobody_moves, nothing_moved, plan
from test_report_html import Page

from custrata.core.measure.levels import PlanReport, PlanVerdict
from custrata.core.measure.model import ReportModel
from custrata.locale import LANGS, Lang
from custrata.report import html, levels_words, movement_html, movement_xlsx, plan_html, plan_xlsx, xlsx
from custrata.report.customers import Column, Listing

HAN = re.compile("[\u4e00-\u9fff]")
#: Latin letters that both languages have: names of levels, codes, commands, the program.
BOTH = re.compile(r"Custrata|custrata (approve|apply)|CNY|UTC|[K\d][\w-]*|JavaScript")


def seen(page: str) -> str:
    """What a reader sees: the words between the tags, without styles and scripts."""
    body = re.sub(r"<(style|script|title)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body))


def english(model: PlanReport) -> PlanReport:
    """The same plan of a shop that writes English."""
    said = repr(model)
    assert HAN.search(said)
    words = {
        "黑金": "Black",
        "普通": "Plain",
        "会员等级": "Member",
        "门店": "Shop",
        "年消费": "Spend",
        "退货率": "Returns",
    }

    def told(value: Any) -> Any:
        if isinstance(value, str):
            for a, b in words.items():
                value = value.replace(a, b)
            return HAN.sub("x", value)
        if isinstance(value, dict):
            return {told(k): told(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(told(v) for v in value)
        if hasattr(value, "__dataclass_fields__"):
            return replace(value, **{k: told(getattr(value, k)) for k in value.__dataclass_fields__})
        return value

    found = told(model)
    assert isinstance(found, PlanReport)
    return found


def test_a_chinese_plan_has_no_english_and_an_english_one_no_chinese() -> None:
    chinese, other = seen(plan_html.render(plan(), "zh")), seen(plan_html.render(english(plan()), "en"))
    left = BOTH.sub("", chinese)
    assert not re.search("[A-Za-z]{2,}", left), re.findall("[A-Za-z]{2,}", left)
    assert not HAN.search(other), HAN.findall(other)


@pytest.mark.parametrize("lang", LANGS)
def test_every_mover_stands_on_the_page_with_what_decided(lang: Lang) -> None:
    rows = Page(plan_html.render(plan(), lang)).rows
    told = [row for row in rows if row[0].startswith("客户1K001")]
    assert len(told) == 1 and told[0][1] == "黑金普通" and told[0][3] == "8,999"
    assert "12,000" in told[0][4] and "15,000" in told[0][4]
    by_hand = next(row for row in rows if row[0] == "K032")
    assert by_hand[4] == "老朋友 — 李经理"
    assert any(row[:2] == ["2024-07-31", "4"] for row in rows)
    assert any(row[0] == "常客K061" for row in rows) and any(row[0] == "K062" for row in rows)


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_sentences_say_what_the_tables_say(lang: Lang) -> None:
    model = plan()
    said = " ".join(levels_words.plan_lead(model, lang))
    moves = [sum(g.customers for g in model.ladders[0].groups if g.way == way) for way in ("up", "down", "new", "gone")]
    assert moves == [2, 30, 3, 1] and all(re.search(rf"\b{n}\b", said) for n in (36, *moves, 5)), said
    assert "2024-07-31" in said, "the day on which grace ends first"
    assert ("仅因规则变更" if lang == "zh" else "because of that alone") in said


@pytest.mark.parametrize("lang", LANGS)
def test_who_decides_a_day_anew_is_told_that_its_levels_are_not_protected(lang: Lang) -> None:
    model = plan()
    again = replace(model, base_day=model.as_of)
    more = [s for s in levels_words.plan_lead(again, lang) if s not in levels_words.plan_lead(model, lang)]
    assert len(more) == 1 and str(model.as_of) in more[0]
    assert levels_words.plan_lead(replace(again, moves=0), lang) == levels_words.plan_lead(model, lang)


@pytest.mark.parametrize(
    ("state", "brakes", "word", "next_"),
    [("open", True, "待批准", True), ("open", False, "待生效", True), ("approved", True, "已批准", True),
     ("applied", True, "已生效", False), ("rejected", True, "已驳回", False), ("discarded", False, "已作废", False)],
)  # fmt: skip
def test_a_plan_says_what_it_waits_for(state: Any, brakes: bool, word: str, next_: bool) -> None:
    model = plan()
    ladders = [model.ladders[0] if brakes else replace(model.ladders[0], brakes=[])]
    model = replace(model, state=state, ladders=ladders)
    assert levels_words.state_word(model, "zh") == word
    said = levels_words.next_step(model, "zh")
    assert bool(said) is next_ and ("approve" in said) is (word == "待批准")


@pytest.mark.parametrize("lang", LANGS)
def test_decisions_are_told(lang: Lang) -> None:
    model = replace(plan(), verdicts=[PlanVerdict(True, "李经理", plan().created_at, "核对过")], state="approved")
    assert "李经理" in plan_html.render(model, lang) and "核对过" in plan_html.render(model, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_where_nobody_moves_the_page_says_so(lang: Lang) -> None:
    page = plan_html.render(nobody_moves(), lang)
    assert ("没有客户变动" if lang == "zh" else "Nobody moves") in page
    page = movement_html.render([nothing_moved()], lang)
    assert ("期间没有客户变动" if lang == "zh" else "Nobody has moved") in page


@pytest.mark.parametrize("lang", LANGS)
def test_names_stay_text(lang: Lang) -> None:
    for page in (plan_html.render(hostile(ATTACK), lang), movement_html.render([moved(ATTACK, ATTACK)], lang)):
        found = Page(page)
        assert not [tag for tag, _ in found.tags if tag == "img"]
        assert [a.get("type") for a, _ in found.scripts].count(None) == 2
        policy = next(a["content"] for t, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy is not None and "default-src 'none'" in policy and "<script>window.hit" not in page


@pytest.mark.parametrize("lang", LANGS)
def test_the_movement_table_balances_on_the_page(lang: Lang) -> None:
    rows = Page(movement_html.render([moved()], lang)).rows
    black = next(row for row in rows if row[0] == "黑金")
    assert [black[1], *black[-2:]] == ["100", "72", "−28"]
    matrix = [row for row in rows if row[0] in ("黑金", "普通") and len(row) == 4]
    assert matrix == [["黑金", "70", "30", "100"], ["普通", "2", "898", "900"]]


def listing(rows: int) -> Listing:
    columns = [Column("customer_id", "客户", "text", ""), Column("spend", "消费", "money", "", "元"),
               Column("day", "日期", "date", "")]  # fmt: skip
    data = {"customer_id": ["=1+1"] * rows, "spend": pa.array([Decimal("87497.2600")] * rows, pa.decimal128(38, 4)),
            "day": [date(2024, 6, 1)] * rows}  # fmt: skip

    def batches() -> Iterator[Any]:
        yield from pa.table(data).to_batches()

    return Listing("变动明细", columns, batches, rows)


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_of_a_plan_has_real_numbers_and_runs_nothing(tmp_path: Path, lang: Lang) -> None:
    path = tmp_path / "plan.xlsx"
    plan_xlsx.write(hostile("=cmd|' /C calc'!A0"), [listing(3), listing(0)], path, lang)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 2, "a list without rows has no sheet"
    assert not [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    sheet = book["变动明细"]
    assert [sheet["A2"].value, sheet["B2"].value, sheet["C2"].value.date()] == ["=1+1", 87497.26, date(2024, 6, 1)]
    assert [sheet["B2"].number_format, sheet["C2"].number_format] == ["#,##0.00", "yyyy-mm-dd"]
    assert sheet.freeze_panes and sheet.auto_filter.ref == "A1:C4"


@pytest.mark.parametrize("lang", LANGS)
def test_the_summary_of_a_plan_has_its_figures(tmp_path: Path, lang: Lang) -> None:
    plan_xlsx.write(plan(), [], tmp_path / "plan.xlsx", lang)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    rows = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    assert ["黑金", 100, 72, -28, 0.1, 0.0718, 900_000, 700_000] in rows
    assert any(row[1:5] == ["黑金", "普通", 28, 220_000] for row in rows)
    assert any(row[:3] == ["2024-07-31", 4, 15_000] for row in rows)


@pytest.mark.parametrize("lang", LANGS)
def test_the_movement_workbook_balances(tmp_path: Path, lang: Lang) -> None:
    movement_xlsx.write([moved(), nothing_moved()], tmp_path / "m.xlsx", lang)
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx", data_only=True).worksheets[0]
    rows = [[c.value for c in row if c.value is not None] for row in sheet.iter_rows()]
    black = next(row for row in rows if row and row[0] == "黑金")
    assert sum(black[1:-2]) == black[-2] == 72 and black[-1] == -28
    assert ["普通", 2, 898, 900] in rows
    formulas = openpyxl.load_workbook(tmp_path / "m.xlsx").worksheets[0]
    assert str(formulas.cell(5, len(black) - 1).value).startswith("=SUM(")


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_shows_who_moved_on_a_ladder(english_shop: ReportModel, tmp_path: Path, lang: Lang) -> None:
    first = replace(english_shop.segments[0], kind="ladder", movement=moved())
    model = replace(english_shop, segments=[first, *english_shop.segments[1:]])
    page = html.render(model, lang)
    assert "moved-1-flow" in page and ["黑金", "70", "30", "100"] not in Page(page).rows
    assert next(row for row in Page(page).rows if row[0] == "黑金")[1] == "100"
    assert "moved-1-flow" not in html.render(english_shop, lang)
    sheet = openpyxl.load_workbook(xlsx.write(model, tmp_path / "r.xlsx", lang))[first.name]
    assert "黑金" in {c.value for row in sheet.iter_rows() for c in row}
