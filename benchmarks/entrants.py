"""Who takes part: how each contender is started, whether its answers must agree, and up to which size it is asked."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contract import SCHEME

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "benchmarks" / ".env" / "lifetimes"


@dataclass(frozen=True)
class Entrant:
    """One contender. `answers` tells whether it does the whole work, so that its customers must be everybody's."""

    name: str
    title: str
    module: str
    answers: bool = True
    most_lines: int | None = None
    why_not: str = ""
    python: Path = Path(sys.executable)

    def command(self, lines: Path, folder: Path) -> list[str]:
        return [str(self.python), "-m", "benchmarks.child", self.module, str(lines), str(self.result(folder))]

    def prepare(self, lines: Path, folder: Path) -> None:
        """Makes `folder` as it must be before each run; not timed."""
        del lines
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def result(self, folder: Path) -> Path:
        return folder / "customers.parquet"


class CommandLine(Entrant):
    """`custrata run` on a fresh workspace, as a user starts it."""

    def command(self, lines: Path, folder: Path) -> list[str]:
        return [str(Path(sys.executable).with_name("custrata")), "run", str(folder)]

    def prepare(self, lines: Path, folder: Path) -> None:
        super().prepare(lines, folder)
        (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
        (folder / "lines.parquet").symlink_to(lines.resolve())

    def result(self, folder: Path) -> Path:
        return next(folder.glob(".custrata/runs/*/customers.parquet"))


FLOOR = Entrant("floor", "bare scan (floor)", "floor", answers=False)
SQL = Entrant("sql", "hand-written SQL", "sql")
NAIVE = Entrant("naive", "naive SQL (for information)", "naive", answers=False)
API = Entrant("custrata", "custrata, Python API", "api")
CLI = CommandLine("cli", "custrata run (whole process)", "")
POLARS = Entrant("polars", "Polars, streaming", "polars_")
PANDAS = Entrant("pandas", "pandas", "pandas_", most_lines=20_000_000, why_not="more memory than most machines have")
LIFETIMES = Entrant(
    "lifetimes", "lifetimes (RFM summary only)", "lifetimes_", answers=False, most_lines=20_000_000,
    why_not="minutes a run", python=ENVIRONMENT / "bin" / "python",
)  # fmt: skip
USUAL: Sequence[Entrant] = (FLOOR, SQL, NAIVE, API, CLI, POLARS, PANDAS)
PEERS = {e.name: e for e in (LIFETIMES,)}
