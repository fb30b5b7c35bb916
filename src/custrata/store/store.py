"""The store of a workspace over Django's models: what `custrata.usecases.store` asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connections
from django.db.transaction import atomic

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.store import AuditEntry, Override, PlanEntry, PlanState, ProfileChange, RunEntry, RunState, Verdict
from custrata.store import WAIT, models
from custrata.store.faults import LOST, told
from custrata.store.locks import take_turn
from custrata.store.rows import columns, entry_of, keepable

P = ParamSpec("P")
T = TypeVar("T")


def _coded(method: Callable[Concatenate[DjangoStore, P], T]) -> Callable[Concatenate[DjangoStore, P], T]:
    """What the database objects to is raised as a coded error."""

    @wraps(method)
    def run(self: DjangoStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with told(self._place):
                return method(self, *args, **kwargs)
        except CustrataError as error:
            connection = connections[self._alias]
            if error.problems[0].code == LOST and not connection.in_atomic_block:
                connection.close()  # The next question makes a new one; at the end of a block Django does so itself.
            raise

    return run


def _change(method: Callable[Concatenate[DjangoStore, P], T]) -> Callable[Concatenate[DjangoStore, P], T]:
    """A change, which has to be inside a transaction; errors as above."""

    @wraps(method)
    def run(self: DjangoStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if not connections[self._alias].in_atomic_block:
            raise RuntimeError(f"{method.__name__} is a change: call it inside transaction()")
        return method(self, *args, **kwargs)

    return _coded(run)


class DjangoStore:
    """A store in the database that Django knows under `alias`; `open_store` makes one.

    Times are given with a zone and come back in UTC; texts hold no NUL and no half of a surrogate pair (E-STORE-021);
    `brakes` and `detail` hold what JSON can. Changes outside of `transaction` raise RuntimeError. What is not there is
    told by E-STORE-015 (run), 016 (plan) and 017 (override). Any method can raise what `open_store` can.

    >>> import tempfile
    >>> from datetime import UTC, date, datetime
    >>> from pathlib import Path
    >>> from custrata.store import open_store
    >>> store = open_store(None, Path(tempfile.mkdtemp()))
    >>> with store.transaction():
    ...     store.add_run(RunEntry("r1", date(2026, 3, 31), datetime(2026, 4, 1, 3, tzinfo=UTC)))
    ...     store.add_run(RunEntry("r2", date(2026, 4, 30), datetime(2026, 5, 1, 3, tzinfo=UTC)))
    ...     store.make_current("r1")
    >>> [(run.id, run.state) for run in store.runs()]
    [('r2', 'rolled back'), ('r1', 'published')]
    >>> store.close()
    """

    def __init__(self, alias: str, place: str, wait: float = WAIT, *, own: bool = False) -> None:
        """`place` is what errors say; `wait` how many seconds a change waits for another; an alias that is the store's
        `own` is forgotten when it is closed."""
        self._alias, self._place, self._wait, self._own = alias, place, wait, own
        #: What Django calls its database, and what errors call it.
        self.alias, self.place = alias, place

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside, or none of them, whatever ends it. One at a time: another process waits, or is told
        (E-STORE-003) after `wait` seconds. One inside another is a part of it.

        Raises E-STORE-011 where the connection is lost: then nothing was changed; E-STORE-022 where it is lost at the
        very end, so that nobody knows.
        """
        block = atomic(using=self._alias)
        with told(self._place):
            block.__enter__()
        try:
            with told(self._place):
                take_turn(connections[self._alias], self._wait)
            yield
        except BaseException as error:
            with told(self._place):
                block.__exit__(type(error), error, error.__traceback__)
            raise
        with told(self._place, committing=True):
            block.__exit__(None, None, None)

    def close(self) -> None:
        """Ends the connection of this thread. Once is enough, and more do no harm."""
        if self._alias not in connections.settings:
            return
        with told(self._place):
            connections[self._alias].close()
        if self._own:
            del connections[self._alias]
            del connections.settings[self._alias]

    @_coded
    def runs(self, limit: int | None = None) -> list[RunEntry]:
        """The newest first, by the order of publishing."""
        return [_run(row) for row in self._rows(models.Run).order_by("-seq")[:limit]]

    @_coded
    def run(self, id: str) -> RunEntry | None:
        row = self._keyed(models.Run, id)
        return _run(row) if row else None

    @_coded
    def current(self) -> RunEntry | None:
        """The newest run, by the order of publishing, whose state is `published`."""
        row = self._rows(models.Run).filter(state="published").order_by("-seq").first()
        return _run(row) if row else None

    @_change
    def add_run(self, run: RunEntry) -> None:
        """Adds a published run as the newest, which makes it current. The states of others stay: a run that this one
        replaces is marked by `mark_run`. Raises E-STORE-019 where its id is taken."""
        if run.state != "published":
            raise ValueError(f"a run is added when it is published, not when it is {run.state}")
        self._add(models.Run, run.id, columns(run, self._place))

    @_change
    def make_current(self, id: str) -> None:
        """This run is `published`, and all that were published after it are `rolled back`, whatever they were before;
        those published before it stay as they are. So it is current. A run that was rolled back can be made current
        again."""
        row = self._keyed(models.Run, id)
        if row is None:
            raise self._missing("E-STORE-015", id, models.Run)
        self._rows(models.Run).filter(seq__gt=row.seq).update(state="rolled back")
        self._rows(models.Run).filter(seq=row.seq).update(state="published")

    @_change
    def mark_run(self, id: str, state: RunState) -> None:
        if not (keepable(id) and self._rows(models.Run).filter(key=id).update(state=state)):
            raise self._missing("E-STORE-015", id, models.Run)

    @_coded
    def plans(self, state: PlanState | None = None, limit: int | None = None) -> list[PlanEntry]:
        """The newest first, by the order of adding."""
        rows = self._rows(models.Plan)
        rows = rows if state is None else rows.filter(state=state)
        return [_plan(row) for row in rows.order_by("-seq")[:limit]]

    @_coded
    def plan(self, id: str) -> PlanEntry | None:
        row = self._keyed(models.Plan, id)
        return _plan(row) if row else None

    @_change
    def add_plan(self, plan: PlanEntry) -> None:
        """Raises E-STORE-019 where its id is taken."""
        self._add(models.Plan, plan.id, columns(plan, self._place))

    @_change
    def mark_plan(self, id: str, state: PlanState) -> None:
        if not (keepable(id) and self._rows(models.Plan).filter(key=id).update(state=state)):
            raise self._missing("E-STORE-016", id, models.Plan)

    @_change
    def add_verdict(self, verdict: Verdict) -> None:
        if self._keyed(models.Plan, verdict.plan) is None:
            raise self._missing("E-STORE-016", verdict.plan, models.Plan)
        values = columns(verdict, self._place)
        self._rows(models.Verdict).create(plan_id=values.pop("plan"), **values)

    @_coded
    def verdicts(self, plan: str) -> list[Verdict]:
        """The oldest first."""
        if not keepable(plan):
            return []
        rows = self._rows(models.Verdict).filter(plan_id=plan).order_by("id")
        return [entry_of(Verdict, row, plan=row.plan_id) for row in rows]

    @_change
    def add_override(self, override: Override) -> Override:
        """Adds it under the next id (the one given is ignored) and gives it back as it is kept."""
        values = columns(override, self._place)
        del values["id"]
        return entry_of(Override, self._rows(models.Override).create(**values))

    @_change
    def end_override(self, id: int, at: datetime, who: str) -> None:
        """Somebody takes it back. Raises E-STORE-018 where somebody has already."""
        ended = columns(Override(id, "", "", "pin", "", "", "", at, at.date(), None, at, who), self._place)
        own = self._rows(models.Override).filter(id=id)
        if own.end(ended_at=ended["ended_at"], ended_by=ended["ended_by"]):
            return
        row = own.first()
        if row is None:
            raise CustrataError(Problem("E-STORE-017", self._place, {"id": id}))
        found = entry_of(Override, row)
        values = {"id": id, "who": found.ended_by or "?", "at": f"{found.ended_at:%Y-%m-%d %H:%M} UTC"}
        raise CustrataError(Problem("E-STORE-018", self._place, values))

    @_coded
    def overrides(self, ladder: str | None = None, customer_id: str | None = None) -> list[Override]:
        """All that ever were, the oldest first."""
        wanted = {k: v for k, v in (("ladder", ladder), ("customer_id", customer_id)) if v is not None}
        if not keepable(*wanted.values()):
            return []
        return [entry_of(Override, row) for row in self._rows(models.Override).filter(**wanted).order_by("id")]

    @_change
    def add_profile_change(self, change: ProfileChange) -> ProfileChange:
        """Adds it under the next id (the one given is ignored) and gives it back as it is kept."""
        values = columns(change, self._place)
        del values["id"]
        return entry_of(ProfileChange, self._rows(models.ProfileChange).create(**values))

    @_coded
    def profile_changes(self, customers: Collection[str] | None = None) -> list[ProfileChange]:
        """Of these customers or of all, the oldest first."""
        rows = self._rows(models.ProfileChange)
        if customers is not None:
            rows = rows.filter(customer_id__in=[c for c in customers if keepable(c)])
        return [entry_of(ProfileChange, row) for row in rows.order_by("id")]

    @_coded
    def latest_profile_change(self) -> int:
        """The number of the latest; 0 before the first. What was made with it need not be made again."""
        row = self._rows(models.ProfileChange).order_by("-id").values_list("id", flat=True).first()
        return int(row or 0)

    @_change
    def record(self, entry: AuditEntry) -> None:
        """Adds it under the next id; the one given is ignored."""
        values = columns(entry, self._place)
        del values["id"]
        self._rows(models.AuditEntry).create(**values)

    @_coded
    def audit(self, subject: str | None = None, limit: int | None = None) -> list[AuditEntry]:
        """The newest first, by the order of adding."""
        if not keepable(subject or ""):
            return []
        rows = self._rows(models.AuditEntry)
        rows = rows if subject is None else rows.filter(subject=subject)
        return [entry_of(AuditEntry, row) for row in rows.order_by("-id")[:limit]]

    def _rows(self, model: Any) -> Any:
        return model.objects.using(self._alias)

    def _keyed(self, model: Any, key: str) -> Any:
        return self._rows(model).filter(key=key).first() if keepable(key) else None

    def _add(self, model: Any, key: str, values: dict[str, Any]) -> None:
        if self._rows(model).filter(key=key).exists():
            raise CustrataError(Problem("E-STORE-019", self._place, {"id": key}))
        del values["id"]
        self._rows(model).create(key=key, **values)

    def _missing(self, code: str, key: str, model: Any) -> CustrataError:
        known = list(self._rows(model).order_by("-seq").values_list("key", flat=True)[:100])
        values = {"id": key, "known": ", ".join(known[:5]) or "–", "suggestion": did_you_mean(key, known)}
        return CustrataError(Problem(code, self._place, values))


def _run(row: Any) -> RunEntry:
    return entry_of(RunEntry, row, id=row.key)


def _plan(row: Any) -> PlanEntry:
    return entry_of(PlanEntry, row, id=row.key, brakes=tuple(row.brakes))
