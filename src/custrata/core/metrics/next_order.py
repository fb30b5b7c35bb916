"""The next order: on which day a customer will probably buy again, and between which days."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from custrata.core.conditions.tree import plain
from custrata.core.cuts import Share, ShareFrom0
from custrata.core.metrics.base import Unit, metric
from custrata.core.metrics.predicted import Predicted
from custrata.core.strict import Choice, option
from custrata.locale import Lang, text

Edge = Literal["middle", "early", "late"]


@metric
class NextOrder(Predicted):
    """The day on which a customer will probably buy again: half of such customers, if they buy again at all, have
    bought until then. `early` and `late` are the ends of an interval that holds the day of `share` of them.

    From the days between the customer's own purchases, drawn towards everybody's as far as there are few of them, given
    how long the customer has been silent. Who bought once is expected at everybody's rhythm. Null for who never bought,
    where the probability of being a customer still (`model`) is below `least`, where the day would lie more than ten
    years ahead, and for everybody where fewer than ten customers have two gaps (a note says so). Sources: Efron and
    Morris, JASA 70 (1975); Murphy, Conjugate Bayesian analysis of the Gaussian distribution (2007).
    """

    kind: ClassVar[str] = "next_order"
    zh: ClassVar[str] = "下次购买日"
    short: ClassVar[str] = "edge"
    unit: ClassVar[Unit] = "date"

    edge: Annotated[Edge, Choice({"居中": "middle", "最早": "early", "最晚": "late"})] = option(
        "middle", key="取值",
        zh="居中（middle，默认）、区间最早日（early）或最晚日（late）",
        en="middle, or the early or late end of the interval",
    )  # fmt: skip
    share: Annotated[Share, Field(gt=0, lt=1)] = option(
        Decimal("0.8"), key="区间",
        zh="区间包含的客户占比，默认 80%", en="share of such customers whose day the interval holds; 80% by default",
    )  # fmt: skip
    least: Annotated[ShareFrom0, Field(ge=0, lt=1)] = option(
        Decimal("0.05"), key="最低存活概率",
        zh="存活概率低于此值时不给日期，默认 5%", en="no day below this probability of being a customer still; 5%",
    )  # fmt: skip

    @property
    def level(self) -> float:
        """The share of the customers who have bought again by the day."""
        beyond = (1.0 - float(self.share)) / 2
        return {"middle": 0.5, "early": beyond, "late": 1.0 - beyond}[self.edge]

    def sentence(self, lang: Lang) -> str:
        key = "next_order" if self.edge == "middle" else f"next_order_{self.edge}"
        return text(f"metrics.{key}", lang, **self.sentence_values(lang))

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {**super().sentence_values(lang), "share": plain(self.share * 100)}
