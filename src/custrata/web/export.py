"""`python -m custrata.web.export ARGUMENTS`: writes the list that somebody asked for, and says what it wrote.

Done by the runner of `web.jobs`, with what the asker may do now: row scope and masking are those of the list on the
page. Files lie in the job's folder and are deleted after some days.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, text
from custrata.web import setup
from custrata.web.mends import problems_told

#: Days that a file can be downloaded.
DAYS = 7
#: Characters of a list's address: more does not go into the arguments of a process everywhere.
_LONGEST = 20_000


def write(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Writes the file and gives what the job's result shall be. Errors: E-WEB-001 who asks may not (any more); those of
    `export_list`."""
    from django.contrib.auth.models import User

    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.customers.export import export_list
    from custrata.usecases.opened import open_run
    from custrata.web.access import Can
    from custrata.web.list_address import ListAddress
    from custrata.web.list_words import chips
    from custrata.web.middleware import sight_of
    from custrata.web.reading import as_seen
    from custrata.web.site import site
    from custrata.web.trail import record

    user = User.objects.filter(username=arguments["who"], is_active=True).select_related("member").first()
    # Asked for with a token that shows less than its owner sees.
    less = frozenset(Can) - {Can.PERSONAL} if arguments.get("masked") else None
    sight = sight_of(user, less) if user is not None else None
    if sight is None or not sight.may(Can.EXPORT):
        raise CustrataError(Problem("E-WEB-001", "export"))
    at = list_of(arguments["query"])
    assert isinstance(at, ListAddress)
    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(site().workspace, duckdb_engine, Path(scratch), arguments.get("run") or None) as result,
    ):
        seen = as_seen(result, sight)
        comma = text("report.comma", sight.lang)
        what = comma.join(c.text for c in chips(seen, at, sight.lang, "")) or text("report.list_all", sight.lang)
        name = f"customers-{result.as_of:%Y%m%d}.{arguments['format']}"
        done = export_list(seen, at.query, folder / name, sight.lang, what)
    detail = {"customers": done.customers, "query": at.said(paged=False), "file": name, "run": result.run_id}
    record(sight.name, "export", f"{done.customers} customers", **detail, masked=not sight.may(Can.PERSONAL))
    sweep()
    return {
        "file": name, "customers": done.customers, "bytes": done.path.stat().st_size, "what": what,
        "masked": not sight.may(Can.PERSONAL), "scope": sight.scope,
    }  # fmt: skip


def require_short(query: str) -> str:
    """The address of a list, unless it is longer than anybody makes one: E-WEB-039."""
    if len(query) > _LONGEST:
        raise CustrataError(Problem("E-WEB-039", "query", {"depth": 1, "parts": 200}))
    return query


def file_of(job: Any) -> Path | None:
    """The file of an export that is there; null where it was deleted, or is none yet."""
    from custrata.web.jobs import folder_of
    from custrata.web.site import site

    name = job.result.get("file") if isinstance(job.result, dict) else None
    file = folder_of(site().workspace.home, job.pk) / str(name)
    return file if job.state == "done" and name and file.is_file() else None


def open_to(job: Any, sight: Any) -> bool:
    """Whether the file of an export shows no more than somebody may see now: his role, scope or token may be others
    than when it was made."""
    from custrata.web.access import Can

    scoped = not sight.scope.strip() or job.result.get("scope") == sight.scope
    return bool(scoped and (job.result.get("masked") or sight.may(Can.PERSONAL)))


def list_of(query: str) -> Any:
    """The list that an address says."""
    from django.http import QueryDict

    from custrata.web.list_address import ListAddress

    return ListAddress.read(QueryDict(query))


def sweep() -> int:
    """Deletes the files of exports that are older than `DAYS`; says of how many."""
    from custrata.web.jobs import folder_of
    from custrata.web.models import Job
    from custrata.web.site import site

    here = site()
    old = Job.objects.filter(kind="export", ended_at__lt=here.now() - timedelta(days=DAYS))
    gone = [
        folder for pk in old.values_list("pk", flat=True) if (folder := folder_of(here.workspace.home, pk)).is_dir()
    ]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def main() -> int:
    """The exit status: 0 where the file is written; what is wrong is answered as `problems`."""
    setup()
    from custrata.web.site import enter_from_environment

    lang: Lang = "en" if os.environ.get("CUSTRATA_LANG") == "en" else "zh"
    try:
        enter_from_environment()
        answer = write(json.loads(sys.argv[1]), Path(os.environ["CUSTRATA_JOB"]))
    except CustrataError as error:
        answer = {"problems": problems_told(error, lang)}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()
    return 1 if answer.get("problems") else 0


if __name__ == "__main__":
    sys.exit(main())
