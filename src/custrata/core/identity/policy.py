"""The `identity` part of a scheme: which customers are one by rule, which are doubtful, and what a merged one keeps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from custrata.core.cuts import Share, share_of
from custrata.core.errors import Fault
from custrata.core.scheme.source import Texts
from custrata.core.strict import Choice, Strict, option

Sign = Literal["tax_number", "phone", "email", "name", "similar_name", "address", "birthday"]
_SIGNS = Choice({
    "税号": "tax_number", "电话": "phone", "手机": "phone", "邮箱": "email", "名称": "name", "姓名": "name",
    "相近名称": "similar_name", "地址": "address", "生日": "birthday",
})  # fmt: skip
Field = Literal["name", "phone", "email", "tax_number", "address", "city", "birthday", "parent_id"]
_FIELDS = Choice({
    "名称": "name", "电话": "phone", "邮箱": "email", "税号": "tax_number", "地址": "address", "城市": "city",
    "生日": "birthday", "上级": "parent_id",
})  # fmt: skip
Keep = Literal["latest", "earliest", "survivor"]
_KEEPS = Choice({"最新": "latest", "最早": "earliest", "保留方": "survivor"})
Survivor = Literal["oldest", "most_orders", "most_complete"]
_SURVIVORS = Choice({"最早": "oldest", "订单最多": "most_orders", "最完整": "most_complete"})
NEVER = "never"

#: Signs that say who it is, and not only what is alike: a rule needs one of them beside the name.
_IDENTIFYING = {"tax_number", "phone", "email", "address", "birthday"}
DEFAULT_RULES: tuple[tuple[Sign, ...], ...] = (
    ("tax_number", "similar_name"),
    ("phone", "name"),
    ("email", "name"),
    ("address", "name"),
)


def _share_or_never(value: Any) -> Any:
    return NEVER if _NEVER.english(value) else share_of(value)


_NEVER = Choice({NEVER: NEVER, "从不": NEVER, "不": NEVER})


class Identity(Strict):
    """When two customers are one. Without this part of the scheme nothing is merged but what people have merged."""

    fields: dict[Annotated[Field, _FIELDS], Texts] = option(
        {}, key="字段",
        zh="哪些客户列给出名称、电话、邮箱、税号、地址、城市、生日、上级；不写则按常用列名查找",
        en="which columns of the customers give name, phone, email, tax_number, address, city, birthday and parent_id; "
           "by their usual names if left out",
    )  # fmt: skip
    country: str | None = option(
        None, key="国家", pattern=r"^[A-Z]{2}$",
        zh="不带国际区号的电话属于哪国（ISO 3166 两位字母）；默认随币种",
        en="whose phone numbers go without a country code (ISO 3166, two letters); by default that of the currency",
    )  # fmt: skip
    area_code: str = option(
        "", key="区号", pattern=r"^0\d{1,4}$|^$",
        zh="不带区号的固定电话补此区号（如 0755）；不写则这种号码不作依据",
        en="area code of landline numbers that come without one (such as 0755); without it they are no evidence",
    )  # fmt: skip
    certain: tuple[tuple[Annotated[Sign, _SIGNS], ...], ...] = option(
        DEFAULT_RULES, key="确定",
        zh="同一客户的规则：每条列出须同时一致的依据；税号与名称、电话与名称等",
        en="rules by which two customers are one: each lists the signs that must all agree",
    )  # fmt: skip
    certain_at: Annotated[Decimal | Literal["never"], BeforeValidator(_share_or_never)] = option(
        NEVER, key="确定概率",
        zh="概率不低于此值、且至少两项依据一致、无矛盾者也算确定；never 表示只按规则（默认）",
        en="a pair at least this probable, with two signs that agree and none that contradicts, is certain too; "
           "never (default): by rule only",
    )  # fmt: skip
    doubtful_at: Share = option(
        Decimal("0.5"), key="存疑概率",
        zh="概率不低于此值的一对列入待核对清单（默认 50%）",
        en="a pair at least this probable goes to the review list (50% by default)",
    )  # fmt: skip
    learn: bool = option(
        True, key="学习",
        zh="依据足够多时，从数据中学习各项一致的概率；false 则始终用书面值",
        en="learn from the data how often true pairs agree, where there are enough; false takes the written values",
    )  # fmt: skip
    largest_block: int = option(
        100, key="最大分块", ge=2, le=10_000,
        zh="同一依据超过这么多客户共用时，不再据此两两比较（默认 100）",
        en="a sign shared by more customers than this is not compared pair by pair (100 by default)",
    )  # fmt: skip
    largest_merge: int = option(
        20, key="最多合并", ge=2, le=1000,
        zh="按规则自动合并一次最多涉及这么多客户，更多则须核对（默认 20）",
        en="rules merge at most this many customers into one; larger groups go to the review list (20 by default)",
    )  # fmt: skip
    survivor: Annotated[Survivor, _SURVIVORS] = option(
        "oldest", key="保留",
        zh="合并后保留哪个编号：oldest 建档最早，most_orders 订单最多，most_complete 资料最完整；相同则取编号最小",
        en="whose id stays: of who joined first, has most orders or the most complete record; the smallest of equals",
    )  # fmt: skip
    keep: dict[str, Annotated[Keep, _KEEPS]] = option(
        {}, key="取值",
        zh="合并后各列取哪一个非空值：latest 最新建档者（默认），earliest 最早建档者，survivor 保留方",
        en="which value of a column a merged customer keeps, never an empty one: the latest record's (default), the "
           "earliest's, or the survivor's",
    )  # fmt: skip
    roll_up: Annotated[Literal["none", "parent"], Choice({"不": "none", "上级": "parent"})] = option(
        "none", key="汇总",
        zh="parent：下级客户的业务并入最上级客户评估；none：各自评估（默认）",
        en="parent: what subsidiaries buy counts for the topmost parent; none: each by itself (default)",
    )  # fmt: skip

    @model_validator(mode="after")
    def _sound(self) -> Identity:
        for rule in self.certain:
            signs = set(rule)
            if not rule or not signs & _IDENTIFYING:
                raise Fault("identity_rule", value=", ".join(rule))
        if isinstance(self.certain_at, Decimal) and self.certain_at < self.doubtful_at:
            raise Fault("identity_order", value=self.certain_at)
        return self

    @property
    def named_fields(self) -> dict[str, tuple[str, ...]]:
        """`fields` by their names as plain texts."""
        return {str(name): tuple(given) for name, given in self.fields.items()}

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Identity:
        """From plain values, keys in English or Chinese.

        >>> Identity.parse({"确定": [["税号", "相近名称"]], "存疑概率": "60%"}).certain
        (('tax_number', 'similar_name'),)
        """
        return cls.model_validate(data)
