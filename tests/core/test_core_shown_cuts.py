"""Cuts as people read them: no finer than the unit, and never a lie about a customer whose number is shown in full."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from custrata.core.segments.shown import cut_text

PLACES = {"days": 1, "money": 2, "count": 1, "": 4}


def read(shown: str) -> Decimal:
    return Decimal(shown.replace(",", "").replace("−", "-"))


@given(
    st.sampled_from(list(PLACES)), st.decimals(-10**6, 10**6, places=9), st.integers(-(10**10), 10**10), st.booleans()
)
def test_a_mean_parts_the_same_customers_as_it_is_shown(unit: str, cut: Decimal, n: int, down: bool) -> None:
    value = Decimal(n).scaleb(-PLACES[unit])
    shown = read(cut_text(cut, unit, between=True, down=down))
    assert (value < shown) == (value < cut) if down else (value > shown) == (value > cut)
    assert abs(shown - cut) < Decimal(1).scaleb(-PLACES[unit])


@given(st.sampled_from(list(PLACES)), st.decimals(0, 10**6, places=9), st.decimals(0, 10**6, places=9))
def test_a_customer_above_another_ones_value_is_not_shown_below_it(unit: str, cut: Decimal, value: Decimal) -> None:
    if value >= cut:
        assert read(cut_text(value, unit)) >= read(cut_text(cut, unit))


def test_no_more_than_one_decimal_of_a_day_and_two_of_money() -> None:
    assert [cut_text(Decimal("58.7797"), u) for u in ("days", "money", "ratio")] == ["58.8", "58.78", "58.7797"]
