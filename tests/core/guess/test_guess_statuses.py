"""Statuses of Chinese and English systems: what counts as a purchase, what is left out, what is a return."""

from __future__ import annotations

import pytest

from custrata.core.guess import guess_columns, profile, statuses, vocabulary
from custrata.core.guess.returned import find_returns
from custrata.core.guess.statuses import COUNTED, meaning_of

MEANINGS = {
    "valid": """已审核 已完成 交易成功 已付款 待发货 已发货 已收货 已签收 正常 未作废 等待卖家发货 完成 已出库
        交易完成 部分发货 未退款 退款关闭 已结账 completed Complete shipped paid delivered fulfilled processing
        Invoiced Succeeded not_cancelled Open done partially_shipped Unshipped""",
    "cancelled": """已取消 已作废 作废 取消 交易关闭 订单已取消 无效 已撤销 超时关闭 cancelled Canceled void Voided
        failed declined""",
    "draft": "草稿 未审核 待审核 审核中 暂存 draft Quotation 重新审核 pending_approval 未提交",
    "unpaid": """待付款 未付款 等待买家付款 待支付 未支付 unpaid pending awaiting_payment requires_payment_method
        pending_payment""",
    "refunded": "已退款 退款成功 未发货，退款成功 全额退款 refunded Returned 已退货 chargeback",
    "partly_refunded": "部分退款 部分退货 partially_refunded Partial_Refund",
    "refunding": "退款中 申请退款 退款申请中 refund_requested",
    "return": "退货 销售退货 销售退货单 退货单 红字发票 Credit_Memo credit_note Refund 红单",
    "unknown": "3 甲 状态A foo 特批",
}
CASES = [(word.replace("_", " "), meaning) for meaning, words in MEANINGS.items() for word in words.split()]


@pytest.mark.parametrize(("word", "meaning"), CASES, ids=str)
def test_a_status_means(word: str, meaning: str) -> None:
    assert meaning_of(word, vocabulary())[0] == meaning


def test_what_counts_what_is_left_out_and_what_is_returned() -> None:
    found = statuses({"已审核": 90, "未审核": 5, "已作废": 3, "销售退货": 2, "特批": 1})
    assert found.count == ("已审核", "特批")
    assert found.left_out == ("未审核", "已作废")
    assert found.returns == ("销售退货",)
    assert found.needed


def test_a_status_that_is_not_known_counts_and_is_shown() -> None:
    status = next(s for s in statuses({"ok": 3, "方案B": 9}).statuses if s.value == "方案B")
    assert status.counted and status.meaning == "unknown" and status.certainty < 0.5
    assert "方案B" in status.reason.text("zh")
    assert statuses({"ok": 300, "方案B": 9}).certainty < 0.5


def test_where_everything_counts_no_list_is_needed() -> None:
    assert not statuses({"已完成": 10, "已发货": 2}).needed


@pytest.mark.parametrize("yes", ["是", "Y", "true", "1"])
def test_a_mark_of_cancelled_documents_is_read_the_right_way_round(yes: str) -> None:
    found = statuses({yes: 2, "否" if yes == "是" else "N": 98}, concept="cancelled_flag")
    assert found.left_out == (yes,)


def test_every_meaning_says_whether_it_counts() -> None:
    assert set(COUNTED) == {"valid", "partly_refunded", "refunding", "unknown"}
    assert {m for _, m in CASES} == {r.meaning for r in vocabulary().statuses} | {"unknown"}


def test_numbers_with_a_letter_before_them_are_returns_where_their_quantity_is_negative() -> None:
    order = profile("InvoiceNo", [f"{536000 + i}" for i in range(20)] + ["C536007", "C536012"])
    quantity = profile("Quantity", [2] * 20 + [-1, -3])
    found = find_returns({"order_id": order, "quantity": quantity}, [], vocabulary())
    assert (found.prefix, found.prefix_names_order, round(found.negative, 2)) == ("C", True, 0.09)


def test_a_prefix_behind_which_no_order_stands_claims_no_order_where_signs_tell_returns() -> None:
    numbers = [f"XSCK-202401{i:02d}-{i:05d}" for i in range(1, 21)] + ["XSTH-20240115-00107", "XSTH-20240118-00113"]
    columns = {"order_id": profile("单据编号", numbers), "quantity": profile("数量", [2] * 20 + [-1, -3])}
    found = find_returns(columns, [], vocabulary())
    assert (found.prefix, found.begins, found.any) == ("", "XSTH-", True)
    assert [r.code for r in found.reasons] == ["returns_negative"]
    # Where nothing else tells them, the prefix is needed, and still is no number of an order.
    alone = find_returns({"order_id": columns["order_id"]}, [], vocabulary())
    assert (alone.prefix, alone.prefix_names_order) == ("XSTH-", False)


def test_a_prefix_before_the_one_that_orders_have_names_them() -> None:
    order = profile("单号", [f"XS{i:04d}" for i in range(20)] + ["THXS0003", "THXS0011"])
    found = find_returns({"order_id": order, "quantity": profile("数量", [1] * 20 + [-1, -1])}, [], vocabulary())
    assert (found.prefix, found.prefix_names_order) == ("TH", True)


@pytest.mark.parametrize("prefix", ["TH", "退", "XSTH-"])
def test_a_prefix_that_everybody_knows_needs_no_negative_number(prefix: str) -> None:
    order = profile("单号", [f"XS{i:04d}" for i in range(20)] + [f"{prefix}{i:04d}" for i in range(3)])
    assert find_returns({"order_id": order}, [], vocabulary()).prefix == prefix


def test_a_prefix_of_another_branch_is_no_return() -> None:
    order = profile("单号", [f"HZ{i:04d}" for i in range(20)] + [f"NB{i:04d}" for i in range(9)])
    quantity = profile("数量", [1] * 29)
    assert not find_returns({"order_id": order, "quantity": quantity}, [], vocabulary()).any


def test_a_returned_number_that_names_its_order() -> None:
    order = profile("单号", [f"{100 + i}" for i in range(20)] + ["TH103", "TH107"])
    found = find_returns({"order_id": order}, [], vocabulary())
    assert found.prefix == "TH" and found.prefix_names_order


def test_the_type_of_the_document_is_the_status_where_only_it_tells_returns() -> None:
    columns = {
        "单据类型": ["销售出库"] * 18 + ["销售退货"] * 2,
        "状态": ["已审核"] * 20,
        "单据编号": [f"X{i:03d}" for i in range(20)],
        "客户": [f"K{i % 6}" for i in range(20)],
        "日期": [f"2024-01-{1 + i:02d}" for i in range(20)],
        "金额": [f"{10 + i}.50" for i in range(20)],
    }
    guess = guess_columns([profile(n, c) for n, c in columns.items()])
    assert guess.mapping["status"] == "单据类型"
    assert guess.returned.statuses == ("销售退货",)
