"""What the README of a generated company says: that nothing in it is real, and what each file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrata.synthetic.company import Generated

_ABOUT = {
    "customers": ("客户档案：企业与个人客户，部分从未购买", "customers: firms and persons, some of whom never buy"),
    "products": ("商品档案：商品与服务", "products: goods and services"),
    "orders": ("销售单明细：状态“已完成”为有效；客户编码为空即散客",
               "order lines: 已完成 counts; no customer code = walk-in"),
    "returns": ("退货单明细：原单号有时为空", "return lines: the order's number (原单号) is sometimes missing"),
    "complaints": ("投诉记录：状态“已解决”为已结，满意度 1 至 5",
                   "complaints: 已解决 is settled; 满意度 (satisfaction) is 1 to 5"),
    "truth": ("真值：每位客户的隐藏行为与准确合计，供核对，分层方案不读取",
              "truth: hidden behaviour and exact totals of each customer, for checking; no scheme reads it"),
}  # fmt: skip


def readme_text(made: Generated) -> str:
    """The README in Chinese and English, Markdown; names of files relative to the folder."""
    zh_rows, en_rows = ("\n".join(_rows(made, language)) for language in (0, 1))
    arguments = (
        f"customers={made.rows['customers']}, seed={made.seed}, start={made.start}, end={made.end}, "
        f"format={made.format}, encoding={made.encoding}"
    )
    return f"""# 合成数据 · Synthetic data

本文件夹由 Custrata 随机生成，**全部为虚构**，不含任何真实个人或企业的信息；如有雷同，纯属巧合。
手机号一律以 154 开头，该号段未向用户放号。
业务期间：{made.start} 至 {made.end}（含两端），随机种子 {made.seed}。

| 文件 | 内容 | 行数 |
| --- | --- | ---: |
{zh_rows}
| `scheme.yaml` | 示例分层方案 | |

净消费 = 已完成订单的实收金额 − 截至 {made.end} 的全部退款。
订单数 = 已完成且未被全额退款（仅计写明原单号的退货）的订单。
真值中的“月均下单”“预期客单价”是生成时的设定值，“订单数”“净消费”“最后购买日”“退款额”是准确合计。

---

This folder was made at random by Custrata. **All of it is invented**: no real person or company is in it, and any
likeness is chance. Telephone numbers begin with 154, which is not given to subscribers.
Trade from {made.start} to {made.end}, both included; seed {made.seed}.

| file | what it holds | rows |
| --- | --- | ---: |
{en_rows}
| `scheme.yaml` | a scheme to start from | |

净消费 (net spend) = what completed orders paid, less all refunds up to {made.end}. 订单数 (orders) = completed orders
that were not fully refunded by returns that name them. In the truth file 月均下单 (orders a month) and 预期客单价
(expected order value) are the settings behind the data; 订单数, 净消费, 最后购买日 (last purchase) and 退款额 (refunds)
are exact.

`{arguments}`
"""


def _rows(made: Generated, language: int) -> list[str]:
    """One row a table; several workbooks of one table share the row."""
    found = []
    for role, about in _ABOUT.items():
        names = ", ".join(f"`{path.relative_to(made.folder).as_posix()}`" for path in made.paths[role])
        found.append(f"| {names} | {about[language]} | {made.rows[role]} |")
    return found
