"""Kinds of pages that are measured, with values drawn anew each time, and the same asked of DuckDB by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode


@dataclass(frozen=True)
class Asked:
    """One request: GET, or POST with a form. `part`: as a script asks for what changes while somebody types."""

    path: str
    form: str = ""
    part: bool = False


@dataclass(frozen=True)
class Question:
    """A page as a browser asks for it, and the statements by which its figures can be had of the run's Parquet:
    `t` are the customers, `p` the profiles, `o` the orders."""

    name: str
    page: Callable[[Random], Asked]
    sql: Callable[[Random], tuple[str, ...]]


#: What a list shows where nobody chose columns; names are joined to the fifty rows alone.
_SHOWN = "customer_id, spend, orders, recency, tier_30, tier_60, tier_90"
_SORTS = ("spend_365", "spend_180", "spend_90", "orders_365", "spend_730", "recency")
_DAYS = (30, 90, 365)
#: Columns by which a lot of different conditions can be asked, with the largest value that is drawn.
_ASKED = {"spend_365": 5000, "spend_90": 2000, "orders_365": 40, "recency": 300, "basket_180": 400}


def _page(sort: str, number: int) -> Asked:
    return Asked(f"/customers/?{urlencode({'sort': sort, 'page': number})}")


def _list(order: str, offset: int, where: str = "") -> str:
    page = f"SELECT {_SHOWN} FROM t {where} ORDER BY {order} DESC NULLS LAST, customer_id LIMIT 50 OFFSET {offset}"
    return f"WITH page AS ({page}) FROM page LEFT JOIN p USING (customer_id) SELECT page.*, p.name"


def _table(draw: Random) -> tuple[str, int]:
    return draw.choice(_SORTS), draw.randint(1, 19_000)


def _table_sql(draw: Random) -> tuple[str, ...]:
    sort, number = _table(draw)
    return "SELECT count(*) FROM t", _list(sort, 50 * (number - 1))


def _filtered(draw: Random) -> tuple[str, int, int]:
    name = draw.choice([n for n in _ASKED if n != "recency"])
    return name, draw.randint(1, _ASKED[name]), draw.randint(30, 365)


def _filter_page(draw: Random) -> Asked:
    name, low, last = _filtered(draw)
    return Asked(f"/customers/?{urlencode({f'min.{name}': low, 'max.recency': last, 'c.tier_90': 'low'})}")


def _filter_sql(draw: Random) -> tuple[str, ...]:
    name, low, last = _filtered(draw)
    where = f"WHERE {name} >= {low} AND recency <= {last} AND tier_90 = 'low'"
    return f"SELECT count(*) FROM t {where}", _list("spend", 0, where)


def _search_sql(draw: Random) -> tuple[str, ...]:
    said = draw.randint(1000, 9999)
    told = " OR ".join(f"contains({c}, '{said}')" for c in ("name", "phone", "email", "city", "trade"))
    hits = (
        f"SELECT customer_id FROM p WHERE {told} UNION SELECT customer_id FROM t WHERE contains(customer_id, '{said}')"
    )
    where = f"WHERE customer_id IN ({hits})"
    return f"SELECT count(*) FROM t {where}", _list("spend", 0, where)


def _cuts(draw: Random) -> tuple[int, int, int]:
    return draw.choice((30, 60, 90, 180, 365, 730)), draw.randint(200, 5000), draw.randint(1, 199)


def _cuts_page(draw: Random) -> Asked:
    days, high, middle = _cuts(draw)
    return Asked(f"/segments/tier_{days}/cuts/?{urlencode({'high': high, 'middle': middle})}", part=True)


def _cuts_sql(draw: Random) -> tuple[str, ...]:
    days, high, middle = _cuts(draw)
    new = f"CASE WHEN spend_{days} > {high} THEN 'high' WHEN spend_{days} >= {middle} THEN 'middle' ELSE 'low' END"
    return (f"SELECT tier_{days}, {new} AS will, count(*), sum(spend_{days}) FROM t GROUP BY ALL",)


def _rule(draw: Random) -> tuple[str, int, int, str]:
    name = draw.choice(list(_ASKED))
    return name, draw.randint(1, _ASKED[name]), draw.randint(1, 60), draw.choice(("new", "asleep"))


def _rule_page(draw: Random) -> Asked:
    name, low, orders, stage = _rule(draw)
    rows = {"field": (name, "orders", "lifecycle"), "op": (">=", ">", "in"), "value": (low, orders, stage)}
    form = {"join.r": "all", "parts.r": 2, "join.r.1": "any", "parts.r.1": 2}
    places = ("r.0", "r.1.0", "r.1.1")
    form |= {f"{key}.{place}": str(v) for key, told in rows.items() for place, v in zip(places, told, strict=True)}
    return Asked("/segments/-/rules/count/", urlencode(form), part=True)


def _rule_sql(draw: Random) -> tuple[str, ...]:
    name, low, orders, stage = _rule(draw)
    where = f"{name} >= {low} AND (orders > {orders} OR lifecycle = '{stage}')"
    return (f"SELECT count(*), sum(spend) FROM t WHERE {where}", "SELECT count(*), sum(spend) FROM t")


def _overview_sql(draw: Random) -> tuple[str, ...]:
    days = draw.choice(_DAYS)
    spans = f"day > (SELECT max(day) FROM o) - INTERVAL {2 * days} DAY"
    now = f"day > (SELECT max(day) FROM o) - INTERVAL {days} DAY"
    own = f"""SELECT customer_id, count(*) FILTER ({now} AND purchase) AS n, sum(net) FILTER ({now}) AS spent,
        count(*) FILTER (NOT ({now}) AND purchase) AS n_before, sum(net) FILTER (NOT ({now})) AS spent_before
        FROM o WHERE {spans} GROUP BY customer_id"""
    shares = "SELECT {0}, count(*), sum(spend), sum(orders), avg(recency) FROM t GROUP BY {0}"
    return (
        f"""WITH own AS ({own}), cut AS (SELECT quantile_disc(spent, 0.9) AS c FROM own WHERE n > 0)
        SELECT count(*) FILTER (n > 0), sum(spent), count(*) FILTER (n > 1), count(*) FILTER (n_before > 0),
        sum(spent_before), count(*) FILTER (n_before > 1), sum(spent) FILTER (spent >= c) FROM own, cut""",
        shares.format("pyramid"), shares.format("rfm_180"),
    )  # fmt: skip


QUESTIONS = (
    Question("table", lambda d: (lambda t: _page(f"-{t[0]}", t[1]))(_table(d)), _table_sql),
    Question("filter", _filter_page, _filter_sql),
    Question("search", lambda d: Asked(f"/customers/?q={d.randint(1000, 9999)}"), _search_sql),
    Question("slider", _cuts_page, _cuts_sql),
    Question("rule", _rule_page, _rule_sql),
    Question("overview", lambda d: Asked(f"/?days={d.choice(_DAYS)}"), _overview_sql),
)
