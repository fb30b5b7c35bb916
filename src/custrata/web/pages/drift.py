"""How far customers have moved since an earlier run, which cuts have lost their meaning, and who went where."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from custrata.core.measure.drift import DriftReport
from custrata.report.drift_told import drift_told
from custrata.usecases.drift import choices, drift_of, earlier
from custrata.web.access import Can
from custrata.web.page import Request, page
from custrata.web.profiles import whom
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site

#: Two runs never change, so what one says of the other is kept.
_FOUND: dict[tuple[str | int, ...], DriftReport] = {}
_MOST = 100


@page("segments/-/drift/", can=Can.LOOK, whole=True)
def drift(request: Request) -> HttpResponse:
    """`?against=` names the earlier run. Drift is of everybody: who sees some customers only is not told of it."""
    if not has_run():
        return show(request, "empty.html.j2")
    workspace, lang, result = site().workspace, request.sight.lang, request.result()
    now = workspace.run(result.run_id)
    offered = choices(workspace, now)
    chosen = request.GET.get("against", "")
    then = next((run for run in offered if run.id == chosen), None) or earlier(workspace, now)
    values: dict[str, Any] = {"drift": None, "now": now, "offered": offered, "then": then}
    if then is not None:
        key = (str(workspace.path), *whom(request.sight), now.id, then.id, lang)
        if key not in _FOUND:
            if len(_FOUND) >= _MOST:
                _FOUND.clear()  # in one step, since threads share it
            _FOUND[key] = drift_of(result, request.result(then.id), lang)
        values["drift"] = drift_told(_FOUND[key], lang)
    return show(request, "segments/drift.html.j2", values)
