"""Two schemes beside each other: everybody who differs is named with the reason, in the answer and in files to send."""

from __future__ import annotations

import html
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from corner_shops import SCHEME, Corner, refused
from custrata.core.errors import CustrataError
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS, Lang, text
from custrata.usecases.levels import what_if as module
from custrata.usecases.levels import what_if_list
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.what_if import Beside, WhatIf, what_if
from custrata.usecases.levels.what_if_report import comparison

pytestmark = pytest.mark.slow

NAMED = SCHEME.replace(
    "metrics:", "  customers: {file: people.csv, columns: {customer_id: who, name: name}}\nmetrics:"
)
OURS = """levels:
  member:
    VIP: {enter: "spend_12m >= 200", label: {zh: 贵宾, en: VIP}}
    plain: {enter: "spend_12m > 0"}
    visitor: {}
    brakes: {fall: 100%}
  rank:
    top: {enter: "spend_12m >= 10"}
    rest: {}
"""
#: bob rises, ann falls to a level that only this scheme has; spend of six months decides.
THEIRS = """levels:
  member:
    VIP: {enter: "spend_6m >= 300"}
    gold: {enter: "spend_6m >= 100 or spend_12m >= 200", label: 金卡}
    plain: {enter: "spend_6m >= 40"}
    visitor: {}
  other:
    only: {enter: "spend_12m > 0"}
    none: {}
"""
DAY = date(2024, 6, 2)


@pytest.fixture
def shop(tmp_path: Path) -> Corner:
    made = Corner.opened(tmp_path / "shop", NAMED + OURS)
    (made.path / "people.csv").write_text("who,name\nann,安女士\nbob,=cmd()\n", "utf-8")
    made.review(date(2024, 6, 1))
    half = NAMED.replace("  spend_12m:", "  spend_6m: {monetary: 6 months}\n  spend_12m:")
    (made.path / "other.yaml").write_text(half.replace("Corner shop", "Half a year") + THEIRS, "utf-8")
    made.sells("b", "9,bob,2024-06-02,300\n")
    return made


def compared(shop: Corner, *out: Path, lang: Lang = "en", other: str = "other.yaml") -> WhatIf:
    return what_if(
        shop.workspace, duckdb_store, shop.open_store, shop.clock, shop.path / other, as_of=DAY, out=out, lang=lang
    )


def test_everybody_who_differs_is_told_with_the_move_under_each_scheme(shop: Corner) -> None:
    found = compared(shop)
    told = [(d.customer_id, d.now, d.ours, d.ours_cause, d.theirs, d.theirs_cause) for d in found.biggest]
    assert told == [
        ("ann", "VIP", "VIP", None, "gold", "downgrade"), ("cid", "plain", "plain", None, "visitor", "downgrade"),
    ]  # fmt: skip
    assert {(d.ours, d.theirs): (d.customers, d.spend) for d in found.table} == {
        ("VIP", "VIP"): (1, 350), ("VIP", "gold"): (1, 250), ("plain", "visitor"): (1, 10),
    }  # fmt: skip
    assert found.differing == 2


def test_a_prediction_of_the_other_scheme_that_fits_nobody_is_told(shop: Corner) -> None:
    other = shop.path / "other.yaml"
    said = other.read_text("utf-8").replace("  spend_6m:", "  alive: {alive: mbg/nbd}\n  spend_6m:")
    other.write_text(said.replace('"spend_6m >= 300"', '"alive >= 50%"'), "utf-8")
    page, book = shop.path / "compared.html", shop.path / "compared.xlsx"
    for lang in LANGS:
        [note] = compared(shop, page, book, lang=lang).notes
        assert note.code == "E-PREDICT-002" and note.place.startswith("other.yaml:")
        # Who is sent a file reads it there too.
        assert html.escape(note.text(lang)) in page.read_text("utf-8")
        cells = [c for row in openpyxl.load_workbook(book).worksheets[0].iter_rows(values_only=True) for c in row]
        assert note.text(lang) in cells


def listed(shop: Corner, lang: Lang, other: str = "other.yaml") -> tuple[Any, list[dict[str, Any]]]:
    file = shop.path / "out" / "compared.xlsx"
    compared(shop, file, lang=lang, other=other)
    book = openpyxl.load_workbook(file)
    if len(book.sheetnames) == 1:
        return book, []
    heads, *rows = book[text("what_if.list", lang)].iter_rows(values_only=True)
    return book, [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_workbook_has_everybody_who_differs_with_reason_condition_and_numbers(shop: Corner) -> None:
    book, (ann, cid) = listed(shop, "en")
    assert ann == {
        "Customer id": "ann", "Name": "安女士", "By the other scheme": "Lower", "Level now": "VIP",
        "This scheme": "VIP",
        "The other scheme": "金卡", "Spend (CNY)": 250, "Reason, this scheme": "stays",
        "Reason, the other": text("levels.cause_downgrade", "en"), "Condition, this scheme": None,
        "Condition, the other": "spend_6m ≥ 300", "spend_12m (CNY)": 250,
        "spend_6m (the other scheme) (CNY)": 250,
    }  # fmt: skip
    assert (cid["Name"], cid["spend_6m (the other scheme) (CNY)"], cid["The other scheme"]) == (None, 10, "visitor")
    summary = [[c for c in row if c is not None] for row in book["Summary"].iter_rows(values_only=True)]
    said = [" ".join(map(str, row)) for row in summary]
    assert "'Half a year' would place 2 of 3 customers differently: 2 lower." in said
    assert any("not compared: rank, other." in s for s in said)
    assert ["VIP", 2, 1, -1, pytest.approx(2 / 3), pytest.approx(1 / 3), 600, 350] in summary
    assert ["金卡", 0, 1, 1, 0, pytest.approx(1 / 3), 0, 250] in summary
    assert ["Total", 3, 3, 0, 610, 610] in summary
    assert ["Rise", 1, 1] in summary and ["Fall", 0, 2] in summary
    assert ["Lower", "VIP", "金卡", 1, 250] in summary and ["Total", 2, 260] in summary


def test_text_in_the_workbook_is_never_a_formula(shop: Corner) -> None:
    shop.sells("b", "9,bob,2024-06-02,90\n")
    (shop.path / "other.yaml").write_text(NAMED + OURS.replace(">= 200", ">= 100"), "utf-8")
    book, (bob,) = listed(shop, "zh")
    assert bob[text("levels_report.name", "zh")] == "=cmd()" and book[text("what_if.list", "zh")]["B2"].data_type == "s"
    assert (bob["另一方案的定级"], bob["本方案"], bob["另一方案"]) == ("更高", "plain", "贵宾")
    assert len([h for h in bob if "spend_12m" in h]) == 1, "what means the same has one column"


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_names_everybody_and_what_decided(shop: Corner, lang: Lang) -> None:
    file = shop.path / "compared.html"
    compared(shop, file, lang=lang)
    page = file.read_text("utf-8")
    for said in ("安女士", "ann", "cid", "金卡", "spend_6m", text("what_if.title", lang), "Half a year（other.yaml）" if
                 lang == "zh" else "Half a year (other.yaml)", text("what_if.stays", lang)):  # fmt: skip
        assert said in page, said
    assert "http://" not in page.split("<script>")[0] and "{" not in page.split("</header>")[0].split("<body>")[1]
    assert text("what_if.nothing_changed", lang) in page


def test_a_name_of_a_scheme_is_escaped(shop: Corner) -> None:
    text_ = (shop.path / "other.yaml").read_text("utf-8").replace("Half a year", '"<img src=x>"')
    (shop.path / "other.yaml").write_text(text_, "utf-8")
    compared(shop, shop.path / "compared.html")
    assert "<img src=x>" not in (shop.path / "compared.html").read_text("utf-8")


def test_a_scheme_that_places_everybody_alike_says_so(shop: Corner) -> None:
    (shop.path / "same.yaml").write_text(NAMED + OURS, "utf-8")
    book, rows = listed(shop, "en", "same.yaml")
    assert rows == [] and book.sheetnames == ["Summary"]
    compared(shop, shop.path / "same.html", other="same.yaml")
    assert "would place everybody as this scheme does" in (shop.path / "same.html").read_text("utf-8")


def test_each_ladder_is_told_by_itself(shop: Corner) -> None:
    both = OURS.replace("spend_12m >= 10\"", "spend_12m >= 300\"").replace(">= 200", ">= 2000")
    (shop.path / "other.yaml").write_text(NAMED + both, "utf-8")
    _, rows = listed(shop, "en")
    assert [(r["Ladder"], r["Customer id"], r["This scheme"], r["The other scheme"]) for r in rows] == [
        ("member", "bob", "VIP", "plain"), ("member", "ann", "VIP", "plain"),
        ("rank", "ann", "top", "rest"), ("rank", "cid", "top", "rest"),
    ]  # fmt: skip


def test_nothing_else_is_written_and_nobody_moves(shop: Corner) -> None:
    before = shop.levels()
    compared(shop, shop.path / "compared.xlsx", shop.path / "compared.html")
    assert shop.levels() == before and shop.plans() == ["applied"] and shop.listed()[0][1] == "current"
    with store_of(shop.workspace, shop.open_store) as store:
        assert [e.verb for e in store.audit()] == ["apply", "plan"]
    assert not list(shop.path.glob(".*part*"))


def test_a_file_of_another_kind_is_refused_before_any_work(shop: Corner) -> None:
    (shop.path / "other.yaml").unlink()
    with refused("E-CLI-003"):
        compared(shop, shop.path / "compared.pdf")


def test_more_than_a_sheet_holds_is_told_and_leaves_no_file(shop: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if_list, "MOST_ROWS", 1)
    with refused("E-PLAN-021"):
        compared(shop, shop.path / "compared.xlsx")
    assert not (shop.path / "compared.xlsx").exists()
    compared(shop, shop.path / "compared.html")


def test_a_page_that_cannot_name_all_says_how_many(shop: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def look(beside: Beside, _: Path, lang: Lang) -> None:
        found = comparison(beside, lang, most=1)
        seen.append(found)

    monkeypatch.setattr(module, "write_what_if", look)
    compared(shop, shop.path / "compared.html")
    (ladder,) = seen[0].ladders
    assert [p.customer_id for p in ladder.people] == ["ann"] and ladder.differing == 2
    assert sum(g.spend for g in ladder.groups) == Decimal(260)
    assert ladder.levels == ["VIP", "金卡", "plain", "visitor"], "a level of the other scheme in its place"
    (fails,) = (w for w in ladder.people[0].theirs_weighed if w.holds is False)
    assert (fails.name, fails.value, fails.asked) == ("spend_6m", "250", "≥ 300")


def test_a_folder_that_cannot_be_written_is_told(shop: Corner) -> None:
    (shop.path / "taken").write_text("", "utf-8")
    with pytest.raises(CustrataError) as error:
        compared(shop, shop.path / "taken" / "compared.html")
    assert [p.code for p in error.value.problems] == ["E-RUN-006"]
