"""Prints what was measured as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.entrants import Entrant

_MEASURES = {"work_s": "time", "cpu_s": "CPU time", "peak_mb": "memory"}


def size_tables(
    console: Console, lines: int, entrants: Sequence[Entrant], medians: Mapping[str, Mapping[str, Any]],
    ratios: Sequence[Mapping[str, Any]], agreement: Mapping[str, str],
) -> None:  # fmt: skip
    table = Table(title=f"{lines:,} lines, medians", title_justify="left")
    for name in ("contender", "work, s", "CPU, s", "whole process, s", "peak, MB", "agrees"):
        table.add_column(name, justify="left" if name in ("contender", "agrees") else "right")
    for e in entrants:
        m = medians[e.name]
        work, cpu = ("" if m[c] is None else f"{m[c]:.2f}" for c in ("work_s", "cpu_s"))
        table.add_row(e.title, work, cpu, f"{m['whole_s']:.2f}", f"{m['peak_mb']:.0f}", agreement.get(e.name, ""))
    console.print(table)
    if not ratios:
        return
    table = Table(title=f"custrata ÷ others at {lines:,} lines", title_justify="left")
    for name in ("ratio to", "of", "measured", "target", ""):
        table.add_column(name, justify="right" if name in ("measured", "target") else "left")
    for r in ratios:
        target = "" if r["target"] is None else f"≤ {r['target']:.2f}"
        verdict = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[r["met"]]
        table.add_row(r["to"], _MEASURES[r["measure"]], f"{r['ratio']:.2f}", target, verdict)
    console.print(table)


def small_run(console: Console, medians: Mapping[str, Any], target: float) -> None:
    verdict = "[green]met[/]" if medians["whole_s"] < target else "[red]missed[/]"
    console.print(
        f"custrata run, workspace of 10,000 lines, whole process: {medians['whole_s']:.2f} s, "
        f"{medians['peak_mb']:.0f} MB (target < {target:.0f} s: {verdict})\n"
    )


def disagreement(console: Console, title: str, data: str, comparison: Any) -> None:
    c = comparison
    console.print(f"[red]{title} does not agree with the hand-written SQL on {data}:[/] {c.anybody} customers differ, "
                  f"{c.missing} missing, {c.only_here} too many; by column {c.differing}")  # fmt: skip
    console.print(f"  for example {c.example}", highlight=False)
