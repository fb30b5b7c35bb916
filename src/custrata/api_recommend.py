"""The Python face of recommendations: for one customer, for all, and about a product."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from custrata.api import Evaluated, Kind, as_kind
from custrata.api_result import Looked, result_of
from custrata.core.errors import Problem
from custrata.locale import Lang
from custrata.usecases.look import Result
from custrata.usecases.recommend import Fitted, Recommended, fitted, fitted_anew, for_one, likes
from custrata.usecases.recommend_all import table_for_all
from custrata.usecases.recommend_fit import Choice
from custrata.usecases.recommend_words import trust
from custrata.usecases.workspace import Workspace


def recommend(
    what: Looked, *, segment: str | None = None, half_life: int = 90, durable: int = 180, new: bool = False,
    run: str | None = None, lang: Lang | None = None,
) -> Recommendations:  # fmt: skip
    """Fits recommendations to what was bought; then ask for one customer, for all, or about a product.

    `what` is what `evaluate` gave, or the folder of a workspace, of which `run` (default: the current one) is asked;
    there the models are kept with the run, as `custrata recommend` does. `half_life` is after how many days a purchase
    weighs half; a product that is bought anew after `durable` days or more is not recommended before they have passed;
    with `segment` newcomers get the best sellers of their class; `new` leaves out what a customer has bought. Raises
    `CustrataError`: E-PREDICT-030 and -032, E-RUN-003.

    >>> import pyarrow as pa, datetime as dt
    >>> from custrata import Scheme, evaluate
    >>> bought = [(i, p) for i in range(60) for p in (("tea", "milk") if i % 2 else ("coffee", "bread"))][:-1]
    >>> sales = pa.table({
    ...     "order_id": [f"o{i}" for i, _ in bought], "customer_id": [f"c{i}" for i, _ in bought],
    ...     "ordered_at": [dt.date(2024, 1, 1) + dt.timedelta(i) for i, _ in bought],
    ...     "product": [p for _, p in bought], "amount": [5] * len(bought),
    ... })
    >>> with recommend(evaluate(Scheme.parse("scheme: Shop"), orders=sales), new=True) as found:
    ...     [r.product_id for r in found.one("c59")][:1], [r.product_id for r in found.related("coffee")]
    (['milk'], ['bread'])
    """
    choice = Choice(half_life, None, durable, new)
    stack = ExitStack()
    try:
        result = stack.enter_context(result_of(what, run))
        if segment is not None:
            choice = Choice(half_life, result.meant(segment), durable, new)
        if isinstance(what, Evaluated):
            return Recommendations(result, fitted_anew(result, choice), choice, lang or result.scheme.lang, stack)
        fit = fitted(result, Workspace.at(Path(what)), choice)
        return Recommendations(result, fit, choice, lang or result.scheme.lang, stack)
    except BaseException:
        stack.close()
        raise


class Recommendations:
    """Fitted recommendations. Hold a run open until they are closed or forgotten; usable in a `with`. Those of an
    evaluation are good as long as that is open."""

    def __init__(self, result: Result, fit: Fitted, choice: Choice, lang: Lang, stack: ExitStack) -> None:
        self._result, self._choice, self._lang, self.fit = result, choice, lang, fit
        self._finalizer = weakref.finalize(self, stack.close)

    def one(self, customer_id: Any, most: int = 10) -> list[Recommended]:
        """What one customer would buy next: place, product_id, product, score, popular. Raises E-RUN-004."""
        return for_one(self._result, self.fit, str(customer_id), self._choice, most)

    def all(self, kind: Kind = "pyarrow", most: int = 10) -> Any:
        """The same for every customer in one pass: customer_id, place, product_id, product, score, by."""
        return as_kind(kind, table_for_all(self._result, self.fit, self._choice, self._lang, most)[1])

    def related(self, product: str, most: int = 10) -> list[Recommended]:
        """What is bought by the same people as a product (its id or name). Raises E-PREDICT-036."""
        return likes(self.fit, product, most)[0]

    def similar(self, product: str, most: int = 10) -> list[Recommended]:
        """What could stand in a product's place. Raises E-PREDICT-036."""
        return likes(self.fit, product, most)[1]

    @property
    def trial(self) -> dict[str, Any] | None:
        """The back-test on held-out days: recall, hits and coverage at ten, beside the best sellers; null where the
        data are too short, which a note says."""
        return None if self.fit.trial is None else asdict(self.fit.trial)

    @property
    def notes(self) -> Sequence[Problem]:
        """What should be known: no back-test, or no better than the best sellers."""
        return self.fit.notes

    def sentence(self, lang: Lang | None = None) -> str:
        """How far to trust them, in words; empty without a back-test."""
        return trust(self.fit, lang or self._lang)

    def close(self) -> None:
        """Frees the run."""
        self._finalizer()

    def __enter__(self) -> Recommendations:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
