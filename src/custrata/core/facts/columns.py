"""The columns of the canonical facts: what each means, its type, and whether a source must have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import ibis.expr.datatypes as dt

Type = Literal["id", "day", "money", "number", "text"]
SourceName = Literal["orders", "returns", "customers", "products", "interactions", "assets"]

#: Money and quantities carry four decimals: unit prices and allocated discounts have more than two.
DECIMAL = dt.Decimal(18, 4)
#: What a sum over money is; wide enough that no company overflows it.
SUM = dt.Decimal(38, 4)
#: Ratios and means: rounded once, to nine decimals, so that they compare alike on every engine.
RATIO = dt.Decimal(38, 9)


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    key: str
    """How a Chinese scheme spells it."""
    zh: str
    en: str
    required: bool = False
    descriptive: bool = False
    """Whether an empty cell says no more than that something is not known, and nothing is counted, dated, added up or
    linked by the cell: one that cannot be read is then taken for empty, and its row is used. (docs/decisions/0038)"""


ORDERS = (
    Column("customer_id", "id", "客户", "客户编号；为空即散客", "customer number; empty means an anonymous sale", True),
    Column("ordered_at", "day", "日期", "下单日期或时间", "day or time of the order", True),
    Column("order_id", "id", "单号", "单号；没有时每行算一单", "order number; without it every row is an order"),
    Column("amount", "money", "金额", "实付金额：折后，不含运费", "amount paid after discount, without freight"),
    Column("quantity", "number", "数量", "数量；负数为退货", "quantity; negative means returned"),
    Column("price", "money", "单价", "单价；没有金额时，金额 = 数量 × 单价 − 折扣",
           "unit price; amount = quantity × price − discount where no amount is given", descriptive=True),
    Column("discount", "money", "折扣", "折扣额（正数）", "discount in money (positive)"),
    Column("freight", "money", "运费", "金额中所含运费，将被扣除", "freight contained in the amount; it is taken off"),
    Column("refunded", "money", "已退", "该行已退金额（正数）", "amount of this row already refunded (positive)"),
    Column("status", "text", "状态", "单据状态", "status of the document"),
    Column("refers_to", "id", "原单号", "退货行所指的原单号", "the order that a return row refers to"),
    Column("product_id", "id", "商品编号", "商品编号", "product number"),
    Column("product", "text", "商品", "商品名称", "product name"),
    Column("category", "text", "类别", "类别", "category"),
    Column("brand", "text", "品牌", "品牌", "brand"),
    Column("kind", "text", "类型", "商品或服务", "product or service"),
    Column("channel", "text", "渠道", "渠道", "channel"),
)  # fmt: skip
RETURNS = (
    Column("returned_at", "day", "日期", "退货日期", "day of the return", True),
    Column("amount", "money", "金额", "退款金额", "amount refunded", True),
    Column(
        "order_id",
        "id",
        "原单号",
        "原单号；为空时冲减退货当日",
        "the order returned; without it the return lowers its own day",
    ),
    Column("customer_id", "id", "客户", "客户编号；可由原单得出", "customer number; can follow from the order"),
    Column("return_id", "id", "单号", "退货单号", "number of the return document"),
    Column("quantity", "number", "数量", "退货数量", "quantity returned"),
    Column("status", "text", "状态", "单据状态", "status of the document"),
    Column("product_id", "id", "商品编号", "商品编号", "product number"),
)
CUSTOMERS = (
    Column("customer_id", "id", "客户", "客户编号", "customer number", True),
    Column("name", "text", "名称", "名称", "name"),
    Column("joined_at", "day", "建档日期", "建档或入会日期", "day the customer was created or joined",
           descriptive=True),
    Column("birthday", "day", "生日", "生日", "birthday", descriptive=True),
    Column("updated_at", "day", "更新日期",
           "该行所述情况的日期；有此列时每位客户可有多行（如直接读销售单），各项取最近一次填写的值",
           "the day of which the row tells; with it a customer may have many rows (as in a file of sales), and of each "
           "column the latest value counts"),
)
PRODUCTS = (
    Column("product_id", "id", "商品编号", "商品编号", "product number", True),
    Column("product", "text", "商品", "商品名称", "product name"),
    Column("category", "text", "类别", "类别", "category"),
    Column("brand", "text", "品牌", "品牌", "brand"),
    Column("kind", "text", "类型", "商品或服务", "product or service"),
)
INTERACTIONS = (
    Column("customer_id", "id", "客户", "客户编号", "customer number", True),
    Column("happened_at", "day", "日期", "发生日期或时间", "day or time it happened", True),
    Column("kind", "text", "类型", "类型：投诉、工单、反馈、拜访、浏览、优惠券等",
           "what it is: complaint, ticket, feedback, visit, browsing, coupon or another word"),
    Column("closed_at", "day", "办结日期", "办结日期或时间；为空即未结",
           "day or time it was settled; empty while it is open"),
    Column("status", "text", "状态", "处理状态", "state of its handling"),
    Column("value", "number", "数值", "数值：评分、分钟数、券面金额等", "score, minutes, amount of a coupon …",
           descriptive=True),
    Column("product_id", "id", "商品编号", "所涉及的商品编号", "number of the product that it concerns",
           descriptive=True),
    Column("id", "id", "编号", "互动编号；同一编号只算一次", "number of the interaction; one number counts once"),
)  # fmt: skip
ASSETS = (
    Column("customer_id", "id", "客户", "客户编号", "customer number", True),
    Column("day", "day", "日期", "截至该日持有", "the day as of which the value is held", True),
    Column("value", "money", "金额", "持有金额", "value held", True),
    Column("kind", "text", "类型", "资产类型，如存款、基金", "what is held: deposits, funds …"),
)
CANONICAL: dict[str, tuple[Column, ...]] = {
    "orders": ORDERS,
    "returns": RETURNS,
    "customers": CUSTOMERS,
    "products": PRODUCTS,
    "interactions": INTERACTIONS,
    "assets": ASSETS,
}
#: Every source that a scheme can have, in the order in which they are read and told of.
SOURCES: tuple[SourceName, ...] = get_args(SourceName)
#: These may map any further column; it is read as text (an attribute of the customer, a property of the line).
OPEN = ("orders", "customers", "products", "interactions")

#: Words that mean product and service in a `kind` column; a scheme can name others.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "product": ("product", "products", "goods", "good", "item", "商品", "产品", "货品", "实物", "货物"),
    "service": ("service", "services", "服务", "劳务", "服务类", "服务项目"),
}

#: Which words mean which kind of interaction; a scheme can name others. What is none of them is a kind by itself.
INTERACTION_WORDS: dict[str, tuple[str, ...]] = {
    "complaint": ("complaint", "complaints", "claim", "投诉", "客诉", "抱怨", "客户投诉", "投诉单"),
    "ticket": ("ticket", "tickets", "issue", "工单", "服务工单", "售后工单", "报修", "维修", "售后"),
    "feedback": ("feedback", "rating", "review", "survey", "反馈", "评价", "评分", "满意度", "调查"),
    "inquiry": ("inquiry", "enquiry", "question", "咨询", "询价", "来电"),
    "visit": ("visit", "visits", "拜访", "走访", "回访", "到访", "上门"),
    "browsing": ("browsing", "browse", "view", "page view", "浏览", "浏览记录", "网页浏览"),
    "coupon": ("coupon", "coupons", "voucher", "优惠券", "代金券", "券", "用券", "领券"),
}


def base_of(source: str) -> str:
    """The canonical table that a source fills: `interactions` of `interactions.complaint`."""
    return source.partition(".")[0]


def columns_for(source: str) -> tuple[Column, ...]:
    """The canonical columns of a source."""
    return CANONICAL[base_of(source)]


def interaction_kind(word: str) -> str:
    """The kind of interaction that a word means; the word itself where it means none that is known.

    >>> interaction_kind("客诉"), interaction_kind(" Complaint"), interaction_kind("赠礼")
    ('complaint', 'complaint', '赠礼')
    """
    plain = " ".join(word.split())
    folded = plain.casefold()
    return next((kind for kind, words in INTERACTION_WORDS.items() if folded in words), plain)
