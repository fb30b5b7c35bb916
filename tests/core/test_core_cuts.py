"""Cuts are compared in the decimal places of the number they are compared with; nobody changes sides by that."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custrata.core.cuts import above, below
from shops import backend

KINDS = {"whole": (pa.int64(), 0), "cents": (pa.decimal128(18, 2), 2), "money": (pa.decimal128(38, 4), 4),
         "ratio": (pa.decimal128(38, 9), 9)}  # fmt: skip
CUTS = st.decimals(-100, 100, places=9) | st.decimals(-100, 100, places=4) | st.integers(-100, 100).map(Decimal)


def asked(kind: str, values: list[Decimal | None], cut: Decimal, side: Callable[[Any, Decimal], Any]) -> list[Any]:
    """What an engine says of each number."""
    type_, _ = KINDS[kind]
    t: Any = ibis.memtable(pa.table({"i": range(len(values)), "v": pa.array(values, pa.decimal128(38, 9)).cast(type_)}))
    rows = backend().to_pyarrow(t.select("i", told=side(t.v, cut)).order_by("i"))
    return list(rows["told"].to_pylist())


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_customer_is_above_a_cut_exactly_if_his_number_is(kind: str, data: Any) -> None:
    places = KINDS[kind][1]
    units = data.draw(st.lists(st.integers(-100 * 10**places, 100 * 10**places), min_size=1, max_size=20))
    values = [Decimal(u).scaleb(-places) for u in units]
    cut = data.draw(CUTS | st.sampled_from(values))
    assert asked(kind, values, cut, above) == [v > cut for v in values]
    assert asked(kind, values, cut, below) == [v < cut for v in values]


@given(st.sampled_from(sorted(KINDS)), CUTS)
@example("whole", Decimal("160.724649890"))
def test_a_customer_without_the_number_is_on_neither_side(kind: str, cut: Decimal) -> None:
    assert asked(kind, [None], cut, above) == asked(kind, [None], cut, below) == [None]


def test_a_cut_keeps_its_side_between_two_neighbours() -> None:
    assert asked("whole", [Decimal(160), Decimal(161)], Decimal("160.000000001"), below) == [True, False]
    assert asked("whole", [Decimal(-3), Decimal(-2)], Decimal("-2.5"), above) == [False, True]
    assert asked("money", [Decimal("10.3333"), Decimal("10.3334")], Decimal("10.333333333"), above) == [False, True]
