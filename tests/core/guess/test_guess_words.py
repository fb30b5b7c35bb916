"""The vocabulary: every word stands for one thing, every concept has a name, companies add words of their own."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from custrata.core.errors import CustrataError
from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import guess_columns, profile, vocabulary
from custrata.core.guess.fold import compact, fold, plain, units
from custrata.core.guess.reading import read_header
from custrata.locale import catalog

WORDS = files("custrata.core.guess") / "words"
LANGUAGES = ("zh", "en")


def part_lists(language: str) -> dict[str, list[str]]:
    return tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))["parts"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_of_a_language_stands_for_one_thing(language: str) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for parts, found in part_lists(language).items():
        for word in found:
            key = units(word)
            assert key, word
            assert seen.setdefault(key, parts) == parts, word


def test_every_part_has_words_and_every_word_a_part_that_some_concept_uses() -> None:
    words = vocabulary()
    used = {p for parts in words.patterns for p in parts}
    spoken = {p for parts in words.words.values() for p in parts}
    assert used <= spoken
    #: Parts that only keep a header from meaning something else.
    assert spoken - used <= {"inclusive", "exclusive", "multiple", "after", "before", "timezone", "people"}


def test_every_concept_serves_columns_that_exist_and_has_a_name_in_both_languages() -> None:
    known = {(kind, c.name) for kind, found in CANONICAL.items() for c in found}
    concepts = vocabulary().concepts
    for concept in concepts.values():
        assert set(concept.serves) <= known, concept.name
        assert set(concept.tells) <= set(CANONICAL), concept.name
    for lang in ("zh", "en"):
        assert set(catalog("guess", lang)["concepts"]) == set(concepts)  # type: ignore[arg-type]


def test_the_two_languages_say_the_same_things() -> None:
    zh, en = catalog("guess", "zh"), catalog("guess", "en")
    assert {area: set(found) for area, found in zh.items()} == {area: set(found) for area, found in en.items()}
    for area, found in zh.items():
        for key, sentence in found.items():
            holes = [set(_holes(s)) for s in (sentence, en[area][key])]
            assert holes[0] == holes[1], (area, key)


def _holes(sentence: str) -> list[str]:
    return [piece.partition("}")[0] for piece in sentence.split("{")[1:]]


def test_every_canonical_column_can_be_recognised() -> None:
    served = {pair for concept in vocabulary().concepts.values() for pair in concept.serves}
    # Never guessed: in a file of customers, the day of the last change would make records of later days vanish.
    never = {("customers", "updated_at")}
    assert served == {(kind, c.name) for kind, found in CANONICAL.items() for c in found} - never


MEANT = {
    "customer_number": ["会员号", "客户编码", "cust_id", "CUSTOMER_ID", "customerId", "custno"],
    "customer": ["往来单位", "client", "Sold-to party"],
    "document_date": ["单据日期"],
    "order_date": ["下单时间", "order date"],
    "taxed_amount": ["价税合计", "Total incl. VAT"],
    "paid_amount": ["实收", "實收金額"],
    "return_quantity": ["退货数量"],
    "invoice_number": ["invoice no."],
    "net_amount": ["Net value"],
    "receiver_name": ["Ship-to party"],
    "customer_po": ["客户订单号"],
    "return_number": ["退货单号"],
    "original_number": ["原单号"],
    "supplier": ["供应商编码"],
    "sales_rep": ["业务员编号"],
    "order_number": ["ordernumber", "訂單編號"],
    "unit_price": ["UnitPrice", "销售单价"],
    "amount": ["金额（元）", "Amount (USD)"],
    "quantity": ["数量(件)", "Qty."],
    "number": ["ＩＤ"],
    "document_number": ["发货单号"],
    "customer_level": ["会员等级"],
    "cost": ["成本价"],
    "profit": ["毛利率"],
    "tax_rate": ["税率"],
    "stock": ["库存数量"],
    "discount": ["Line discount amount"],
    "line_number": ["序号"],
    "receipt_number": ["小票号"],
    "birthday": ["date of birth"],
    "join_date": ["Customer since"],
    "address": ["Zip Postal Code"],
    "last_order_date": ["最近消费日期"],
    "": ["xyzzy", "", "***"],
}  # fmt: skip


@pytest.mark.parametrize(("header", "concept"), [(h, c) for c, found in MEANT.items() for h in found])
def test_a_header_means(header: str, concept: str) -> None:
    assert read_header(header, vocabulary()).best == concept


def test_currency_and_multiple_stand_in_brackets() -> None:
    assert read_header("金额(万元)", vocabulary()).multiple == 10_000
    assert read_header("金额(元)", vocabulary()).currency == "CNY"
    assert read_header("Amount (USD)", vocabulary()).currency == "USD"
    assert read_header("重量(kg)", vocabulary()).currency == ""


def test_spelling_does_not_matter() -> None:
    assert plain("　訂單 狀態：ＰＡＩＤ") == "订单 状态:paid"
    assert compact("On-Hold") == compact("on_hold") == "onhold"
    assert fold("OrderDATE").outside == fold("order_date").outside == fold("Order Dates").outside


OWN = """
[parts]
customer = ["档主"]
[headers]
"档口流水" = "order_id"
"神秘列" = "paid_amount"
[[statuses.rule]]
meaning = "cancelled"
exact = ["已报废"]
[walk_in]
words = ["路人"]
"""


def test_a_company_adds_its_own_words() -> None:
    words = vocabulary().extended(OWN, "words.toml")
    rows = range(12)
    columns = {
        "档口流水": [f"L{i}" for i in rows], "档主编号": [f"D{i % 5}" if i else "路人" for i in rows],
        "日期": [f"2024-01-{1 + i:02d}" for i in rows], "神秘列": [f"{10 + i}.50" for i in rows],
        "状态": ["已报废" if i == 3 else "已完成" for i in rows],
    }  # fmt: skip
    guess = guess_columns([profile(n, c) for n, c in columns.items()], words=words)
    assert guess.mapping == {
        "customer_id": "档主编号", "ordered_at": "日期", "order_id": "档口流水", "amount": "神秘列", "status": "状态",
    }  # fmt: skip
    assert guess.of("order_id").certainty >= 0.9  # type: ignore[union-attr]
    assert guess.anonymous == ("路人",)
    assert guess.status is not None and guess.status.left_out == ("已报废",)
    assert vocabulary().words.get(units("档主")) is None


@pytest.mark.parametrize(("toml", "code", "said"), [
    ("[parts\n", "E-GUESS-001", ""), ("[part]\nx = []", "E-GUESS-002", "parts"),
    ('[parts]\n"custmer" = ["档主"]', "E-GUESS-002", "customer"),
    ('[headers]\n"流水" = "ordr_id"', "E-GUESS-002", "order_id"),
    ('[[statuses.rule]]\nmeaning = "canceled"\nexact = ["废"]', "E-GUESS-002", "cancelled"),
])  # fmt: skip
def test_a_slip_in_a_companys_words_is_told_with_its_mend(toml: str, code: str, said: str) -> None:
    with pytest.raises(CustrataError) as error:
        vocabulary().extended(toml, "words.toml")
    problem = error.value.problems[0]
    assert problem.code == code
    assert problem.place.startswith("words.toml")
    assert said in problem.text("zh") and said in problem.text("en")
