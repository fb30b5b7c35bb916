"""Why an SQL expression is refused: which part of it, why, and what to write instead."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from custrata.core.errors import Refusal, did_you_mean
from custrata.core.sql.columns import COLUMNS
from custrata.locale import LANGS, catalog

#: Reasons that are about kinds (a text where a number is needed), not about words that are not on the lists.
_KINDS = frozenset({"wanted", "differ", "no_date", "null", "unit", "empty"})


def no_column(name: str, base: str) -> Refusal:
    """A column that rows of this base never have."""
    known = list(COLUMNS[base])  # type: ignore[index]
    near = {"known": ", ".join(known), "suggestion": did_you_mean(name.casefold(), known)}
    return Refusal("E-SCHEME-044", name=name, base=base, **near)


class SqlError(Refusal):
    """`reason` is a heading of sql.toml; `kinds` are the kinds that its sentences name."""

    def __init__(self, reason: str, part: Any = "", *kinds: str, **values: Any) -> None:
        self.reason = reason
        shown = part.sql("duckdb", normalize_functions="lower") if isinstance(part, exp.Expr) else str(part)
        told: dict[str, Any] = {"part": shown if len(shown) <= 60 else f"{shown[:57]}…"}
        for lang in LANGS:
            words, end = catalog("sql", lang), "" if lang == "en" else "_zh"
            named = [words["kinds"][k] for k in kinds]
            told |= {f"{key}{end}": words[reason][key].format(*named, **values) for key in ("why", "how")}
        super().__init__("E-SCHEME-040" if reason in _KINDS else "E-SCHEME-032", **told, **values)
