"""Two schemes beside each other as a workbook: the totals, and everybody whom they place differently."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from custrata.core.measure.comparison import Comparison, LadderComparison
from custrata.locale import Lang, text
from custrata.report import levels_words, what_if_words
from custrata.report.customers import Listing, write_list
from custrata.report.levels_sheet import shares_table
from custrata.report.numbers import money_unit
from custrata.report.sheet import Sheet, Styles, sheet_names


def write(found: Comparison, listed: Listing, path: Path, lang: Lang) -> None:
    """Writes the workbook; text never becomes a formula or a link. Where nobody differs there is no list."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": found.title, "comments": f"Custrata {found.version}"})
        styles = Styles(book)
        titles = [text("levels_report.summary", lang), *([listed.title] if listed.rows else [])]
        name, *names = sheet_names(titles)
        summary = Sheet(book, name, styles)
        for list_name in names:
            write_list(book, book.add_worksheet(list_name), styles, listed.batches(), listed.columns)
        _summary(summary, found, listed, names, lang)
        summary.sheet.activate()


def _summary(sheet: Sheet, found: Comparison, listed: Listing, names: list[str], lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"what_if.{key}", lang)

    sheet.title(f"{t('title')} · {found.title}")
    for said in what_if_words.lead(found, lang):
        sheet.note(said)
    for note in found.notes:
        sheet.note(note.text(lang))
    sheet.gap()
    lines: list[tuple[str, object, str]] = [
        (text("levels_report.as_of", lang), found.as_of, "date_left"),
        (t("ours"), what_if_words.called(found.title, found.file, lang), "text"),
        (t("theirs"), what_if_words.called(found.other_title, found.other_file, lang), "text"),
        (t("differing"), found.differing, "count_left"),
        (text("levels_report.currency", lang), money_unit(lang, found.currency), "text"),
        (
            text("levels_report.meaning_of_spend", lang),
            levels_words.spend_means(found.spend, found.as_of, lang),
            "text",
        ),
        ("Custrata", found.version, "text"),
    ]
    for label, value, style in lines:
        sheet.row([label, value], ["bold", style])
    if names:
        sheet.gap()
        sheet.link(listed.title, names[0], text_beside=f"{listed.rows:,}")
    for ladder in found.ladders:
        _ladder(sheet, ladder, money_unit(lang, found.currency), lang)
    # Sentences run over the cells to their right; they are not to widen a column.
    sheet.widths[0], sheet.widths[1] = min(sheet.widths.get(0, 20), 28), min(sheet.widths.get(1, 20), 24)
    sheet.finish(landscape=True)


def _ladder(sheet: Sheet, ladder: LadderComparison, unit: str, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"what_if.{key}", lang)

    def plain(key: str) -> str:
        return text(f"levels_report.{key}", lang)

    sheet.gap()
    sheet.subtitle(f"{ladder.title} · {t('shares')}")
    money = [f"{t('spend_ours')} ({unit})", f"{t('spend_theirs')} ({unit})"]
    heads = [plain("level"), t("ours"), t("theirs"), plain("change"), t("share_ours"), t("share_theirs"), *money]
    shares_table(sheet, ladder.shares, heads, plain("total"))
    sheet.gap()
    sheet.subtitle(t("moves"))
    sheet.subheader([t("way_now"), t("ours"), t("theirs")], [1, 2])
    for way, mine, others in what_if_words.moves(ladder, lang):
        sheet.row([way, mine, others], ["bold", "count", "count"])
    if ladder.groups:
        sheet.gap()
        sheet.subtitle(t("apart"))
        sheet.subheader([t("way"), t("ours"), t("theirs"), plain("customers"), f"{plain('spend')} ({unit})"], [3, 4])
        for g in ladder.groups:
            row = [t(f"way_{g.way}"), g.ours, g.theirs, g.customers, g.spend]
            sheet.row(row, ["bold", "text", "text", "count", "money"])
        total = [plain("total"), None, None, ladder.differing, sum(g.spend for g in ladder.groups)]
        sheet.row(total, ["bold", "text", "text", "count", "money"], total=True)
