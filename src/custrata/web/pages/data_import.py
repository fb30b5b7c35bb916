"""The import wizard: files, what their columns mean, what counts, and what became of it.

Nothing that was chosen is lost by going back: choices are kept with the import, and every step has an address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.init_wizard import DATA, has_scheme
from custrata.web import imports, jobs
from custrata.web.data_page import around, cannot, data_page, not_here
from custrata.web.failures import put_away
from custrata.web.import_forms import (
    check_columns,
    columns_of,
    counts_of,
    kinds_and_columns,
    meaning_names,
    sources_of,
)
from custrata.web.import_reading import keep_reading, reading_of
from custrata.web.imports import Import, Sent
from custrata.web.models import Job
from custrata.web.page import Request, address
from custrata.web.paging import pages
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.trail import record
from custrata.web.uploading import put, sent, with_ending
from custrata.web.uploads import LARGEST_MB

STEPS = ("files", "columns", "counts", "result")
#: Past imports on a page.
_PAST = 20


@data_page("data/import/", methods=("GET", "POST"), name="import")
def begin(request: Request) -> HttpResponse:
    """Files to begin with, imports that somebody began, and those that are over."""
    here = site()
    if request.method == "POST":
        _fits(request)
        one = imports.begun(here.workspace.home, request.sight.name)
        try:
            _add(one, request)
        except CustrataError:
            one.remove()
            raise
        return HttpResponseRedirect(address("import_one", id=one.id))
    known = imports.all_of(here.workspace.home)
    past = [i for i in known if i.over]
    at = pages(request, len(past), _PAST)
    values = _around(request) | {"begun": [i for i in known if not i.over], "past": at.part(past), "at": at}
    return show(request, "import.html.j2", values)


@data_page("data/import/<int:id>/", name="import_one")
def step(request: Request, id: int) -> HttpResponse:
    """The step that the address names, or the first one that is to be done."""
    one = imports.opened(site().workspace.home, id)
    values = _around(request) | {"one": one, "found": None, "job": None, "problems": []}
    if one.over or one.take:
        return _result(request, one, values)
    look = Job.objects.filter(pk=one.look).first() if one.look else None
    asked = request.GET.get("step", "")
    values |= {"job": look, "step": asked if asked in (*STEPS[:3], "reading") else "columns", "ready": False}
    if look is None or look.state != "done" or one.findings is None:
        if look is not None and look.state in jobs.OVER:
            values["problems"] = (look.result or {}).get("problems") or []
        values["step"] = "files" if asked == "files" or look is None or look.state in jobs.OVER else "looking"
        values["lies"] = one.lies if look is not None and look.state in jobs.OVER else []
        if asked == "reading" and values["lies"]:
            return _reading(request, one, values)
        return show(request, "import_step.html.j2", values)
    if asked == "reading":
        return _reading(request, one, values | {"ready": True})
    values |= {"found": sources_of(one, request.sight.lang), "ready": True}
    if values["step"] == "columns":
        values["columns"] = columns_of(request.sight.lang)
    return show(request, "import_step.html.j2", values)


@data_page("data/import/<int:id>/files/", methods=("POST",), name="import_files")
def files(request: Request, id: int) -> HttpResponse:
    """More files, one less, or what happens to one whose name is taken."""
    one = _open(id)
    if "remove" in request.POST:
        gone = [f for f in one.files if f.name == request.POST["remove"]]
        for file in gone:
            (one.place / file.name).unlink(missing_ok=True)
            one.files.remove(file)
        _look_again(one, request)
    elif "replace" in request.POST:
        _replace(one, request)
    else:
        _fits(request)
        _add(one, request)
    return _at(one, "columns" if "files" in request.FILES else "files")


@data_page("data/import/<int:id>/reading/", methods=("POST",), name="import_reading")
def reading(request: Request, id: int) -> HttpResponse:
    """How a file is read: its encoding, delimiter, sheet, header row. What its columns mean is guessed anew."""
    one = _open(id)
    name = keep_reading(one, request.POST)
    if not name:
        raise not_here(f"import {id}")
    record(request.sight.name, "reading", f"import {id}", file=name, **one.choices["reading"].get(name, {}))
    _look_again(one, request)
    return HttpResponseRedirect(f"{address('import_one', id=one.id)}?{urlencode({'step': 'reading', 'of': name})}")


@data_page("data/import/<int:id>/columns/", methods=("POST",), name="import_columns")
def columns(request: Request, id: int) -> HttpResponse:
    """What the columns mean. Files are looked at again where that changes what else can be guessed."""
    one = _open(id)
    found = _found(one, request)
    again = kinds_and_columns(one, found["tables"], request.POST)
    one.save()
    check_columns(one, found["tables"])
    if again:
        _look_again(one, request)
    return _at(one, "counts" if request.POST.get("to") == "counts" else "columns")


@data_page("data/import/<int:id>/counts/", methods=("POST",), name="import_counts")
def counts(request: Request, id: int) -> HttpResponse:
    """What counts; then the files are taken in and everything is run, unless the reader goes back."""
    one = _open(id)
    found = _found(one, request)["tables"]
    try:
        counts_of(one, found, request.POST)
    finally:  # what else was chosen stays
        one.save()
    one.anew = bool(request.POST.get("anew")) and has_scheme(site().workspace.path)
    if request.POST.get("to") == "columns":
        one.save()
        return _at(one, "columns")
    one.save()
    job = jobs.ask("take", request.sight.name, id=one.id)
    one.take = job.pk
    one.save()
    return HttpResponseRedirect(address("import_one", id=id))


@data_page("data/import/<int:id>/back/", methods=("POST",), name="import_back")
def back(request: Request, id: int) -> HttpResponse:
    """From an end that was none back to the choices, which are all there."""
    one = _open(id)
    one.take = None
    one.save()
    return _at(one, "columns")


@data_page("data/import/<int:id>/forget/", methods=("POST",), name="import_forget")
def forget(request: Request, id: int) -> HttpResponse:
    """An import that is not to be: its files go."""
    one = _open(id)
    for number in (one.look, one.take):
        job = Job.objects.filter(pk=number, state__in=("waiting", "running")).first() if number else None
        if job is not None:
            jobs.end(job, request.sight.name)
    for job in Job.objects.filter(pk__in=[n for n in (one.look, one.take) if n], state="failed"):
        put_away(job, request.sight.name)
    one.remove()
    record(request.sight.name, "forget import", f"import {id}")
    return HttpResponseRedirect(address("import"))


@data_page("data/import/<int:id>/undo/", methods=("POST",), name="import_undo")
def undo(request: Request, id: int) -> HttpResponse:
    """Takes a past import back: asks for the work, and for a run. Raises E-WEB-150 of one that cannot be."""
    one = imports.opened(site().workspace.home, id)
    if not one.undoable:
        raise CustrataError(Problem("E-WEB-150", f"import {id}", {}))
    job = jobs.ask("take_back", request.sight.name, id=id)
    one.back = job.pk
    one.save()
    return HttpResponseRedirect(address("job", id=job.pk))


def _reading(request: Request, one: Import, values: dict[str, Any]) -> HttpResponse:
    found = reading_of(one, request.GET.get("of", ""), request.sight.lang)
    if found is None:
        return _at(one, "files")
    return show(request, "import_step.html.j2", values | found | {"step": "reading"})


def _around(request: Request) -> dict[str, Any]:
    there = has_scheme(site().workspace.path)
    return around(request, "import") | {
        "largest": LARGEST_MB, "endings": ",".join(imports.ENDINGS), "there": there, "play": not there,
        "meaning_names": lambda kind, missing: meaning_names(kind, missing, request.sight.lang),
        "folder_name": site().workspace.path.name,
    }  # fmt: skip


def _at(one: Import, step: str) -> HttpResponse:
    return HttpResponseRedirect(f"{address('import_one', id=one.id)}?step={step}")


def _open(id: int) -> Import:
    one = imports.opened(site().workspace.home, id)
    if one.over:
        raise cannot("这次导入已完成", "this import is over")
    if one.take and Job.objects.filter(pk=one.take, state__in=("waiting", "running")).exists():
        raise cannot("导入正在进行", "the import is under way")
    return one


def _found(one: Import, request: Request) -> dict[str, Any]:
    if one.findings is None:
        raise cannot("文件尚未查看完", "the files have not been looked at yet")
    return sources_of(one, request.sight.lang)


def _fits(request: Request) -> None:
    """Refuses before anything is kept what cannot be taken."""
    for file in sent(request):
        with_ending(imports.safe_name(file.name))


def _add(one: Import, request: Request) -> None:
    """Keeps what was sent, under names that are free, and has it looked at."""
    data = site().workspace.path / DATA
    for file in sent(request):
        wanted = with_ending(imports.safe_name(file.name))
        taken = {f.name for f in one.files}
        name = imports.free_name(wanted, taken, data)
        put(file, one.place / name)
        one.files.append(Sent(name, wanted, (one.place / name).stat().st_size))
    record(request.sight.name, "upload", f"import {one.id}", files=[f.name for f in one.files])
    _look_again(one, request)


def _replace(one: Import, request: Request) -> None:
    """A file whose name is taken in `data/` is to replace that one, or to stand beside it."""
    data = site().workspace.path / DATA
    file = next((f for f in one.files if f.name == request.POST["replace"]), None)
    if file is None:
        raise cannot("没有这个文件", "there is no such file")
    others = {f.name for f in one.files if f is not file}
    replaces = request.POST.get("how") == "replace" and (data / file.original).is_file() and file.original not in others
    name = file.original if replaces else imports.free_name(file.original, others, data)
    (one.place / file.name).replace(one.place / name)
    file.name, file.replaces = name, replaces
    _look_again(one, request)


def _look_again(one: Import, request: Request) -> None:
    before = Job.objects.filter(pk=one.look, state__in=("waiting", "running")).first() if one.look else None
    if before is not None:
        jobs.end(before, request.sight.name)
    one.keep_findings(None)
    one.look = jobs.ask("look", request.sight.name, id=one.id, n=len(one.files)).pk if one.files else None
    one.save()


def _result(request: Request, one: Import, values: dict[str, Any]) -> HttpResponse:
    job = Job.objects.filter(pk=one.take).first() if one.take else None
    result = (job.result or {}) if job is not None and job.state in jobs.OVER else {}
    values |= {"step": "result", "job": job, "result": result, "problems": result.get("problems") or [], "ready": True}
    return show(request, "import_step.html.j2", values)
