"""Files that strangers send: their names, their sizes, what is in them, and the files that are there already."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from import_steps import SALES, assert_done, sent, upload, work
from web_shops import Shop

import corpus.books
import corpus.claims
import corpus.texts  # noqa: F401 - registers its builders
from corpus.evil import EVILS
from custrata.usecases.workspace import Workspace
from custrata.web import imports, uploads

pytestmark = pytest.mark.slow


def test_a_file_never_takes_the_place_of_another_unasked(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("s.csv", SALES.encode()))
    work(empty)
    client.post(f"{place}counts/", {"to": "take"})
    assert_done(work(empty))
    kept = (empty.folder / "data" / "s.csv").read_bytes()
    longer = (SALES + "Z9,C001,2025-02-01,5.00,已完成,z\n").encode()
    sent(client, ("S.CSV", longer))
    one = imports.opened(empty.folder / ".custrata", 2)
    assert [(f.name, f.replaces) for f in one.files] == [("S-2.CSV", False)]
    assert (empty.folder / "data" / "s.csv").read_bytes() == kept
    place = sent(client, ("s.csv", longer))
    client.post(f"{place}files/", {"replace": "s-2.csv", "how": "replace"})
    work(empty)
    client.post(f"{place}counts/", {"to": "take"})
    assert_done(work(empty))
    assert (empty.folder / "data" / "s.csv").read_bytes() != kept
    assert Workspace.at(empty.folder).run().record["last_day"] == "2025-02-01"


def test_a_name_that_leads_elsewhere_leads_nowhere(empty: Shop) -> None:
    client = empty.client("operator")
    names = ("../../../../etc/cron.d/x.csv", "..\\..\\y.csv", "/etc/z.csv", "a\x00b.csv", "\u202ev.csv")
    upload(client, *((name, SALES.encode()) for name in names))
    (one,) = imports.all_of(empty.folder / ".custrata")
    kept = [file.name for file in one.files]
    assert len(kept) == len(names) and all(re.fullmatch(r"[\w.-]+", name) for name in kept)
    assert sorted(p.name for p in one.place.iterdir()) == sorted(kept)


def test_what_is_no_table_by_its_name_is_not_kept(empty: Shop) -> None:
    client = empty.client("operator")
    for name in ("x.exe", "x.html", "scheme.yaml", "x", ".csv.sh"):
        answer = upload(client, (name, SALES.encode()))
        assert answer.status_code == 400 and "E-WEB-117" in answer.content.decode()
    assert not imports.all_of(empty.folder / ".custrata")


def test_a_file_that_is_too_large_is_cut_short_and_refused(empty: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    answer = upload(empty.client("operator"), ("s.csv", SALES.encode()))
    assert answer.status_code == 413 and "E-WEB-116" in answer.content.decode()


def test_every_file_that_cannot_be_taken_is_told_at_once_and_by_its_name(empty: Shop) -> None:
    client = empty.client("operator", lang="en")
    answer = upload(client, ("empty.csv", b""), ("list.pdf", b"%PDF"), ("good.csv", SALES.encode()))
    page = answer.content.decode()
    assert answer.status_code == 400 and "E-WEB-115" in page and "E-WEB-117" in page
    assert "&#39;empty.csv&#39; is empty" in page and "&#39;list.pdf&#39; is no table" in page
    assert "good.csv" not in page
    assert "E-WEB-047" in client.post("/data/import/", {}).content.decode()
    assert "E-WEB-118" in upload(client, *((f"{i}.csv", SALES.encode()) for i in range(31))).content.decode()
    assert not imports.all_of(empty.folder / ".custrata")


def test_nobody_fills_the_disk_who_may_not_bring_in_data(empty: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    chunk = uploads.Bounded.receive_data_chunk
    monkeypatch.setattr(uploads.Bounded, "receive_data_chunk", lambda *a: (kept.append("x"), chunk(*a))[1])
    from django.test import Client

    upload(Client(), ("s.csv", SALES.encode()), to="/login/")
    upload(empty.client("viewer"), ("s.csv", SALES.encode()))
    upload(empty.client("operator", scope="城市 = 北京"), ("s.csv", SALES.encode()))
    assert not kept


_HOSTILE = ("a_sheet_of_gigabytes", "a_workbook_cut_in_the_middle", "nul_bytes_only", "a_zip_that_is_no_workbook",
            "an_empty_file", "an_old_workbook_of_texts_that_say_they_are_long")  # fmt: skip


@pytest.mark.parametrize("evil", _HOSTILE)
def test_a_hostile_file_is_told_and_other_files_can_be_chosen(empty: Shop, tmp_path: Path, evil: str) -> None:
    data = tmp_path / "evil"
    data.mkdir()
    EVILS[evil].build(data)
    client = empty.client("operator")
    files = [(p.name, p.read_bytes() or b"\n") for p in data.iterdir()]
    place = sent(client, *files)
    job = work(empty)
    assert job.state == "failed" and job.result["problems"]
    page = client.get(place).content.decode()
    assert job.result["problems"][0]["code"] in page and 'type="file"' in page
    client.post(f"{place}files/", {"remove": imports.opened(empty.folder / ".custrata", 1).files[0].name})
    assert upload(client, ("s.csv", SALES.encode()), to=f"{place}files/").status_code == 302
    assert_done(work(empty))


def test_a_file_with_another_ending_than_its_content_is_read_as_what_it_is(empty: Shop) -> None:
    client = empty.client("operator")
    place = sent(client, ("really.xlsx", SALES.encode("gbk")))
    assert_done(work(empty))
    assert "GB18030" in client.get(place).content.decode()
