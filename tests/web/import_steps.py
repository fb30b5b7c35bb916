"""The steps of an import as tests take them: files sent, work done in this process, what the pages say."""

from __future__ import annotations

import os
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from web_shops import Shop

from custrata.core.errors import CustrataError
from custrata.locale import Lang
from custrata.web.jobs import folder_of
from custrata.web.models import Job
from custrata.web.tasks.work import WORK

HEADER = "单号,会员号,日期,实收金额,单据状态,备注甲\n"
SALES = HEADER + "".join(
    f"D{n:04},C{n % 17:03},2024-{n % 12 + 1:02}-{n % 27 + 1:02},{n * 7 % 900 + 10}.50,"
    f"{'已取消' if n % 9 == 0 else '已完成'},x{n}\n"
    for n in range(1, 400)
)


def upload(client: Any, *files: tuple[str, bytes], to: str = "/data/import/") -> Any:
    return client.post(to, {"files": [SimpleUploadedFile(name, content) for name, content in files]})


def sent(client: Any, *files: tuple[str, bytes]) -> str:
    """The address of the import that the files began."""
    return str(upload(client, *files).headers["Location"]).partition("?")[0]


def work(shop: Shop, lang: Lang = "zh") -> Any:
    """Does all that waits in this process, as the one of the runner does it for a reader of this language."""
    job = None
    home = shop.folder / ".custrata"
    for job in Job.objects.filter(state="waiting").order_by("id"):
        os.environ["CUSTRATA_JOB"] = str(folder_of(home, job.pk))
        try:
            answer = WORK[job.kind](shop.folder, {**job.arguments, "who": job.who}, lang)
            state = "done"
        except CustrataError as error:
            answer, state = {"problems": [p.as_json("zh") for p in error.problems]}, "failed"
        Job.objects.filter(pk=job.pk).update(state=state, result=answer)
        job.refresh_from_db()
    return job


def assert_done(job: Any) -> None:
    assert job.state == "done", job.result


def field(page: str, header: str) -> str:
    """The name of the select of a column."""
    found = re.search(rf'<label for="(c-\d+-\d+)">{header}</label>', page)
    assert found, header
    return found[1]
