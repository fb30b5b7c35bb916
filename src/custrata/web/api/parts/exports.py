"""Lists of customers as files, made in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.http import FileResponse
from ninja import Status

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.customers.columns import list_columns, named
from custrata.usecases.customers.query import EMPTY, ListQuery, filtered
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_levels as shapes
from custrata.web.api.parts.work import job_shown
from custrata.web.api.shapes import Number
from custrata.web.export import DAYS, file_of, open_to, require_short
from custrata.web.list_address import NOTHING, ListAddress
from custrata.web.models import Job
from custrata.web.trail import record

TAGS = ["exports"]
_KINDS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "application/vnd.apache.parquet",
    "application/octet-stream",
)  # fmt: skip
_FILE = {"schema": {"type": "string", "format": "binary"}}
_SAID = {"responses": {200: {"description": "The file.", "content": dict.fromkeys(_KINDS, _FILE)}}}


@operation("POST", "/exports", can=Can.EXPORT, response={202: shapes.Export}, tags=TAGS)
def start_export(request: Any, body: shapes.WantedExport) -> Any:
    """Asks for a list as a file: with the customers that this user sees, personal columns masked as he sees them."""
    query, result, lang = _query(body), request.result(body.run or None), request.sight.lang
    known = list_columns(result, lang)
    for key in query.columns:
        named(known, key)
    filtered(result, query, lang)  # what cannot be asked is told now, not by a job that fails
    # A token may show less than its owner sees.
    less = {} if request.sight.may(Can.PERSONAL) else {"masked": True}
    said = require_short(ListAddress(query).said(paged=False))
    job = jobs.ask("export", request.sight.name, query=said, format=body.format, run=result.run_id, **less)
    return Status(202, _shown(job))


@operation("GET", "/exports/{id}", can=Can.EXPORT, response=shapes.Export, tags=TAGS)
def get_export(request: Any, id: Number) -> dict[str, Any]:
    """How far an export is: one's own, or anybody's for administrators."""
    return _shown(_job(request, id))


@operation("GET", "/exports/{id}/file", can=Can.EXPORT, response={200: None}, tags=TAGS, said=_SAID)
def download_export(request: Any, id: Number) -> Any:
    """The file of an export. Where it shows more than this user, or this token, may see, there is none."""
    job = _job(request, id)
    file = file_of(job)
    if file is None or not open_to(job, request.sight):
        raise CustrataError(Problem("E-WEB-023", f"export {id}", {}))
    record(request.sight.name, "download", f"job {job.pk}", file=file.name, customers=job.result.get("customers", 0))
    answer = FileResponse(file.open("rb"), as_attachment=True, filename=file.name)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    answer.headers["Content-Type"] = _KINDS[{".xlsx": 0, ".csv": 1, ".parquet": 2}.get(file.suffix, 3)]
    return answer


def _query(body: shapes.WantedExport) -> ListQuery:
    return ListQuery(
        body.q, {name: tuple(found) for name, found in body.classes.items()},
        {name: (b.min, b.max) for name, b in body.ranges.items()},
        {f"@{n}": tuple(EMPTY if v == NOTHING else v for v in found) for n, found in body.values.items()},
        body.where, body.sort, tuple(dict.fromkeys(c for c in body.columns if c.strip())),
    )  # fmt: skip


def _job(request: Any, id: int) -> Any:
    everybody = request.sight.may(Can.ADMIN) and request.sight.whole
    own = {} if everybody else {"who": request.sight.name}
    found = Job.objects.filter(pk=id, kind="export", **own).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-002", f"export {id}", {}))
    return found


def _shown(job: Any) -> dict[str, Any]:
    told = job.result if isinstance(job.result, dict) else {}
    file = file_of(job)
    return {
        "job": job_shown(job), "format": str(job.arguments.get("format", "")), "customers": told.get("customers"),
        "bytes": told.get("bytes"), "file": None if file is None else file.name,
        "until": job.ended_at + timedelta(days=DAYS) if file is not None and job.ended_at else None,
        "masked": bool(told.get("masked", job.arguments.get("masked", False))), "problems": told.get("problems", []),
    }  # fmt: skip
