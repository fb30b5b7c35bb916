"""What jshERP's goods issued, returns and customers become, with the traps that its tables hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from erp_shops import Erp
from jsherp_shop import bill, jsherp

pytestmark = pytest.mark.slow

Make = Callable[[str, str], Erp]

SALES = (
    # The order and the issue are one sale; the issue takes 26 off its 226 with tax.
    bill(1, "其它", "销售订单", "XSDD1", 58, "588, 2, 200, 226", status="2")
    + bill(2, "出库", "销售", "XSCK1", 58, "588, 1, 100, 113", "589, 1, 100, 113", link_number="XSDD1",
           discount_money=26, discount_last_money=200, other_money=50, sales_man="<17><18>", status="1")
    # With stock kept apart, the goods of a sale are issued a second time.
    + bill(3, "出库", "其它", "QTCK1", 58, "588, 2, 200, 226", link_number="XSCK1")
    + bill(4, "出库", "零售", "LSCK1", 60, "588, 1, 99, NULL", sales_man="17", status="0")
    + bill(5, "出库", "零售", "LSCK2", None, "588, 1, 88, NULL")
    + bill(6, "出库", "零售", "LSCK3", 99, "588, 1, 77, NULL")
    + bill(7, "出库", "采购退货", "CGTH1", 57, "588, 1, 500, 565")
    + bill(8, "出库", "调拨", "DBCK1", None, "588, 1, 500, 565")
    + bill(9, "入库", "采购", "CGRK1", 57, "588, 9, 900, 1017")
    + bill(10, "出库", "销售", "XSCK2", 58, "588, 5, 500, 565", delete_flag="1")
    + bill(11, "出库", "销售", "XSCK3", 61, "588, 3, 30, 33.9", "590, 1, 10, 11.3", status="9")
    + "UPDATE jsh_depot_item SET delete_flag = '1' WHERE header_id = 9;"
)  # fmt: skip


@pytest.mark.parametrize("version", ["3.0", "3.3"])
def test_goods_issued_for_sales_count_once(erp: Make, version: str) -> None:
    shop = erp("jsherp", jsherp(version, SALES))
    columns = (
        "order_id",
        "customer_id",
        "ordered_at",
        "status",
        "amount",
        "quantity",
        "discount",
        "product_id",
        "channel",
        "salesperson",
    )
    night = "2024-03-05 22:30:00"
    assert shop.rows("orders", *columns) == [
        ("LSCK1", 60, night, "counted", 99.0, 1.0, None, 588, "零售", "王五"),
        ("LSCK2", None, night, "counted", 88.0, 1.0, None, 588, "零售", None),
        ("LSCK3", 99, night, "counted", 77.0, 1.0, None, 588, "零售", None),
        ("XSCK1", 58, night, "counted", 100.0, 1.0, 13.0, 588, "销售", "王五,李四"),
        ("XSCK1", 58, night, "counted", 100.0, 1.0, 13.0, 589, "销售", "王五,李四"),
        ("XSCK3", 61, night, "counted", 11.3, 1.0, None, 590, "销售", None),
        ("XSCK3", 61, night, "counted", 33.9, 3.0, None, 588, "销售", None),
    ]


def test_tax_freight_and_walk_in_sales_are_as_the_parameters_say(erp: Make) -> None:
    shop = erp("jsherp", jsherp("3.3", SALES))
    spent = {"58": Decimal(200), "59": Decimal(0), "60": Decimal(99), "61": Decimal("33.9")}
    assert shop.spend(walk_in=[99], freight_items=[590]) == spent
    untaxed = shop.sums(with_tax=False)
    assert {who: untaxed[who].quantize(Decimal("0.01")) for who in (58, 60, 61)} == {
        58: Decimal("176.99"),
        60: 99,
        61: 40,
    }


def test_only_approved_documents_count_where_jsherp_insists_on_approval(erp: Make) -> None:
    shop = erp("jsherp", jsherp("3.3", SALES))
    assert set(shop.sums(approved="yes")) == {58}
    shop.run("UPDATE jsh_system_config SET force_approval_flag = '1'")
    assert set(shop.sums()) == {58}
    assert 60 in shop.sums(approved="no")
    assert 60 in erp("jsherp", jsherp("3.0", SALES)).sums()


def test_a_return_lowers_the_document_it_returns_and_is_nobodys_where_nobody_is_known(erp: Make) -> None:
    back = (
        SALES
        + bill(
            20,
            "入库",
            "销售退货",
            "XSTH1",
            58,
            "588, 1, 100, 113",
            link_number="XSCK1",
            discount_money=13,
            discount_last_money=100,
        )
        + bill(21, "入库", "零售退货", "LSTH1", 60, "588, 1, 9, NULL")
        + bill(22, "入库", "零售退货", "LSTH2", None, "588, 1, 88, NULL", link_number="LSCK2")
        + bill(23, "入库", "零售退货", "LSTH3", None, "588, 1, 5, NULL")
        + bill(24, "入库", "零售退货", "LSTH4", 99, "588, 1, 6, NULL")
        + bill(25, "入库", "销售退货", "XSTH2", 58, "588, 1, 100, 113", link_number="XSCK1", delete_flag="1")
    )
    shop = erp("jsherp", jsherp("3.3", back))
    assert shop.rows("returns", "return_id", "order_id", "customer_id", "status", "amount", walk_in=[99]) == [
        ("LSTH1", None, 60, "counted", 9.0),
        ("LSTH2", "LSCK2", None, "counted", 88.0),
        ("LSTH3", None, None, "anonymous", 5.0),
        ("LSTH4", None, 99, "anonymous", 6.0),
        ("XSTH1", "XSCK1", 58, "counted", 100.0),
    ]
    spent = {"58": Decimal(100), "59": Decimal(0), "60": Decimal(90), "61": Decimal("45.2")}
    assert shop.spend(walk_in=[99]) == spent


def test_customers_and_members_are_read_and_suppliers_are_not(erp: Make) -> None:
    shop = erp("jsherp", jsherp("3.3", SALES + "UPDATE jsh_material SET brand = '海尔' WHERE id = 588;"))
    columns = ("customer_id", "name", "customer_type", "phone", "address", "archived")
    assert shop.rows("customers", *columns, tenant=63, walk_in=[99]) == [
        (58, "华东贸易", "客户", "0571", "杭州", 0), (59, "停用客户", "客户", None, "", 1),
        (60, "会员张三", "会员", "13000000000", "", 0), (61, "已删除但买过", "客户", None, "", 1),
    ]  # fmt: skip
    columns = ("product_id", "product", "category", "parent_category", "brand", "kind", "archived")
    assert shop.rows("products", *columns) == [
        (588, "冰箱A", "冰箱", "家电", "海尔", "product", 0), (589, "洗衣机", "家电", None, None, "product", 1),
        (590, "运费", None, None, None, "product", 0),
    ]  # fmt: skip
    assert "interactions" not in shop.prepare().specs


def test_tenants_that_share_a_database_are_never_added_up(erp: Make) -> None:
    other = bill(30, "出库", "销售", "XSCK1", 70, "588, 1, 1000, 1130", tenant_id=64)
    shop = erp("jsherp", jsherp("3.0", SALES + other))
    problem = shop.problem()
    assert (problem.code, problem.values["known"]) == ("E-ERP-009", "jsh (63), 64")
    assert shop.sums(tenant=64) == {70: Decimal(1130)}
    assert 70 not in shop.sums(tenant=63)
