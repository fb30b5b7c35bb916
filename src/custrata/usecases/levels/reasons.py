"""Why a customer moved: the numbers of that day beside what the rules of that run asked, or who decided it and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from custrata.core.errors import CustrataError
from custrata.core.personal import scrubbed
from custrata.core.scheme.model import Scheme
from custrata.core.store import Override, RunEntry
from custrata.locale import Lang
from custrata.usecases.customers.veil import Veiled, hidden_columns, shown_as
from custrata.usecases.levels.history import Moved
from custrata.usecases.levels.weighing import Scales, deciding
from custrata.usecases.look import Result
from custrata.usecases.workspace import Workspace

#: Causes that people decided, not numbers.
BY_HAND = ("override", "override expired", "merge", "gone")


class Reasons:
    """Tells moves with their reasons. The rules are those of the run in which a move was made: of a scheme that has
    changed since, the text that the run keeps; of one that this version cannot read, no numbers are told."""

    def __init__(
        self, workspace: Workspace, result: Result, runs: Sequence[RunEntry], overrides: Sequence[Override], lang: Lang
    ) -> None:
        self._workspace, self._result, self._lang = workspace, result, lang
        self._logic = {r.id: r.logic_hash for r in runs}
        self._given = {str(o.id): o for o in overrides}
        self._scales: dict[tuple[str, str], Scales | None] = {}
        self._schemes: dict[str, Scheme | None] = {result.scheme.fingerprint.logic: result.scheme}

    def told(self, move: Moved) -> Moved:
        """The move with what decided it: `weighed`, comparison by comparison, or `note`, the reason of whoever gave the
        level by hand. Columns that the reader sees masked are masked."""
        given = self._given.get(move.held_by or "")
        note = self._note(given) if given is not None and move.cause == "override" else ""
        scales = None if move.cause in BY_HAND else self._of(move)
        if scales is None:
            return replace(move, note=note)
        condition = deciding(scales.ladder, move.before, move.level)[1]
        return replace(move, weighed=tuple(scales.weighed(condition, self._numbers(scales, move))), note=note)

    def _note(self, given: Override) -> str:
        # People write into a reason what they like, a telephone too.
        reason = scrubbed(given.reason) if isinstance(self._result, Veiled) else given.reason
        return f"{reason} — {given.who}"

    def _of(self, move: Moved) -> Scales | None:
        logic = self._logic.get(move.run, "")
        key = logic, move.ladder
        if key not in self._scales:
            scheme = self._scheme(logic, move.run)
            ladder = scheme.levels.get(move.ladder) if scheme is not None else None
            known = scheme is not None and ladder is not None and move.level in ladder.levels
            self._scales[key] = Scales(scheme, ladder, self._lang) if known and scheme and ladder else None
        return self._scales[key]

    def _scheme(self, logic: str, run: str) -> Scheme | None:
        if logic not in self._schemes:
            try:
                self._schemes[logic] = self._workspace.run(run).scheme()
            except CustrataError:
                self._schemes[logic] = None
        return self._schemes[logic]

    def _numbers(self, scales: Scales, move: Moved) -> Sequence[str | None]:
        hidden, metrics = hidden_columns(self._result), self._result.scheme.metrics
        if not hidden:
            return move.numbers or ()
        own: Mapping[str, str | None] = dict(zip(scales.inputs, move.numbers or (), strict=False))
        return [shown_as(v, hidden[n]) if n in hidden and n not in metrics else v for n, v in own.items()]
