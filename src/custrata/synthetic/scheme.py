"""Which scheme a generated company starts with: three dimensions, RFM, ABC and the pyramid over its own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrata.synthetic.company import Generated


def scheme_text(generated: Generated) -> str:
    """The text of scheme.yaml: files as they lie in the folder, evaluated as of the company's last day."""
    suffix = {"csv": ".csv", "xlsx": ".xlsx", "parquet": ".parquet"}[generated.format]
    return f"""# 合成公司的示例分层方案 · A scheme for the synthetic company
scheme: 合成商贸公司客户分层
currency: CNY
timezone: Asia/Shanghai
as_of: {generated.end}

sources:
  orders:
    file: data/销售单*{suffix}
    columns:
      order_id: 单号
      customer_id: 客户编码
      ordered_at: 日期
      product_id: 商品编码
      quantity: 数量
      price: 单价
      discount: 折扣额
      amount: 实收金额
      channel: 渠道
      status: 状态
    count: [已完成]
    anonymous: empty
  returns:
    file: data/退货单*{suffix}
    columns:
      return_id: 退货单号
      order_id: 原单号
      customer_id: 客户编码
      returned_at: 退货日期
      product_id: 商品编码
      quantity: 退货数量
      amount: 退货金额
      reason: 原因
  customers:
    file: data/客户档案*{suffix}
    columns:
      customer_id: 客户编码
      name: 客户名称
      customer_type: 客户类型
      industry: 行业
      company_size: 企业规模
      province: 省份
      city: 城市
      region_type: 区域类型
      sex: 性别
      birthday: 生日
      occupation: 职业
      phone: 手机号
      registered_at: 建档日期
  products:
    file: data/商品档案*{suffix}
    columns: {{product_id: 商品编码, name: 商品名称, category: 类别, brand: 品牌, kind: 类型, list_price: 单价}}

metrics:
  spend:        {{monetary: last month}}
  orders:       {{frequency: last month}}
  recency:      {{recency: days}}
  frequency_12m: {{frequency: 12 months}}
  spend_12m:    {{monetary: 12 months}}

segments:
  spend_tier:
    thresholds: spend
    classes: {{高消费: above 10000, 中等消费: from 5000, 低消费: else}}
  frequency_tier:
    thresholds: orders
    classes: {{高频: above 10, 中频: from 5, 低频: else}}
  preference:
    preference: kind
    labels: {{product: 产品偏好, service: 服务偏好, both: 综合偏好}}
  three_way: {{matrix: [spend_tier, frequency_tier, preference]}}
  rfm:       {{rfm: [recency, frequency_12m, spend_12m], high: above mean}}
  abc:       {{share: spend_12m, cuts: [70%, 90%]}}
  pyramid:
    pyramid: spend_12m
    classes: {{重要客户: top 1%, 大客户: next 4%, 中客户: next 15%, 小客户: rest}}
"""
