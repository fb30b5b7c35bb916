"""A workspace whose facts are up to date, held by one writer: what load, run and the quarantine begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from custrata.core.errors import Problem
from custrata.core.scheme.model import Scheme
from custrata.usecases.erps import with_erp
from custrata.usecases.identity_store import state as who_is_who
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.load.load import LoadResult, bring_up_to_date
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.mend_book import mends_in_force
from custrata.usecases.ports import Clock, FactStore, Progress, StoreFactory, silent
from custrata.usecases.profile_changes import kept_changes
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class Loaded:
    """`today` is the local date on which the load began; `scheme` says itself what an ERP preset said for it."""

    scheme: Scheme
    store: FactStore
    at: Workplace
    result: LoadResult
    today: date

    def facts(self, progress: Progress = silent, more: frozenset[str] = frozenset()) -> KeptFacts:
        """The facts, to be assembled; with `more` columns of the order headers than the scheme asks for."""
        return KeptFacts(self.scheme, self.store, self.result.state, self.at, progress, more)


@contextmanager
def loaded(
    workspace: Workspace, store_for: StoreFactory, started: datetime, *, anew: bool = False,
    progress: Progress = silent, open_store: OpenStore | None = None,
) -> Iterator[Loaded]:  # fmt: skip
    """Brings the facts of a workspace up to date and keeps other writers out until it is left. Where `open_store` is
    given, what people corrected in profiles is laid over them. Errors: those of `bring_up_to_date`; E-RUN-005 where
    another process is writing."""
    scheme = workspace.scheme()
    with (
        workspace.writing(started), workspace.scratch() as scratch,
        store_for(scheme.timezone, scratch, workspace.facts) as store,
    ):  # fmt: skip
        notes: list[Problem] = []
        scheme = with_erp(scheme, workspace.path, scratch, notes)
        changes = kept_changes(workspace, open_store)
        at = Workplace(workspace.path, scratch, who_is_who(workspace).mapping, mends_in_force(workspace), changes)
        now = int(started.timestamp() * 10**9)
        result = bring_up_to_date(scheme, store, at, now, anew=anew, progress=progress)
        result = replace(result, notes=(*notes, *result.notes))
        yield Loaded(scheme, store, at, result, started.astimezone(ZoneInfo(scheme.timezone)).date())


def load(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *, anew: bool = False, progress: Progress = silent
) -> LoadResult:  # fmt: skip
    """Brings the facts of a workspace up to date, without a run. Errors: those of `loaded`."""
    with loaded(workspace, store_for, clock(), anew=anew, progress=progress) as found:
        return found.result
