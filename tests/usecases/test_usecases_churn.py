"""A classifier of who will be silent learns from the past alone, and is used where it is better than past purchases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pytest

from custrata.core.errors import CustrataError
from custrata.core.metrics.base import FactTables
from custrata.core.predict import features as module
from custrata.core.predict.backtest import BOOSTED
from custrata.core.predict.boosted import Boosted
from custrata.core.windows import Window
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS, catalog
from custrata.report.backtest_words import sentences
from custrata.usecases import churn_training, churn_trees
from custrata.usecases.backtest import backtest
from custrata.usecases.churn_training import past_days, snapshot
from custrata.usecases.opened import open_run
from custrata.usecases.predictions_churn import snapshots_of
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

LAST = date(2024, 6, 30)
SCHEME = """scheme: Shop
as_of: 2024-06-30
sources:
  orders: {file: orders.csv, columns: {order_id: no, customer_id: who, ordered_at: at, amount: paid}}
  interactions: {file: contacts.csv, columns: {customer_id: who, happened_at: at, kind: what}}
metrics:
  risk: {churn: 60 days, model: boosted}
  better: {churn: 60 days, model: best}
  plain: {churn: 60 days}
"""
Row = tuple[str, str, date, float]
Contact = tuple[str, date, str]


def shop(customers: int = 500, seed: int = 1, angry: float = 0.5) -> tuple[list[Row], list[Contact]]:
    """Customers who buy about every three weeks; a complaint makes most of them leave at once, which their purchases
    cannot show yet."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    contacts: list[Contact] = []
    for i in range(customers):
        day, gap = LAST - timedelta(int(rng.integers(200, 420))), 8 + rng.gamma(2, 10)
        while day <= LAST:
            rows.append((f"o{len(rows)}", f"c{i}", day, round(float(rng.gamma(4, 10)) + 1, 2)))
            if rng.random() < 0.12:
                contacts.append((f"c{i}", min(day + timedelta(2), LAST), "complaint"))
                if rng.random() < angry:
                    break
            if rng.random() < 0.03:
                break
            day += timedelta(1 + int(rng.exponential(gap)))
    return rows, contacts


def written(folder: Path, rows: Sequence[Row], contacts: Sequence[Contact], scheme: str = SCHEME) -> Workspace:
    (folder / "orders.csv").write_text(
        "no,who,at,paid\n" + "".join(f"{o},{c},{d},{a}\n" for o, c, d, a in rows), "utf-8"
    )
    (folder / "contacts.csv").write_text("who,at,what\n" + "".join(f"{c},{d},{k}\n" for c, d, k in contacts), "utf-8")
    (folder / "scheme.yaml").write_text(scheme, "utf-8")
    return Workspace.at(folder)


def evaluated(
    folder: Path, rows: Sequence[Row], contacts: Sequence[Contact], scheme: str = SCHEME
) -> tuple[RunResult, dict[str, dict[str, Any]], dict[str, Any]]:
    result = run(written(folder, rows, contacts, scheme), duckdb_store, lambda: datetime.now(UTC))
    table = duckdb.sql(f"FROM '{result.run.folder}/customers.parquet'").fetch_arrow_table().to_pylist()
    return result, {row["customer_id"]: row for row in table}, {n.code: n.values for n in result.notes}


@pytest.fixture(scope="module")
def angry(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    folder = tmp_path_factory.mktemp("angry")
    return folder, *evaluated(folder, *shop(angry=0.95))


def test_where_complaints_tell_who_leaves_the_classifier_is_taken(angry: Any) -> None:
    _, result, found, said = angry
    assert list(said) == ["E-PREDICT-045"]
    assert float(said["E-PREDICT-045"]["boosted"]) < float(said["E-PREDICT-045"]["purchases"])
    for row in found.values():
        assert row["risk"] == row["better"]
        assert 0 < row["risk"] < 1
    assert sum(row["risk"] != row["plain"] for row in found.values()) > 400
    kept = json.loads((result.run.folder / "params.json").read_text("utf-8"))["predictions"]["boosted:60"]
    model = Boosted.model_validate(kept["model"])
    assert kept["metrics"] == ["risk", "better"]
    assert model.features[-6:] == module.OF_INTERACTIONS
    assert model.trained == ("2023-11-03", "2024-01-02", "2024-03-02", "2024-05-01")


def test_a_customer_is_told_what_raises_his_risk_in_both_languages(angry: Any) -> None:
    folder, _, found, _ = angry
    contacts = (folder / "contacts.csv").read_text("utf-8").splitlines()[1:]
    recent = {line.split(",")[0] for line in contacts if line.split(",")[1] > "2024-05-15"}
    who = max(sorted(recent), key=lambda c: found[c]["risk"] - found[c]["plain"])
    with open_run(Workspace.at(folder), duckdb_engine, folder / "scratch") as shown:
        en = {m.name: m.because for m in shown.explain(who, "en").metrics}
        zh = {m.name: m.because for m in shown.explain(who, "zh").metrics}
    raised = en["risk"].partition("Raises the risk: ")[2]
    assert "complaint" in raised or "last contact" in raised
    assert "推高风险的因素：" in zh["risk"]
    assert "Raises" not in en["plain"]
    assert en["better"] == en["risk"]


def test_where_they_tell_nothing_past_purchases_are_enough(tmp_path: Path) -> None:
    _, found, said = evaluated(tmp_path, *shop(400, 3, angry=0.0))
    assert list(said) == ["E-PREDICT-046"]
    assert all(row["better"] == row["plain"] for row in found.values())


def test_customers_alike_in_everything_run_the_same_risk(tmp_path: Path, angry: Any) -> None:
    rows, contacts = shop(150, 5)
    twins = [(f"{o}t", f"{c}-twin", d, a) for o, c, d, a in rows]
    also = [(f"{c}-twin", d, k) for c, d, k in contacts]
    _, found, _ = evaluated(tmp_path, [*rows, *twins], [*contacts, *also])
    for who in (c for c in found if not c.endswith("-twin")):
        assert {**found[f"{who}-twin"], "customer_id": who} == found[who]


def features_at(folder: Path, rows: Sequence[Row], contacts: Sequence[Contact], day: date) -> dict[str, list[float]]:
    """What would have been known of everybody on a day, by customer."""
    from custrata.usecases.load.loaded import loaded

    with loaded(written(folder, rows, contacts), duckdb_store, datetime.now(UTC)) as ready:
        kept = ready.facts()
        found = snapshot(lambda d: kept.facts(d, ready.today), ready.store, day, 60, until=False)
    return {w: [round(v, 9) for v in x] for w, x in zip(found.who.to_pylist(), found.x.tolist(), strict=True)}


def leaks(folder: Path, day: date) -> bool:
    """Whether anything known on a day changes with what happens after it: the shop as it went on, and as if it had
    stopped."""
    rows, contacts = shop(120, 7)
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    whole = features_at(folder / "a", rows, contacts, day)
    until = [r for r in rows if r[2] <= day], [c for c in contacts if c[1] <= day]
    # The last day stays the same one.
    stopped = features_at(folder / "b", [*until[0], ("end", "newcomer", LAST, 1.0)], until[1], day)
    # As text, for what is not a number does not equal itself.
    return str(sorted(whole.items())) != str(sorted(stopped.items()))


def test_nothing_of_the_future_is_known(tmp_path: Path) -> None:
    assert not leaks(tmp_path, date(2024, 3, 2))


def test_a_planted_leak_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = churn_training.told_of
    after = date(2024, 3, 2)

    def leaking(tables: FactTables, day: date, days: int) -> Any:
        """As if somebody had computed the days of silence from the order file as it lies there today."""
        lies = tmp_path / ("b" if (tmp_path / "b/orders.csv").exists() else "a")
        rows = (lies / "orders.csv").read_text().splitlines()
        later = sorted({r.split(",")[1] for r in rows[1:] if r.split(",")[2] > after.isoformat()})
        t = real(tables, day, days)
        return t.mutate(silent=ibis.ifelse(t.customer_id.isin(later), 0, t.silent))

    monkeypatch.setattr(churn_training, "told_of", leaking)
    assert leaks(tmp_path, after)


def test_the_days_to_learn_from_are_past_and_have_a_history() -> None:
    assert past_days(date(2024, 1, 1), LAST, 60) == [date(2024, 5, 1), date(2024, 3, 2)]
    assert past_days(date(2024, 3, 1), LAST, 60) == [date(2024, 5, 1)]
    assert past_days(None, LAST, 60) == []


def test_a_young_shop_is_refused_or_judged_by_purchases_alone(tmp_path: Path) -> None:
    rows = [r for r in shop(200, 9)[0] if r[2] > LAST - timedelta(21)]
    _, found, said = evaluated(tmp_path, rows, shop(200, 9)[1])
    assert said["E-PREDICT-041"] == {"days": 60} == said["E-PREDICT-043"]
    assert all(row["risk"] is None and row["better"] == row["plain"] for row in found.values())


def test_too_few_customers_are_refused_or_judged_by_purchases_alone(tmp_path: Path) -> None:
    _, found, said = evaluated(tmp_path, *shop(30, 11))
    assert {"E-PREDICT-042", "E-PREDICT-044"} <= set(said)
    assert all(row["risk"] is None and row["better"] == row["plain"] for row in found.values())


def test_without_the_library_the_run_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(churn_trees, "find_spec", lambda _: None)
    with pytest.raises(CustrataError) as error:
        evaluated(tmp_path, *shop(30, 11))
    [problem] = error.value.problems
    assert (problem.code, problem.place) == ("E-PREDICT-040", "scheme.yaml:7 metrics.risk")


def test_a_risk_is_the_same_in_whatever_order_the_orders_come(tmp_path: Path, angry: Any) -> None:
    rows, contacts = shop(angry=0.95)
    rng = np.random.default_rng(2)
    mixed = [rows[i] for i in rng.permutation(len(rows))], [contacts[i] for i in rng.permutation(len(contacts))]
    result, found, said = evaluated(tmp_path, *mixed)
    assert (found, said) == angry[2:]
    kept = [json.loads((r.run.folder / "params.json").read_text("utf-8")) for r in (result, angry[1])]
    assert kept[0]["predictions"] == kept[1]["predictions"]


@pytest.mark.parametrize("day", ["", "closed_at: until, "])
def test_what_is_settled_since_nobody_knows_when_tells_nothing_of_past_days(tmp_path: Path, day: str) -> None:
    """A ticket that is settled now may have been open then: to take it for settled would be to know the future."""
    from custrata.usecases.load.loaded import loaded

    kept = "customer_id: who, happened_at: at, kind: what"
    scheme = SCHEME.replace(f"{kept}}}", f"{kept}, {day}status: state}}, closed: [done]")
    workspace = written(tmp_path, *shop(60, 7), scheme)
    lines = ["who,at,what,state,until", *(f"c{i},2024-03-0{i},ticket,done,2024-03-2{i}" for i in range(1, 9))]
    (tmp_path / "contacts.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with loaded(workspace, duckdb_store, datetime.now(UTC)) as ready:
        facts = ready.facts().facts(None, ready.today)
        snapshots, names = snapshots_of(facts, ready.store, 60)
    told = snapshots[1]
    assert told.day == date(2024, 3, 2)
    assert ("tickets_open" in names) is bool(day)
    if day:
        row = told.who.to_pylist().index("c1")
        assert told.x[row][names.index("tickets_open")] == 1, "open on that day, whatever became of it"


def test_a_shop_to_which_everything_was_sent_back_gives_nobody_a_risk(tmp_path: Path) -> None:
    rows, contacts = shop(60, 7)
    returns = "  returns: {file: returns.csv, columns: {return_id: id, order_id: no, returned_at: at, amount: back}}\n"
    lines = ["id,no,at,back", *(f"r{o},{o},{d},{a}" for o, _, d, a in rows)]
    (tmp_path / "returns.csv").write_text("\n".join(lines) + "\n", "utf-8")
    _, found, said = evaluated(tmp_path, rows, contacts, SCHEME.replace("metrics:", f"{returns}metrics:"))
    assert {"E-PREDICT-042", "E-PREDICT-044"} <= set(said)
    assert all(row["risk"] is None and row["better"] is None for row in found.values())


@pytest.mark.parametrize("lang", LANGS)
def test_who_has_no_risk_for_want_of_a_classifier_is_told_so(tmp_path: Path, lang: Any) -> None:
    evaluated(tmp_path, *shop(30, 11))
    with open_run(Workspace.at(tmp_path), duckdb_engine, tmp_path / "scratch") as shown:
        told = {m.name: m.because for m in shown.explain("c1", lang).metrics}
    said = {"en": "no classifier could be trained", "zh": "无法训练分类器"}[lang]
    assert said in told["risk"] and said not in told["plain"]


def test_odd_customers_have_a_risk_like_anybody(tmp_path: Path) -> None:
    """One who only sends back, one with 40,000 orders, a wholesale customer, and a month in which nobody bought."""
    rows, contacts = shop(300, 13)
    rows = [r for r in rows if not date(2024, 2, 1) <= r[2] <= date(2024, 2, 29)]
    rows += [("n1", "returner", LAST - timedelta(80), 10.0), ("n2", "returner", LAST - timedelta(70), -50.0)]
    rows += [(f"m{i}", "busy", LAST - timedelta(i % 300), 1.0) for i in range(40_000)]
    rows += [(f"w{i}", "wholesale", LAST - timedelta(20 + 182 * i), 9_000.0) for i in range(2)]
    _, found, _ = evaluated(tmp_path, rows, contacts)
    assert all(0 < found[w]["risk"] < 1 for w in ("returner", "busy", "wholesale"))
    assert found["busy"]["risk"] < 0.2 < found["returner"]["risk"]


def test_a_back_test_tries_the_classifier_that_a_scheme_asks_for(tmp_path: Path) -> None:
    workspace = written(tmp_path, *shop(500, 1, angry=0.95))
    found = backtest(workspace, duckdb_store, lambda: datetime.now(UTC), horizon=Window("days", 60), times=1)
    means = {m.by: m for m in found.means()}
    own, plain = means[BOOSTED], found.by_purchases()
    assert plain is not None
    assert own.error is not None and plain.error is not None and own.error < plain.error
    assert own.purchases is None, "it tells a risk, no amounts"
    for lang in LANGS:
        last, words = sentences(found, lang)[-1], catalog("predict", lang)["classifier"]
        figures = {"ranking": f"{own.ranking:.3f}", "plain": f"{plain.ranking:.3f}", "error": f"{own.error:.3f}"}
        figures |= {"plain_error": f"{plain.error:.3f}", "model": catalog("predict", lang)["by"][plain.by]}
        assert last == words["better"].format(**figures)
    (tmp_path / "scheme.yaml").write_text(SCHEME.replace(", model: boosted", "").replace(", model: best", ""), "utf-8")
    found = backtest(workspace, duckdb_store, lambda: datetime.now(UTC), horizon=Window("days", 60), times=1)
    assert BOOSTED not in {m.by for m in found.means()}
