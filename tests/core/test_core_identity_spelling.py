"""Spellings of one name or address are one; those of two are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.identity.addresses import parse_address
from custrata.core.identity.emails import parse_emails
from custrata.core.identity.features import feature_table, found_fields
from custrata.core.identity.names import parse_name
from custrata.core.identity.phones import parse_phones
from custrata.core.identity.taxes import parse_tax_number
from custrata.core.identity.text import fold, pinyin, tokens

SAME_NAME = [
    ("深圳市恒达商贸有限公司", "深圳市恒达商贸有限责任公司"),
    ("深圳市恒达商贸有限公司", "恒达商贸（深圳）有限公司"),
    ("广东省深圳市恒达商贸有限公司", "深圳恒达商贸"),
    ("深圳市恒达商贸有限公司", "  深圳市 恒达商贸 有限公司 "),
    ("恒达商贸股份有限公司", "恒达商贸有限公司"),
    ("ＡＢＣ科技有限公司", "abc科技"),
    ("華碩電腦有限公司", "华硕电脑有限公司"),
    ("臺北國泰商行", "台北国泰商行"),
    ("鑫源投资管理中心（有限合伙）", "鑫源投资管理中心"),
    ("星巴克（天河二店）", "星巴克(天河第2店)"),
    ("恒达商贸有限公司深圳分公司", "恒达商贸有限责任公司 深圳市分公司"),
    ("王建国", "王 建 国"),
    ("王建国先生", "王建国"),
    ("张建国经理", "张建国"),
    ("歐陽娜娜", "欧阳娜娜"),
    ("阿卜杜拉·买买提", "阿卜杜拉·買買提"),
    ("Hengda Trading Co., Ltd.", "HENGDA TRADING COMPANY LIMITED"),
    ("Shenzhen Hengda Trading Co., Ltd.", "Hengda Trading Co Ltd (Shenzhen)"),
    ("Smith & Sons LLC", "Smith and Sons, L.L.C."),
    ("Müller GmbH & Co. KG", "Muller GmbH"),
    ("The Acme Corporation", "ACME Corp."),
    ("Smith, John", "John Smith"),
    ("Mr. John Smith", "john  smith"),
    ("Zhang San", "SAN ZHANG"),
]
OTHER_NAME = [
    ("深圳市恒达商贸有限公司", "广州市恒达商贸有限公司"),
    ("恒达商贸有限公司", "恒达商贸有限公司深圳分公司"),
    ("恒达商贸有限公司广州分公司", "恒达商贸有限公司深圳分公司"),
    ("恒达商贸有限公司", "恒达商行"),
    ("腾达集团有限公司", "腾达有限公司"),
    ("好味道第一分店", "好味道第二分店"),
    ("好味道三店", "好味道13店"),
    ("市第一医院", "市第二医院"),
    ("58同城", "59同城"),
    ("王建国", "王建军"),
    ("张伟", "章伟"),
    ("Acme Inc.", "Acme Inc., Boston Branch"),
    ("Store 12", "Store 21"),
    ("John Smith", "Jane Smith"),
]


@pytest.mark.parametrize(("one", "other"), SAME_NAME)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    a, b = parse_name(one), parse_name(other)
    assert a is not None and b is not None
    assert a.key is not None and a.key == b.key


@pytest.mark.parametrize(("one", "other"), OTHER_NAME)
def test_names_of_two_customers_have_two_keys(one: str, other: str) -> None:
    a, b = parse_name(one), parse_name(other)
    assert a is not None and b is not None
    assert a.key != b.key


@pytest.mark.parametrize("name", ["散客", "test", "  ", "N/A", "无", "！！", "-", None, "先生"])
def test_a_name_that_stands_for_nobody_is_none(name: str | None) -> None:
    assert parse_name(name) is None


@pytest.mark.parametrize("name", ["王总", "李女士", "Mr. Smith", "张", "欧阳老师", "陈工"])
def test_a_surname_alone_is_no_name_of_anybody(name: str) -> None:
    found = parse_name(name)
    assert found is not None
    assert found.partial and found.key is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("刘一行", "person"), ("王建国", "person"), ("欧阳娜娜", "person"), ("Zhang San", "person"),
        ("老王烧烤店", "company"), ("苏州恒达商贸", "company"), ("第一医院", "company"), ("Acme Inc.", "company"),
        ("7-Eleven 0123", "unknown"), ("苏州恒达", "unknown"),
    ],
)  # fmt: skip
def test_people_and_companies_are_told_apart(name: str, kind: str) -> None:
    found = parse_name(name)
    assert found is not None
    assert found.kind == kind


def test_names_sound_the_same_whatever_script_and_order() -> None:
    for names in (("张三丰", "Zhang Sanfeng", "Sanfeng Zhang"), ("单小龙", "Shan Xiaolong"), ("华为", "Huawei")):
        assert len({parse_name(n).sound for n in names}) == 1  # type: ignore[union-attr]
    assert pinyin("重庆") == "chongqing"


@pytest.mark.parametrize(
    ("one", "other", "city"),
    [
        ("广东省深圳市南山区科技园路10号3栋502室", "深圳科技园路１０号3栋502", None),
        ("科技园路10号3栋502室", "深圳市南山区科技园路10号3-502", "深圳市"),
        ("上海市南京东路一百号", "上海南京东路100号", None),
        ("北京市朝阳区建国门外大街1号A座1201", "北京 朝阳区 建国门外大街1号 a座1201室", None),
        ("深圳市粤海街道科技园路10号", "深圳市科技园路10号", None),
        ("12 King's Rd., Apt. 4B", "12 Kings Road Unit 4b", "London"),
        ("No. 10 Keji Road, Shenzhen", "10 Keji Rd, Shenzhen, China", None),
    ],
)  # fmt: skip
def test_spellings_of_one_address_have_one_key(one: str, other: str, city: str | None) -> None:
    a, b = parse_address(one, city), parse_address(other, city)
    assert a is not None and b is not None
    assert a.key is not None and a.key == b.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("深圳市科技园路10号", "广州市科技园路10号"), ("深圳市科技园路10号", "深圳市科技园路12号"),
        ("深圳市科技园路10号3栋502", "深圳市科技园路10号3栋503"), ("上海市南京东路100号", "上海市南京西路100号"),
        ("12 Kings Road", "14 Kings Road"),
    ],
)  # fmt: skip
def test_two_addresses_have_two_keys(one: str, other: str) -> None:
    a, b = parse_address(one), parse_address(other)
    assert a is not None and b is not None
    assert a.key != b.key


def test_neighbours_have_one_door_and_two_addresses() -> None:
    a, b = parse_address("深圳市科技园路10号3栋502"), parse_address("深圳市科技园路10号3栋503")
    assert a is not None and b is not None
    assert a.house == b.house and a.key != b.key
    assert parse_address("科技园") is not None and parse_address("科技园").key is None  # type: ignore[union-attr]


@given(st.text(max_size=30))
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    once = fold(text)
    assert once is None or fold(once) == once


@given(st.text(max_size=40))
def test_no_cell_is_too_strange_to_read(text: str) -> None:
    parse_name(text)
    parse_phones(text)
    parse_emails(text)
    parse_tax_number(text)
    parse_address(text, text)
    assert all(tokens(text))


def test_columns_are_found_by_their_usual_names_and_taken_as_named() -> None:
    columns = ["customer_id", "名称", "手机号", "电话", "E_MAIL", "备注"]
    assert found_fields(columns, {}) == {"name": ("名称",), "phone": ("手机号", "电话"), "email": ("E_MAIL",)}
    assert found_fields(columns, {"phone": ("备注",)})["phone"] == ("备注",)


def test_a_row_gives_the_same_features_whatever_stands_beside_it() -> None:
    import pyarrow as pa

    rows = pa.table({"customer_id": ["1", "2", "3"], "name": ["王建国", None, "恒达商贸（深圳）有限公司"],
                     "phone": ["13912345679", "x", None]})  # fmt: skip
    fields = found_fields(rows.column_names, {})
    together = feature_table(rows, fields).to_pylist()
    alone = [feature_table(rows.slice(i, 1), fields).to_pylist()[0] for i in range(3)]
    assert together == alone
    assert together[2]["region"] == "shenzhen" and together[1]["phones"] == []
