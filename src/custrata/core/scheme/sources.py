"""The `sources` part of a scheme: which files hold what, under which headers, and which rows count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, field_validator, model_validator

from custrata.core.facts.columns import KIND_WORDS, SOURCES, base_of
from custrata.core.scheme.interactions import Interactions, ManyInteractions
from custrata.core.scheme.source import Source, Texts, as_texts
from custrata.core.strict import Choice, OneOrMany, Strict, option

__all__ = [
    "Assets", "Customers", "Interactions", "Orders", "Products", "ReturnRule", "Returns", "Source", "Sources",
]  # fmt: skip

_KINDS = Choice({"product": "product", "商品": "product", "service": "service", "服务": "service"})


class ReturnRule(Strict):
    """How a row of the orders file says that it is a return; a negative quantity or amount always does."""

    prefix: str | None = option(
        None, key="前缀",
        zh="单号以此开头的是退货单，去掉前缀即原单号（如有该单）",
        en="a document whose number starts so is a return; the rest is the order it returns, if there is such an order",
    )  # fmt: skip
    status: Texts = option(
        (), key="状态",
        zh="这些状态的行是退货",
        en="rows with one of these statuses are returns",
    )  # fmt: skip


class Orders(Source):
    """Sales: one row an order line, or one row an order."""

    count: Texts | None = option(
        None, key="计入状态",
        zh="计入的单据状态；不写则全部计入",
        en="statuses that count; all of them if left out",
    )  # fmt: skip
    returns: ReturnRule = option(
        ReturnRule(), key="退货",
        zh="本文件中的退货行如何识别（负数总是退货）",
        en="how return rows in this file are told (a negative quantity or amount always is one)",
    )  # fmt: skip
    amount: Annotated[
        Literal["after discount", "before discount"], Choice({"折后": "after discount", "折前": "before discount"})
    ] = option(
        "after discount", key="金额",
        zh="“金额”列是折后（实付）还是折前；折前时，实付 = 金额 − 折扣",
        en="whether the amount is what was paid, or what it was before the discount: paid = amount − discount then",
    )  # fmt: skip
    anonymous: Annotated[
        tuple[Annotated[str, Choice({"空": "empty"})], ...], BeforeValidator(as_texts), OneOrMany()
    ] = option(
        (), key="匿名",
        zh="表示散客的客户编号；写上 empty 则空编号也算散客：按规则排除，而不是隔离",
        en="ids that stand for walk-in sales; with `empty`, a missing id too: excluded by rule, not quarantined",
    )  # fmt: skip
    kinds: dict[Annotated[Literal["product", "service"], _KINDS], Texts] = option(
        {k: tuple(v) for k, v in KIND_WORDS.items()}, key="类型词",
        zh="“类型”列中哪些词表示商品、哪些表示服务",
        en="which words in the `kind` column mean product and which mean service",
    )  # fmt: skip

    @model_validator(mode="after")
    def _discount_told(self) -> Orders:
        if self.amount == "before discount" and self.columns and not {"amount", "discount"} <= set(self.columns):
            raise ValueError(f"undiscounted:{'discount' if 'amount' in self.columns else 'amount'}")
        return self

    @field_validator("kinds", mode="before")
    @classmethod
    def _once(cls, value: Any) -> Any:
        """商品 and product are one key: written both ways, one of the two lists would be lost."""
        seen: set[str] = set()
        for key in value if isinstance(value, Mapping) else ():
            if (kind := _KINDS.english(key)) in seen:
                raise ValueError(f"twice:{key}")
            seen |= {kind} if kind else set()
        return value


class Returns(Source):
    """Returns in a file of their own; the amount counts as refunded whatever its sign."""

    count: Texts | None = option(
        None, key="计入状态",
        zh="计入的单据状态；不写则全部计入",
        en="statuses that count; all of them if left out",
    )  # fmt: skip


class Customers(Source):
    """One row a customer; further columns become attributes."""


class Products(Source):
    """One row a product; category, brand and kind of an order line come from here where the line has none."""


class Assets(Source):
    """What customers hold, and what it was worth on a day. Of several values of a customer and kind the latest on or
    before the as-of date counts."""


class Sources(Strict):
    """Where the records lie. With `erp` and `database` a preset says it of all sources; what a source says itself
    goes before it."""

    erp: str | None = option(
        None, key="ERP",
        zh="ERP 预设的名称：tryton、odoo、erpnext、jsherp，或自己的预设文件夹",
        en="name of an ERP preset: tryton, odoo, erpnext, jsherp, or a folder with one of your own",
    )  # fmt: skip
    database: str | None = option(
        None, key="数据库",
        zh="ERP 所在数据库连接的名称", en="name of the connection to the ERP's database",
    )  # fmt: skip
    parameters: dict[str, Any] = option(
        {}, key="参数",
        zh="预设的参数，如公司", en="parameters of the preset, such as the company",
    )  # fmt: skip
    orders: Orders = option(Orders(), key="销售", zh="销售单", en="sales")
    returns: Returns | None = option(None, key="退货", zh="退货单", en="returns")
    customers: Customers | None = option(None, key="客户", zh="客户档案", en="customers")
    products: Products | None = option(None, key="商品", zh="商品档案", en="products")
    interactions: ManyInteractions = option(
        {}, key="互动",
        zh="投诉、工单、反馈、拜访、浏览、用券等：写一个数据源，或按类型各写一个（投诉: {文件: …}）",
        en="complaints, tickets, feedback, visits, browsing, coupons …: one source, or one for each kind "
        "(complaint: {file: …})",
    )  # fmt: skip
    assets: Assets | None = option(None, key="资产", zh="客户持有的资产", en="what customers hold")

    @model_validator(mode="after")
    def _erp_and_database(self) -> Sources:
        if self.erp is not None and self.database is None:
            raise ValueError("needs:database")
        if self.erp is None and (self.database is not None or self.parameters):
            raise ValueError("needs:erp")
        return self

    @property
    def told(self) -> bool:
        """Whether the scheme says where the orders lie."""
        return self.orders.told or self.erp is not None

    def named(self) -> dict[str, Source]:
        """Every source that the scheme has, by its name: `orders`, `interactions`, `interactions.complaint` …"""
        found: dict[str, Source] = {}
        for name in SOURCES:
            if name == "interactions":
                found |= {f"{name}.{part}" if part else name: config for part, config in self.interactions.items()}
            elif (config := getattr(self, name)) is not None:
                found[name] = config
        return found

    def config(self, name: str) -> Source:
        """What the scheme says of a source; the defaults where it says nothing."""
        told = self.named().get(name)
        if told is not None:
            return told
        base = base_of(name)
        if base == "interactions":
            return Interactions(kind=name.partition(".")[2] or None)
        kinds: dict[str, type[Source]] = {
            "orders": Orders, "returns": Returns, "customers": Customers, "products": Products, "assets": Assets,
        }  # fmt: skip
        return kinds[base]()

    def with_configs(self, configs: Mapping[str, Source]) -> Sources:
        """The same with some sources said otherwise."""
        changed: dict[str, Any] = {name: c for name, c in configs.items() if base_of(name) != "interactions"}
        parts = {n.partition(".")[2]: c for n, c in configs.items() if base_of(n) == "interactions"}
        if parts:
            changed["interactions"] = {**self.interactions, **parts}
        return self.model_copy(update=changed)

    def rules(self) -> dict[str, Any]:
        """How rows are read, as plain values. Which files there are is no rule: a month more is more facts. Nor is what
        a scheme says nothing of: it stays the same scheme when there are more kinds of sources that it might have, or
        more ways to write numbers and files."""
        told = self.model_dump(mode="json")
        for config in (*told.values(), *(told["interactions"] or {}).values()):
            if isinstance(config, dict):
                config.pop("file", None)
                unsaid: dict[str, Any] = {
                    "decimal": "point", "credit": None, "by_file": {}, "header_lines": 1, "amount": "after discount",
                }  # fmt: skip
                for option in [o for o, usual in unsaid.items() if o in config and config[o] == usual]:
                    del config[option]
                for form in config.get("by_file", {}).values():
                    if form["header_lines"] is None:
                        del form["header_lines"]
        return {name: value for name, value in told.items() if value or name not in ("interactions", "assets")}
