"""Lists that were exported: asked for on the list of customers, made in the background, downloaded here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.export import DAYS, file_of, list_of, open_to, require_short, sweep
from custrata.web.list_words import chips
from custrata.web.models import Job
from custrata.web.page import Request, address, page
from custrata.web.pages.customers import FORMATS
from custrata.web.paging import pages
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

_SHOWN = 50


@page("export/customers/", can=Can.EXPORT, methods=("POST",))
def ask_export(request: Request) -> HttpResponse:
    """Puts an export of the list in the queue. The row scope and what is masked are those of whoever asks, then."""
    format_ = request.POST.get("format", "")
    if format_ not in FORMATS:
        raise CustrataError(Problem("E-WEB-029", "format", {"value": format_[:40]}))
    at = list_of(request.POST.get("query", ""))
    run = site().workspace.run(request.POST.get("run") or None).id
    jobs.ask("export", request.sight.name, query=require_short(at.said(paged=False)), format=format_, run=run)
    return HttpResponseRedirect(address("downloads"))


@page("downloads/", can=Can.EXPORT)
def downloads(request: Request) -> HttpResponse:
    """The exports of this user; of everybody for administrators. While one is being made the list looks again."""
    sweep()
    mine = _visible(request).order_by("-id")
    at = pages(request, mine.count(), _SHOWN)
    result, lang = request.result(), request.sight.lang
    rows = [
        _row(job, [c.text for c in chips(result, list_of(job.arguments.get("query", "")), lang, "")])
        for job in at.part(mine)
    ]
    busy = any(r["job"].state in ("waiting", "running") for r in rows)
    part = bool(request.htmx) and not request.htmx.boosted
    values = {"rows": rows, "at": at, "busy": busy, "days": DAYS, "everybody": request.sight.may(Can.ADMIN)}
    return show(request, "parts/download_list.html.j2" if part else "downloads.html.j2", values)


@page("downloads/<int:id>/", can=Can.EXPORT)
def download(request: Request, id: int) -> HttpResponse:
    """The file of an export, for who asked for it and for administrators."""
    job = _visible(request).filter(pk=id, state="done").first()
    file = file_of(job) if job is not None else None
    if job is None or file is None or not open_to(job, request.sight):
        raise CustrataError(Problem("E-WEB-023", address("download", id=id)))
    record(request.sight.name, "download", f"job {job.pk}", file=file.name, customers=job.result.get("customers", 0))
    answer = FileResponse(file.open("rb"), as_attachment=True, filename=file.name)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return answer


def _visible(request: Request) -> Any:
    every = Job.objects.filter(kind="export")
    everybody = request.sight.may(Can.ADMIN) and request.sight.whole
    return every if everybody else every.filter(who=request.sight.name)


def _row(job: Any, words: list[str]) -> dict[str, Any]:
    problems = job.result.get("problems", []) if isinstance(job.result, dict) else []
    kept = (job.ended_at + timedelta(days=DAYS)) if job.ended_at else None
    return {"job": job, "words": words, "file": file_of(job), "problems": problems, "until": kept}
