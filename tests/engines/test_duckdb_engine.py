"""What an engine is given stays what it was."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow.parquet as pq

from custrata.engines.duckdb.engine import duckdb_engine


def test_a_unit_of_any_name_is_found_under_its_number_and_no_name_is_null(tmp_path: Path) -> None:
    rows = [(9_007_199_254_740_993, "门店'A\"销售.csv"), (2, None), (3, "")]
    with duckdb_engine("UTC", tmp_path) as engine:
        table = engine.from_rows("units", rows, {"unit": "int64", "name": "string"})
        found = engine.rows(table.order_by(table.unit))
    assert found == [{"unit": 2, "name": None}, {"unit": 3, "name": ""}, {"unit": rows[0][0], "name": rows[0][1]}]


def test_no_units_are_a_table_that_joins_with_nobody(tmp_path: Path) -> None:
    with duckdb_engine("UTC", tmp_path) as engine:
        table = engine.from_rows("units", [], {"unit": "int64", "name": "string"})
        assert engine.rows(table) == []
        assert [str(t) for t in table.schema().types] == ["int64", "string"]


def test_rows_that_were_put_in_order_are_written_in_it_with_what_is_worked_out_after(tmp_path: Path) -> None:
    """Many rows, so that several threads write; the order is given before the columns."""
    file = tmp_path / "ordered.parquet"
    with duckdb_engine("UTC", tmp_path) as engine:
        numbers = engine.materialise("numbers", ibis.range(0, 600_000).unnest().name("n").as_table())
        mixed = engine.materialise("mixed", numbers.mutate(key=numbers.n * 7919 % 600_011))
        ordered = mixed.order_by("key")
        size = ibis.cases((ordered.n < 200_000, "small"), (ordered.n < 400_000, "middle"), else_="large")
        engine.write_parquet(ordered.select("key", ladder=ibis.literal("member"), size=size), file)
        keys = pq.read_table(file).column("key").to_pylist()
    assert keys == sorted(keys)


def test_words_are_texts_in_a_file_and_in_answers_whatever_they_are_held_in(tmp_path: Path) -> None:
    file = tmp_path / "words.parquet"
    with duckdb_engine("UTC", tmp_path) as engine:
        t = engine.from_rows("t", [(1,), (2,), (3,), (4,)], {"n": "int64"})
        odd = ibis.ifelse(t.n == 3, ibis.null("string"), "it's")
        named = t.select("n", word=ibis.cases((t.n == 1, "客"), (t.n == 2, "b"), else_=odd), free=t.n.cast("string"))
        held = engine.materialise("held", named, words=True)
        assert held.schema() == named.schema()
        rows = engine.rows(held.order_by("n"))
        assert [r["word"] for r in rows] == ["客", "b", None, "it's"]
        assert [r["word"] for r in engine.rows(held.order_by("word").select("word"))] == ["b", "it's", "客", None]
        assert engine.rows(held.filter(held.word == "it's").select("n")) == [{"n": 4}]
        engine.write_parquet(named.order_by("n"), file)
    written = pq.read_table(file)
    assert written.to_pylist() == rows
    assert str(written.schema.field("word").type) == "string"
