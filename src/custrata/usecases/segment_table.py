"""The share table of one segment as a file: a sheet with its rules and chart, or CSV."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Literal

from custrata.charts.numbers import money_unit
from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.model import ReportModel
from custrata.locale import Lang, text
from custrata.usecases.cells import safe_cell
from custrata.usecases.look import Result

Format = Literal["xlsx", "csv"]


def segment_table(result: Result, name: str, form: str, lang: Lang) -> bytes:
    """The bytes of a `.xlsx` or `.csv` file. Raises E-RUN-003 where there is no such segment, E-CLI-005 for another
    form."""
    report = result.segment_report(name, lang)
    if form == "csv":
        return _csv(result, name, lang)
    if form != "xlsx":
        raise CustrataError(Problem("E-CLI-005", name, {"ending": f".{form}", "known": ".xlsx, .csv"}))
    import xlsxwriter

    from custrata.report.sheet import Sheet, Styles, sheet_names
    from custrata.report.xlsx_segment import write_segment

    totals = result.totals
    model = ReportModel(
        title=result.scheme.name, as_of=result.as_of, currency=result.scheme.currency, run_id=result.run_id,
        published_at=result.published_at, customers=totals.customers, buyers=totals.buyers, spend=totals.spend,
        orders=totals.orders, first_day=result.first_day, last_day=result.last_day, segments=[report],
        concentration=None, metrics=(), sources=(), scheme_text="", version=result.version,
    )  # fmt: skip
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        write_segment(Sheet(book, sheet_names([report.name])[0], Styles(book)), model, report, lang)
    return file.getvalue()


def _csv(result: Result, name: str, lang: Lang) -> bytes:
    """With the byte-order mark without which Excel takes Chinese for something else."""
    unit = money_unit(lang, result.scheme.currency)
    said = [text(f"report.{k}", lang) for k in ("class", "customers", "customer_share")]
    said += [f"{text('report.spend', lang)} ({unit})", text("report.spend_share", lang)]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(h) for h in said])
    for row in result.segment_report(name, lang).rows:
        writer.writerow([safe_cell(row.class_), row.customers, row.customer_share, row.spend, row.spend_share])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
