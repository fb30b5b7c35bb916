"""A value is what the database holds, to the last digit, whatever type its column had to become."""

from __future__ import annotations

from decimal import Decimal, localcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.sources.databases.columns import DAY, INSTANT, OPEN_NUMBER, TIME, WHOLE, Column, decimal_of
from custrata.sources.databases.convert import NotText, converted, wider_of
from custrata.sources.databases.write import Parts

digits = st.text("0123456789", min_size=1, max_size=45)
numbers = st.builds(
    lambda sign, whole, places: f"{sign}{whole}" + (f".{places}" if places else ""),
    st.sampled_from(["", "-"]), digits, st.one_of(st.just(""), digits),
)  # fmt: skip
types = st.sampled_from([WHOLE, OPEN_NUMBER, decimal_of(12, 2), decimal_of(38, 0), decimal_of(65, 30)])


@given(st.lists(st.one_of(st.none(), numbers), min_size=1, max_size=5), types)
def test_no_digit_of_a_number_is_lost_in_any_type(values: list[str | None], type_: pa.DataType) -> None:
    made, _ = converted(pa.array(values, pa.string()), type_)
    with localcontext(prec=120):
        found = [None if v is None else Decimal(str(v)) for v in made.to_pylist()]
        assert found == [None if v is None else Decimal(v) for v in values]


@pytest.mark.parametrize("text, type_", [
    ("NaN", OPEN_NUMBER), ("infinity", TIME), ("0000-00-00", DAY),
    ("0000-00-00 00:00:00", INSTANT), ("2024-02-30", DAY),
    ("1e5000", OPEN_NUMBER),
])  # fmt: skip
def test_what_a_type_cannot_hold_stays_what_it_is(text: str, type_: pa.DataType) -> None:
    made, became = converted(pa.array([text]), type_)
    assert (made.to_pylist(), became) == ([text], pa.string())


def test_a_moment_beside_one_that_cannot_be_read_keeps_its_zone() -> None:
    made, _ = converted(pa.array(["2024-02-29 16:30:00", "infinity", None]), INSTANT)
    assert made.to_pylist() == ["2024-02-29 16:30:00Z", "infinity", None]


def test_bytes_that_are_no_text_are_not_passed_on() -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xd6\xd0"]).buffers())
    with pytest.raises(NotText):
        converted(broken, pa.string())


@given(batches=st.lists(st.lists(numbers, min_size=1, max_size=3), min_size=1, max_size=4))
def test_a_column_that_grows_amid_a_load_ends_as_one_file_with_every_value(
    batches: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    with Parts(folder, "it", [Column("n", "n", "numeric", OPEN_NUMBER, "n")]) as parts:
        for values in batches:
            parts.add(pa.RecordBatch.from_arrays([pa.array(values)], ["n"]))
        file = parts.finish()
    assert [p.name for p in folder.iterdir()] == ["it.parquet"]
    with localcontext(prec=120):
        found = [Decimal(str(v)) for v in pq.read_table(file).column("n").to_pylist()]
        assert found == [Decimal(v) for values in batches for v in values]


def test_a_load_that_is_given_up_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Parts(tmp_path, "it", [Column("n", "n", "int8", WHOLE, "n")]) as parts:
        parts.add(pa.RecordBatch.from_arrays([pa.array(["1"])], ["n"]))
        parts.add(pa.RecordBatch.from_arrays([pa.array(["x"])], ["n"]))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_types_that_are_no_steps_of_one_ladder_meet_in_text() -> None:
    assert wider_of(TIME, WHOLE) == wider_of(DAY, pa.string()) == pa.string()
    assert wider_of(WHOLE, decimal_of(38, 0)) == wider_of(decimal_of(38, 0), WHOLE) == decimal_of(38, 0)
