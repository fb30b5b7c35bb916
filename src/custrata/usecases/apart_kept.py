"""The answer to who stopped buying and what sets them apart, as a workspace keeps it: it takes an evaluation of a past
day, so pages and reports show the one that was worked out last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custrata.core.predict.apart import Apart, Held
from custrata.core.predict.rules import Rule
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.apart import ApartReport
from custrata.usecases.apart_words import Words
from custrata.usecases.workspace import Workspace, replace_file

if TYPE_CHECKING:
    from custrata.usecases.look import Result

_FILE = "leavers.json"


@dataclass(frozen=True)
class Leavers:
    """What was found: seen from `day`, of those who bought in the `days` before it and not in the `days` after it;
    `at` is the moment when it was worked out, and `until` the day up to which the facts reached then."""

    report: ApartReport
    day: date
    days: int
    until: date
    at: datetime

    def words(self, scheme: Scheme, lang: Lang) -> Words:
        return Words(self.report, scheme, self.day, lang, self.days)


def keep(workspace: Workspace, found: Leavers) -> None:
    """Writes it in place of the one before."""
    apart = asdict(found.report.found) | {"rules": [_held(h) for h in found.report.found.rules]}
    told = {
        "at": found.at.isoformat(), "day": found.day.isoformat(), "until": found.until.isoformat(), "days": found.days,
        "found": apart, "left_out": list(found.report.left_out),
    }  # fmt: skip
    workspace.home.mkdir(parents=True, exist_ok=True)
    replace_file(workspace.home / _FILE, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def newest(home: Path) -> Leavers | None:
    """What was worked out last in the workspace whose `.custrata` is `home`; null where nothing was, or where a file of
    another version says it otherwise."""
    try:
        told = json.loads((home / _FILE).read_text("utf-8"))
        rules = tuple(_read(h) for h in told["found"]["rules"])
        report = ApartReport(None, None, Apart(**{**told["found"], "rules": rules}), told["left_out"], {})
        day, until = (date.fromisoformat(told[key]) for key in ("day", "until"))
        return Leavers(report, day, int(told["days"]), until, datetime.fromisoformat(told["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def of_result(result: Result) -> Leavers | None:
    """The same of the workspace that a published result lies in. It is of all customers: who sees some of them only is
    not told of it."""
    if result.folder is None or result.everybody is not None:
        return None
    return newest(result.folder.parent.parent)


def _held(held: Held) -> dict[str, Any]:
    return {"rule": held.rule.model_dump(mode="json"), "customers": held.customers, "own": held.own, "p": held.p}


def _read(told: Mapping[str, Any]) -> Held:
    return Held(Rule.model_validate(told["rule"]), int(told["customers"]), int(told["own"]), float(told["p"]))
