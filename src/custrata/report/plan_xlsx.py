"""A plan as a workbook: a summary, every move, everybody in grace, every level given by hand; numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from custrata.core.measure.levels import LadderPlan, PlanReport
from custrata.locale import Lang, text
from custrata.report import levels_words
from custrata.report.customers import Listing, write_list
from custrata.report.levels_sheet import shares_table
from custrata.report.numbers import money_unit
from custrata.report.sheet import Sheet, Styles, sheet_names


def write(plan: PlanReport, lists: Sequence[Listing], path: Path, lang: Lang) -> None:
    """Writes the workbook; text never becomes a formula or a link. A list without rows gets no sheet."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": plan.title, "comments": f"Custrata {plan.version} {plan.plan_id}"})
        styles = Styles(book)
        shown = [listed for listed in lists if listed.rows]
        name, *names = sheet_names([text("levels_report.summary", lang), *(listed.title for listed in shown)])
        summary = Sheet(book, name, styles)
        for listed, list_name in zip(shown, names, strict=True):
            write_list(book, book.add_worksheet(list_name), styles, listed.batches(), listed.columns)
        _summary(summary, plan, shown, names, lang)
        summary.sheet.activate()


def _summary(sheet: Sheet, plan: PlanReport, lists: Sequence[Listing], names: Sequence[str], lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"levels_report.{key}", lang)

    sheet.title(f"{t('plan')} · {plan.title}")
    for said in levels_words.plan_lead(plan, lang):
        sheet.note(said)
    for ladder in plan.ladders:
        for brake in ladder.brakes:
            sheet.note(f"{t('brakes')} · {levels_words.brake_line(brake, lang)}")
    sheet.gap()
    lines: list[tuple[str, object, str]] = [
        (t("as_of"), plan.as_of, "date_left"),
        (t("state"), levels_words.state_word(plan, lang), "text"),
        (t("moving"), plan.moves, "count_left"),
        (t("in_grace"), sum(ladder.in_grace for ladder in plan.ladders), "count_left"),
        (t("plan_id"), plan.plan_id, "text"),
        (t("base"), plan.base or t("none"), "text"),
        (t("base_day"), plan.base_day, "date_left"),
        (t("created"), plan.created_at.strftime("%Y-%m-%d %H:%M %Z").strip(), "text"),
        (t("currency"), money_unit(lang, plan.currency), "text"),
        (t("meaning_of_spend"), levels_words.spend_means(plan.spend, plan.as_of, lang), "text"),
        ("Custrata", plan.version, "text"),
    ]
    for label, value, style in lines:
        sheet.row([label, value], ["bold", style])
    for v in plan.verdicts:
        key = "verdict_approved" if v.approved else "verdict_rejected"
        said = text(f"levels_report.{key}", lang, who=v.who, at=f"{v.at:%Y-%m-%d %H:%M}")
        sheet.row([t("verdicts"), f"{said} {v.comment}".strip()], ["bold", "text"])
    sheet.gap()
    for listed, name in zip(lists, names, strict=True):
        sheet.link(listed.title, name, text_beside=f"{listed.rows:,}")
    for ladder in plan.ladders:
        _ladder(sheet, plan, ladder, lang)
    # The sentence and the meaning run over the cells to their right; they are not to widen a column.
    sheet.widths[0], sheet.widths[1] = min(sheet.widths.get(0, 20), 28), min(sheet.widths.get(1, 20), 24)
    sheet.finish(landscape=True)


def _ladder(sheet: Sheet, plan: PlanReport, ladder: LadderPlan, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"levels_report.{key}", lang)

    unit = money_unit(lang, plan.currency)
    sheet.gap()
    sheet.subtitle(f"{ladder.title} · {t('shares')}")
    money = [f"{t('spend_before')} ({unit})", f"{t('spend_after')} ({unit})"]
    heads = [t("level"), t("before"), t("after"), t("change"), t("share_before"), t("share_after"), *money]
    shares_table(sheet, ladder.shares, heads, t("total"))
    if ladder.groups:
        sheet.gap()
        sheet.subtitle(t("causes"))
        sheet.subheader([t("cause"), t("from"), t("to"), t("customers"), f"{t('spend')} ({unit})"], [3, 4])
        for g in ladder.groups:
            cause = levels_words.cause_word(g.cause, lang)
            sheet.row([cause, g.before, g.level, g.customers, g.spend], ["bold", "text", "text", "count", "money"])
    if ladder.grace_ends:
        sheet.gap()
        sheet.subtitle(t("grace"))
        head = t("grace_by_month" if ladder.by_month else "grace_by_day")
        sheet.subheader([head, t("customers"), f"{t('spend')} ({unit})"], [1, 2])
        for e in ladder.grace_ends:
            until = levels_words.grace_word(e, ladder.by_month, lang)
            sheet.row([until, e.customers, e.spend], ["bold", "count", "money"])
