"""Predictions: who still buys, how often, and what that is worth; from a model of all customers' purchases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count, takewhile
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import ibis
import ibis.expr.types as ir

from custrata.core.conditions.tree import plain
from custrata.core.cuts import Share, ShareFrom0
from custrata.core.errors import Fault
from custrata.core.facts.columns import RATIO, SUM
from custrata.core.metrics.base import Base, Metric, Unit, metric
from custrata.core.strict import Choice, WindowText, option
from custrata.core.windows import Window, add_months
from custrata.locale import Lang, text

if TYPE_CHECKING:
    # Whoever predicts nothing need not wait for what predictions take.
    from custrata.core.predict.counts import Counts, Floats
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.purchases import PurchaseModel

#: Models by the word for them in a scheme.
Kind = Literal["mbg/nbd", "bg/nbd", "pareto/nbd"]
_CALLED = {"mbg/nbd": "MBG/NBD", "bg/nbd": "BG/NBD", "pareto/nbd": "Pareto/NBD"}
#: What tells churn: one of them, a classifier that reads more than past purchases, or the better one of the two.
More = Literal["mbg/nbd", "bg/nbd", "pareto/nbd", "boosted", "best"]
_YEAR = 365.25


class Predicted(Metric):
    """A number that no sum of facts gives: a model is fitted to the histories of all customers, then each customer's
    own history says the rest. Null for who never bought, and for everybody where the data carry no model (a note says
    why). The whole history up to the as-of date counts; the `window` must be left out."""

    base: ClassVar[Base] = "predicted"
    short: ClassVar[str] = "horizon"
    of_spend: ClassVar[bool] = False
    """Whether the spend of purchases is modelled, too."""

    model: Annotated[Kind, Choice({})] = option(
        "mbg/nbd", key="模型",
        zh="购买模型：mbg/nbd（默认）、bg/nbd 或 pareto/nbd", en="purchase model: mbg/nbd, bg/nbd or pareto/nbd",
    )  # fmt: skip

    def model_post_init(self, _: Any) -> None:
        if self.window.unit != "lifetime":
            raise Fault("prediction_window")
        horizon = getattr(self, "horizon", None)
        if horizon is not None and horizon.unit not in ("days", "months"):
            raise Fault("horizon")

    def score(self, model: PurchaseModel, counts: Counts, as_of: date) -> Floats:
        """A number for each history; row-wise."""
        raise NotImplementedError

    def value(self, score: Any, row: ir.Table, spend: GammaGamma | None) -> Any:
        """The metric from the number of a customer's history, `score`, and from his row."""
        del row, spend
        return score.round(9).cast(RATIO)

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        horizon = getattr(self, "horizon", None)
        ahead = {} if horizon is None else {"horizon": ahead_text(horizon, lang)}
        return {"model": _CALLED.get(self.model) or text(f"metrics.model.{self.model}", lang), **ahead}


class _Ahead(Predicted):
    """A prediction of so many days or months after the as-of date."""

    horizon: WindowText = option(
        Window("days", 90), key="时长",
        zh="预测的时长，如近90天、12个月", en="how far ahead, such as 90 days or 12 months",
    )  # fmt: skip


@metric
class Alive(Predicted):
    """Probability that a customer has not stopped buying for good, from 0 to 1.

    By default from MBG/NBD, under which one who bought once may be gone like anybody; BG/NBD takes him for alive until
    he buys again. Source: Batislam, Denizel and Filiztekin, International Journal of Research in Marketing 24 (2007).
    """

    kind: ClassVar[str] = "alive"
    zh: ClassVar[str] = "存活概率"
    short: ClassVar[str] = "model"
    unit: ClassVar[Unit] = "ratio"

    def score(self, model: PurchaseModel, counts: Counts, as_of: date) -> Floats:
        return model.alive(counts)


@metric
class Churn(_Ahead):
    """Probability that a customer buys nothing within the horizon after the as-of date, from 0 to 1.

    Whether he has left or is only slow makes no difference here. With `model: boosted` it comes from a classifier
    (gradient-boosted trees) that reads returns, spend, rhythm and interactions besides; it is trained on past as-of
    dates only. `best` takes it where it was better on the last time that is known, else past purchases alone. Source:
    as for `alive`; J. H. Friedman, Greedy function approximation, Annals of Statistics 29 (2001).
    """

    kind: ClassVar[str] = "churn"
    zh: ClassVar[str] = "流失风险"
    unit: ClassVar[Unit] = "ratio"
    low_is_good: ClassVar[bool] = True

    model: Annotated[More, Choice({"分类器": "boosted", "择优": "best"})] = option(  # type: ignore[assignment]
        "mbg/nbd", key="模型",
        zh="mbg/nbd（默认）、bg/nbd、pareto/nbd；boosted（分类器，需 custrata[prediction]）或 best（两者中更好的）",
        en="mbg/nbd, bg/nbd, pareto/nbd; boosted (a classifier; needs custrata[prediction]), or best (the better one)",
    )  # fmt: skip

    def needs(self) -> tuple[str, ...]:
        return ("orders.gross", "orders.refunded") if self.model in ("boosted", "best") else ()

    def score(self, model: PurchaseModel, counts: Counts, as_of: date) -> Floats:
        return model.silent(counts, days_ahead(self.horizon, as_of))


@metric
class ExpectedPurchases(_Ahead):
    """Purchases to be expected within the horizon after the as-of date, in the mean of many such customers; days with
    a purchase, whatever the scheme counts. Source: as for `alive`.
    """

    kind: ClassVar[str] = "expected_purchases"
    zh: ClassVar[str] = "预期购买次数"
    unit: ClassVar[Unit] = "number"

    def score(self, model: PurchaseModel, counts: Counts, as_of: date) -> Floats:
        return model.expected(counts, days_ahead(self.horizon, as_of))


@metric
class LifetimeValue(_Ahead):
    """What a customer's purchases within the horizon are worth today: the purchases to be expected in each month, times
    what a purchase of this customer will bring (Gamma-Gamma), times the margin, discounted to the as-of date.

    Null for customers whose purchases brought nothing on the whole. Sources: Fader, Hardie and Lee, Journal of
    Marketing Research 42 (2005); Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013).
    """

    kind: ClassVar[str] = "lifetime_value"
    zh: ClassVar[str] = "生命周期价值"
    unit: ClassVar[Unit] = "money"
    of_spend: ClassVar[bool] = True

    horizon: WindowText = option(
        Window("months", 12), key="时长",
        zh="预测的时长，如12个月", en="how far ahead, such as 12 months",
    )  # fmt: skip
    margin: Share = option(Decimal(1), key="毛利率", zh="毛利率，默认 100%", en="margin on net spend; 100% by default")
    discount: ShareFrom0 = option(
        Decimal("0.1"), key="折现率", zh="年折现率，默认 10%", en="yearly discount rate; 10% by default"
    )  # fmt: skip

    def score(self, model: PurchaseModel, counts: Counts, as_of: date) -> Floats:
        days = days_ahead(self.horizon, as_of)
        ends = takewhile(lambda end: end < days, (days_ahead(Window("months", n), as_of) for n in count(1)))
        found = before = model.expected(counts, 0)
        start = 0
        for end in [*ends, days]:
            until = model.expected(counts, end)
            # Of a month's purchases the middle of the month stands for all.
            years = (start + end) / 2 / _YEAR
            found = found + (until - before) * (1.0 + float(self.discount)) ** -years
            before, start = until, end
        return found

    def value(self, score: Any, row: ir.Table, spend: GammaGamma | None) -> Any:
        assert spend is not None
        bought, net = row["#days"].cast("float64"), row["#spend"].cast("float64")
        a_purchase = (spend.gamma + net) * spend.p / (bought * spend.p + (spend.q - 1.0))
        worth = (a_purchase * score * float(self.margin)).round(4).cast(SUM)
        return ibis.ifelse(row["#spend"] > 0, worth, ibis.null(SUM))

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        shares = {"margin": plain(self.margin * 100), "discount": plain(self.discount * 100)}
        return {**super().sentence_values(lang), **shares}


def days_ahead(horizon: Window, as_of: date) -> int:
    """Days from the as-of date to the end of a horizon.

    >>> days_ahead(Window("months", 12), date(2024, 2, 29))
    365
    """
    return horizon.n if horizon.unit == "days" else (add_months(as_of, horizon.n) - as_of).days


def ahead_text(horizon: Window, lang: Lang) -> str:
    """`90 days`, `12 个月`."""
    if lang == "zh":
        return f"{horizon.n} {'天' if horizon.unit == 'days' else '个月'}"
    return f"{horizon.n} {horizon.unit if horizon.n != 1 else horizon.unit.removesuffix('s')}"

