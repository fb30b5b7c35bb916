"""Mended sheets that strangers send are read within limits before anything else is done with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_shops import Shop

import corpus.books  # noqa: F401 - registers its builders
from corpus.evil import EVILS
from custrata.web import jobs
from custrata.web.jobs import KINDS, Limits, runner
from custrata.web.models import Job


def mended(shop: Shop, name: str, content: bytes) -> Any:
    """The job after a runner has taken a sheet in."""
    kept = shop.folder / ".custrata" / "web" / "mends"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / name).write_bytes(content)
    job = jobs.ask("mend", "administrator", files=[name])
    assert runner.once("write", shop.folder)
    return Job.objects.get(pk=job.pk)


def test_a_sheet_that_takes_too_much_is_told_and_nothing_is_run(
    own_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS["mend"]
    assert kind.first is not None and kind.first.limits == KINDS["look"].limits and kind.first.limits.bare
    narrow = replace(kind.first, limits=Limits(clock=1, computing=1))
    monkeypatch.setitem(jobs.KINDS, "mend", replace(kind, first=narrow))
    before = sorted((own_shop.folder / ".custrata" / "runs").iterdir())
    job = mended(own_shop, "s.csv", "#来源\n".encode())
    assert job.state == "failed" and [p["code"] for p in job.result["problems"]] == ["E-WEB-041"]
    assert sorted((own_shop.folder / ".custrata" / "runs").iterdir()) == before


def test_a_hostile_sheet_is_refused_by_its_first_reader(own_shop: Shop, tmp_path: Path) -> None:
    data = tmp_path / "evil"
    data.mkdir()
    EVILS["a_sheet_of_gigabytes"].build(data)
    (file,) = data.iterdir()
    job = mended(own_shop, file.name, file.read_bytes())
    assert job.state == "failed" and [p["code"] for p in job.result["problems"]] == ["E-FILE-017"]
