"""Phones, e-mail addresses, tax numbers: what can be reached or checked counts; what only fills the field does not."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.identity.emails import own_domain, parse_emails
from custrata.core.identity.phones import parse_phones
from custrata.core.identity.taxes import parse_tax_number, valid_identity_card, valid_organisation_code, valid_uscc


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13912345679", ["+8613912345679"]), ("139-1234-5679", ["+8613912345679"]),
        ("+86 139 1234 5679", ["+8613912345679"]),
        ("0086 13912345679", ["+8613912345679"]), ("１３９１２３４５６７９", ["+8613912345679"]),
        ("手机：13912345679", ["+8613912345679"]),
        ("13912345679（微信同号）", ["+8613912345679"]),
        ("0755-88886661", ["+8675588886661"]), ("(0755)8888 6661", ["+8675588886661"]),
        ("0755-88886661-801", ["+8675588886661"]),
        ("0755-88886661转801", ["+8675588886661"]), ("0755 88886661 ext. 8", ["+8675588886661"]),
        ("+86 755 8888 6661", ["+8675588886661"]),
        ("13912345679/0755-88886661", ["+8613912345679", "+8675588886661"]),
        ("13912345679 13812345670", ["+8613812345670", "+8613912345679"]),
        ("13912345679、13912345679", ["+8613912345679"]),
        ("400-820-8820", ["+864008208820"]), ("+1 (415) 555-2671", ["+14155552671"]),
        ("00852 2123 4567", ["+85221234567"]),
        ("88886661", []), ("13800138000", []), ("11111111111", []), ("00000000000", []), ("13888888888", []),
        ("12345678901", []),
        ("95555", []), ("10086", []), ("无", []), ("", []), ("139123456", []), ("139123456791", []), (None, []),
    ],
)  # fmt: skip
def test_a_phone_cell_gives_the_numbers_that_can_be_called(cell: str | None, numbers: list[str]) -> None:
    assert list(parse_phones(cell)) == numbers


def test_a_local_number_counts_only_where_its_area_code_is_known() -> None:
    assert parse_phones("88886661", area_code="0755") == parse_phones("0755-88886661")
    assert parse_phones("(415) 555-2671", "US") == ("+14155552671",)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_the_librarys_own_examples_are_numbers(region: str) -> None:
    example = phonenumbers.example_number(region)
    if example is None:
        return
    wanted = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    international = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    found = parse_phones(international, region)
    # Some examples are of the kind that people type when they have no number.
    assert found in ((wanted,), ()) and (found or len(set(wanted[-7:])) == 1 or "23456" in wanted)


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("Zhang.San+shop@GMail.com", ["zhangsan@gmail.com"]), ("zhangsan@googlemail.com", ["zhangsan@gmail.com"]),
        ("li+a@outlook.com", ["li@outlook.com"]), ("li+a@firma.de", ["li+a@firma.de"]),
        ("li.si@163.com", ["li.si@163.com"]),
        (" ＬＩ＠ｑｑ．ｃｏｍ ", ["li@qq.com"]), ("<li@qq.com>; wang@qq.com", ["li@qq.com", "wang@qq.com"]),
        ("mailto:li@firma.de", ["li@firma.de"]),
        ("test@test.com", []), ("noreply@firma.de", []), ("123456@qq.com", []), ("a@example.com", []),
        ("li@localhost", []),
        ("aaaa@qq.com", []), ("not an address", []), ("li@", []), (None, []),
    ],
)  # fmt: skip
def test_an_email_cell_gives_the_boxes_that_mail_reaches(cell: str | None, addresses: list[str]) -> None:
    assert list(parse_emails(cell)) == addresses


def test_only_an_own_domain_says_something() -> None:
    assert own_domain("li@firma.de") == "firma.de"
    assert own_domain("li@qq.com") is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("91350100M000100Y43", "org:M000100Y4"), ("91350100m000100y43", "org:M000100Y4"),
        ("91350100 M000100Y43", "org:M000100Y4"),
        ("９１３５０１００Ｍ０００１００Ｙ４３", "org:M000100Y4"), ("350100M000100Y4", "org:M000100Y4"),
        ("91350100M000100Y44", None), ("91350100M000100Y4", None), ("000000000000000000", None), ("无", None),
        (None, None),
        ("11010519491231002X", "id:11010519491231002X"), ("110105194912310021", None), ("110105194913310029", None),
        ("DE136695976", "vat:DE136695976"), ("de 136.695.976", "vat:DE136695976"),
        ("GB 999 9999 73", "vat:GB999999973"),
        ("DE13669597", None), ("ATU12345678", "vat:ATU12345678"),
    ],
)  # fmt: skip
def test_a_tax_number_counts_only_if_its_check_digit_holds(cell: str | None, number: str | None) -> None:
    assert parse_tax_number(cell) == number


def test_every_changed_digit_of_a_credit_code_is_noticed() -> None:
    code = "91350100M000100Y43"
    assert valid_uscc(code) and valid_organisation_code("M000100Y4") and valid_identity_card("11010519491231002X")
    for at in (2, 5, 8, 12, 17):
        for other in "0123456789":
            if code[at] != other:
                assert not valid_uscc(code[:at] + other + code[at + 1 :])
