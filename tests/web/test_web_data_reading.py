"""Where the guess about a file is wrong: its encoding, delimiter, sheet and header row are corrected in the wizard."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from import_steps import HEADER, SALES, assert_done, field, sent, work
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.usecases.workspace import Workspace
from custrata.web import imports

pytestmark = pytest.mark.slow

#: The line above the headers is one that a guess may take for them.
MISLEADING = "单号,会员号,日期,金额,状态,备注\n订,会,日,额,态,注\n" + SALES[len(HEADER) :]


def read_so(shop: Shop, client: Any, place: str, **said: Any) -> Any:
    """The page of how a file is read after a form was sent and the file looked at again."""
    answer = client.post(f"{place}reading/", said)
    assert answer.status_code == 302, answer.content.decode()
    work(shop)
    return html.unescape(client.get(answer.headers["Location"]).content.decode())


def test_a_header_row_that_a_person_marks_is_read_and_written(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("销售.csv", MISLEADING.encode("gbk")))
    work(empty)
    page = html.unescape(client.get(f"{place}?step=reading").content.decode())
    assert 'value="1" checked' in page and "自动识别：GB18030" in page and "恢复自动识别" not in page
    page = read_so(empty, client, place, of="销售.csv", header="2")
    assert 'value="2" checked' in page and "恢复自动识别" in page
    columns = client.get(f"{place}?step=columns").content.decode()
    assert "人工指定" in columns
    meanings = {"订": "order_id", "会": "customer_id", "日": "ordered_at", "额": "amount", "态": "status"}
    said = {field(columns, header): meaning for header, meaning in meanings.items()}
    client.post(f"{place}columns/", {"kind-0": "orders", "use-0": "1", "to": "counts", **said})
    work(empty)
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    assert_done(work(empty))
    assert Scheme.load(empty.folder).sources.orders.header == 2
    assert Workspace.at(empty.folder).run().record["customers"] == 17


def test_as_found_takes_the_correction_back(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("销售.csv", MISLEADING.encode()))
    work(empty)
    read_so(empty, client, place, of="销售.csv", header="2", delimiter="comma")
    one = imports.all_of(empty.folder / ".custrata")[0]
    assert one.choices["reading"] == {"销售.csv": {"delimiter": "comma"}}, "under another delimiter rows are other rows"
    page = read_so(empty, client, place, of="销售.csv", header="2", delimiter="comma")
    assert 'value="2" checked' in page
    page = read_so(empty, client, place, of="销售.csv", do="found", header="2")
    assert 'value="1" checked' in page and "恢复自动识别" not in page


def test_a_wrong_encoding_is_told_at_the_file_and_another_one_can_be_chosen(empty: Shop) -> None:
    client = empty.client("operator", lang="en")
    traditional = "單號,會員號,日期,實收金額,狀態,備註\n"
    text = traditional + SALES[len(HEADER) :].replace("已取消", "取消").replace("已完成", "完成")
    place = sent(client, ("sales.csv", text.encode("big5")))
    work(empty)
    page = read_so(empty, client, place, of="sales.csv", encoding="utf-8")
    assert "E-FILE-006" in page and "sales.csv" in page and "Read it so" in page
    assert "E-FILE-006" in client.get(place).content.decode()
    page = read_so(empty, client, place, of="sales.csv", encoding="big5")
    assert "會員號" in page and "E-FILE" not in page
    page = client.get(f"{place}?step=columns").content.decode()
    assert "BIG5" in page and re.search(r'<label for="c-0-1">會員號</label>', page)


def test_a_sheet_is_chosen_and_a_sheet_that_was_left_out_too(empty: Shop, tmp_path: Path) -> None:
    import xlsxwriter

    book, rows = tmp_path / "a.xlsx", [line.split(",") for line in SALES.splitlines()]
    with xlsxwriter.Workbook(book) as made:
        for name, part in (("旧账", rows[1:50]), ("统计", rows[50:99])):
            sheet = made.add_worksheet(name)
            for n, row in enumerate([rows[0], *part]):
                sheet.write_row(n, 0, row)
    client = empty.client("operator")
    place = sent(client, (book.name, book.read_bytes()))
    work(empty)
    page = read_so(empty, client, place, of="a.xlsx[旧账]", sheet="统计")
    assert '<option value="统计" selected>' in page
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    assert_done(work(empty))
    assert Scheme.load(empty.folder).sources.orders.sheet == "统计"
    assert Workspace.at(empty.folder).run().record["rows"]["orders"]["read"] == 49


def test_a_month_of_text_with_titles_and_a_month_of_excel_are_taken_in_at_once(empty: Shop, tmp_path: Path) -> None:
    import xlsxwriter

    rows = [line.split(",") for line in SALES.splitlines()]
    january = "门店销售明细表,,,,,\n期间：一月,,,,,\n" + "\n".join(",".join(r) for r in rows[:200])
    book = tmp_path / "二月.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for n, row in enumerate([rows[0], *rows[200:]]):
            sheet.write_row(n, 0, [*row[:-1], "渠道" if n == 0 else "门店网店"[n % 2 * 2 :][:2]])
    client = empty.client("operator")
    place = sent(client, ("一月.csv", january.encode("gbk")), (book.name, book.read_bytes()))
    work(empty)
    page = client.get(f"{place}?step=columns").content.decode()
    assert "一月.csv, 二月.xlsx" in page and "第 3 行" in page
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    assert_done(work(empty))
    orders = Scheme.load(empty.folder).sources.orders
    assert orders.file == ("data/一月.csv", "data/二月.xlsx") and orders.by_file and "channel" in orders.columns
    assert Workspace.at(empty.folder).run().record["rows"]["orders"]["read"] == len(rows) - 1


def test_a_form_about_no_file_of_the_import_is_refused(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("销售.csv", SALES.encode()))
    work(empty)
    assert client.post(f"{place}reading/", {"of": "../x.csv", "header": "2"}).status_code == 404
