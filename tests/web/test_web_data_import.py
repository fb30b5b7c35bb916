"""The first visit: from files on a desktop to classified customers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from import_steps import HEADER, SALES, assert_done, field, sent, upload, work
from web_shops import Shop

from custrata.core.scheme.model import Scheme
from custrata.usecases.workspace import Workspace
from custrata.web import imports
from custrata.web.jobs import runner
from custrata.web.models import Job

pytestmark = pytest.mark.slow


def test_a_gbk_file_becomes_classified_customers(empty: Shop) -> None:
    client = empty.client("administrator", lang="zh")
    assert "/data/import/" in client.get("/").content.decode()
    answer = upload(client, ("销售 明细.csv", SALES.encode("gbk")))
    place = answer.headers["Location"].partition("?")[0]
    assert "every 1s" in client.get(place).content.decode()
    assert runner.once("look", empty.folder)
    page = client.get(place).content.decode()
    assert "GB18030" in page and field(page, "实收金额")
    answer = client.post(f"{place}columns/", {"kind-0": "orders", "use-0": "1", "to": "counts"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "已取消" in page and 'value="end of data" checked' in page
    client.post(f"{place}counts/", {"name": "前门店", "currency-0": "CNY", "statuses-0": "1", "status-0": ["0"],
                                    "as_of": "day", "day": "2024-11-30", "to": "take"})  # fmt: skip
    assert runner.once("write", empty.folder)
    job = Job.objects.get(kind="take")
    assert job.state == "done", job.log
    assert job.step == "正在发布…"
    scheme = Scheme.load(empty.folder)
    assert scheme.name == "前门店" and str(scheme.as_of) == "2024-11-30" and scheme.lang == "zh"
    assert scheme.sources.orders.count == ("已完成",)
    page = client.get(place).content.decode()
    assert "17" in page and 'href="/"' in page
    assert Workspace.at(empty.folder).run().record["customers"] == 17
    assert client.get("/").status_code == 200


def test_a_workbook_of_months_customers_and_a_summary_becomes_two_sources(empty: Shop, tmp_path: Path) -> None:
    import xlsxwriter

    book = tmp_path / "全年.xlsx"
    rows = [line.split(",") for line in SALES.splitlines()]
    with xlsxwriter.Workbook(book) as made:
        for name, part in (("1月", rows[1:200]), ("2月", rows[200:])):
            sheet = made.add_worksheet(name)
            for n, row in enumerate([rows[0], *part]):
                sheet.write_row(n, 0, row)
        people = made.add_worksheet("客户")
        people.write_row(0, 0, ("会员号", "姓名", "城市"))
        for i in range(17):
            people.write_row(i + 1, 0, (f"C{i:03}", f"张{i}", ("北京", "上海")[i % 2]))
        made.add_worksheet("汇总").write_row(0, 0, ("月份", "金额"))
    client = empty.client("operator", lang="en")
    place = sent(client, (book.name, book.read_bytes()))
    assert_done(work(empty))
    page = client.get(place).content.decode()
    assert "全年.xlsx[1月]: XLSX" in page and "客户" in page and "汇总" in page
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    assert_done(work(empty))
    sources = Scheme.load(empty.folder).sources
    assert sources.orders.sheet == "*月" and sources.customers is not None and sources.customers.sheet == "客户"


def test_what_was_chosen_is_still_chosen_after_going_back(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("s.csv", SALES.encode()))
    work(empty)
    name = field(client.get(place).content.decode(), "备注甲")
    client.post(f"{place}columns/", {"kind-0": "orders", "use-0": "1", name: "channel", "to": "counts"})
    assert work(empty).kind == "look", "a change of columns may change what else can be guessed"
    client.post(f"{place}counts/", {"currency-0": "HKD", "as_of": "today", "name": "甲", "to": "columns"})
    columns, counts = (client.get(f"{place}?step={s}").content.decode() for s in ("columns", "counts"))
    assert re.search(rf'name="{name}">.*?<option value="channel"[^>]* selected', columns, re.S)
    assert "<option selected>HKD" in counts and 'value="today" checked' in counts and 'value="甲"' in counts
    client.post(f"{place}counts/", {"to": "take"})
    assert_done(work(empty))
    assert Scheme.load(empty.folder).currency == "HKD"
    assert Scheme.load(empty.folder).sources.orders.columns["channel"] == "备注甲"


def test_two_columns_of_one_meaning_and_a_needed_one_that_is_taken_away_are_told(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("s.csv", SALES.encode()))
    work(empty)
    page = client.get(place).content.decode()
    said = {"kind-0": "orders", "use-0": "1", field(page, "单号"): "order_id", field(page, "备注甲"): "order_id"}
    answer = client.post(f"{place}columns/", said)
    assert answer.status_code == 400 and "E-WEB-043" in answer.content.decode()
    every = {field(page, h): "" for h in HEADER.strip().split(",")}
    answer = client.post(f"{place}columns/", {"kind-0": "orders", "use-0": "1", **every})
    assert answer.status_code == 400 and "E-INIT-005" in answer.content.decode()


def test_a_file_of_the_next_month_joins_the_source_that_reads_such_files(empty: Shop) -> None:
    client = empty.client("operator")

    def brought(name: str, text: str, **said: str) -> Any:
        place = sent(client, (name, text.encode("gbk")))
        work(empty)
        page = client.get(f"{place}?step=counts").content.decode()
        client.post(f"{place}counts/", {"to": "take", "as_of": "end of data", **said})
        return page, work(empty), place

    assert brought("一月.csv", SALES)[1].state == "done"
    before = (empty.folder / "scheme.yaml").read_text("utf-8")
    later = HEADER + "E1,C001,2025-01-05,88.00,已完成,x\n"
    page, job, _ = brought("二月.csv", later)
    assert "并入方案已在读取的销售" in page and job.state == "done"
    scheme = Scheme.load(empty.folder)
    assert set(scheme.sources.orders.file) == {"data/一月.csv", "data/二月.csv"}
    after = (empty.folder / "scheme.yaml").read_text("utf-8")
    changed = [1 for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert len(changed) == 1, "nothing of the scheme but its line of files is another one"
    people = "会员号,姓名,城市\n" + "".join(f"C{n:03},张{n},北京\n" for n in range(17))
    page, job, _ = brought("会员.csv", people)
    assert "作为客户加入方案" in page and job.state == "done", job.result
    assert Scheme.load(empty.folder).sources.customers is not None
    page, job, place = brought("别的.csv", SALES.replace("实收金额", "付款额"))
    assert "格式不符" in page and job.state == "failed" and "E-WEB-044" in client.get(place).content.decode()
    assert not (empty.folder / "data" / "别的.csv").exists(), "what is not taken in leaves nothing behind"
    client.post(f"{place}back/")
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data", "anew": "1"})
    assert_done(work(empty)) and (empty.folder / "scheme.yaml.old").is_file()


def test_rows_in_quarantine_are_mended_from_the_page(empty: Shop) -> None:
    import openpyxl

    client = empty.client("operator")
    broken = SALES + "Z1,C001,上周三,5.00,已完成,z\n"
    place = sent(client, ("s.csv", broken.encode("gbk")))
    work(empty)
    client.post(f"{place}counts/", {"to": "take"})
    assert [f["rows"] for f in work(empty).result["quarantine"]] == [1]
    assert "上周三" in client.get(place).content.decode()
    run = Workspace.at(empty.folder).run().id
    assert "上周三" in b"".join(client.get(f"/data/runs/{run}/quarantine/").streaming_content).decode("utf-8-sig")
    client.post("/data/mend/sheet/")
    job = work(empty)
    content = b"".join(client.get(f"/data/jobs/{job.pk}/file/").streaming_content)
    sheet = empty.folder.parent / "mended.xlsx"
    sheet.write_bytes(content)
    book = openpyxl.load_workbook(sheet)
    cells = book.worksheets[0]
    for cell in (c for row in cells.iter_rows() for c in row if c.value == "上周三"):
        if not str(cells.cell(1, cell.column).value).startswith("#"):
            cell.value = "2024-03-06"
    book.save(sheet)
    upload(client, (sheet.name, sheet.read_bytes()), to="/data/mend/")
    job = work(empty)
    assert job.state == "done" and job.result["mended"] == 1 and not job.result["quarantine"]


def test_the_invented_company_is_offered_while_there_is_no_scheme(empty: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from custrata.web.tasks import work as tasks

    monkeypatch.setattr(tasks, "_PLAY", 60)
    client = empty.client("administrator")
    assert 'action="/data/play/"' in client.get("/data/import/").content.decode()
    client.post("/data/play/")
    assert_done(work(empty))
    assert 'action="/data/play/"' not in client.get("/data/import/").content.decode()
    answer = client.post("/data/play/")
    assert answer.status_code == 409 and "E-WEB-049" in answer.content.decode()
    assert client.get("/").status_code == 200


def test_an_import_that_is_given_up_leaves_nothing(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("s.csv", SALES.encode()))
    client.post(f"{place}forget/")
    assert client.get(place).status_code == 404 and not imports.all_of(empty.folder / ".custrata")
    assert Job.objects.get(kind="look").stop


def test_what_is_being_brought_in_cannot_be_changed_meanwhile(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("s.csv", SALES.encode()))
    work(empty)
    client.post(f"{place}counts/", {"to": "take"})
    for address, said in (("counts/", {"to": "take"}), ("files/", {"remove": "s.csv"}), ("forget/", {}), ("back/", {})):
        assert client.post(f"{place}{address}", said).status_code == 409
    assert Job.objects.filter(kind="take").count() == 1
    assert_done(work(empty))
    assert client.post(f"{place}back/").status_code == 409, "it is over"


def test_an_as_of_day_without_a_day_is_asked_for_and_nothing_else_is_lost(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("销售.csv", SALES.encode()))
    work(empty)
    answer = client.post(f"{place}counts/", {"to": "take", "as_of": "day", "day": "", "name": "前门店"})
    assert answer.status_code == 400 and "E-WEB-084" in answer.content.decode()
    assert not Job.objects.filter(kind="take").exists()
    assert 'value="前门店"' in client.get(f"{place}?step=counts").content.decode()


def test_whether_an_amount_is_before_the_discount_is_shown_with_its_reason_and_can_be_said_otherwise(
    empty: Shop,
) -> None:
    lines = [(f"D{n}", f"C{n % 9}", n % 28 + 1, 1 + n % 4, 100 + n % 5 * 20, 30 if n % 2 else 0) for n in range(60)]
    text = "单号,会员号,日期,数量,单价,金额,优惠\n" + "".join(
        f"{o},{c},2024-03-{d:02},{q},{p},{q * p},{off}\n" for o, c, d, q, p, off in lines
    )
    client = empty.client("operator")
    place = sent(client, ("一月.csv", text.encode()))
    work(empty)
    page = client.get(f"{place}?step=counts").content.decode()
    assert 'value="before" selected' in page and "100% 的金额 = 数量 × 单价" in page
    client.post(f"{place}counts/", {"discount-0": "after", "to": "columns"})
    assert 'value="after" selected' in client.get(f"{place}?step=counts").content.decode()
    client.post(f"{place}counts/", {"discount-0": "before", "to": "take", "as_of": "end of data"})
    assert_done(work(empty, "en"))
    scheme = Scheme.load(empty.folder)
    assert scheme.sources.orders.amount == "before discount"
    assert scheme.lang == "en", "a scheme speaks as its reader, whatever the headers are written in"
    # The next export begins before the last one ended.
    more = [*lines[50:], *((f"E{n}", "C1", 9, 1, 100, 5) for n in range(30))]
    later = "单号,会员号,日期,数量,单价,金额,优惠\n" + "".join(
        f"{o},{c},2024/3/{d},{q},{p},{q * p},{off}\n" for o, c, d, q, p, off in more
    )
    place = sent(client, ("二月.csv", later.encode()))
    work(empty)
    page = client.get(f"{place}?step=counts").content.decode()
    twice = sum(q * p - off for _, _, _, q, p, off in lines[50:])
    assert "data/一月.csv + 二月.csv 有 10 行相同的销售" in page and f"{twice:,.2f}" in page
