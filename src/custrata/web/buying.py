"""Baskets and recommendations as a reader may see them, remembered: of who sees some customers only, they are made of
those customers' purchases, so that nothing of anybody else's is in them."""

from __future__ import annotations

from typing import Any

from custrata.usecases.baskets import BasketReport, baskets
from custrata.usecases.baskets_read import By
from custrata.usecases.recommend import Fitted, fitted, fitted_anew
from custrata.usecases.recommend_fit import Choice
from custrata.web.movements import remembered
from custrata.web.profiles import whom
from custrata.web.site import site

#: What pages recommend by: all customers alike, what they have among it.
CHOICE = Choice()


def together(
    request: Any, by: By, segment: str | None = None, class_: str | None = None, *, window: int = 90,
    least: int | None = None, run: str | None = None,
) -> BasketReport:  # fmt: skip
    """What the customers whom the reader sees buy together. Raises what `baskets` raises."""
    result, sight = request.result(run), request.sight
    key = ("baskets", str(site().workspace.path), result.run_id, whom(sight), sight.lang, by, segment, class_, window,
           least)  # fmt: skip

    def tell() -> BasketReport:
        return baskets(result, by, segment=segment, class_=class_, least=least, window=window, lang=sight.lang)

    return remembered(key, tell)


def models(request: Any, run: str | None = None) -> Fitted:
    """What recommendations follow from. For who sees everybody they are kept with the run; for others they are fitted
    to what their customers bought, and in memory alone. Raises what `fitted` raises."""
    result, sight, workspace = request.result(run), request.sight, site().workspace
    key = ("recommend", str(workspace.path), result.run_id, whom(sight))
    return remembered(
        key, lambda: fitted(result, workspace, CHOICE) if sight.whole else fitted_anew(result, CHOICE)
    )
