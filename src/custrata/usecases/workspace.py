"""A workspace on disk: the scheme, `.custrata/` with its runs, which run is current, and who is writing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scheme.loader import find
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Params
from custrata.core.segments.fitting import load_params

#: Tells that the most of a run's files were removed to make room; what history needs is left.
THINNED = "thinned.json"
#: Names the run that is being published where no store decides.
_PUBLISHING = "publishing"


@dataclass(frozen=True)
class PublishedRun:
    """One immutable run: files in `folder`, and what its record says."""

    id: str
    folder: Path
    record: Mapping[str, Any]

    @property
    def customers(self) -> Path:
        return self.folder / "customers.parquet"

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.record["as_of"])

    @property
    def thinned(self) -> bool:
        """Whether only what history needs is left of it."""
        return (self.folder / THINNED).is_file()

    def require_whole(self) -> None:
        """Raises E-RUN-011 where only what history needs is left of it."""
        if self.thinned:
            values = {"run": self.id, "day": read_json(self.folder / THINNED).get("at", "?")[:10]}
            raise CustrataError(Problem("E-RUN-011", self.id, values))

    def same_as(self) -> dict[str, str]:
        """Ids that counted under another one: merged customers, subsidiaries under their parent."""
        file = self.folder / "identity.json"
        return {str(k): str(v) for k, v in read_json(file).items()} if file.is_file() else {}

    def scheme(self) -> Scheme:
        """The scheme as it was when the run was made."""
        try:
            return Scheme.parse(self.record["scheme"]["text"], self.record["scheme"]["file"])
        except (KeyError, TypeError):
            raise CustrataError(Problem("E-RUN-007", self.id, {"file": "record.json"})) from None

    def params(self, scheme: Scheme) -> dict[str, Params]:
        stored = read_json(self.folder / "params.json")
        try:
            return load_params(scheme, {name: entry["params"] for name, entry in stored["segments"].items()})
        except (KeyError, TypeError, AttributeError, ValidationError) as error:
            raise CustrataError(Problem("E-RUN-007", str(self.folder), {"file": "params.json"})) from error


@dataclass(frozen=True)
class Workspace:
    """The folder of a scheme file. Nothing is created before the first run."""

    path: Path
    scheme_file: Path | None = None

    @classmethod
    def at(cls, path: Path) -> Workspace:
        """From a scheme file or from the folder that holds one."""
        if path.is_file():
            return cls(path.resolve().parent, path.resolve())
        return cls(path.resolve())

    @property
    def home(self) -> Path:
        return self.path / ".custrata"

    @property
    def facts(self) -> Path:
        return self.home / "facts.duckdb"

    def scheme(self) -> Scheme:
        return Scheme.load(self.scheme_file or find(self.path))

    def run_ids(self) -> list[str]:
        """Published runs, oldest first by their ids."""
        runs = self.home / "runs"
        found = [p.name for p in runs.iterdir() if (p / "record.json").is_file()] if runs.is_dir() else []
        return sorted(found, key=run_order)

    @property
    def current_id(self) -> str | None:
        """The run that readers see, whether or not its files are sound; null before the first."""
        pointer = self.home / "current"
        if pointer.is_file():
            return pointer.read_text("utf-8").strip()
        return next(reversed(self.run_ids()), None)

    def run(self, run: str | None = None) -> PublishedRun:
        """A run by id, or the current one."""
        known = self.run_ids()
        if not known:
            raise CustrataError(Problem("E-RUN-001", str(self.path), {}))
        wanted = run or self.current_id or known[-1]
        if wanted not in known:
            values = {"run": wanted, "known": ", ".join(known[-5:]), "suggestion": did_you_mean(wanted, known)}
            raise CustrataError(Problem("E-RUN-002", str(self.path), values))
        folder = self.run_folder(wanted)
        return PublishedRun(wanted, folder, read_json(folder / "record.json"))

    def run_folder(self, run: str) -> Path:
        """Where the files of a run lie, or would."""
        return self.home / "runs" / run

    def publish(self, staged: Path, run: str) -> Path:
        """Makes a complete staged run current: first the folder appears whole, then the pointer changes. Whoever comes
        after a kill between the two changes the pointer."""
        replace_file(self.home / _PUBLISHING, run + "\n")
        target = self.place(staged, run)
        self.point_to(run)
        (self.home / _PUBLISHING).unlink(missing_ok=True)
        return target

    def complete(self) -> str | None:
        """Completes a publishing that a kill ended. Gives the run that is being published, and not current yet, where
        somebody is at it or nothing can be written."""
        if self._publishing() is None:
            return None
        with suppress(OSError), (self.home / "lock").open("a+", encoding="utf-8") as handle:
            lock_at_once(handle)
            self._complete()
        run = self._publishing()
        return run if run != self.current_id else None

    def _complete(self) -> None:
        run = self._publishing()
        if run is None:
            return
        if run in self.run_ids():
            self.point_to(run)
        (self.home / _PUBLISHING).unlink(missing_ok=True)

    def _publishing(self) -> str | None:
        try:
            return (self.home / _PUBLISHING).read_text("utf-8").strip()
        except FileNotFoundError:
            return None

    def place(self, staged: Path, run: str) -> Path:
        """Puts a complete staged run among the others; nobody looks at it yet."""
        target = self.run_folder(run)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            staged.replace(target)
        except FileNotFoundError:
            # Whoever opened the store since it said that this run is current may have been quicker.
            if not (target / "record.json").is_file():
                raise
        return target

    def point_to(self, run: str) -> None:
        """Makes a run current."""
        # Readers who find the pointer behind the store do the same at the same time: each has a file of its own.
        pointer = self.home / f"current-{os.getpid()}-{secrets.token_hex(4)}.new"
        try:
            pointer.write_text(run + "\n", "utf-8")
            pointer.replace(self.home / "current")
        finally:
            pointer.unlink(missing_ok=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for work in progress inside the workspace, so that publishing is a rename; old remains are removed.
        Only for who is `writing`."""
        staging = self.home / "staging"
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir(parents=True)
            yield Path(tempfile.mkdtemp(dir=staging))
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    @contextmanager
    def writing(self, now: datetime) -> Iterator[None]:
        """At most one writer. The operating system holds the lock, so it ends with its process, however that ends.

        Errors: E-RUN-005 another process is writing; E-RUN-006 the disk is full, or the folder cannot be written, then
        or while something is written."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = (self.home / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            values = {"why": error.strerror or str(error), "path": str(self.home)}
            raise CustrataError(Problem("E-RUN-006", str(self.path), values)) from error
        with written(self.path), handle:
            try:
                lock_at_once(handle)
            except OSError:
                raise CustrataError(Problem("E-RUN-005", str(self.path), _holder(self.home / "lock"))) from None
            handle.truncate(0)
            handle.write(json.dumps({"pid": os.getpid(), "since": now.isoformat(timespec="seconds")}))
            handle.flush()
            self._complete()
            yield


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Raises what the operating system objects to inside (no space, no permission) as E-RUN-006."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise  # of a network or of a closed pipe, which is no disk
    except OSError as error:
        values = {"why": error.strerror or str(error), "path": str(error.filename or path)}
        raise CustrataError(Problem("E-RUN-006", str(path), values)) from error


def run_order(run: str) -> tuple[str, int, str]:
    """What sorts ids of runs by the order in which they were given: their second, and their number within it.

    >>> sorted(["20240401-120000-ab12-10", "20240401-120000-ab12-9", "20240401-120000-c3d4"], key=run_order)
    ['20240401-120000-c3d4', '20240401-120000-ab12-9', '20240401-120000-ab12-10']
    """
    second, number = run[:15], run[21:]
    return second, int(number) if number.isdecimal() else 1, run


def lock_at_once(handle: IO[str]) -> None:
    """Takes the lock or raises `OSError` at once."""
    if sys.platform == "win32":
        import msvcrt

        handle.seek(1_000_000)  # beyond the text, which others must be able to read
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(lock: Path) -> dict[str, Any]:
    """Who holds the lock, as far as it tells."""
    try:
        found = json.loads(lock.read_text("utf-8"))
    except (OSError, ValueError):
        found = {}
    return {"pid": found.get("pid", "?"), "since": found.get("since", "?")} if isinstance(found, dict) else {}


def read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CustrataError(Problem("E-RUN-007", str(path.parent), {"file": path.name})) from error
    if not isinstance(found, dict):
        raise CustrataError(Problem("E-RUN-007", str(path.parent), {"file": path.name}))
    return found


def replace_file(path: Path, text: str) -> None:
    """The whole file in one step; it is on the disk before it takes the old one's place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_suffix(".new")
        with staged.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        values = {"why": error.strerror or str(error), "path": str(path)}
        raise CustrataError(Problem("E-RUN-006", str(path), values)) from error
