"""Whatever happens to a shop, an evaluation of whom it must work out anew gives what a full one gives."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refresh_shops import FAMILIES, HEADS, Counter, moved, opened, sale

from custrata.usecases import refresh as refreshing
from custrata.usecases.load import load as loading

pytestmark = pytest.mark.slow

who = st.sampled_from(["c1", "c2", "c3", "ann", "bob", "walk-in", ""])
days = st.integers(0, 150).map(lambda n: date(2024, 1, 15) + timedelta(days=n))
joining = days | st.sampled_from(["", "2020-02-29", "2022-05-01", "2023-05-02", "2023-05-09", "2024-06-05"])
amounts = st.sampled_from(["100", "20", "-20", "0", "x"])
numbers = st.sampled_from(["1", "2", "3", "b", "b1-1", "b2-0"])
rows = {
    "sales": st.builds(sale, numbers, who, days, amounts, st.sampled_from(["done", "done", "void"]),
                       st.sampled_from(["", "", "1", "b", "b1-1"]), st.sampled_from(["p1", "p2", "p9", ""])),
    "back": st.tuples(numbers, who, days, amounts, st.just("r")).map(lambda r: ",".join(map(str, r)) + "\n"),
    "goods": st.tuples(st.sampled_from(["p1", "p9"]), st.sampled_from(["tea", "cake"]), st.just("z")).map(
        lambda r: ",".join(r) + "\n"
    ),
    "people": st.tuples(who, joining, st.sampled_from(["here", "there"])).map(lambda r: ",".join(map(str, r)) + "\n"),
    "talk": st.tuples(numbers, who, days, days, amounts).map(lambda r: ",".join(map(str, r)) + "\n"),
    "seen": st.tuples(who, days).map(lambda r: ",".join(map(str, r)) + "\n"),
    "held": st.tuples(who, days, amounts, st.sampled_from(["a", "b"])).map(lambda r: ",".join(map(str, r)) + "\n"),
}  # fmt: skip
files = st.sampled_from([*HEADS, "sales"]).flatmap(
    lambda name: st.tuples(st.just(name), st.integers(1, 2), st.none() | st.lists(rows[name], min_size=1, max_size=4))
)
merges = st.sampled_from([{}, {"bob": "ann"}, {"c2": "c1", "bob": "ann"}]).map(lambda m: ("merge", m))
moves = st.sampled_from([0, 1, 2, 7, 31, 40, 300]).map(lambda n: ("later", n))
steps = st.lists(st.one_of(files, files, files, moves, merges), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Path], Counter]]:
    """Small shops by their metrics. In them every change touches a large share: still only the touched are worked
    out."""
    made: dict[str, Counter] = {}

    def of(metrics: str, folder: Path) -> Counter:
        if metrics not in made:
            made[metrics] = opened(tmp_path_factory.mktemp("small"), 8, metrics)
            made[metrics].both(date(2024, 4, 30))
        return moved(made[metrics], folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refreshing, "_MOST", 1.0)
        patch.setattr(loading, "_MOST_TOUCHED", 1.0)
        yield of


@settings(max_examples=max(1, settings().max_examples // 3))
@given(st.sampled_from(FAMILIES), steps, st.booleans())
def test_after_whatever_happens_it_is_as_if_all_were_worked_out(
    shops: Callable[[str, Path], Counter], metrics: str, history: list[Any], end_of_data: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = shops(metrics, Path(folder) / "shop")
        day = None if end_of_data else date(2024, 4, 30)
        decided: dict[str, Any] = {}
        for name, *more in history:
            if name == "later":
                day = None if day is None else day + timedelta(days=more[0])
            elif name == "merge":
                decided = {"merged": more[0]}
            elif more[1] is None:
                (shop.folder / f"{name}-{more[0]}.csv").unlink(missing_ok=True)
            else:
                shop.write(f"{name}-{more[0]}.csv", HEADS[name] + "".join(more[1]))
            shop.load(**decided)
            shop.both(day, **decided)
