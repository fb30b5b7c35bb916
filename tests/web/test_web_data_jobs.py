"""Long work: whoever is killed, however much is written, whoever asks for the end, the queue tells the truth."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.models import QuerySet
from django.utils import timezone
from web_shops import Shop

from custrata.web import jobs, reading
from custrata.web.access import Can
from custrata.web.failures import failures
from custrata.web.jobs import Kind, Limits, ends, runner
from custrata.web.jobs.process import LOG, Process
from custrata.web.models import Job
from servers import Server

pytestmark = pytest.mark.slow

Program = Callable[..., str]
_SOON = 15.0


@pytest.fixture
def program(own_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Registers work that a few lines of Python do."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))

    def made(name: str, source: str, lane: Any = "write", limits: Limits | None = None, can: Can = Can.DATA) -> str:
        (folder / f"{name}.py").write_text(source, "utf-8")
        kind = Kind(name, can, lambda a: [str(a.get("say", ""))], lane, name, True, limits or Limits())
        monkeypatch.setitem(jobs.KINDS, name, kind)
        return name

    return made


def done(kind: str, folder: Path, **arguments: Any) -> Any:
    """The job after a runner has done it."""
    job = jobs.ask(kind, "administrator", **arguments)
    assert runner.once("write", folder)
    return Job.objects.get(pk=job.pk)


def gone(pid: int) -> bool:
    """Whether a process has ended, waiting for it a while; one that is only not yet reaped has."""
    until = time.monotonic() + _SOON
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.05)
    return False


def test_what_work_answers_is_its_result_and_what_it_says_its_log(own_shop: Shop, program: Program) -> None:
    name = program("fine", "import sys\nprint('{\"n\": 3}')\nprint('\\x1e正在读取…\\nseen', file=sys.stderr)")
    job = done(name, own_shop.folder)
    assert (job.state, job.result, job.step) == ("done", {"n": 3}, "正在读取…")
    assert job.log == "正在读取…\nseen" and job.pid is None


def test_endless_output_leaves_only_its_end(own_shop: Shop, program: Program) -> None:
    source = "import sys\nfor i in range(60_000):\n    print('x' * 90, i, file=sys.stderr)\n    print('y' * 200)"
    job = done(program("noisy", source), own_shop.folder)
    assert job.state == "done" and len(job.log) <= LOG and job.log.endswith("59999")
    assert job.result == {}, "more than an answer is no answer"


def test_work_that_is_ended_leaves_no_process_behind(own_shop: Shop, program: Program, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    source = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(told)!r} + '.part', 'w').write(str(child.pid)); os.rename({str(told)!r} + '.part', {str(told)!r})\n"
        "time.sleep(600)"
    )
    job = jobs.ask(program("stubborn", source), "administrator")

    def end() -> None:
        while not told.exists():
            time.sleep(0.05)
        own_shop.client().post(f"/data/jobs/{job.pk}/end/")

    asker = threading.Thread(target=end)
    asker.start()
    assert runner.once("write", own_shop.folder)
    asker.join()
    assert Job.objects.get(pk=job.pk).state == "ended"
    assert gone(int(told.read_text()))


def test_a_process_ends_with_its_runner(program: Program, tmp_path: Path) -> None:
    name = program("orphan", "import time\ntime.sleep(600)")
    process = Process(name, [], tmp_path, os.environ, Limits(), answers=True)
    assert process._child.stdin is not None
    process._child.stdin.close()  # as the operating system does when the runner is killed
    assert process.over(_SOON)
    assert process.close() != 0


def test_work_of_a_killed_runner_is_lost_and_can_be_asked_for_again(own_shop: Shop, program: Program) -> None:
    name = program("fine", "print('{}')")
    sign = ends.sign() | {"runner": 2**22 + 5}
    job = Job.objects.create(kind=name, who="operator", state="running", result=sign, started_at=timezone.now())
    assert ends.lost() == 1
    assert Job.objects.get(pk=job.pk).state == "lost"
    client = own_shop.client("operator")
    assert "lost" not in client.get(f"/data/jobs/{job.pk}/").content.decode().split("badge")[0]
    again = client.post(f"/data/jobs/{job.pk}/again/")
    new = Job.objects.latest("id")
    assert again.headers["Location"] == f"/data/jobs/{new.pk}/" and new.state == "waiting"


def test_work_of_a_runner_that_lives_is_not_lost_and_one_on_another_machine_has_its_time(own_shop: Shop) -> None:
    far = {"host": "elsewhere", "runner": 1}
    now = timezone.now().timestamp()
    signs = [ends.sign(), far | {"beat": now - 30}, far | {"beat": now - 90}]
    made = [Job.objects.create(kind="run", who="li", state="running", result=s) for s in signs]
    assert ends.lost() == 1
    assert [Job.objects.get(pk=j.pk).state for j in made] == ["running", "running", "lost"]


def test_two_runners_do_not_write_at_once(own_shop: Shop, program: Program) -> None:
    name = program("fine", "print('{}')")
    Job.objects.create(kind="run", who="li", state="running", result=ends.sign())
    waits = jobs.ask(name, "administrator")
    assert not runner.once("write", own_shop.folder)
    assert Job.objects.get(pk=waits.pk).state == "waiting"


def test_work_of_a_server_that_stops_waits_for_its_next_start(own_shop: Shop, program: Program) -> None:
    job = jobs.ask(program("long", "import time\ntime.sleep(600)"), "administrator")
    began = time.monotonic()
    runner.once("write", own_shop.folder, lambda: time.monotonic() - began > 1)
    kept = Job.objects.get(pk=job.pk)
    assert (kept.state, kept.pid, kept.result) == ("waiting", None, {})


@pytest.mark.parametrize(
    ("limits", "source", "code"),
    [
        (Limits(memory=512), "b = bytearray(2_000_000_000)", "E-WEB-042"),
        (Limits(computing=1), "while True: pass", "E-WEB-041"),
        (Limits(clock=1), "import time\ntime.sleep(600)", "E-WEB-041"),
    ],
)  # fmt: skip
def test_work_within_limits_is_told_when_they_are_too_narrow(
    own_shop: Shop, program: Program, limits: Limits, source: str, code: str
) -> None:
    job = done(program("greedy", source, limits=limits), own_shop.folder)
    assert job.state == "failed" and [p["code"] for p in job.result["problems"]] == [code]


def test_a_store_that_is_busy_hears_the_next_time_and_stops_no_runner(
    own_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    job = Job.objects.create(kind="run", who="li", state="running")

    def locked(*_: Any, **__: Any) -> Any:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "update", locked)
        runner._told(job, step="正在读取…")
    runner._told(job, step="正在读取…")
    assert Job.objects.get(pk=job.pk).step == "正在读取…"
    tries: list[int] = []

    def once(*_: Any) -> bool:
        tries.append(1)
        return locked() if len(tries) == 1 else False  # type: ignore[no-any-return]

    monkeypatch.setattr(runner, "once", once)
    runner.work("read", own_shop.folder, lambda: len(tries) > 1)
    assert len(tries) == 2


def test_work_on_strangers_files_knows_no_secrets(
    own_shop: Shop, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for name in ("CUSTRATA_SECRET_KEY", "CUSTRATA_STORE", "CUSTRATA_DB_ERP"):
        monkeypatch.setenv(name, "told nobody")
    source = "import json, os\nprint(json.dumps({'known': [v for v in os.environ.values() if v == 'told nobody']}))"
    assert done(program("curious", source, limits=Limits(bare=True)), own_shop.folder).result == {"known": []}
    assert jobs.KINDS["look"].limits.bare and jobs.KINDS["look"].limits.memory


def test_the_same_work_is_not_put_into_the_queue_twice(own_shop: Shop) -> None:
    client = own_shop.client("operator")
    first, second = (client.post("/data/run/").headers["Location"] for _ in range(2))
    assert first == second and Job.objects.filter(kind="run").count() == 1


def test_one_sees_and_ends_ones_own_work_and_no_one_elses_export(own_shop: Shop, program: Program) -> None:
    name = program("list", "print('{}')", can=Can.EXPORT)
    job = jobs.ask(name, "administrator")
    stranger, operator = own_shop.client("analyst"), own_shop.client("operator")
    assert stranger.get(f"/data/jobs/{job.pk}/").status_code == 404
    assert operator.post(f"/data/jobs/{job.pk}/end/").status_code == 404
    assert operator.get(f"/data/jobs/{job.pk}/file/").status_code == 404
    assert not Job.objects.get(pk=job.pk).stop


def test_what_work_made_can_be_downloaded_and_nothing_beside_it(own_shop: Shop, program: Program) -> None:
    source = (
        "import json, os, pathlib\nout = pathlib.Path(os.environ['CUSTRATA_JOB']); out.mkdir(parents=True)\n"
        "(out / '清单.csv').write_text('a')\nprint(json.dumps({'file': '清单.csv'}))"
    )
    job = done(program("maker", source), own_shop.folder)
    client = own_shop.client()
    answer = client.get(f"/data/jobs/{job.pk}/file/")
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == b"a"
    for name in ("../../../secret", "/etc/passwd", "", "x.csv"):
        Job.objects.filter(pk=job.pk).update(result={"file": name})
        assert client.get(f"/data/jobs/{job.pk}/file/").status_code == 404


def test_a_page_watches_work_and_is_drawn_anew_when_it_is_over(own_shop: Shop) -> None:
    job = Job.objects.create(kind="run", who="administrator", state="running", step="正在分类…")
    client = own_shop.client()
    part = client.get(f"/data/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert "every 1s" in part.content.decode() and "正在分类…" in part.content.decode()
    Job.objects.filter(pk=job.pk).update(state="done")
    over = client.get(f"/data/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true" and "every 1s" not in over.content.decode()


def test_files_that_work_made_are_deleted_after_some_days(own_shop: Shop) -> None:
    home = own_shop.folder / ".custrata"
    for number, age in ((1, 8), (2, 1)):
        folder = jobs.folder_of(home, number)
        folder.mkdir(parents=True)
        os.utime(folder, (time.time() - age * 86_400,) * 2)
    assert ends.sweep(own_shop.folder) == 1
    assert not jobs.folder_of(home, 1).exists() and jobs.folder_of(home, 2).exists()


def test_sessions_of_browsers_that_are_over_are_deleted_and_no_other(own_shop: Shop) -> None:
    from django.contrib.sessions.models import Session

    here, gone = own_shop.client("viewer"), own_shop.client("analyst")
    key = gone.session.session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    stop = iter([False])
    runner.work("write", own_shop.folder, lambda: next(stop, True))
    assert not Session.objects.filter(session_key=key).exists() and here.get("/").status_code == 200
    assert gone.get("/").status_code == 302


def test_work_that_nobody_takes_up_says_so(own_shop: Shop) -> None:
    job = Job.objects.create(kind="run", who="administrator")
    client = own_shop.client()
    assert "custrata.web.jobs" not in client.get(f"/data/jobs/{job.pk}/").content.decode()
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    assert "custrata.web.jobs" in client.get(f"/data/jobs/{job.pk}/").content.decode()


def test_the_queue_works_on_a_server_too(postgres: Server, template: Path, tmp_path: Path) -> None:
    from django.conf import settings

    from custrata.web import site

    postgres.create("custrata_web_jobs")
    shutil.copytree(template, tmp_path / "company")
    try:
        site.enter(tmp_path / "company", postgres.url("custrata_web_jobs"))
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        shop = Shop(tmp_path / "company")
        shop.client("operator").post("/data/run/")
        Job.objects.create(kind="run", who="li", state="running", result={"host": "gone", "runner": 1, "beat": 0})
        assert ends.lost() == 1
        job = Job.objects.get(state="waiting")
        assert runner._answer(b'{"run": 1}') == {"run": 1}
        Job.objects.filter(pk=job.pk).update(stop=True)
        assert runner.once("write", shop.folder)
        assert Job.objects.get(pk=job.pk).state == "ended"
        assert shop.client("operator").get("/data/jobs/").status_code == 200
    finally:
        reading.forget()
        connections.close_all()


def test_a_process_that_cannot_be_had_fails_its_job_and_leaves_the_lane_alive(program: Program, own_shop: Shop) -> None:
    kind = program("speaks", "print('{}')")
    job = jobs.ask(kind, "li", say="x" * 3_000_000)  # more than a system takes as arguments
    assert runner.once("write", own_shop.folder)
    job.refresh_from_db()
    assert job.state == "failed" and job.result["problems"][0]["code"] == "E-BUG-001"
    assert own_shop.client("analyst").post(
        "/export/customers/", {"format": "csv", "query": "c.RFM=" + "&c.RFM=".join(str(i) * 400 for i in range(200))}
    ).status_code == 400  # fmt: skip


def test_a_file_is_given_only_to_who_may_see_now_what_it_shows(own_shop: Shop) -> None:
    who, client = "operator", own_shop.client("operator", lang="en")
    told = {"file": "a.csv", "masked": False, "scope": ""}
    job = Job.objects.create(kind="export", who=who, state="done", result=told)
    sheet = Job.objects.create(kind="mend_sheet", who=who, state="done", result={"file": "a.csv"})
    for made in (job, sheet):
        folder = jobs.folder_of(own_shop.folder / ".custrata", made.pk)
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("id\n1\n", "utf-8")
        assert b"".join(client.get(f"/data/jobs/{made.pk}/file/").streaming_content) == b"id\n1\n"
    own_shop.user("operator", scope="区域 = '城市'")
    assert {client.get(f"/data/jobs/{made.pk}/file/").status_code for made in (job, sheet)} == {404}
    own_shop.user("analyst", name=who)  # sees everybody, but personal columns masked
    assert client.get(f"/data/jobs/{job.pk}/file/").status_code == 404


def failed(kind: str, state: str = "failed", **more: Any) -> Job:
    return Job.objects.create(kind=kind, who="li", state=state, ended_at=timezone.now(), **more)


def test_a_failure_waits_until_it_is_seen_or_done_by_a_later_try(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")

    def waits() -> list[int]:
        return sorted(failures(Job.objects.all()).values_list("pk", flat=True))

    one, two, three = failed("run"), failed("audit"), failed("export")
    assert waits() == [one.pk, two.pk, three.pk]
    failed("run", "done")
    assert waits() == [two.pk, three.pk], "a later run of the same kind went well"
    four = failed("run")
    assert four.pk in waits(), "and one after that did not"
    page = client.get("/data/jobs/").content.decode()
    assert "3 pieces of work have failed" in page and f"/data/jobs/{two.pk}/seen/" in page
    assert client.post(f"/data/jobs/{two.pk}/seen/").status_code == 302
    two.refresh_from_db()
    assert two.pk not in waits() and two.state == "failed", "its log and its end stay"
    assert f"/data/jobs/{two.pk}/seen/" not in client.get(f"/data/jobs/{two.pk}/").content.decode()
    client.post("/data/jobs/seen/", {"all": "1"})
    assert waits() == []
    assert client.post("/data/jobs/seen/").status_code == 404


def test_a_failure_that_was_put_away_waits_for_nobody_on_the_overview(own_shop: Shop) -> None:
    client = own_shop.client("operator", lang="en")
    one = failed("run")
    assert 'href="/data/jobs/"' in client.get("/").content.decode()
    client.post(f"/data/jobs/{one.pk}/seen/")
    assert client.get("/").content.decode().count('href="/data/jobs/"') == 0
