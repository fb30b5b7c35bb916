"""How far the predictions are to be trusted: the newest back-test, and asking for a new one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.predict.backtest import Backtest
from custrata.locale import Lang
from custrata.report import backtest_html, backtest_words
from custrata.usecases.backtest import horizon_of
from custrata.usecases.backtests import newest
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.draw import drawn_spec
from custrata.web.models import Job
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site

#: Lengths of time to choose from.
HORIZONS = ("30 days", "90 days", "6 months", "12 months")


@page("segments/-/predictions/", can=Can.LOOK, whole=True)
def trust(request: Request) -> HttpResponse:
    """A back-test is of everybody: who sees some of the customers only is not told of it."""
    if not has_run():
        return show(request, "empty.html.j2")
    lang, result = request.sight.lang, request.result()
    found = newest(site().workspace.home)
    metrics = [n for n, m in result.scheme.metrics.items() if m.base == "predicted"]
    values: dict[str, Any] = {
        "found": found, "lang_words": backtest_words, "told": _told(found, lang) if found else None,
        "metrics": [result.metric_note(n, lang) for n in metrics], "horizons": [(h, _ahead(h, lang)) for h in HORIZONS],
        "chosen": f"{found.horizon.n} {found.horizon.unit}" if found else HORIZONS[1],
        "working": Job.objects.filter(kind="backtest", state__in=("waiting", "running")).first(),
        "old": found is not None and found.as_of < result.as_of,
    }  # fmt: skip
    return show(request, "segments/trust.html.j2", values)


@page("segments/-/predictions/make/", can=Can.DATA, methods=("POST",))
def make_backtest(request: Request) -> HttpResponse:
    """Asks for a back-test of the length of time that was chosen."""
    horizon = request.POST.get("horizon", "")
    if horizon not in HORIZONS:
        raise CustrataError(Problem("E-PREDICT-007", "horizon", {"value": horizon[:40]}))
    job = jobs.ask("backtest", request.sight.name, horizon=horizon)
    return HttpResponseRedirect(address("job", id=job.pk))


def _told(found: Backtest, lang: Lang) -> dict[str, Any]:
    return {
        "trust": backtest_words.trust(found, lang), "head": backtest_words.head(found, lang),
        "sentences": backtest_words.sentences(found, lang), "headings": backtest_words.headings(lang),
        "rows": backtest_words.rows(found, lang), "days_table": backtest_words.day_headings(lang),
        "days_rows": backtest_words.day_rows(found, lang), "days_said": backtest_words.day_sentences(found, lang),
        "meanings": backtest_words.meanings(lang),
        "notes": [n.text(lang) for n in found.notes], "days": backtest_html.days(found, lang),
        "charts": [(h, said, drawn_spec(f.spec, 460)) for h, said, f in backtest_html.charts(found, lang)],
        "gains": _gains(found, lang), "calibration": _calibration(found),
    }  # fmt: skip


def _gains(found: Backtest, lang: Lang) -> dict[str, Any]:
    """The gain curves as a table: the shares reached across, what is found of each way down."""
    ways = [(backtest_words.way(m.by, lang), found.gains(m.by)) for m in found.means() if m.ranking is not None]
    across = [x for x, _ in ways[0][1]][1:-1] if ways else []
    return {"across": across, "rows": [(name, [y for _, y in points][1:-1]) for name, points in ways]}


def _calibration(found: Backtest) -> list[Any]:
    best = found.best()
    return [] if best is None else found.calibration(best.by)


def _ahead(horizon: str, lang: Lang) -> str:
    from custrata.core.metrics.predicted import ahead_text

    return ahead_text(horizon_of(horizon), lang)
