"""Long work: what is under way, how far it is, what it made, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseRedirect

from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.data_page import around, cannot, file_of, not_here
from custrata.web.export import open_to
from custrata.web.failures import failures, put_away
from custrata.web.models import Job
from custrata.web.page import Request, address, page
from custrata.web.paging import pages
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

_LISTED, _PATIENCE = 50, timedelta(seconds=60)


@page("data/jobs/", can=Can.LOOK, name="jobs")
def listed(request: Request) -> HttpResponse:
    """The work that was asked for, the newest first: one's own, and for who may bring in data everybody's."""
    open_ = {j.pk for j in failures(seen(request)).only("pk")}
    mine = seen(request).order_by("-id")
    at = pages(request, mine.count(), _LISTED)
    values = {**around(request, "jobs"), "jobs": list(at.part(mine)), "at": at, "failures": open_}
    return show(request, "jobs.html.j2", values)


@page("data/jobs/<int:id>/", can=Can.LOOK)
def job(request: Request, id: int) -> HttpResponse:
    """One piece of work; asked by itself (`part`), only what changes while it runs."""
    found = job_of(request, id)
    part = bool(request.htmx) and not request.htmx.boosted
    values = around(request, "jobs") | {
        "job": found, "next": _next(found), "open_failure": found.state == "failed" and _waits(found),
        "may_again": _may_again(request, found),
        "stalled": found.state == "waiting" and _stalled(found),
    }  # fmt: skip
    answer = show(request, "parts/job.html.j2" if part else "job.html.j2", values)
    if part and found.state in jobs.OVER:
        answer.headers["HX-Refresh"] = "true"  # the whole page: what it made can be looked at now
    return answer


@page("data/jobs/<int:id>/end/", can=Can.LOOK, methods=("POST",), name="end_job")
def end(request: Request, id: int) -> HttpResponse:
    """Asks for the end of work that waits or runs."""
    found = job_of(request, id)
    _require(request, found)
    jobs.end(found, request.sight.name)
    return HttpResponseRedirect(request.POST.get("back") if _own(request.POST.get("back")) else address("job", id=id))


@page("data/jobs/<int:id>/again/", can=Can.LOOK, methods=("POST",), name="again_job")
def again(request: Request, id: int) -> HttpResponse:
    """The same work once more, in the name of who asks now."""
    found = job_of(request, id)
    _require(request, found)
    if not _may_again(request, found):
        raise cannot("任务还在进行", "the work is not over")
    new = jobs.ask(found.kind, request.sight.name, **found.arguments)
    _hand_on(found, new)
    return HttpResponseRedirect(address("job", id=new.pk))


@page("data/jobs/<int:id>/seen/", can=Can.LOOK, methods=("POST",), name="seen_job")
def put_off(request: Request, id: int) -> HttpResponse:
    """Failed work that nobody need do anything about any more."""
    found = job_of(request, id)
    put_away(found, request.sight.name)
    return HttpResponseRedirect(address("jobs"))


@page("data/jobs/seen/", can=Can.LOOK, methods=("POST",), name="seen_jobs")
def put_all_off(request: Request) -> HttpResponse:
    """The same of all failed work that the reader is shown."""
    if request.POST.get("all") != "1":
        raise not_here("jobs")
    for found in failures(seen(request)):
        put_away(found, request.sight.name)
    return HttpResponseRedirect(address("jobs"))


@page("data/jobs/<int:id>/file/", can=Can.LOOK, name="job_file")
def file(request: Request, id: int) -> Any:
    """What the work made, for whoever asked for it: of others only data work, for who may bring in data."""
    found = job_of(request, id)
    _require(request, found)
    name = file_of(found)
    if not name or not _open_to(request, found):
        raise not_here(f"job {id}")
    path = jobs.folder_of(site().workspace.home, found.pk) / name
    record(request.sight.name, "download", f"job {id}", file=name, kind=found.kind)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def seen(request: Request) -> QuerySet[Any]:
    """The work that this reader may know of. Logs of other work than exports name customers of all scopes."""
    sight = request.sight
    found: QuerySet[Any] = Job.objects.all()
    if sight.may(Can.DATA):
        return found
    return found.filter(who=sight.name, **({} if sight.whole else {"kind": "export"}))


def job_of(request: Request, id: int) -> Any:
    """A job that the reader may know of. E-WEB-002 for any other."""
    found = seen(request).filter(pk=id).first()
    if found is None:
        raise not_here(f"job {id}")
    return found


def _require(request: Request, found: Any) -> None:
    """Of one's own work what one may ask for (still); of others' only what concerns the data of all."""
    kind = jobs.KINDS.get(found.kind)
    if kind is None or not request.sight.may(kind.can):
        raise not_here(f"job {found.pk}")
    if found.who != request.sight.name and kind.can not in (Can.DATA, Can.PLAN):
        raise not_here(f"job {found.pk}")


def _open_to(request: Request, found: Any) -> bool:
    """Whether the reader may see now what the file shows: an export like those on the page of downloads, a file about
    everybody's data only for who sees everybody."""
    return open_to(found, request.sight) if found.kind == "export" else not request.sight.scope.strip()


def _may_again(request: Request, found: Any) -> bool:
    kind = jobs.KINDS.get(found.kind)
    if found.state not in ("failed", "ended", "lost") or kind is None or not request.sight.may(kind.can):
        return False
    return found.who == request.sight.name or kind.can in (Can.DATA, Can.PLAN)


def _stalled(found: Any) -> bool:
    """Whether work has waited for a while though nothing else is under way: nobody seems to be there to do it."""
    waited = site().now() - found.created_at
    return waited > _PATIENCE and not Job.objects.filter(state="running").exists()


def _waits(found: Any) -> bool:
    return bool(failures(Job.objects.filter(pk=found.pk)).exists())


def _hand_on(old: Any, new: Any) -> None:
    """An import waits for the new job now."""
    from custrata.web import imports

    if old.kind in ("look", "take"):
        one = imports.opened(site().workspace.home, int(old.arguments["id"]))
        if getattr(one, old.kind) == old.pk:
            setattr(one, old.kind, new.pk)
            one.save()


def _next(found: Any) -> tuple[str, str] | None:
    """Where to go on when it is done: what the link says, and its address."""
    if found.kind in ("look", "take"):
        return "import", address("import_one", id=int(found.arguments.get("id", 0)))
    if found.state != "done":
        return None
    ways = {"run": ("overview", "/"), "play": ("overview", "/"), "mend": ("data", address("data")),
            "take_back": ("data", address("data")),
            "audit": ("quality", address("quality")), "duplicates": ("duplicates", address("duplicates")),
            "join": ("duplicates", address("duplicates")), "plan": ("levels", "/levels/"),
            "apply": ("levels", "/levels/"), "backtest": ("trust", address("trust")),
            "leavers": ("leavers", address("leavers"))}  # fmt: skip
    return ways.get(found.kind)


def _own(path: str | None) -> bool:
    """Whether an address is one of these pages."""
    return path is not None and path.startswith("/data/") and "//" not in path and "\\" not in path
