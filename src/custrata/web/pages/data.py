"""Where the data comes from and how it stands: sources, what waits in quarantine, the work that brings it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.sources.files.find import find_files
from custrata.usecases.fresh import days_old
from custrata.usecases.init_wizard import has_scheme
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.data_page import around, cannot, data_page, not_here
from custrata.web.mends import problems_told
from custrata.web.models import Job
from custrata.web.page import Request, address
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record

_FILES = 12


@dataclass(frozen=True)
class Place:
    """A file that a source reads: its name, size and when it changed; whether that was after the current run."""

    name: str
    bytes: int
    changed: datetime
    newer: bool


@dataclass(frozen=True)
class SourceState:
    """A source as it stands: where it lies, what the current run used of it, and what is wrong with it."""

    name: str
    database: str
    patterns: tuple[str, ...]
    files: tuple[Place, ...]
    more: int
    rows: dict[str, Any] | None
    problems: tuple[dict[str, Any], ...]

    @property
    def newer(self) -> bool:
        return any(f.newer for f in self.files)


@data_page("data/", can=Can.LOOK, nav=50)
def data(request: Request) -> HttpResponse:
    """Sources and their state, or the way to the first of them."""
    here = site()
    folder = here.workspace.path
    values: dict[str, Any] = {**around(request, "data"), "play": not has_scheme(folder), "problems": []}
    recent = Job.objects.order_by("-id")
    values["working"] = list(recent.filter(state__in=("waiting", "running"))[:5])
    if not has_scheme(folder):
        return show(request, "data_empty.html.j2", values)
    run = here.workspace.run() if has_run() else None
    zone, sources = request.sight.timezone, []
    try:
        scheme = here.workspace.scheme()
        zone, sources = scheme.timezone, _sources(scheme, folder, run, request.sight.lang)
    except CustrataError as error:
        values["problems"] = problems_told(error, request.sight.lang)
    last = date.fromisoformat(run.record["last_day"]) if run and run.record.get("last_day") else None
    rows = run.record["rows"].values() if run else ()
    values |= {
        "sources": sources, "run": run, "last": last, "old": days_old(last, here.now(), zone),
        "quarantined": sum(r["quarantined"] for r in rows), "read": sum(r["read"] for r in rows),
        "emptied": sum(n for r in rows for n in (r.get("emptied") or {}).values()),
        "published": datetime.fromisoformat(run.record["published_at"]) if run else None,
        "changed": any(s.newer for s in sources), "book": _mended(run),
    }  # fmt: skip
    return show(request, "data.html.j2", values)


def _mended(run: Any) -> int:
    return int((run.record.get("mends") or {}).get("book", 0)) if run else 0


def _sources(scheme: Scheme, folder: Path, run: Any, lang: Any) -> list[SourceState]:
    rows = run.record.get("rows", {}) if run else {}
    published = datetime.fromisoformat(run.record["published_at"]) if run else None
    found = []
    for name, config in scheme.sources.named().items():
        if not config.told and name not in rows:
            continue
        files: list[Path] = []
        problems: tuple[dict[str, Any], ...] = ()
        if config.file:
            try:
                files = find_files(list(config.file), folder)
            except CustrataError as error:
                problems = tuple(problems_told(error, lang))
        places = tuple(_place(f, folder, published) for f in files[:_FILES] if f.is_file())
        found.append(
            SourceState(name, config.database or "", tuple(config.file), places, max(0, len(files) - _FILES),
                        rows.get(name), problems)
        )  # fmt: skip
    return found


def _place(file: Path, folder: Path, published: datetime | None) -> Place:
    about = file.stat()
    changed = datetime.fromtimestamp(about.st_mtime, site().now().tzinfo)
    inside = file.resolve().is_relative_to(folder)
    name = file.resolve().relative_to(folder).as_posix() if inside else file.name
    return Place(name, about.st_size, changed, published is not None and changed > published)


@data_page("data/run/", methods=("POST",), name="run_now")
def run_now(request: Request) -> HttpResponse:
    """Asks for a run, of what is new or of everything."""
    if not has_scheme(site().workspace.path):
        raise cannot("还没有方案", "there is no scheme yet")
    job = jobs.ask("run", request.sight.name, **({"anew": True} if request.POST.get("anew") else {}))
    return HttpResponseRedirect(address("job", id=job.pk))


@data_page("data/play/", methods=("POST",))
def play(request: Request) -> HttpResponse:
    """Fills an empty workspace with an invented company."""
    if has_scheme(site().workspace.path):
        raise cannot("工作区已有方案", "the workspace has a scheme")
    job = jobs.ask("play", request.sight.name)
    return HttpResponseRedirect(address("job", id=job.pk))


@data_page("data/mend/sheet/", methods=("POST",), name="mend_sheet")
def mend_sheet(request: Request) -> HttpResponse:
    """Asks for the rows in quarantine as a workbook to mend them in."""
    _require_run()
    name = "待修正" if request.sight.lang == "zh" else "to-mend"
    job = jobs.ask("mend_sheet", request.sight.name, name=name)
    return HttpResponseRedirect(address("job", id=job.pk))


@data_page("data/mend/", methods=("POST",), name="mend")
def mend(request: Request) -> HttpResponse:
    """Takes mended workbooks in."""
    from custrata.web.uploading import received

    _require_run()
    kept = site().workspace.home / "web" / "mends"
    names = [file.name for file in received(request, kept)]
    job = jobs.ask("mend", request.sight.name, files=names)
    return HttpResponseRedirect(address("job", id=job.pk))


@data_page("data/runs/<str:run>/quarantine/", name="quarantine_file")
def quarantine_file(request: Request, run: str) -> Any:
    """Every fault of a run, as it was published."""
    published = site().workspace.run(run)
    file = published.folder / "quarantine.csv"
    if not file.is_file():
        raise not_here(f"quarantine {run}")
    record(request.sight.name, "download quarantine", run)
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"quarantine-{run}.csv", content_type="text/csv")


def _require_run() -> None:
    if not has_run():
        raise cannot("还没有运行过", "nothing has been run yet")
