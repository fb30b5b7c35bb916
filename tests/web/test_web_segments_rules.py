"""The rule builder in the browser: rows, groups and text, the count beside them, and the way into the scheme."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_shops import Shop

from custrata.usecases.customers.build import Group, Row, Words
from custrata.web import rule_form
from custrata.web.access import Role
from custrata.web.models import Version

HTMX = {"HX-Request": "true"}
FORM = {
    "join.r": "all", "parts.r": "2", "field.r.0": "年消费", "op.r.0": ">=", "value.r.0": "2万",
    "join.r.1": "any", "parts.r.1": "1", "field.r.1.0": "RFM", "op.r.1.0": "in",
    "value.r.1.0": ["重要价值", "重要保持"],
}  # fmt: skip
TEXT = "年消费 >= 2万 且 RFM 属于 ('重要价值', '重要保持')"


class Form(dict[str, Any]):
    """A posted form as Django gives it."""

    def getlist(self, key: str) -> list[str]:
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]


def fields_of(node: Any, place: str = rule_form.ROOT) -> dict[str, Any]:
    """The fields that the templates draw for a part."""
    if isinstance(node, Words):
        return {f"words.{place}": node.text}
    if isinstance(node, Row):
        return {f"field.{place}": node.field, f"op.{place}": node.op, f"value.{place}": list(node.values)}
    found = {f"join.{place}": node.join, f"parts.{place}": str(len(node.parts))}
    for i, p in enumerate(node.parts):
        found |= fields_of(p, f"{place}.{i}")
    return found


def post(shop: Shop, form: Any, path: str = "/segments/-/rules/", role: Role = Role.VIEWER, lang: str = "zh") -> str:
    answer = shop.client(role, lang=lang).post(path, form, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def said(text: str) -> str:
    found = re.search(r'id="where-now">(.*?)</p>', text, re.S)
    return unescape(found[1]) if found else ""


def test_rows_become_text_with_a_count_and_a_list(shop: Shop) -> None:
    text = post(shop, FORM)
    assert said(text) == TEXT and "<html" not in text
    link = re.search(r'href="(/customers/\?where=[^"]+)"', text)
    assert link is not None and unquote_plus(link[1]).endswith(TEXT)
    counted = post(shop, FORM, "/segments/-/rules/count/")
    assert said(counted) == TEXT and "field.r.0" not in counted


def test_text_becomes_rows(shop: Shop) -> None:
    where = "年消费 >= 2万 and not (RFM = 重要价值 or 年消费/年订单 > 9)"
    answer = shop.client().get("/segments/-/rules/", {"where": where})
    text = answer.content.decode()
    assert '<option value="none" selected>' in text and 'name="words.r.1.1" value="年消费 / 年订单 &gt; 9"' in text
    wrong = shop.client().get("/segments/-/rules/", {"where": "年消费 >>"}).content.decode()
    assert "E-FILTER-001" in wrong and "年消费 &gt;&gt;" in wrong
    unknown = shop.client().get("/segments/-/rules/", {"where": "nothing > 1"}).content.decode()
    assert "E-SCHEME-003" in unknown


@pytest.mark.parametrize(("do", "wanted"), [
    ("row:r", "field.r.2"), ("group:r", "join.r.2"), ("row:r.1", "field.r.1.1"), ("group:r.1", "join.r.1.1"),
])  # fmt: skip
def test_buttons_add_rows_and_groups(shop: Shop, do: str, wanted: str) -> None:
    assert f'name="{wanted}"' not in post(shop, FORM)
    text = post(shop, {**FORM, "do": do})
    assert f'name="{wanted}"' in text and said(text) == TEXT, "what is empty asks for nothing"


def test_buttons_take_parts_away(shop: Shop) -> None:
    assert said(post(shop, {**FORM, "do": "drop:r.0"})) == "RFM 属于 ('重要价值', '重要保持')"
    assert said(post(shop, {**FORM, "do": "drop:r.1"})) == "年消费 >= 2万"
    assert said(post(shop, {**FORM, "do": "drop:r.1.0"})) == "年消费 >= 2万", "a group without parts goes too"


def test_a_wrong_value_is_told_beside_the_rows(shop: Shop) -> None:
    text = post(shop, {**FORM, "value.r.0": "许多"})
    assert "E-WEB-032" in text and 'value="许多"' in text


def test_another_field_gets_an_operator_of_its_own(shop: Shop) -> None:
    text = post(shop, {**FORM, "field.r.0": "ABC"})
    assert 'name="value.r.0" value="A 类"' in text and said(text) == "RFM 属于 ('重要价值', '重要保持')"


def test_an_empty_post_is_told_with_a_code(shop: Shop) -> None:
    for path in ("/segments/-/rules/", "/segments/-/rules/count/", "/segments/-/rules/save/"):
        assert shop.client(Role.ANALYST).post(path).status_code == 400


@pytest.mark.parametrize("form", [
    {"join.r": "all", "parts.r": "999999999999"}, {"join.r": "all", "parts.r": "900"},
    {f"{k}.r{'.0' * i}": v for i in range(30) for k, v in (("join", "all"), ("parts", "1"))},
])  # fmt: skip
def test_a_form_larger_than_people_make_is_refused_or_empty(shop: Shop, form: dict[str, str]) -> None:
    answer = shop.client().post("/segments/-/rules/", form, headers=HTMX)
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or "E-WEB-039" in answer.content.decode()


VALUES = st.lists(st.sampled_from(["1", "x y"]), max_size=2).map(tuple)
ROWS = st.builds(Row, st.sampled_from(["a", "b"]), st.sampled_from([">", "in"]), VALUES)
JOIN = st.sampled_from(["all", "any", "none", "not_all"])
NODES = st.recursive(
    st.one_of(ROWS, st.builds(Words, st.sampled_from(["a > 1", ""]))),
    lambda inner: st.builds(Group, JOIN, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(NODES, max_size=3), st.sampled_from(["all", "any"]))
def test_a_form_reads_back_as_it_was_drawn(parts: list[Any], join: Any) -> None:
    root = Group(join, tuple(parts))
    assert rule_form.read(Form(fields_of(root))) == root


def test_a_rule_goes_into_the_scheme_as_a_draft(own_shop: Shop) -> None:
    client = own_shop.client(Role.ANALYST)
    answer = client.post("/segments/-/rules/save/", {"where": TEXT, "segment": "关注名单", "class": "大户常客"})
    draft = Version.objects.order_by("-id")[0]
    assert answer.headers["Location"] == f"/scheme/versions/{draft.pk}/"
    assert f'大户常客: "{TEXT}"' in draft.text
    told = client.get(f"/scheme/versions/{draft.pk}/preview/").content.decode()
    assert "关注名单" in told and "大户常客" in told
    new = client.post("/segments/-/rules/save/", {"where": TEXT, "segment": "", "new": "常客", "class": "是"})
    assert new.status_code == 302 and "常客: {rules:" in Version.objects.order_by("-id")[0].text
    bad = client.post("/segments/-/rules/save/", {"where": TEXT, "segment": "ABC", "class": "x"})
    assert bad.status_code == 400 and "E-WEB-031" in bad.content.decode()
    assert own_shop.client(Role.VIEWER).post("/segments/-/rules/save/", {"where": TEXT}).status_code == 403


def test_a_row_that_lacks_its_value_stays_and_says_so(shop: Shop) -> None:
    form = {"join.r": "all", "parts.r": "3", "field.r.0": "年消费", "op.r.0": ">=", "value.r.0": "100",
            "field.r.1": "年订单", "op.r.1": ">=", "value.r.1": ""}  # fmt: skip
    client = shop.client("viewer", lang="en")
    page = client.post("/segments/-/rules/", form).content.decode()
    assert 'name="field.r.1"' in page and page.count("A value is missing") == 1, "a row without anything is none"
    assert "One row is not complete" in page and said(page) == "年消费 >= 100"
    counted = client.post("/segments/-/rules/count/", form).content.decode()
    assert "One row is not complete" in counted
    whole = {**form, "value.r.1": "2"}
    assert "not complete" not in client.post("/segments/-/rules/", whole).content.decode()


def one_row(field: str, op: str, *values: str) -> dict[str, Any]:
    return {"join.r": "all", "parts.r": "1", "field.r.0": field, "op.r.0": op, "value.r.0": list(values)}


@pytest.mark.parametrize(("field", "op", "values", "wanted"), [
    ("年消费", ">=", ["¥ 5,000元"], "年消费 >= 5000"), ("年消费", "<", ["2w"], "年消费 < 2万"),
    ("退货率", ">=", ["20"], "退货率 >= 20%"), ("间隔天数", ">", ["90天"], "间隔天数 > 90"),
    ("年消费", "between", ["5000", "2万"], "年消费 >= 5000 且 年消费 <= 2万"), ("年消费", "between", ["", "2万"], ""),
    ("joined_at", "between", ["2024-01-01", "2024-06-30"], "建档日期 >= 2024-01-01 且 建档日期 <= 2024-06-30"),
    ("省份", "=", ["浙江省", "江苏省"], "省份 属于 ('浙江省', '江苏省')"),
])  # fmt: skip
def test_values_are_read_as_people_type_them(shop: Shop, field: str, op: str, values: Any, wanted: str) -> None:
    assert said(post(shop, one_row(field, op, *values))) == wanted


def test_bounds_of_one_number_are_one_row_and_shares_are_in_percent(shop: Shop) -> None:
    where = "年消费 >= 5000 and 年消费 <= 2万 and 退货率 < 0.2"
    text = shop.client().get("/segments/-/rules/", {"where": where}).content.decode()
    assert 'name="parts.r" value="2"' in text and '<option value="between" selected>' in text
    assert re.search(r'id="value\.r\.1\.0"[^>]* value="20"', text) is not None


def test_attributes_with_few_values_are_chosen_and_metrics_say_how_they_are_spread(shop: Shop) -> None:
    assert 'type="checkbox" id="value.r.0.0" name="value.r.0" value="' in post(shop, one_row("省份", "in"))
    assert "客户中：最低 ¥" in post(shop, one_row("年消费", ">="))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_example_can_be_read_and_counts(shop: Shop, lang: str) -> None:
    client = shop.client(Role.VIEWER, lang=lang)
    shown = re.findall(r'<li><a href="(/segments/-/rules/[^"]+)">', client.get("/segments/-/rules/").content.decode())
    assert len(shown) == 3
    assert all(said(client.get(href).content.decode()) for href in shown)


def test_what_was_built_stands_in_the_address(shop: Shop) -> None:
    answer = shop.client("viewer").post("/segments/-/rules/count/", FORM, headers=HTMX)
    assert unquote_plus(answer.headers["HX-Replace-Url"]) == f"/segments/-/rules/?where={TEXT}"


def test_a_word_that_is_no_name_is_told_in_the_words_of_the_reader(shop: Shop) -> None:
    """`joined_at` is called 建档日期: the key is what nobody sees."""
    wrong = shop.client("viewer").get("/segments/-/rules/", {"where": "建档日子 > 2024-01-01"}).content.decode()
    told = wrong[wrong.index('class="problem"'):][:400]
    assert "是不是“建档日期”" in told and "joined_at" not in told and " · where" not in told
    other = shop.client("viewer").get("/segments/-/rules/", {"where": "joined_at > 5"}).content.decode()
    assert "“建档日期 &gt; 5”不成立" in other
    sign = shop.client("viewer").get("/segments/-/rules/", {"where": "年消费 且 5"}).content.decode()
    assert "遇到&#39;且&#39;" in sign
