"""What a customer buys and what people corrected in his profile, as `custrata explain` shows it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import money, number, percent
from custrata.cli.show import line, terminal
from custrata.core.measure.bought import Basket
from custrata.locale import Lang, counted, text


def baskets(found: Sequence[Basket], lang: Lang, currency: str) -> None:
    """The largest categories, brands and products, each sort under its own heading."""
    for one in found:
        table = Table(box=SIMPLE_HEAD)
        table.add_column(text(f"web_customers.bought.{one.by}", lang))
        for key in ("share_short", "spend", "orders", "quantity", "last"):
            title = text("web.spend", lang) if key == "spend" else text(f"web_customers.bought.{key}", lang)
            table.add_column(title, justify="left" if key == "last" else "right")
        for b in one.rows:
            name = b.name or b.id or text("web_customers.bought.untold", lang)
            if one.by == "kind" and name in ("product", "service"):
                name = text(f"web_customers.bought.kind_{name}", lang)
            table.add_row(
                escape(name), "—" if b.share is None else percent(b.share, lang), money(b.spend, lang, currency),
                number(b.orders), "—" if b.quantity is None else f"{b.quantity.normalize():f}",
                b.last.isoformat() if b.last else "—",
            )  # fmt: skip
        if one.more:
            others = counted("web_customers.bought.others", one.more, lang)
            table.add_row(others, "", money(one.rest, lang, currency), "", "", "")
        terminal().print(table)


def corrections(found: Sequence[Mapping[str, Any]], lang: Lang) -> None:
    """Who corrected what, when and why, and what the source said."""
    none = text("web_customers.customer.empty", lang)
    for c in found:
        said = {"column": c["column"], "value": c["value"] or none, "source": c["source"] or none}
        day = str(c["at"])[:10]
        line(text("cli.corrected", lang, **said, who=c["who"], day=day, reason=c["reason"]))
