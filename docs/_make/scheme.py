"""The page of the scheme: every option of the head and of the sources, and every canonical column."""

from __future__ import annotations

from _make.options import options_table
from _make.parts import cell, codes, filled, page, part, table, word, words
from custrata.core.facts.columns import CANONICAL, OPEN
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.options import Brakes, Down, Level, New, Up
from custrata.core.schedule.options import Keep, Schedule
from custrata.core.scheme.model import Head, Purchase
from custrata.core.scheme.sources import Assets, Customers, Interactions, Orders, Products, ReturnRule, Returns, Source
from custrata.locale import Lang


def scheme_page(lang: Lang) -> str:
    """Every option of the head and of the sources, and every canonical column."""
    text = part(lang, "scheme")
    blocks = {
        "head": options_table(Head, lang),
        "purchase": options_table(Purchase, lang),
        "source": options_table(Source, lang),
        "orders": options_table(Orders, lang, without=set(Source.model_fields)),
        "returns_rule": options_table(ReturnRule, lang),
        "returns": options_table(Returns, lang, without=set(Source.model_fields)),
        "interactions": options_table(Interactions, lang, without=set(Source.model_fields)),
        "ladder": options_table(Ladder, lang),
        "level": options_table(Level, lang),
        "up": options_table(Up, lang),
        "down": options_table(Down, lang),
        "new": options_table(New, lang),
        "brakes": options_table(Brakes, lang),
        "schedule": options_table(Schedule, lang),
        "keep": options_table(Keep, lang),
        **{f"columns_{name}": columns_table(name, lang) for name in CANONICAL},
    }
    assert all(set(kind.model_fields) == set(Source.model_fields) for kind in (Customers, Products, Assets))
    return page(lang, filled(text, blocks).replace("../../guide", "../guide"))


def columns_table(source: str, lang: Lang) -> str:
    kinds = words(lang)["column_types"]
    rows = []
    for c in CANONICAL[source]:
        both = codes([c.name, c.key] if lang == "en" else [c.key, c.name])
        needed, meaning = word("needed", lang) if c.required else "", c.zh if lang == "zh" else c.en
        rows.append((both, kinds[c.type], needed, cell(meaning)))
    if source in OPEN:
        rows.append(("…", kinds["text"], "", word("further", lang)))
    return table([word("column", lang), word("type", lang), "", word("meaning", lang)], rows)
