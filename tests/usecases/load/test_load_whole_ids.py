"""Ids that are written as numbers are kept as numbers, which nobody notices: neither the results nor a later file."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_load_once import HEAD, Shop

from custrata.usecases.load.first_rows import _FIRST
from custrata.usecases.load.rows import ROWS

pytestmark = pytest.mark.slow

NUMBERS = HEAD + "".join(f"{i},{i % 7},2024-05-01,{i},done,\n" for i in range(1, 20))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.write("sales-1.csv", NUMBERS)
    shop.write("back-0.csv", "of,who,day,paid,no\n,3,2024-05-09,5,r0\n")
    return shop


def kinds(shop: Shop) -> tuple[str, str]:
    with shop.store() as store:
        kept = store.kept(ROWS("orders"))
        return str(kept.customer_id.type()), str(kept.order_id.type())


def test_numbers_are_kept_as_numbers_and_come_out_as_the_texts_they_were(shop: Shop) -> None:
    shop.load()
    assert kinds(shop) == ("int64", "int64")
    assert shop.kept() == shop.fresh()


def test_a_blank_around_a_number_and_a_spreadsheets_decimals_do_not_make_it_a_text(shop: Shop) -> None:
    shop.load()
    shop.write("sales-2.csv", HEAD + "  31 ,3.0,2024-05-02,5,done,\n")
    shop.load()
    assert kinds(shop) == ("int64", "int64")
    assert shop.kept() == shop.fresh()


@pytest.mark.parametrize("odd", ["A-7", "0012", "walk-in", "+7", "-0", "9223372036854775808", "七"])
def test_a_customer_who_is_no_number_far_down_a_file_makes_all_texts(shop: Shop, odd: str) -> None:
    many = "".join(f"{i},{i % 7},2024-05-01,{i},done,\n" for i in range(100, 101 + _FIRST))
    shop.write("sales-1.csv", NUMBERS + many + f"99999,{odd},2024-05-02,5,done,\n88888,,2024-05-02,5,done,\n")
    shop.load()
    assert kinds(shop) == ("string", "string")
    assert shop.kept() == shop.fresh()


def test_a_later_file_with_other_ids_makes_texts_of_what_is_kept(shop: Shop) -> None:
    shop.load()
    more = "X1,12,2024-06-01,5,done,\n0012,0012,2024-06-01,7,done,\n12,12,2024-06-01,7,done,\n"
    shop.write("sales-2.csv", HEAD + more)
    shop.load()
    assert kinds(shop) == ("string", "string")
    assert shop.kept() == shop.fresh()
    shop.write("sales-3.csv", HEAD + "13,13,2024-06-02,5,done,\n")
    shop.load()
    assert shop.kept() == shop.fresh()


def test_a_return_finds_an_order_whose_number_is_kept_as_one(shop: Shop) -> None:
    shop.write("back-1.csv", "of,who,day,paid,no\n3,3,2024-05-09,3,r1\n5,,2024-05-09,1,r2\nX,3,2024-05-09,1,r3\n")
    shop.load()
    assert shop.kept() == shop.fresh()
    shop.write("sales-2.csv", HEAD + "41,3,2024-06-01,-2,done,4\n")
    shop.load()
    assert shop.kept() == shop.fresh()
    shop.write("sales-3.csv", HEAD + "X,3,2024-05-08,9,done,\nY,3,2024-06-02,-1,done,X\n")
    shop.load()
    assert kinds(shop) == ("string", "string")
    assert shop.kept() == shop.fresh()


def test_a_number_that_a_spreadsheet_has_spoilt_is_set_aside_as_ever(shop: Shop) -> None:
    shop.load()
    shop.write("sales-2.csv", HEAD + "1.23E+11,3,2024-06-01,5,done,\n44,1.5E+10,2024-06-01,5,done,\n")
    shop.load()
    assert kinds(shop) == ("int64", "int64")
    assert shop.kept() == shop.fresh()
    assert shop.kept()["counts"]["orders"][1] == 2
