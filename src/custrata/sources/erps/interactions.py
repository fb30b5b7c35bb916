"""The columns of interactions as every preset gives them: complaints, tickets, feedback, visits."""

from __future__ import annotations

from custrata.core.facts.columns import Column

#: `kind` is one of complaint, ticket, feedback, inquiry, visit.
INTERACTIONS = (
    Column("interaction_id", "id", "编号", "互动编号", "number of the interaction", True),
    Column("customer_id", "id", "客户", "客户编号；为空即无法识别", "customer number; empty where nobody can tell"),
    Column("interacted_at", "day", "日期", "发生日期或时间", "day or time of the interaction", True),
    Column("kind", "text", "类型", "投诉、工单、反馈、咨询或拜访", "complaint, ticket, feedback, inquiry or visit"),
    Column("reason", "text", "原因", "原因或分类", "reason or category"),
    Column("subject", "text", "主题", "一句话的内容", "what it is about, in one line"),
    Column("status", "text", "状态", "处理状态", "state of its handling"),
    Column("channel", "text", "渠道", "渠道", "channel"),
    Column("order_id", "id", "单号", "所涉及的订单", "order that it concerns"),
    Column("product_id", "id", "商品编号", "所涉及的商品", "product that it concerns"),
    Column("score", "number", "评分", "客户评分，越高越满意", "the customer's rating; higher is better"),
    Column("resolved_at", "day", "解决日期", "解决日期或时间", "day or time it was resolved"),
)  # fmt: skip
