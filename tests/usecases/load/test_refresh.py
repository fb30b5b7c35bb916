"""After a load an evaluation works out anew only whom it must, and gives what a full one gives."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_load_once import Shop, told

from custrata import Scheme
from custrata.usecases import refresh as refreshing
from custrata.usecases.evaluate import Evaluation, classify
from custrata.usecases.load import load as loading
from custrata.usecases.load.kept import KeptFacts, read_state
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.refresh import Refresh
from custrata.usecases.staging import params_json

pytestmark = pytest.mark.slow

TODAY = date(2025, 6, 30)
SCHEME = """
scheme: Shop
sources:
  orders:
    file: sales*.csv
    columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid, status: state, refers_to: of,
              product_id: what, quantity: n, discount: off, channel: way}
    count: [done]
    anonymous: [walk-in]
  returns: {file: back*.csv, columns: {order_id: of, customer_id: who, returned_at: day, amount: paid, return_id: no}}
  products: {file: goods*.csv, columns: {product_id: what, category: sort, brand: make}}
  customers: {file: people*.csv, columns: {customer_id: who, joined_at: since, city: town}}
  interactions:
    complaint: {file: talk*.csv, columns: {id: no, customer_id: who, happened_at: day, closed_at: shut, value: score}}
    visit: {file: seen*.csv, columns: {customer_id: who, happened_at: day}}
  assets: {file: held*.csv, columns: {customer_id: who, day: day, value: worth, kind: sort}}
metrics:
  spend: {monetary: lifetime}
  %s
segments:
  score: {quantile: spend, groups: 3}
  town: {attribute: city}
"""
#: Metrics of every kind, a few at a time: all of them together take seconds to compile.
FEW = """
  recency: {recency: days}
  recency_30: {recency: days, window: 30 days}
  tenure: {tenure: lifetime}
  spend_30: {monetary: 30 days}
  tea: {share: category, is: tea}
  open: {interactions: complaint, state: open}
"""
FAMILIES = (
    FEW,
    """
  last: {last_purchase: last month}
  days: {frequency: last month, count: day}
  value: {average_order_value: 3 months}
  growth: {growth: month}
  growth_30: {growth: 30 days}
  interval: {interval: lifetime}
  months: {stability: active months, window: 12 months}
""",
    """
  units: {quantity: 30 days}
  came_back: {return_rate: 3 months}
  orders_back: {return_rate: lifetime, of: orders}
  given: {discount_share: year}
  clockwork: {stability: intervals}
  biggest: {sql: max(net), window: 30 days}
  since: {sql: max(as_of - day)}
  weeks: {recency: weeks}
""",
    """
  brand: {top: brand}
  brand_share: {top_share: brand, window: last month}
  breadth: {breadth: product_id, window: 3 months}
  sorts: {sql: count(distinct category), from: lines, window: quarter}
  week: {share: category, is: tea, window: week}
""",
    """
  complaints: {interactions: complaint, window: 30 days}
  closed: {interactions: complaint, state: closed, window: month}
  visits: {interactions: visit, window: month}
  quiet: {days_since_contact: all}
  content: {satisfaction: lifetime, of: complaint}
  rate: {complaint_rate: 3 months}
  holds: {assets: all}
  holds_new: {assets: all, window: 30 days}
""",
    """
  own_year: {monetary: membership year}
  own_orders: {frequency: membership year}
  before: {monetary: last membership year}
  quiet: {recency: days, window: last membership year}
  own_growth: {growth: membership year}
  own_months: {stability: active months, window: membership year}
  months_before: {stability: active months, window: last membership year}
  own_tea: {share: category, is: tea, window: membership year}
  own_talks: {interactions: complaint, window: membership year}
  own_biggest: {sql: max(net), window: last membership year}
""",
)
HEADS = {
    "sales": "no,who,day,paid,state,of,what,n,off,way\n", "back": "of,who,day,paid,no\n", "goods": "what,sort,make\n",
    "people": "who,since,town\n", "talk": "no,who,day,shut,score\n", "seen": "who,day\n",
    "held": "who,day,worth,sort\n",
}  # fmt: skip


class Counter(Shop):
    """A shop whose evaluations keep their numbers."""

    def both(self, as_of: date | None = None, **decided: Any) -> tuple[Evaluation, dict[str, Any]]:
        """An evaluation that keeps its numbers and what it says; it must say what one without any of them says."""
        with self.store() as store, tempfile.TemporaryDirectory() as scratch:
            at = Workplace(self.folder, Path(scratch), **decided)

            def facts() -> tuple[KeptFacts, Any]:
                kept = KeptFacts(self.scheme, store, read_state(store), at)
                return kept, kept.facts(as_of, TODAY)

            kept, found = facts()
            quick = classify(self.scheme, found, store, refresh=Refresh(kept, self.scheme))
            full = classify(self.scheme, facts()[1], store)
            said = [told(e, store) | {"params": params_json(e), "totals": asdict(e.totals)} for e in (quick, full)]
            assert said[0] == said[1]
            return quick, said[0]

    def row(self, who: str, as_of: date | None = None, **decided: Any) -> dict[str, Any] | None:
        rows = self.both(as_of, **decided)[1]["customers"]
        return next((r for r in rows if r["customer_id"] == who), None)


def sale(no: str, who: str, day: Any, paid: Any = 50, state: str = "done", of: str = "", what: str = "p1") -> str:
    return f"{no},{who},{day},{paid},{state},{of},{what},2,1,web\n"


def joined(customer: int) -> date | str:
    """Anniversaries come day after day from 1 May on; of every fifth customer nobody knows when he joined."""
    return "" if customer % 5 == 4 else date(2020, 5, 1) + timedelta(days=customer)


def opened(folder: Path, customers: int, metrics: str) -> Counter:
    """A shop with so many customers, each with an order a month or so in 2024, up to 30 April."""
    text = SCHEME % metrics.strip()
    if "assets" not in metrics:
        text = re.sub(r"\n  (  visit|assets): .*", "", text)
    shop = Counter(folder, text)
    chance = random.Random(1)
    lines = "".join(
        sale(f"b{c}-{i}", f"c{c}", date(2024, 1, 1) + timedelta(days=chance.randrange(120)), chance.randrange(1, 99),
             what=f"p{chance.randrange(1, 4)}")
        for c in range(customers) for i in range(4)
    )  # fmt: skip
    for name, head in HEADS.items():
        shop.write(f"{name}-0.csv", head)
    shop.write("sales-0.csv", HEADS["sales"] + lines + sale("b", "c0", date(2024, 4, 30)))
    shop.write("goods-0.csv", HEADS["goods"] + "p1,tea,x\np2,tea,y\np3,cake,x\n")
    shop.write("people-0.csv", HEADS["people"] + "".join(f"c{c},{joined(c)},town{c % 3}\n" for c in range(customers)))
    shop.load()
    return shop


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    found = opened(tmp_path_factory.mktemp("shop"), 40, FEW)
    assert found.both()[0].anew == 40
    return found


@pytest.fixture
def shop(ready: Counter, tmp_path: Path) -> Counter:
    return moved(ready, tmp_path / "shop")


def moved(shop: Counter, folder: Path) -> Counter:
    """The same shop in a folder of its own."""
    found = copy(shop)
    found.folder = folder
    shutil.copytree(shop.folder, folder)
    return found


def test_nobody_is_worked_out_again_when_nothing_happened(shop: Counter) -> None:
    shop.load()
    assert shop.both()[0].anew == 0


def test_a_customer_with_a_new_order_is_worked_out_and_nobody_else(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    assert shop.both()[0].anew == 1
    assert shop.both()[0].anew == 0


def test_a_month_more_that_the_scheme_names_touches_its_own_customers(shop: Counter) -> None:
    """As where a pattern finds it: an import writes the name of each file into the scheme."""
    text = str(shop.scheme.text)
    shop.scheme = Scheme.parse(text.replace("file: sales*.csv", "file: [sales-0.csv]"))
    shop.load()
    shop.both()
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.scheme = Scheme.parse(text.replace("file: sales*.csv", "file: [sales-0.csv, sales-1.csv]"))
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_file_that_is_written_again_with_one_row_more_touches_one_customer(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30") + sale("2", "c8", "2024-04-30"))
    shop.write("people-1.csv", HEADS["people"] + "c9,2024-01-01,elsewhere\n")
    shop.load()
    shop.both()
    shop.write("sales-1.csv", (shop.folder / "sales-1.csv").read_text() + sale("3", "c1", "2024-04-30"))
    shop.write("people-1.csv", (shop.folder / "people-1.csv").read_text() + "new,2024-01-01,here\n")
    shop.load()
    assert shop.both()[0].anew == 2


def test_a_customer_whose_only_order_leaves_the_window_spends_nothing_in_it(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "once", "2024-04-02", 70))
    shop.load()
    found = shop.row("once", date(2024, 5, 1))
    assert found is not None and (found["spend_30"], found["spend"], found["recency"]) == (70, 70, 29)
    evaluation, _ = shop.both(date(2024, 5, 2))
    assert 0 < evaluation.anew < 40
    found = shop.row("once", date(2024, 5, 2))
    assert found is not None and (found["spend_30"], found["spend"], found["recency"]) == (0, 70, 30)
    assert found["recency_30"] is None


def test_days_since_the_last_purchase_go_on_for_customers_that_nothing_happens_to(shop: Counter) -> None:
    before = {c["customer_id"]: c for c in shop.both()[1]["customers"]}
    evaluation, found = shop.both(date(2024, 5, 1))
    assert evaluation.anew < 40
    for c in found["customers"]:
        assert c["recency"] == before[c["customer_id"]]["recency"] + 1
        assert c["tenure"] == before[c["customer_id"]]["tenure"] + 1


def test_a_customer_who_is_merged_away_is_there_no_more(shop: Counter) -> None:
    spent = sum((shop.row(c) or {})["spend"] for c in ("c1", "c2"))
    decided = {"merged": {"c2": "c1"}}
    shop.load(**decided)
    assert shop.row("c2", **decided) is None
    assert (shop.row("c1", **decided) or {})["spend"] == spent


def test_an_order_under_an_id_that_was_merged_away_touches_the_one_who_stayed(shop: Counter) -> None:
    decided = {"merged": {"c2": "c1"}}
    shop.load(**decided)
    shop.both(**decided)
    before = (shop.row("c1", **decided) or {})["spend"]
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c2", "2024-04-30", 500))
    shop.load(**decided)
    assert shop.both(**decided)[0].anew == 1
    assert (shop.row("c1", **decided) or {})["spend"] == before + 500


def test_a_customer_whose_facts_are_all_gone_disappears(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "guest", "2024-04-29"))
    shop.load()
    assert shop.row("guest") is not None
    (shop.folder / "sales-1.csv").unlink()
    shop.load()
    assert shop.both()[0].anew == 0
    assert shop.row("guest") is None


def test_a_return_that_tells_no_customer_touches_whoever_bought(shop: Counter) -> None:
    shop.write("back-1.csv", HEADS["back"] + "b,,2024-04-30,20,r1\n")
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_product_that_is_described_otherwise_touches_who_bought_it(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c3", "2024-04-30", what="p9"))
    shop.load()
    shop.both()
    shop.write("goods-1.csv", HEADS["goods"] + "p9,tea,rare\n")
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_customer_who_joins_later_is_there_from_his_day_on(shop: Counter) -> None:
    shop.write("people-1.csv", HEADS["people"] + "late,2024-05-03,here\n")
    shop.load()
    assert shop.row("late", date(2024, 5, 2)) is None
    assert shop.row("late", date(2024, 5, 3)) is not None


def test_a_customer_whose_anniversary_has_come_is_worked_out_and_nobody_else(tmp_path: Path) -> None:
    shop = opened(tmp_path, 20, FAMILIES[-1].replace("growth: membership", "growth: last membership"))
    day = date(2024, 5, 1)
    first = shop.row("c2", day)
    assert first is not None and first["own_year"] > 0
    assert first["before"] == 0
    assert shop.both(day + timedelta(days=1))[0].anew == 1, "c1 joined on 2 May"
    again = shop.row("c2", day + timedelta(days=2))
    assert again is not None and (again["own_year"], again["before"]) == (0, first["own_year"])
    assert shop.both(day + timedelta(days=4))[0].anew == 1, "of the others' joining nobody knows, or it was another day"


def test_a_complaint_that_is_closed_later_is_open_until_then(shop: Counter) -> None:
    shop.write("talk-1.csv", HEADS["talk"] + "1,c5,2024-04-20,2024-05-02,3\n")
    shop.load()
    opens = [(shop.row("c5", date(2024, 5, day)) or {})["open"] for day in (1, 2)]
    assert opens == [1, 0]


def test_a_complaint_under_a_number_of_another_customers_counts_for_one_of_them(shop: Counter) -> None:
    shop.write("talk-1.csv", HEADS["talk"] + "1,c5,2024-04-20,,9\n")
    shop.load()
    assert (shop.row("c5") or {})["open"] == 1
    shop.write("talk-2.csv", HEADS["talk"] + "1,c4,2024-04-20,,5\n1,c3,2024-05-02,,0\n")
    shop.load()
    shop.both(date(2024, 4, 30))
    shop.both(date(2024, 5, 2))


def test_a_kill_while_numbers_are_kept_leaves_those_of_before(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    monkeypatch.setattr(refreshing, "write_document", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        shop.both()
    monkeypatch.undo()
    assert shop.both()[0].anew == 1


def test_an_earlier_day_is_worked_out_for_itself_and_changes_nothing_for_a_later_one(shop: Counter) -> None:
    shop.both(date(2024, 5, 2))
    assert shop.both(date(2024, 2, 1))[0].anew < 41
    assert shop.both(date(2024, 5, 2))[0].anew == 0


def test_another_scheme_is_worked_out_for_everybody(shop: Counter) -> None:
    text = re.sub(r"\n  (  visit|assets): .*", "", SCHEME % FEW.strip())
    shop.scheme = Scheme.parse(text.replace("is: tea", "is: cake"))
    shop.load()
    assert shop.both()[0].anew == 40


def test_facts_that_a_version_loaded_which_notes_nobody_are_worked_out_for_everybody(shop: Counter) -> None:
    with shop.store() as store, store.transaction():
        document = store.rows(store.kept("state"))[0]["document"].replace('"lineage"', '"other"')
        store.replace("state", store.from_rows("state", [(document,)], {"document": "string"}))
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    assert shop.both()[0].anew == 40


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
