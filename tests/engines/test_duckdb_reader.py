"""What DuckDB sees of a scan: every line of the user's file is a row or a reject, under the number his editor shows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata.core.errors import CustrataError
from custrata.core.scan import ExpressionScan, MixedScan, ParquetScan, TablePart, TableScan, TextPart, TextScan
from custrata.engines.duckdb.objects import Objects
from custrata.engines.duckdb.reader import Reader


@pytest.fixture
def con():
    return ibis.duckdb.connect()


@pytest.fixture
def reader(con):
    return Reader(con)


def text(folder: Path, content: str | bytes, name: str = "a.csv", columns: str = "abc", **layout) -> TextPart:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TextPart(path, name, tuple(columns), **layout)


def tuples(table: ibis.Table) -> list[tuple]:
    return [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]


def numbered(reader, scan) -> list[tuple]:
    return tuples(reader.rows(scan))


def told(reader, scan) -> list[tuple]:
    return [(r.row, r.reason_code, r.line_text) for r in reader.rejects(scan)]


def test_every_value_is_text_and_empty_is_null(reader, tmp_path):
    scan = TextScan((text(tmp_path, 'a,b,c\n007,,""\n1e3,2024-01-02,NULL\n'),))
    assert tuples(reader.relation(scan)) == [("007", None, None), ("1e3", "2024-01-02", "NULL")]
    assert set(reader.relation(scan).schema().types) == {ibis.dtype("string")}
    assert reader.rejects(scan) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(reader, tmp_path, end):
    scan = TextScan((text(tmp_path, end.join(["a,b,c", "1,2,3", "4,5,6"])),))
    assert numbered(reader, scan) == [("a.csv", 2, "1", "2", "3"), ("a.csv", 3, "4", "5", "6")]


def test_line_ends_of_two_kinds_in_one_file_are_read(reader, tmp_path):
    scan = TextScan((text(tmp_path, "a,b,c\r\n1,2,3\n4,5,6\r\n"),))
    assert numbered(reader, scan) == [("a.csv", 2, "1", "2", "3"), ("a.csv", 3, "4", "5", "6")]
    assert reader.rejects(scan) == []


def test_row_numbers_point_at_the_line_in_the_editor(reader, tmp_path):
    content = 'a,b,c\n1,"two\nlines",3\n\n4,"x\r\n\r\ny",6\n7,8,9'
    scan = TextScan((text(tmp_path, content),))
    assert [(row[1], row[2]) for row in numbered(reader, scan)] == [(2, "1"), (5, "4"), (8, "7")]
    assert tuples(reader.relation(scan))[1] == ("4", "x\r\n\r\ny", "6")


def test_row_numbers_count_a_title_and_a_header_of_two_lines(reader, tmp_path):
    content = 'report\n\na,"b\nb",c\n1,2,3\n4,5,6\n'
    scan = TextScan((text(tmp_path, content, header_line=3),))
    assert [(row[1], row[2]) for row in numbered(reader, scan)] == [(5, "1"), (6, "4")]
    quoted_title = TextScan((text(tmp_path, '"re\nport"\na,b,c\n1,2,3\n', "t.csv", header_line=3),))
    assert numbered(reader, quoted_title) == [("t.csv", 4, "1", "2", "3")]


def test_row_numbers_hold_in_a_file_read_by_many_threads(reader, tmp_path):
    many = 400_000
    content = "a,b,c\n" + "".join(f"{i},{'x' * 40},é\n" for i in range(many))
    table = reader.rows(TextScan((text(tmp_path, content),)))
    wrong = table.filter(table["_row"] != table["a"].cast("int64") + 2)
    assert (table.count().to_pyarrow().as_py(), wrong.count().to_pyarrow().as_py()) == (many, 0)


def test_row_numbers_hold_where_order_is_given_up_for_speed(con, reader, tmp_path):
    con.raw_sql("SET preserve_insertion_order = false")
    scan = TextScan((text(tmp_path, "a,b,c\n1,2,3\n4,5,6\n"),))
    assert sorted(numbered(reader, scan)) == [("a.csv", 2, "1", "2", "3"), ("a.csv", 3, "4", "5", "6")]


def test_a_short_line_is_a_row_filled_up_with_nulls(reader, tmp_path):
    scan = TextScan((text(tmp_path, "a,b,c\n1,2,3\n合计,9\n4,5,6\n"),))
    assert tuples(reader.relation(scan)) == [("1", "2", "3"), ("合计", "9", None), ("4", "5", "6")]
    assert [row[1] for row in numbered(reader, scan)] == [2, 3, 4]
    assert reader.rejects(scan) == []


def test_a_line_with_too_many_fields_is_reported_and_the_rest_is_read(reader, tmp_path):
    scan = TextScan((text(tmp_path, "a,b,c\n1,2,3\n4,5,6,7\n8,9\n1,2,3,,\n"),))
    assert numbered(reader, scan) == [
        ("a.csv", 2, "1", "2", "3"),
        ("a.csv", 4, "8", "9", None),
        ("a.csv", 5, "1", "2", "3"),
    ]
    assert told(reader, scan) == [(3, "E-ROW-901", "4,5,6,7")]


def test_a_quote_that_never_closes_costs_its_own_line_only(reader, tmp_path):
    lines = [f"{i},text,{i}" for i in range(3, 300)]
    scan = TextScan((text(tmp_path, "\n".join(["a,b,c", '2,"text,2', *lines])),))
    assert told(reader, scan) == [(2, "E-ROW-902", '2,"text,2')]
    found = numbered(reader, scan)
    assert [row[1] for row in found] == list(range(3, 300))
    assert all(row[1] == int(row[2]) for row in found)


def test_a_quote_inside_a_quoted_field_is_reported(reader, tmp_path):
    scan = TextScan((text(tmp_path, 'a,b,c\n1,"5" pipe",3\n4,5" pipe,6\n7, "x,y" ,9\n'),))
    assert told(reader, scan) == [(2, "E-ROW-902", '1,"5" pipe",3')]
    assert tuples(reader.relation(scan)) == [("4", '5" pipe', "6"), ("7", "x,y", "9")]


def test_a_record_over_lines_with_too_many_fields_is_reported_line_by_line(reader, tmp_path):
    scan = TextScan((text(tmp_path, 'a,b,c\n1,"x\ny",3,4\n5,6,7\n'),))
    assert told(reader, scan) == [(2, "E-ROW-901", '1,"x'), (3, "E-ROW-903", 'y",3,4')]
    assert numbered(reader, scan) == [("a.csv", 4, "5", "6", "7")]


def test_a_short_line_does_not_let_a_broken_quote_swallow_its_neighbours(reader, tmp_path):
    content = 'a,b,c\n1,"x,3\n' + "2,y,3\n" * 60 + '4,z"\n5,6,7\n'
    scan = TextScan((text(tmp_path, content),))
    assert len(numbered(reader, scan)) + len(reader.rejects(scan)) == 63
    assert told(reader, scan)[0][:2] == (2, "E-ROW-902")


def test_every_line_is_a_row_or_a_reject(reader, tmp_path):
    lines = ["1,2,3", "1,2", "1,2,3,4", '1,"2,3', "1,2,3", '"1"x,2,3', '1,"2",3', "1,2,3,", ",,"]
    scan = TextScan((text(tmp_path, "\n".join(["a,b,c", *lines])),))
    seen = [row[1] for row in numbered(reader, scan)] + [r.row for r in reader.rejects(scan)]
    assert sorted(seen) == list(range(2, 2 + len(lines)))
    assert reader.relation(scan).count().to_pyarrow().as_py() + len(reader.rejects(scan)) == len(lines)


def test_a_rejected_line_is_shown_by_its_first_200_characters(reader, tmp_path):
    scan = TextScan((text(tmp_path, "a,b,c\n" + "x" * 500 + ",2,3,4\n"),))
    assert [len(r.line_text) for r in reader.rejects(scan)] == [200]


def test_nul_bytes_are_read(reader, tmp_path):
    scan = TextScan((text(tmp_path, b"a,b,c\nx\0y,\0,3\n1,2,3,4\n"),))
    assert tuples(reader.relation(scan)) == [("x\0y", "\0", "3")]


def test_a_wrong_delimiter_is_told_once_and_not_for_every_line(reader, tmp_path, monkeypatch):
    monkeypatch.setattr("custrata.engines.duckdb.checked.MOST_REJECTS", 10)
    scan = TextScan((text(tmp_path, "a,b,c\n" + "1,2,3,4\n" * 20),))
    with pytest.raises(CustrataError) as caught:
        reader.relation(scan)
    assert [p.code for p in caught.value.problems] == ["E-FILE-022"]


def test_files_of_different_make_are_matched_by_column_name(reader, tmp_path):
    scan = TextScan(
        (
            text(tmp_path, "a,b\n1,2\n", "1.csv", "ab"),
            text(tmp_path, "a,b\n3,4\n", "2.csv", "ab"),
            text(tmp_path, "top\nB;c\n5;6\n", "3.csv", "Bc", delimiter=";", header_line=2),
        )
    )
    assert numbered(reader, scan) == [
        ("1.csv", 2, "1", "2", None),
        ("2.csv", 2, "3", "4", None),
        ("3.csv", 3, None, "5", "6"),
    ]
    assert reader.relation(scan).columns == ("a", "b", "c")


def test_names_that_sql_or_globs_would_misread_are_only_names(reader, tmp_path):
    text(tmp_path, "x\nwrong\n", "it's 1.csv")
    part = text(tmp_path, "x\nright\n", "it's [1].csv")
    scan = TextScan((TextPart(part.path, "it's [1].csv", ('a "b"; DROP',)),))
    assert tuples(reader.relation(scan)) == [("right",)]
    assert reader.rows(scan).columns == ("_file", "_row", 'a "b"; DROP')
    assert numbered(reader, scan) == [("it's [1].csv", 2, "right")]


def test_a_file_that_changed_is_looked_at_again(reader, tmp_path):
    part = text(tmp_path, "a,b,c\n1,2,3,4\n")
    assert len(reader.rejects(TextScan((part,)))) == 1
    text(tmp_path, "a,b,c\n1,2,3\n4,5,6\n")
    assert reader.rejects(TextScan((part,))) == []
    assert len(tuples(reader.relation(TextScan((part,))))) == 2


def test_a_file_that_is_gone_is_a_coded_error(reader, tmp_path):
    part = text(tmp_path, "a,b,c\n")
    part.path.unlink()
    with pytest.raises(CustrataError, match="E-FILE-002"):
        reader.relation(TextScan((part,)))


def things(con) -> int:
    """Tables and views on a connection, temporary and registered ones too."""
    counted = [f"SELECT count(*) FROM duckdb_{kind}() WHERE NOT internal" for kind in ("tables", "views")]
    return sum(con.con.execute(sql).fetchone()[0] for sql in counted)


def test_nothing_is_left_behind_in_the_users_database(con, tmp_path):
    broken = TextScan((text(tmp_path, "a,b,c\n1,2,3,4\n"),))
    frame = TableScan((TablePart(pa.table({"a": [1]}), "frame"),))
    objects = Objects(con.con)
    reader = Reader(con, objects)
    for scan in (broken, frame):
        reader.relation(scan), reader.rows(scan), reader.rejects(scan)
    assert con.con.execute("SELECT count(*) FROM duckdb_tables() WHERE NOT temporary").fetchall() == [(0,)]
    assert things(con) > 0
    objects.drop_all()
    assert things(con) == 0


def test_a_connection_that_its_owner_has_closed_needs_no_tidying(tmp_path):
    con = ibis.duckdb.connect()
    objects = Objects(con.con)
    Reader(con, objects).rows(TextScan((text(tmp_path, "a,b,c\n1,2,3,4\n"),)))
    con.disconnect()
    objects.drop_all()


def test_two_readers_do_not_mistake_each_others_tables(con, tmp_path):
    scan = TextScan((text(tmp_path, "a,b,c\n1,2,3\n4,5,6,7\n"),))
    for own in (ibis.duckdb.connect(), con, con):
        assert tuples(Reader(own).relation(scan)) == [("1", "2", "3")]


def test_sheets_keep_the_row_numbers_of_the_sheet(reader):
    gaps = pa.table({"id": ["x", "y"], "_row": pa.array([5, 7], pa.int64())})
    plain = pa.table({"id": ["z"], "city": ["沪"]})
    scan = TableScan((TablePart(gaps, "a.xlsx"), TablePart(plain, "b.xlsx", first_row=4)))
    assert numbered(reader, scan) == [("a.xlsx", 5, "x", None), ("a.xlsx", 7, "y", None), ("b.xlsx", 4, "z", "沪")]
    assert reader.relation(scan).columns == ("id", "city")


def test_parquet_keeps_its_types_and_is_matched_by_name(reader, tmp_path):
    pq.write_table(pa.table({"id": [1, 2], "a": [0.5, 1.5]}), tmp_path / "1[x].parquet")
    pq.write_table(pa.table({"b": ["y"], "id": [3]}), tmp_path / "2.parquet")
    scan = ParquetScan((tmp_path / "1[x].parquet", tmp_path / "2.parquet"), ("one", "two"))
    assert tuples(reader.relation(scan)) == [(1, 0.5, None), (2, 1.5, None), (3, None, "y")]
    assert numbered(reader, scan) == [("one", 1, 1, 0.5, None), ("one", 2, 2, 1.5, None), ("two", 1, 3, None, "y")]
    assert reader.rejects(scan) == []


def test_parquet_that_was_damaged_after_it_was_found_is_a_coded_error(reader, tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no more")
    for read in (reader.relation, reader.rows):
        with pytest.raises(CustrataError, match="E-FILE-023 one"):
            read(ParquetScan((tmp_path / "a.parquet",), ("one",)))


def test_an_ibis_table_is_taken_as_it_is(con, reader):
    table = con.create_table("t", pa.table({"a": [7]}))
    assert reader.relation(ExpressionScan(table, "t")) is table
    assert numbered(reader, ExpressionScan(table, "t")) == [("t", 1, 7)]


def test_a_users_own_row_column_stays_in_the_data(reader, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("_row,a\n9,x\n")
    scan = TextScan((TextPart(path, "a.csv", ("_row", "a")),))
    assert tuples(reader.relation(scan)) == [("9", "x")]
    assert numbered(reader, scan) == [("a.csv", 2, "x")]


def test_the_duckdb_quirk_that_a_bracket_in_a_path_is_a_glob_is_still_there(tmp_path):
    for name in ("a[1].csv", "a1.csv"):
        (tmp_path / name).write_text(f"x\n{name}\n")
    assert duckdb.sql(f"FROM read_csv('{tmp_path}/a[1].csv')").fetchall() == [("a1.csv",)]


def test_text_and_sheets_are_one_table_and_every_row_knows_where_it_stands(tmp_path, reader) -> None:
    sheet = TablePart(pa.table({"A": ["7"], "d": ["x"]}), "b.xlsx", 5)
    scan = MixedScan(TextScan((text(tmp_path, "a,b,c\n1,2,3\n9,9\"9,9,9\n4,,6\n"),)), TableScan((sheet,)))
    rows = [(r["a"], r["b"], r["c"], r["d"]) for r in reader.relation(scan).to_pyarrow().to_pylist()]
    assert sorted(rows) == [("1", "2", "3", None), ("4", None, "6", None), ("7", None, None, "x")]
    found = {(r["_file"], r["_row"], r["a"]) for r in reader.rows(scan).to_pyarrow().to_pylist()}
    assert found == {("a.csv", 2, "1"), ("a.csv", 4, "4"), ("b.xlsx", 5, "7")}
    assert set(reader.filed(scan).to_pyarrow().column("_file").to_pylist()) == {"a.csv", "b.xlsx"}
    assert [(r.file, r.row) for r in reader.rejects(scan)] == [("a.csv", 3)]
