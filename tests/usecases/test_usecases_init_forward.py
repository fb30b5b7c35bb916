"""A scheme that is written from sales looks forward where customers come again often enough to learn it from."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.locale import Lang
from custrata.usecases import init


def scheme_of(folder: Path, repeaters: int, days: int, lang: Lang) -> Scheme:
    """The scheme for so many customers who bought twice, over so many days, beside fifty who bought once."""
    lines = ["order_id,customer_id,ordered_at,amount"]
    for c in range(repeaters + 50):
        for k in range(2 if c < repeaters else 1):
            day = date(2024, 1, 1) + timedelta(days=days if k else c % 20)
            lines.append(f"o{c}-{k},c{c},{day},{20 + c % 90}.5")
    (folder / "sales.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with init.look([str(folder / "sales.csv")], folder, duckdb_engine) as draft:
        draft.take_best()
        return init.write(draft, folder / "shop", lang).scheme


@pytest.mark.parametrize(("repeaters", "days", "stages", "predictions"), [
    (99, 500, False, False), (100, 60, True, False), (300, 300, True, False), (300, 400, True, True),
])  # fmt: skip
def test_stages_and_predictions_are_suggested_to_who_has_the_customers_for_them(
    tmp_path: Path, repeaters: int, days: int, stages: bool, predictions: bool
) -> None:
    for lang in ("en", "zh"):
        (tmp_path / lang).mkdir()
        scheme = scheme_of(tmp_path / lang, repeaters, days, lang)
        kinds = {s.kind for s in scheme.segments.values()}
        ahead = {m.kind for m in scheme.metrics.values() if m.base == "predicted"}
        assert ("lifecycle" in kinds, ahead) == (stages, {"alive", "churn"} if predictions else set())
