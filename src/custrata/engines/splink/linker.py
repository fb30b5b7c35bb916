"""Scores pairs of customers with Splink on the DuckDB that the rest of the work is done on."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.levels import COMPARISONS, Comparison, LevelParams, LinkModel
from custrata.core.identity.policy import Identity
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.engines.splink import fit as fit_
from custrata.engines.splink.conditions import NULLS, conditions

GAMMA = "gamma_"
#: More pairs are scored one slice after the other, so that memory stays bounded.
PAIRS_AT_ONCE = 1_000_000


class SplinkLinker:
    """Splink 5 over an engine's own connection. Its tables live as long as the engine."""

    name = "splink"

    def __init__(self, engine: DuckDBEngine) -> None:
        try:
            import splink
        except ImportError as error:
            raise CustrataError(Problem("E-ID-001", "", {"library": "splink"})) from error
        # Splink tells of every step; those who want to hear it configure its logger.
        logging.getLogger("splink").addHandler(logging.NullHandler())
        self.version = str(splink.__version__)
        self._engine = engine
        self._api: Any = splink.DuckDBAPI(connection=engine.backend.con)

    def fit(self, features: ir.Table, pairs: ir.Table, policy: Identity) -> LinkModel:
        """The chances of every level: small, frozen, the same for the same customers in any order."""
        return fit_.fit(self._engine, self, features, pairs, policy)

    def score(self, features: ir.Table, pairs: ir.Table, model: LinkModel) -> ir.Table:
        """`a`, `b`, `found`, `weight`, `probability`, and the number of the level of each field.

        Names that many customers have weigh less, names that few have weigh more (term frequencies).
        """
        n = self._engine.rows(pairs.aggregate(n=pairs.count()))[0]["n"]
        slices = max(1, -(-n // PAIRS_AT_ONCE))
        parts = []
        with self.linker(features, model) as linker:
            for i in range(slices):
                some = pairs if slices == 1 else pairs.filter((pairs.a.hash() % slices).abs() == i)
                parts.append(self._score_slice(linker, some, f"scored_{i}"))
        return reduce(lambda a, b: a.union(b), parts)

    def _score_slice(self, linker: Any, pairs: ir.Table, name: str) -> ir.Table:
        """Splink keeps all that it compared with the score; we keep the levels and drop the rest before the next
        slice."""
        blocked = pairs.select(join_key_l=pairs.a, join_key_r=pairs.b, match_key=pairs.found)
        blocked = self._engine.materialise("blocked", blocked)
        linker.table_management.register_blocked_pairs_for_predict(self.register(blocked))
        predicted = linker.inference.predict(warning_mode="never")
        t = self._engine.backend.table(predicted.physical_name)
        t = t.select(
            a="customer_id_l", b="customer_id_r", found=t.match_key, weight=t.match_weight,
            probability=t.match_probability,
            **{c.field: t[f"{GAMMA}{c.field}"].cast("int8") for c in COMPARISONS},
        )  # fmt: skip
        kept = self._engine.materialise(name, t)
        predicted.drop_table_from_database_and_remove_from_cache()
        return kept

    def register(self, table: ir.Table) -> Any:
        """An engine's table as one of Splink's."""
        return self._api.register(table.op().name)

    @contextmanager
    def linker(self, features: ir.Table, model: LinkModel | None) -> Iterator[Any]:
        """A Splink linker over features that the engine keeps, with a fitted model or with our own first guess."""
        import splink

        settings = splink.SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="customer_id",
            probability_two_random_records_match=model.prior if model else 1e-4,
            comparisons=[_comparison(c, model.levels[c.field] if model else None) for c in COMPARISONS],
            blocking_rules_to_generate_predictions=[splink.block_on("name_key")],
            retain_matching_columns=True,
        )
        yield splink.Linker(self.register(features), settings, log_level=None, validate_settings=False)


def _comparison(comparison: Comparison, params: tuple[LevelParams, ...] | None) -> Any:
    from splink import comparison_level_library as cll
    from splink import comparison_library as cl

    known: Mapping[str, LevelParams] = {p.name: p for p in params or ()}
    levels: list[Any] = [
        cll.CustomLevel(NULLS[comparison.field]).configure(is_null_level=True, label_for_charts="null")
    ]
    for level in comparison.levels:
        last = level is comparison.levels[-1]
        made = cll.ElseLevel() if last else cll.CustomLevel(conditions(comparison.field, level.name))
        chances: dict[str, Any] = {"m_probability": level.m}
        if level.name in known:
            chances = {"m_probability": known[level.name].m, "u_probability": known[level.name].u}
        if comparison.field == "name" and level.name == "same":
            chances |= (
                {"tf_adjustment_column": "name_key", "tf_minimum_u_value": known[level.name].u / 20} if known else {}
            )
        levels.append(made.configure(label_for_charts=level.name, **chances))
    return cl.CustomComparison(levels, output_column_name=comparison.field)
