"""What an engine is given stays what it was."""

from __future__ import annotations

from pathlib import Path

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
