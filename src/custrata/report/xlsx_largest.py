"""The largest customers as a sheet of the report: who they are, what they spend, and which classes they are in."""

from __future__ import annotations

from custrata.core.measure.model import CustomerList, ReportModel
from custrata.locale import Lang, text
from custrata.report import tables
from custrata.report.numbers import money_unit
from custrata.report.sheet import Sheet


def write_largest(sheet: Sheet, model: ReportModel, listed: CustomerList, lang: Lang) -> None:
    """One row a customer, from the largest down; the name only where a source tells any."""

    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    sheet.title(t("largest"))
    columns: list[tuple[str, str]] = [(t("customer_id"), "text"), *([(t("name"), "text")] if listed.named else [])]
    columns += [
        (f"{t('spend')} ({money_unit(lang, model.currency)})", "money"),
        (t("spend_share"), "percent"),
        (t("orders"), "count"),
        (f"{t('recency')} ({listed.basis.recency.unit})", "count"),
        *((segment, "text") for segment in listed.segments),
    ]
    styles = [style for _, style in columns]
    sheet.header([title for title, _ in columns], [i for i, style in enumerate(styles) if style != "text"])
    for c in listed.customers:
        name = [c.name] if listed.named else []
        sheet.row([c.id, *name, c.spend, c.spend_share, c.orders, c.recency, *c.classes], styles)
    sheet.filter()
    # An id is text even where it is made of digits.
    sheet.sheet.ignore_errors({"number_stored_as_text": f"A1:A{sheet.line + 1}"})
    sheet.gap()
    for line in tables.basis_lines(listed.basis, model.as_of, lang):
        sheet.note(line)
    sheet.finish()
