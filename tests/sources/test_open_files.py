"""Reading files as companies have them: what a user may hand over, and what he is told when it cannot be read."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import zipfile
import zlib
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from custrata.core.errors import CustrataError
from custrata.core.scan import Opened
from custrata.core.scheme.source import FileForm
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec

# Written by xlwt: a sheet 销售 with an empty first row and column, header in row 2, an empty row 4.
_OLD_WORKBOOK = (
    r"c-rk)O-NKx6#nj;H_i{^%&23afek`hrh&C-qc6j9HDZbMLr|JSgfYg@rZ!nNs|flbsHlZuK^v=0KU7fAqD5doiy#PQidL<Hq82)@"
    r"bI!b1qZv3*f_1;gJ@?#m?sxBb@BY2_o=;X}$8Oc;FbnPQAa4gyR%BC@0&XD+^4m76ZtkaKYb+`R{4|hdUfeH#=HoHs@y@}(P4h8H"
    r";2ou%IDqcqR5HGR*dQ_VD~_R!q{1b#gi#|=Rf^mrvP$F)srf+Uda;}o*+zA<Y6m8*?xuClEZ%0+i!Tgr_l|Jhh@}<Pc*?W*$SGB*"
    r">qSR;U;q9^=BP767zYh#S2C4Mb2);m2m;#)Er~=+XJ-~M8tid=vE#sJcU3=%Yx~0570CW=rrq}&yPpPew*9PO0wb_@%Oc4jgs{mT"
    r"L*d-&z9}@)oPZ?q_w|15rR+m;*<Q+CoW6XXW_?F1i#0*s-DNk3&e#pgWtD_T4k99Yg{+k*g)?>i)62v_kF`rIBXR;1&WYt57Hk}4"
    r"29d*J^@^80O~P0u@|d)`RP<VrF{(*<Lr=A%Y#Nn1$Hm(~{j3$dvKou@6{KfAZoXTWd2g*GeWELOI5zRx8bdvuTZ6>sYZT3@SzWxq"
    r"xM#V!a`u$BB5QuxU;IW??!biY9EK50(~45^JQ#(NK_&I0<Z+%AvyC~}g{SEu!$axcAbI5pw{eCV@d(eHgJ%lQba<xlt_kl%74zDS"
    r"O5ElSX)pYVAT%^IG&D3cG&KHqDETmeyn~v~8#=%B`<(we)0Fc1H_1PXEf}WjAbnJBM2hk>4wW>2mcXmrw$wa1?*Br@R_Z;CAq+?y"
    r"LnY5&`f5_e_cL!|^v^A!Qv1)B66as;|2x%F)?5"
)


def opened(folder: Path, *patterns: str, **options) -> Opened:
    return open_files(FileSpec(patterns, **options), folder, folder / ".scratch")


def refused(folder: Path, *patterns: str, **options) -> CustrataError:
    with pytest.raises(CustrataError) as caught:
        opened(folder, *patterns, **options)
    for problem in caught.value.problems:  # both languages, and no hole left in a sentence
        assert "{" not in problem.text("en") + problem.text("zh")
    return caught.value


def codes(error: CustrataError) -> list[str]:
    return [p.code for p in error.problems]


def workbook(path: Path, rows: list[list[object]], sheet: str = "Sheet1") -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    page = book.add_worksheet(sheet)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is not None:
                page.write(i, j, value)
    book.close()
    return path


def rows_of(found: Opened) -> list[dict[str, object]]:
    """The rows of a sheet as the texts that they stand for."""
    table = found.scan.parts[0].table
    return [{c: v if c == "_row" or v is None else str(v) for c, v in row.items()} for row in table.to_pylist()]


# --- text ---------------------------------------------------------------------------------------------------------


def test_a_gbk_export_is_read_without_being_told(tmp_path):
    original = "单号,客户\nA1,张三\nA2,李四\n".encode("gbk")
    (tmp_path / "销售.csv").write_bytes(original)
    found = opened(tmp_path, "销售.csv")
    assert found.columns == ("单号", "客户")
    assert found.scan.parts[0].path.read_text("utf-8") == "单号,客户\nA1,张三\nA2,李四\n"
    record = found.files[0]
    assert (record.path, record.encoding, record.format) == ("销售.csv", "gb18030", "csv")
    assert (record.bytes, record.sha256) == (len(original), hashlib.sha256(original).hexdigest())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_usual_encoding_gives_the_same_columns(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("单号,城市\n1,𠮷林㐀\n".encode(encoding))
    assert opened(tmp_path, "a.csv").columns == ("单号", "城市")


def test_a_utf8_file_is_read_where_it_lies(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    assert opened(tmp_path, "a.csv").scan.parts[0].path == tmp_path / "a.csv"


def test_a_named_encoding_is_believed(tmp_path):
    (tmp_path / "a.csv").write_bytes("單號,客戶\n1,陳\n".encode("big5"))
    assert opened(tmp_path, "a.csv", encoding="big5").columns == ("單號", "客戶")
    assert codes(refused(tmp_path, "a.csv", encoding="klingon")) == ["E-FILE-005"]
    assert codes(refused(tmp_path, "a.csv", encoding="utf-8")) == ["E-FILE-006"]


def test_a_damaged_utf8_file_does_not_become_gbk_nonsense(tmp_path):
    text = "单号,客户\n" + "A1,张三的公司\n" * 20
    (tmp_path / "a.csv").write_bytes(text.encode()[:-2])
    (problem,) = refused(tmp_path, "a.csv").problems
    assert problem.code == "E-FILE-006"
    assert (problem.values["encoding"], problem.values["line"]) == ("UTF-8", 21)


def test_text_in_no_encoding_names_the_byte(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,\xff\n")
    (problem,) = refused(tmp_path, "a.csv").problems
    assert (problem.code, problem.values["offset"], problem.values["line"]) == ("E-FILE-004", 6, 2)


def test_a_misfit_beyond_the_first_block_is_found_at_its_own_byte(tmp_path):
    (tmp_path / "a.csv").write_bytes("客,b\n".encode("gbk") + b"1,22\n" * 300_000 + b"\xff\xff\n")
    (problem,) = refused(tmp_path, "a.csv").problems
    assert (problem.code, problem.values["offset"], problem.values["line"]) == ("E-FILE-004", 5 + 1_500_000, 300_002)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    (tmp_path / "a.csv").write_text(f'id{delimiter}amount\n1{delimiter}"2,5;7|\t8"\n2{delimiter}3\n')
    part = opened(tmp_path, "a.csv").scan.parts[0]
    assert (part.delimiter, part.columns) == (delimiter, ("id", "amount"))


def test_a_header_below_a_title_is_read_when_told_and_pointed_at_when_not(tmp_path):
    (tmp_path / "a.csv").write_text("一月销售报表\n\n单号,客户,金额\n1,张,5\n2,李,6\n", "utf-8")
    assert opened(tmp_path, "a.csv", header=3).columns == ("单号", "客户", "金额")
    (problem,) = refused(tmp_path, "a.csv").problems
    assert (problem.code, problem.values["suggestion"]) == ("E-FILE-008", 3)
    assert codes(refused(tmp_path, "a.csv", header=99)) == ["E-FILE-008"]
    assert codes(refused(tmp_path, "a.csv", header=0)) == ["E-FILE-024"]


def test_column_names_lose_what_cannot_be_seen(tmp_path):
    (tmp_path / "a.csv").write_bytes('\ufeff　单号 ,\u200b金额,,"客户\n名称"\n1,2,3,4\n'.encode())
    assert opened(tmp_path, "a.csv").columns == ("单号", "金额", "column_3", "客户名称")


def test_a_name_that_stands_twice_is_refused_and_named(tmp_path):
    (tmp_path / "a.csv").write_text("id,amount,ID\n1,2,3\n")
    (problem,) = refused(tmp_path, "a.csv").problems
    assert problem.code == "E-FILE-009" and problem.values["names"] == "id (1, 3)"


def test_empty_files_and_foreign_files_are_told_apart(tmp_path):
    for name, content, code in [
        ("empty.csv", b"", "E-FILE-007"),
        ("blank.csv", b"\xef\xbb\xbf\r\n \r\n", "E-FILE-007"),
        ("bill.csv", b"%PDF-1.7 ...", "E-FILE-010"),
        ("noise.csv", bytes(range(256)) + b"\0" * 100, "E-FILE-010"),
        ("wide.csv", "a,b\n1,2\n".encode("utf-16-le"), "E-FILE-010"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "E-FILE-011"),
        ("page.xls", "<html><table><tr><td>单号</td></tr></table></html>".encode("gbk"), "E-FILE-014"),
        (
            "book.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "E-FILE-014",
        ),
        ("cut.parquet", b"PAR1\x00\x00", "E-FILE-019"),
    ]:
        (tmp_path / name).write_bytes(content)
        assert codes(refused(tmp_path, name)) == [code], name


def test_tab_separated_text_named_xls_is_read_as_text(tmp_path):
    (tmp_path / "订单.xls").write_bytes("单号\t金额\nA1\t12\n".encode("gbk"))
    found = opened(tmp_path, "订单.xls")
    assert found.columns == ("单号", "金额") and found.files[0].format == "csv"


# --- which files --------------------------------------------------------------------------------------------------


def test_a_glob_takes_the_files_by_name_and_passes_over_excel_lock_files(tmp_path):
    (tmp_path / "data").mkdir()
    for name, header in [("b.csv", "id,city"), ("a.csv", "id,amount"), ("~$c.csv", "x,y")]:
        (tmp_path / "data" / name).write_text(f"{header}\n1,2\n")
    found = opened(tmp_path, "data/*.csv")
    assert [f.path for f in found.files] == ["data/a.csv", "data/b.csv"]
    assert found.columns == ("id", "amount", "city")


def test_a_path_with_brackets_is_a_path(tmp_path):
    for name in ("a[1].csv", "a1.csv"):
        (tmp_path / name).write_text(f"{name[:2]},b\n1,2\n")
    assert [f.path for f in opened(tmp_path, "a[1].csv").files] == ["a[1].csv"]


def test_a_missing_file_tells_where_it_was_looked_for_and_what_is_there(tmp_path):
    (tmp_path / "sales_2024.csv").write_text("a,b\n1,2\n")
    (problem,) = refused(tmp_path, "sale_2024.csv").problems
    assert problem.code == "E-FILE-001"
    assert problem.values["folder"] == str(tmp_path)
    assert problem.values["suggestion"] == "sales_2024.csv"
    assert codes(refused(tmp_path, "no/*.csv", "nor/this.csv")) == ["E-FILE-001", "E-FILE-001"]
    assert codes(refused(tmp_path, ".")) == ["E-FILE-003"]


def test_all_bad_files_are_told_of_at_once(tmp_path):
    (tmp_path / "a.csv").write_text("id,id\n1,2\n")
    (tmp_path / "b.csv").write_bytes(b"a,b\n1,\xff\n")
    (tmp_path / "c.csv").write_text("id,city\n1,2\n")
    assert codes(refused(tmp_path, "*.csv")) == ["E-FILE-009", "E-FILE-004"]


def test_text_and_workbooks_are_one_source(tmp_path):
    (tmp_path / "a.csv").write_text("id,b\n1,2\n")
    workbook(tmp_path / "b.xlsx", [["id", "c"], [1, "x"]])
    found = opened(tmp_path, "*")
    assert found.columns == ("id", "b", "c") and [f.format for f in found.files] == ["csv", "xlsx"]
    assert [p.name for p in found.scan.parts] == ["a.csv", "b.xlsx"]


def test_parquet_is_no_source_with_text(tmp_path):
    (tmp_path / "a.csv").write_text("id,b\n1,2\n")
    pq.write_table(pa.table({"id": [1]}), tmp_path / "b.parquet")
    (problem,) = refused(tmp_path, "*").problems
    assert problem.code == "E-FILE-018" and "b.parquet" in problem.values["examples"]


def test_a_file_that_is_read_otherwise_says_so_by_its_name(tmp_path):
    (tmp_path / "a.csv").write_text("id,b\n1,2\n")
    (tmp_path / "b.csv").write_bytes("表,一\nid;b\n3;四\n".encode("big5"))
    form = FileForm(header=2, encoding="big5", delimiter="semicolon")
    found = opened(tmp_path, "*.csv", by_file={"b.*": form})
    assert found.columns == ("id", "b") and [p.header_line for p in found.scan.parts] == [1, 2]
    assert found.files[1].encoding == "big5"


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_cells_are_the_text_that_a_person_would_type(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"nan_inf_to_errors": True})
    page = book.add_worksheet()
    day, second, hour = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm"))
    page.write_row(0, 0, ["id", "day", "time", "hour", "whole", "part", "error", "blank"])
    page.write_string(1, 0, "007")
    page.write_datetime(1, 1, dt.datetime(2024, 1, 2), day)  # noqa: DTZ001
    page.write_datetime(1, 2, dt.datetime(2024, 1, 2, 3, 4, 5), second)  # noqa: DTZ001
    page.write_datetime(1, 3, dt.time(12, 30), hour)
    page.write_number(1, 4, 1000000000000.0)
    page.write_number(1, 5, 12.5)
    page.write_formula(1, 6, "=NA()", None, "#N/A")
    page.write_string(1, 7, "")
    book.close()
    (row,) = rows_of(opened(tmp_path, "a.xlsx"))
    assert row == {
        "id": "007",
        "day": "2024-01-02",
        "time": "2024-01-02 03:04:05",
        "hour": "12:30:00",
        "whole": "1000000000000",
        "part": "12.5",
        "error": "#N/A",
        "blank": None,
    }


def test_an_xls_of_the_old_kind_is_read(tmp_path):
    (tmp_path / "a.xls").write_bytes(zlib.decompress(base64.b85decode(_OLD_WORKBOOK)))
    found = opened(tmp_path, "a.xls", header=2)
    assert (found.files[0].format, found.files[0].sheet) == ("xls", "销售")
    assert rows_of(found) == [
        {"单号": "A1", "日期": "2024-03-01", "金额": "100", "_row": 3},
        {"单号": "A2", "日期": "2024-03-02", "金额": "12.5", "_row": 5},
    ]


def test_empty_rows_are_left_out_and_row_numbers_stay_those_of_the_sheet(tmp_path):
    workbook(tmp_path / "a.xlsx", [[], ["报表"], ["id", "n", None, "m"], [], ["x", 1], [], ["y", 2], [None, " "[:0]]])
    found = opened(tmp_path, "a.xlsx", header=3)
    assert found.columns == ("id", "n", "m")
    assert [(r["_row"], r["id"]) for r in rows_of(found)] == [(5, "x"), (7, "y")]
    assert [p.values["suggestion"] for p in refused(tmp_path, "a.xlsx", header=2).problems] == [3]


def test_sheets_are_chosen_by_name_or_number(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for title in ("一月", "二月"):
        book.add_worksheet(title).write_row(0, 0, ["id", title])
    book.close()
    assert opened(tmp_path, "a.xlsx").files[0].sheet == "一月"
    assert opened(tmp_path, "a.xlsx", sheet=2).columns == ("id", "二月")
    assert opened(tmp_path, "a.xlsx", sheet="二月").columns == ("id", "二月")
    for wanted in ("三月份", 3, 0):
        (problem,) = refused(tmp_path, "a.xlsx", sheet=wanted).problems
        assert problem.code == "E-FILE-013" and "2 二月" in problem.values["known"]


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.ods", "a"])
def test_a_workbook_under_a_wrong_ending_is_still_a_workbook(tmp_path, name):
    workbook(tmp_path / "real.xlsx", [["id", "b"], [1, 2]]).rename(tmp_path / name)
    found = opened(tmp_path, name)
    assert found.files[0].format == "xlsx" and rows_of(found) == [{"id": "1", "b": "2"}]


def test_a_truncated_workbook_is_a_coded_error(tmp_path):
    whole = workbook(tmp_path / "a.xlsx", [["id", "b"], *([i, "text"] for i in range(500))]).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(whole[: len(whole) // 2])
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-012"]
    spoilt = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet1.xml") + 200
    spoilt[at : at + 300] = b"\x55" * 300
    (tmp_path / "b.xlsx").write_bytes(spoilt)
    assert codes(refused(tmp_path, "b.xlsx")) == ["E-FILE-012"]


def test_a_10000_column_sheet_is_refused(tmp_path):
    workbook(tmp_path / "a.xlsx", [[f"c{i}" for i in range(10_000)]])
    (problem,) = refused(tmp_path, "a.xlsx").problems
    assert (problem.code, problem.values["n"]) == ("E-FILE-016", 10_000)
    (tmp_path / "a.csv").write_text(",".join(f"c{i}" for i in range(10_000)) + "\n")
    assert codes(refused(tmp_path, "a.csv")) == ["E-FILE-016"]


def test_one_stray_cell_far_away_does_not_eat_the_memory(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ["id", "b"])
    page.write(1_048_575, 1_900, "x")
    book.close()
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-021"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(101 << 20))
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-017"]


def test_a_workbook_under_a_password_says_so(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    )
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-015"]


def test_damaged_old_workbooks_and_archives_of_other_kinds_are_coded_errors(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a,b")
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert codes(refused(tmp_path, "a.xls")) == ["E-FILE-012"]
    assert codes(refused(tmp_path, "a.zip")) == ["E-FILE-011"]
    assert codes(refused(tmp_path, "a.docx")) == ["E-FILE-010"]


def test_a_panic_inside_the_library_is_a_damaged_file_to_the_user(tmp_path, monkeypatch):
    class PanicException(BaseException):
        pass

    def panic(*_):
        raise PanicException("index out of bounds")

    workbook(tmp_path / "a.xlsx", [["id", "b"]])
    monkeypatch.setattr(fastexcel, "read_excel", panic)
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-012"]


def test_an_empty_sheet_is_empty_and_one_with_a_header_only_has_no_rows(tmp_path):
    workbook(tmp_path / "a.xlsx", [])
    workbook(tmp_path / "b.xlsx", [["id", "b"]])
    assert codes(refused(tmp_path, "a.xlsx")) == ["E-FILE-007"]
    assert opened(tmp_path, "b.xlsx").scan.parts[0].table.num_rows == 0


def test_parquet_columns_are_those_of_all_files(tmp_path):
    pq.write_table(pa.table({"id": [1], "a": [2.5]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"id": [1], "b": ["x"]}), tmp_path / "2.parquet")
    found = opened(tmp_path, "*.parquet")
    assert found.columns == ("id", "a", "b")
    assert [f.format for f in found.files] == ["parquet", "parquet"]


def test_a_header_of_several_lines_is_read_as_one_and_may_differ_from_file_to_file(tmp_path: Path) -> None:
    head = [["单号", "本期", None, "上期", None], [None, "数量", "金额", "数量", "金额"]]
    names = ("单号", "本期 数量", "本期 金额", "上期 数量", "上期 金额")
    workbook(tmp_path / "a.xlsx", [["销售明细表"], *head, ["S1", 1, 2.5, 3, 4]])
    text = "\n".join(",".join(cell or "" for cell in row) for row in head)
    (tmp_path / "b.csv").write_text(f"{text}\nS2,1,2,3,4\n", "utf-8")
    (tmp_path / "c.csv").write_text(",".join(names) + "\nS3,1,2,3,4\n", "utf-8")
    assert opened(tmp_path, "a.xlsx", header=3, header_lines=2).columns == names
    others = {"c.csv": FileForm(header=1, header_lines=1)}
    assert opened(tmp_path, "b.csv", "c.csv", header=2, header_lines=2, by_file=others).columns == names
    assert refused(tmp_path, "b.csv", header=2).problems[0].code == "E-FILE-009"
