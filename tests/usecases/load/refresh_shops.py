"""A shop of every kind of fact, whose evaluations keep their numbers."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from copy import copy
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from test_load_once import Shop, told

from custrata.usecases.evaluate import Evaluation, classify
from custrata.usecases.load.kept import KeptFacts, read_state
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.refresh import Refresh
from custrata.usecases.staging import params_json

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


def moved(shop: Counter, folder: Path) -> Counter:
    """The same shop in a folder of its own."""
    found = copy(shop)
    found.folder = folder
    shutil.copytree(shop.folder, folder)
    return found
