"""What duplicates, merge, split and resolve do: call the use case, print the answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from custrata.cli import identity_show as show
from custrata.cli.failure import language
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, print_json, user, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.changes import Best
from custrata.core.identity.policy import Identity
from custrata.core.scheme.model import Scheme
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class _Open:
    """A workspace, its scheme, and an engine to work with."""

    workspace: Workspace
    scheme: Scheme
    policy: Identity
    engine: Any
    scratch: Path

    def customers(self) -> ir.Table:
        from custrata.usecases.identity_read import read_customers

        return read_customers(self.scheme, self.workspace.path, self.scratch, self.engine, self.policy)

    def best(self, customers: ir.Table, ids: Sequence[str]) -> Best:
        from custrata.usecases.identity_survivor import order_counts, survivor_rule

        wanted = self.policy.survivor == "most_orders"
        orders = order_counts(self.scheme, self.workspace.path, self.scratch, self.engine) if wanted else None
        return survivor_rule(self.engine, customers, ids, self.policy, orders)


@contextmanager
def _opened(path: Path) -> Iterator[_Open]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.identity_read import policy_of

    workspace = workspace_at(path)
    scheme = workspace.scheme()
    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as folder,
        duckdb_engine(scheme.timezone, Path(folder)) as engine,
    ):
        yield _Open(workspace, scheme, policy_of(scheme), engine, Path(folder))


def duplicates(
    path: Path, out: Path | None, decisions: Path | None, apply: bool, limit: int, who: str | None, as_json: bool
) -> None:
    """`custrata duplicates`"""
    if decisions is not None and (out is not None or apply):
        raise CustrataError(Problem("E-ID-014", "", {"options": "--decisions, --out, --apply"}))
    with _opened(path) as at:
        if decisions is not None:
            _decisions(at, decisions, who, as_json)
        else:
            _search(at, out, apply, limit, as_json)


def _search(at: _Open, out: Path | None, apply: bool, limit: int, as_json: bool) -> None:
    from custrata import __version__
    from custrata.engines.splink.linker import SplinkLinker
    from custrata.usecases.identity import find
    from custrata.usecases.identity_decide import apply_rules
    from custrata.usecases.identity_read import read_people
    from custrata.usecases.identity_review import write_review
    from custrata.usecases.identity_store import state

    lang = language()
    with Steps(lang) as steps:
        steps("identity_read")
        people = read_people(at.scheme, at.workspace.path, at.scratch, at.engine, at.policy)
        now = state(at.workspace)
        found = find(people, at.policy, now, at.engine, SplinkLinker(at.engine), steps)
    best = at.best(people.table, [i for ids in found.groups.groups for i in ids])
    written = apply_rules(at.workspace, clock, found, at.policy, best, f"custrata {__version__}") if apply else None
    if out is not None:
        write_review(out, found.doubts, list(found.fields), lang)
    if as_json:
        print_json(show.found_json(found, at.policy, now, best, written, out, limit, lang))
        return
    show.found(found, at.policy, now, best, limit, lang, listed=out is not None)
    if out is not None:
        show.review_written(out, found, lang)
    if written is not None:
        show.recorded_by_rule(written, lang)
    elif found.groups.groups:
        show.not_recorded(lang)


def _decisions(at: _Open, file: Path, who: str | None, as_json: bool) -> None:
    from custrata.usecases.identity_decide import decide
    from custrata.usecases.identity_review import read_review
    from custrata.usecases.identity_store import state

    lang = language()
    if not file.exists():
        raise CustrataError(Problem("E-SCHEME-021", str(file), {}))
    wanted = read_review(file, at.engine, at.scratch)
    customers = at.customers()
    now = state(at.workspace)
    ids = sorted({m for d in wanted for i in (d.a, d.b) for m in now.members(i)})
    best = at.best(customers, ids)
    written = decide(at.workspace, clock, wanted, user(who), best, _known(at, customers, now.mapping))
    if as_json:
        print_json(show.recorded_json(written))
        return
    show.decided(written, file, lang)


def merge(path: Path, customers: Sequence[str], reason: str, keep: str | None, who: str | None, as_json: bool) -> None:
    """`custrata merge`"""
    from custrata.usecases.identity_decide import merge as merge_
    from custrata.usecases.identity_store import state

    ids = list(dict.fromkeys(customers))
    if len(ids) < 2:
        raise CustrataError(Problem("E-ID-015", "", {}))
    _reasoned(reason)
    with _opened(path) as at:
        table = at.customers()
        now = state(at.workspace)
        best = at.best(table, sorted({m for i in ids for m in now.members(i)}))
        known = _known(at, table, now.mapping)
        written = merge_(at.workspace, clock, ids, user(who), reason, best, known, keep)
        after = state(at.workspace)
    if as_json:
        print_json(show.recorded_json(written) | {"survivor": after.resolve(ids[0])})
        return
    show.merged(after, ids, language())


def split(path: Path, customer: str | None, seq: int | None, reason: str, who: str | None, as_json: bool) -> None:
    """`custrata split`"""
    from custrata.usecases.identity_decide import split as split_
    from custrata.usecases.identity_decide import undo
    from custrata.usecases.identity_store import read_ledger

    if (customer is None) == (seq is None):
        raise CustrataError(Problem("E-ID-014", "", {"options": "CUSTOMER, --undo"}))
    _reasoned(reason)
    workspace = workspace_at(path)
    if customer is not None:
        written = split_(workspace, clock, customer, user(who), reason)
    else:
        assert seq is not None
        written = undo(workspace, clock, seq, user(who), reason)
    if as_json:
        print_json(show.recorded_json(written))
        return
    show.split(written, read_ledger(workspace), language())


def resolve(path: Path, customer: str, at: str | None, as_json: bool) -> None:
    """`custrata resolve`"""
    from custrata.core.identity.ledger import who_is_who
    from custrata.usecases.identity_store import read_ledger

    workspace = workspace_at(path)
    entries = read_ledger(workspace)
    if not any(customer in (*e.ids, *e.others) for e in entries):
        with _opened(path) as opened:
            known = _known(opened, opened.customers(), {})
            if customer not in known:
                from custrata.usecases.identity_decide import unknown_customer

                raise CustrataError(unknown_customer(customer, str(workspace.path), known))
    moment = _moment(at, workspace.scheme().timezone) if at is not None else None
    state = who_is_who(entries, moment)
    if as_json:
        print_json(show.resolved_json(entries, state, customer))
        return
    show.resolved(entries, state, customer, workspace.scheme().timezone, language())


def _known(at: _Open, customers: ir.Table, merged: Any) -> set[str]:
    return {r["customer_id"] for r in at.engine.rows(customers.select("customer_id"))} | set(merged)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise CustrataError(Problem("E-ID-016", "", {}))


def _moment(value: str, timezone: str) -> datetime:
    """A date means its end, in the scheme's time zone: what was decided on that day counts."""
    try:
        if len(value) == len("2026-03-31"):
            return datetime.combine(date.fromisoformat(value), time.max, ZoneInfo(timezone))
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise CustrataError(Problem("E-ID-013", "--at", {"value": value})) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
