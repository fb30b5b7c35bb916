"""Which columns are personal, and that what is hidden is hidden alike in Python and on an engine."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.personal import (
    KINDS,
    Kind,
    embedded,
    kind_of_heading,
    kind_of_values,
    masked,
    masked_column,
    scrubbed,
    scrubbed_column,
)

_CON = ibis.duckdb.connect()
_TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=24)
_PARTS = st.sampled_from(
    ["13812345678", "+86 138 1234 5678", "0755-88886661", "wang@example.com", "a@b", "110101199003071234", "电话", " ",
     "91440300MA5DABCD1X", "深圳市南山区科技路1号", "12345", "@", "x"]
)  # fmt: skip
_CELLS = st.lists(st.one_of(_TEXTS, st.lists(_PARTS, max_size=4).map("".join), st.none()), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("手机号", "phone"), ("联系电话", "phone"), ("Mobile", "phone"), ("customerPhone", "phone"),
        ("phone_2", "phone"),
        ("邮箱", "email"), ("E-mail", "email"), ("contact_email", "email"),
        ("收货地址", "address"), ("Street address", "address"), ("邮编", "address"),
        ("身份证号", "identity"), ("ID number", "identity"), ("护照号", "identity"), ("银行卡号", "identity"),
        ("纳税人识别号", "tax"), ("统一社会信用代码", "tax"), ("VAT ID", "tax"),
        ("微信号", "phone"), ("QQ", "phone"),
    ],
)  # fmt: skip
def test_a_column_that_reaches_or_identifies_a_person_is_known_by_its_heading(heading: str, kind: Kind) -> None:
    assert kind_of_heading(heading) == kind


@pytest.mark.parametrize(
    "heading", ["行业", "省份", "客户名称", "Hotel", "private", "规模", "name", "private label", "sex", "职业"]
)
def test_other_columns_are_not_personal(heading: str) -> None:
    assert kind_of_heading(heading) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["13812345678", "139-1234-5678", None, ""], "phone"), (["0755-88886661", "010 62345678"], "phone"),
        (["a.b@example.com"] * 3, "email"), (["11010119900307123X"], "identity"), (["91440300MA5DABCD1X"], "tax"),
        (["广东省深圳市南山区科技路1号", "北京市朝阳区望京街10号楼"], "address"),
        (["13812345678"] * 2 + ["无"] * 8, None), (["深圳", "北京"], None), (["100", "250"], None), ([], None),
        ([None], None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_what_a_third_of_its_values_look_like(values: list[str | None], kind: Kind | None) -> None:
    assert kind_of_values(values) == kind


@given(_CELLS, st.sampled_from(KINDS))
@settings(max_examples=40, deadline=None)
def test_an_engine_hides_as_python_does(cells: list[str | None], kind: Kind) -> None:
    t = ibis.memtable({"at": list(range(len(cells))), "text": cells}, schema={"at": "int64", "text": "string"})
    shown = t.order_by("at").select(
        masked=masked_column(t.text, kind), scrubbed=scrubbed_column(t.text), found=embedded(t.text)
    )
    rows = _CON.to_pyarrow(shown).to_pylist()
    assert [r["masked"] for r in rows] == [masked(c, kind) for c in cells]
    assert [r["scrubbed"] for r in rows] == [None if c is None else scrubbed(c) for c in cells]
    for row, cell in zip(rows, cells, strict=True):
        assert row["found"] is (None if cell is None else scrubbed(cell) != cell)


@given(st.sampled_from(KINDS), _TEXTS)
def test_what_is_hidden_never_shows_more_than_its_ends(kind: Kind, text: str) -> None:
    shown = masked(text, kind)
    assert shown is not None
    if kind != "email":
        assert len(shown.replace("****", "", 1)) <= 7
    if len(text) > 12 and "@" not in text:
        assert text not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王伟13812345678", "王伟138****5678"), ("打 138 1234 5678 找他", "打 138****5678 找他"),
        ("发到wang.li@example.com.cn。", "发到w***@example.com.cn。"), ("身份证110101199003071234", "身份证1101****34"),
        ("订单 20240305 共 12 件", "订单 20240305 共 12 件"), ("", ""),
    ],
)  # fmt: skip
def test_numbers_within_a_text_are_hidden_and_the_rest_stays(text: str, shown: str) -> None:
    assert scrubbed(text) == shown
