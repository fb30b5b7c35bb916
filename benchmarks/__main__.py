"""`python -m benchmarks`: makes the data, runs the contenders in turn, checks that they agree, prints the ratios."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import entrants, show, targets
from benchmarks.agree import compared
from benchmarks.data import hard_file, lines_file, parse_size
from benchmarks.entrants import Entrant
from benchmarks.measure import Failed, race
from benchmarks.peers import lifetimes_missing

_SMALL, _HARD = 10_000, 200_000
_USUAL_SIZES = [1_000_000, 10_000_000]


def main(argv: Sequence[str] | None = None) -> int:
    """0 where all contenders agree, 1 where any differs or fails; missed targets are shown, not punished."""
    options = _options(argv)
    console = Console(stderr=options.json)
    if not console.is_terminal:  # a pipe has no width, and the tables need some
        console = Console(stderr=options.json, width=110)
    field, absent = _field(options)
    report: dict[str, Any] = {"runs": options.runs, "absent": absent, "sizes": {}}
    ok = True
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder, console.status("") as status:
        for name, why in absent.items():
            console.print(f"[yellow]{name} does not take part: {why}[/]")
        try:
            if any(e.name == "cli" for e in field):
                report["small_run"] = _small(Path(folder), options.runs, status.update)
            report["hard_cases_agree"] = ok = _hard(field, Path(folder), status.update, console)
            for lines in options.sizes:
                found = _size(lines, field, Path(folder), options.runs, status.update, console)
                report["sizes"][str(lines)] = found
                ok = ok and found["agree"]
        except Failed as error:
            console.print(f"[red]{error}[/]", highlight=False)
            ok = False
    if "small_run" in report:
        show.small_run(console, report["small_run"], targets.SMALL_RUN_SECONDS)
    if options.json:
        print(json.dumps(report, indent=2))
    return 0 if ok else 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    more = ", ".join(entrants.PEERS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=lambda s: [parse_size(x) for x in s.split(",")], default=_USUAL_SIZES,
                        help="numbers of lines: 1m,10m by default; 50m on request")  # fmt: skip
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender (3)")
    parser.add_argument("--only", type=lambda s: s.split(","), default=None,
                        help="just these: " + ",".join(e.name for e in entrants.USUAL))  # fmt: skip
    parser.add_argument("--peers", type=lambda s: s.split(","), default=[],
                        help=f"further peers, in environments of their own: {more}")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="JSON on standard output, tables on standard error")
    options = parser.parse_args(argv)
    known = {e.name for e in entrants.USUAL}
    for given, names in ((options.only or [], known), (options.peers, set(entrants.PEERS))):
        for unknown in set(given) - names:
            parser.error(f"'{unknown}' is none of {', '.join(sorted(names))}")
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options


def _field(options: argparse.Namespace) -> tuple[list[Entrant], dict[str, str]]:
    field = [e for e in entrants.USUAL if options.only is None or e.name in options.only]
    absent = {}
    if "lifetimes" in options.peers:
        why = lifetimes_missing()
        if why is None:
            field.append(entrants.LIFETIMES)
        else:
            absent["lifetimes"] = why
    return field, absent


def _small(folder: Path, runs: int, said: Any) -> dict[str, Any]:
    lines = lines_file(_SMALL, said)
    return race([entrants.CLI], lines, folder / "small", runs, said)["cli"].medians()


def _hard(field: Sequence[Entrant], folder: Path, said: Any, console: Console) -> bool:
    """Whether all who do the whole work agree on the hard cases; not timed."""
    here = [e for e in field if e.answers]
    if entrants.SQL not in here or len(here) == 1:
        return True  # nobody to compare with
    race(here, hard_file(_HARD, said), folder / "hard", 1, said)
    _, ok = _agreement(here, folder / "hard", "hard cases", console)
    if ok:
        titles = ", ".join(e.title for e in here)
        console.print(f"[green]Hard cases:[/] {titles} agree on every customer.", highlight=False)
    return ok


def _size(lines: int, field: Sequence[Entrant], folder: Path, runs: int, said: Any, console: Console) -> dict[str, Any]:
    here = [e for e in field if e.most_lines is None or lines <= e.most_lines]
    for e in field:
        if e not in here:
            console.print(f"[yellow]{e.title} is left out at {lines:,} lines: {e.why_not}[/]")
    scratch = folder / str(lines)
    medians = {name: t.medians() for name, t in race(here, lines_file(lines, said), scratch, runs, said).items()}
    agreement, ok = _agreement(here, scratch, f"{lines:,} lines", console)
    found = targets.ratios(medians, lines)
    show.size_tables(console, lines, here, medians, found, agreement)
    return {"contenders": medians, "ratios": found, "agreement": agreement, "agree": ok}


def _agreement(here: Sequence[Entrant], scratch: Path, data: str, console: Console) -> tuple[dict[str, str], bool]:
    """Every result against the hand-written SQL's; those that need not agree are told apart."""
    by_name = {e.name: e for e in here}
    if "sql" not in by_name:
        return {}, True
    reference = entrants.SQL.result(scratch / "sql")
    said, ok = {"sql": "reference"}, True
    for e in here:
        if e.name == "naive":
            c = compared(reference, e.result(scratch / e.name))
            said[e.name] = f"{c.anybody:,} of {c.customers:,} customers differ"
        elif e.answers and e.name != "sql":
            c = compared(reference, e.result(scratch / e.name))
            said[e.name] = "yes" if c.agrees else "NO"
            if not c.agrees:
                ok = False
                show.disagreement(console, e.title, data, c)
    return said, ok


if __name__ == "__main__":
    sys.exit(main())
