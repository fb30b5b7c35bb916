"""Which scheme a generated company starts with: three dimensions, RFM, ABC and complaints, over its own files."""

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
  customers:
    file: data/客户档案*{suffix}
    columns:
      customer_id: 客户编码
      name: 客户名称
      joined_at: 建档日期
      birthday: 生日
      类型: 客户类型
      行业: 行业
      规模: 企业规模
      省份: 省份
      区域: 区域类型
  products:
    file: data/商品档案*{suffix}
    columns: {{product_id: 商品编码, product: 商品名称, category: 类别, brand: 品牌, kind: 类型}}
  interactions:
    file: data/投诉记录*{suffix}
    kind: 投诉
    columns: {{id: 投诉编号, customer_id: 客户编码, happened_at: 日期, 原因: 类型, status: 状态, value: 满意度}}
    closed: [已解决]

metrics:
  总消费:    {{monetary: lifetime}}
  总订单:    {{frequency: lifetime}}
  间隔天数:  {{recency: days}}
  上月消费:  {{monetary: last month}}
  上月订单:  {{frequency: last month}}
  年消费:    {{monetary: 12 months}}
  年订单:    {{frequency: 12 months}}
  客单价:    {{average_order_value: 12 months}}
  退货率:    {{return_rate: 12 months}}
  活跃月份:  {{stability: active months, window: 12 months}}
  增长:      {{growth: 90 days}}
  年投诉:    {{interactions: 投诉, window: 12 months}}
  未结投诉:  {{interactions: 投诉, state: open}}
  满意度:    {{satisfaction: lifetime, of: 投诉}}

segments:
  消费层级:  {{thresholds: 上月消费, classes: {{高消费: above 10000, 中等消费: from 5000, 低消费: else}}}}
  频次层级:  {{thresholds: 上月订单, classes: {{高频: above 10, 中频: from 5, 低频: else}}}}
  产品偏好:  {{preference: kind}}
  三维分层:  {{matrix: [消费层级, 频次层级, 产品偏好]}}
  RFM:       {{rfm: [间隔天数, 年订单, 年消费], high: above mean}}
  RFM分组:   {{rfm: [间隔天数, 年订单, 年消费], groups: 11}}
  ABC:       {{share: 年消费, cuts: [70%, 90%]}}
  金字塔:    {{pyramid: 年消费}}
  品类偏好:  {{preference: category, window: 12 months}}
  规模:      {{size: {{年消费: [1万, 10万], 年订单: [6, 24]}}}}
  行业:      {{attribute: 行业, missing: 个人客户}}
  区域:      {{attribute: 区域}}
  年龄:      {{attribute: birthday, age: true, ranges: {{青年: below 30, 中年: below 50, 年长: else}}, missing: 未填写}}
  关注名单:
    rules:
      重点挽留: {{all: [年消费 >= 2万, 间隔天数 > 60]}}
      退货偏多: 退货率 >= 20%
      快速增长: 增长 > 50% and 上月订单 >= 2
      投诉跟进: 未结投诉 >= 1
      其余:     else
"""
