"""The report as a workbook: figures as numbers that Excel reckons with, one sheet a segment, charts Excel draws."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import xlsxwriter

from custrata.core.measure.model import ReportModel
from custrata.locale import Lang, counted, text
from custrata.report import tables
from custrata.report.backtest_xlsx import write_trust
from custrata.report.drift_xlsx import write_drift
from custrata.report.sheet import Sheet, Styles, sheet_names
from custrata.report.xlsx_largest import write_largest
from custrata.report.xlsx_segment import write_concentration, write_segment


def write(model: ReportModel, path: Path | str, lang: Lang) -> Path:
    """Write the workbook and say where it is; a file that is there is replaced.

    Text never becomes a formula or a link, whatever a class, a file or a rule is called.
    """
    target = Path(path)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": model.title, "comments": f"Custrata {model.version} {model.run_id}"})
        styles = Styles(book)
        own = [text(f"report.{key}", lang) for key in ("overview", "largest", "concentration", "data", "metrics")]
        names = sheet_names([*own, *(segment.name for segment in model.segments)])
        overview_name, largest_name, concentration_name, data_name, metrics_name, *segment_names = names

        overview = Sheet(book, overview_name, styles)
        if model.largest is not None:
            write_largest(Sheet(book, largest_name, styles), model, model.largest, lang)
        for segment, name in zip(model.segments, segment_names, strict=True):
            write_segment(Sheet(book, name, styles), model, segment, lang)
        if model.concentration and model.concentration.points:
            write_concentration(Sheet(book, concentration_name, styles), model.concentration, lang)
        _data(Sheet(book, data_name, styles), model, lang)
        _metrics(Sheet(book, metrics_name, styles), model, lang)
        _overview(overview, model, largest_name if model.largest else None, segment_names, lang)
        overview.sheet.activate()
    return target


def _overview(sheet: Sheet, model: ReportModel, largest: str | None, segment_names: list[str], lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    sheet.title(model.title)
    sheet.header([t("overview"), ""], numeric=[1])
    curve = model.concentration
    lines: list[tuple[str, object, str]] = [
        (t("customers"), model.customers, "count"),
        (t("buyers"), model.buyers, "count"),
        (t("net_spend"), model.spend, "money"),
        (t("currency"), model.currency, "text_right"),
        (t("orders"), model.orders, "count"),
        (t("aov"), tables.average_order_value(model), "money"),
        (_top_tenth(model, lang), curve.top_tenth if curve else None, "percent"),
        (t("gini"), curve.gini if curve else None, "decimal"),
        (t("from_day"), model.first_day, "date"),
        (t("to_day"), model.last_day, "date"),
        (t("span"), tables.span_days(model), "count"),
        (t("as_of_label"), model.as_of, "date"),
        (t("run"), model.run_id, "text_right"),
        ("Custrata", model.version, "text_right"),
    ]
    for label, value, style in lines:
        sheet.row([label, value], ["text", style])
    sheet.gap()
    if largest is not None and model.largest is not None:
        n = len(model.largest.customers)
        sheet.link(t("largest"), largest, text_beside=counted("report.n_customers", n, lang))
        sheet.gap()
    sheet.subtitle(t("segments"))
    for segment, name in zip(model.segments, segment_names, strict=True):
        sheet.link(segment.name, name, text_beside=tables.kind_name(segment.kind, lang))
    sheet.finish(landscape=False)


def _top_tenth(model: ReportModel, lang: Lang) -> str:
    """How many customers the top tenth are: of five customers it is one."""
    curve = model.concentration
    n = curve.top_customers if curve and curve.top_customers else ceil(model.customers / 10)
    return counted("report.top_tenth", n, lang)


def _data(sheet: Sheet, model: ReportModel, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    sheet.title(t("data"))
    headings = [t(k) for k in ("source", "files", "read", "used", "quarantined", "excluded", "why", "rows")]
    sheet.header(headings, numeric=[2, 3, 4, 5, 7])
    styles = ["text", "wrap", "count", "count", "count", "count", "text", "count"]
    for source in model.sources:
        reasons: list[tuple[str | None, int | None]] = [*source.excluded_by.items()] or [(None, None)]
        base = [source.source, t("comma").join(source.files)]
        counts = [source.read, source.used, source.quarantined, source.excluded]
        sheet.row([*base, *counts, *reasons[0]], styles)
        for reason, rows in reasons[1:]:
            sheet.row([None, None, None, None, None, None, reason, rows], styles)
    sheet.filter()
    sheet.finish()


def _metrics(sheet: Sheet, model: ReportModel, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"report.{key}", lang)

    sheet.title(t("metrics"))
    sheet.header([t(key) for key in ("metric", "kind", "meaning", "unit", "from_day", "to_day")], numeric=[4, 5])
    for note in model.metrics:
        first, last = note.window or (None, None)
        values = [note.title, note.kind, note.sentence, note.unit, first, last]
        sheet.row(values, ["text", "text", "wrap", "text", "date", "date"])
    sheet.filter()
    if model.predicted:
        sheet.gap()
        write_trust(sheet, model.backtest, lang)
    if model.drift is not None:
        sheet.gap()
        write_drift(sheet, model.drift, lang)
    if model.apart:
        sheet.gap()
        sheet.subtitle(text("apart.report_title", lang))
        for told in model.apart:
            for said in (told.title, *told.sentences):
                sheet.note(said)
    sheet.finish()
