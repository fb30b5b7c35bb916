"""Where a store of a test lies, how to get at it behind its back, and entries to put into it."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import psycopg
import pytest

from custrata.core.errors import CustrataError
from custrata.core.store import Override, OverrideKind, PlanEntry, PlanState, RunEntry
from custrata.store import open_store

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore

NOON = datetime(2026, 3, 31, 12, 0, 0, 123456, tzinfo=UTC)
_moments = itertools.count()


@dataclass
class Place:
    """A folder or a schema of a database; stores opened here are closed after the test."""

    vendor: Literal["sqlite", "postgresql"]
    folder: Path
    url: str | None = None
    _open: list[DjangoStore] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "store.sqlite3"

    def open(self, wait: float = 10.0) -> DjangoStore:
        store = open_store(self.url, self.folder, wait=wait)
        self._open.append(store)
        return store

    def close(self) -> None:
        for store in self._open:
            with suppress(Exception):
                store.close()

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """A connection of the database's own driver, in autocommit."""
        if self.vendor == "sqlite":
            with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
                yield connection
        else:
            assert self.url is not None
            with psycopg.connect(self.url, autocommit=True) as connection:
                yield connection

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs a statement behind the store's back."""
        with self.raw() as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def program(self, body: str) -> subprocess.Popen[str]:
        """Another process with a `store` that is open here; `say(word)` tells us something."""
        head = (
            "import sys, time, os\nfrom pathlib import Path\nfrom store_places import *\n"
            "def say(word): print(word, flush=True)\n"
            f"place = Place({self.vendor!r}, Path({str(self.folder)!r}), {self.url!r})\n"
            "store = place.open()\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", head + textwrap.dedent(body)], cwd=Path(__file__).parent, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(),
        )  # fmt: skip


def _environment() -> dict[str, str]:
    here = Path(__file__).resolve().parent
    return {**os.environ, "PYTHONPATH": f"{here}:{here.parent}"}


def python(code: str, **environment: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=_environment() | environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def heard(process: subprocess.Popen[str]) -> str:
    """The next word of another process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[CustrataError]]:
    """What is inside is refused with this code, in both languages."""
    with pytest.raises(CustrataError) as caught:
        yield caught
    (problem,) = caught.value.problems
    assert problem.code == code, caught.value
    for lang in ("en", "zh"):
        assert "{" not in problem.text(lang)


def run(id: str = "", as_of: date = date(2026, 3, 31), **more: Any) -> RunEntry:
    return RunEntry(id or f"r-{uuid4().hex[:8]}", as_of, _moment(), **more)


def plan(id: str = "", state: PlanState = "open", **more: Any) -> PlanEntry:
    brakes = [{"ladder": "会员", "brake": "fall", "customers": 12, "of": 40, "most": "0.1"}]
    given = {"facts": "f1", "logic_hash": "l1", "overrides": "o1", "base": None, "moves": 12, "brakes": brakes, **more}
    return PlanEntry(id or f"p-{uuid4().hex[:8]}", date(2026, 3, 31), _moment(), state, **given)


def override(customer: str = "C7", kind: OverrideKind = "pin", **more: Any) -> Override:
    given = {"ladder": "member", "level": "VIP", "reason": "a promise", "who": "ann", **more}
    given.setdefault("starts", date(2026, 3, 1))
    return Override(id=0, customer_id=customer, kind=kind, created_at=_moment(), **given)


def _moment() -> datetime:
    return NOON + timedelta(seconds=next(_moments))
