"""No hostile file gives a traceback, kills the program, hangs it or eats the memory.

It is refused with a code that says how to mend it, or its rows are used or in quarantine, every one of them with its
line and its reason.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import corpus.books
import corpus.cells
import corpus.claims
import corpus.giants
import corpus.old_books
import corpus.parquets
import corpus.places
import corpus.texts  # noqa: F401
from corpus.evil import EVILS, Evil
from corpus.faces import Faces, Said
from custrata.locale import LANGS, catalog

pytestmark = pytest.mark.slow

SCHEME = """scheme: Evil
timezone: Asia/Shanghai
sources:
  orders:
    file: {pattern}
    columns: {{order_id: 单号, customer_id: 会员号, ordered_at: 日期, amount: 金额}}
metrics:
  spend: {{monetary: lifetime}}
segments:
  tier: {{thresholds: spend, classes: {{big: above 50, small: else}}}}
"""
RUN, CHECK, INIT, AUDIT = ("run", "--json"), ("check", "--data", "--json"), ("init",), ("audit", "--json")
#: Megabytes that no hostile file may make the program use; the program alone takes up to 250.
MOST_MEMORY = 1_200
#: Of a reader that runs into its own limit.
MOST_OF_READER = 2_100

@pytest.fixture(scope="module")
def faces() -> Iterator[Faces]:
    started = Faces()
    yield started
    started.close()


def laid_out(evil: Evil, folder: Path) -> Path:
    (folder / "data").mkdir()
    evil.build(folder / "data")
    pattern = json.dumps(evil.pattern, ensure_ascii=False)
    (folder / "scheme.yaml").write_text(SCHEME.format(pattern=pattern), "utf-8")
    return folder


def init(evil: Evil) -> tuple[str, ...]:
    pattern = "data/*" if "\0" in evil.pattern else evil.pattern  # which no system hands over
    return ("init", "made", pattern, "--yes", "--no-run", "--json")


def well_ended(said: Said, evil: Evil) -> list[str]:
    """The codes that were told, where the program ended as it should."""
    assert said.status in (0, 1), (evil.name, said.status, said.err[-2000:])
    assert "Traceback" not in said.out + said.err, (evil.name, said.err[-2000:])
    codes = said.codes
    assert said.megabytes < (MOST_OF_READER if "E-FILE-029" in codes else MOST_MEMORY), evil.name
    assert (said.status == 1) == bool(codes)
    for code in codes:
        assert re.fullmatch(r"E-[A-Z]+-\d{3}", code) and code != "E-BUG-001"
        assert all(catalog("errors", lang)[code]["mend"] for lang in LANGS)
    assert len(said.out) < 20_000, "what is wrong is told in a page, not in a copy of the file"
    return codes


def well_refused(evil: Evil, said: Said, other: str | None = None) -> None:
    wanted = evil.refused if other is None else other
    codes = well_ended(said, evil)
    assert (wanted in codes) if wanted else not codes, (evil.name, codes, said.out[:2000])


def balanced(evil: Evil, folder: Path, said: Said) -> None:
    """Every row is used or in quarantine, and those in quarantine are the evil ones, by line and code."""
    assert not well_ended(said, evil), (evil.name, said.out[:2000])
    rows = said.json["rows"]["orders"]
    assert rows["read"] == rows["used"] + rows["quarantined"] + rows["excluded"]
    assert (rows["used"], rows["quarantined"]) == (evil.used, len(evil.quarantined)), evil.name
    (run,) = (folder / ".custrata" / "runs").iterdir()
    found: dict[int, set[str]] = {}
    if rows["quarantined"]:
        with (run / "quarantine.csv").open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(1 << 30)
            for fault in csv.DictReader(file):
                assert fault["reason"] and fault["mend"] and fault["file"].startswith("data/")
                found.setdefault(int(fault["row"]), set()).add(fault["code"])
    assert set(found) == set(evil.quarantined), evil.name
    for line, code in evil.quarantined.items():
        assert code in found[line], (evil.name, line, found[line])


def each(
    evils: list[Evil], folder: Path, faces: Faces, *calls: tuple[str, ...]
) -> Iterator[tuple[Evil, Path, list[Said]]]:
    """Every evil in a folder of its own, with what each call said of it; a call `init` is completed with its files."""
    folders = {evil.name: folder / evil.name for evil in evils}
    for evil in evils:
        folders[evil.name].mkdir()
        laid_out(evil, folders[evil.name])
    wanted = [(folders[e.name], init(e) if call == INIT else call) for e in evils for call in calls]
    said = faces(*wanted)
    for i, evil in enumerate(evils):
        yield evil, folders[evil.name], said[i * len(calls) : (i + 1) * len(calls)]


def of_groups(*, refused: bool) -> pytest.MarkDecorator:
    groups: dict[str, list[Evil]] = {}
    for evil in EVILS.values():
        if bool(evil.refused) == refused and evil.group != "giants":
            groups.setdefault(evil.group, []).append(evil)
    # Two parts of each, so that two workers share them.
    parts = {f"{name}-{i}": evils[i::2] for name, evils in groups.items() for i in (0, 1) if evils[i::2]}
    return pytest.mark.parametrize("evils", parts.values(), ids=parts)


@of_groups(refused=True)
def test_a_file_that_cannot_be_read_is_refused_with_its_code(evils: list[Evil], faces: Faces, tmp_path: Path) -> None:
    # One face each; the slow tests have all of them look.
    for evil, _, (check,) in each(evils[::2], tmp_path, faces, CHECK):
        well_refused(evil, check, evil.check)
    for evil, _, (made,) in each(evils[1::2], tmp_path, faces, INIT):
        well_refused(evil, made, evil.init)


@of_groups(refused=False)
def test_of_a_file_that_can_be_read_every_row_is_accounted_for(evils: list[Evil], faces: Faces, tmp_path: Path) -> None:
    for evil, folder, (run,) in each(evils, tmp_path, faces, RUN):
        balanced(evil, folder, run)


@pytest.mark.sweep
@of_groups(refused=True)
def test_every_face_refuses_it(evils: list[Evil], faces: Faces, tmp_path: Path) -> None:
    for evil, _, (run, check, made) in each(evils, tmp_path, faces, RUN, CHECK, INIT):
        well_refused(evil, run)
        well_refused(evil, check, evil.check)
        well_refused(evil, made, evil.init)


@pytest.mark.sweep
@of_groups(refused=False)
def test_check_init_and_audit_end_well_on_what_can_be_read(evils: list[Evil], faces: Faces, tmp_path: Path) -> None:
    for evil, _, (check, made, audit) in each(evils, tmp_path, faces, CHECK, INIT, AUDIT):
        well_refused(evil, check, evil.check or "")
        well_ended(made, evil)
        well_audited(audit)


def well_audited(said: Said) -> None:
    assert said.status in (0, 1) and "Traceback" not in said.err and "E-BUG" not in said.out + said.err
    assert said.megabytes < MOST_MEMORY
    assert json.loads(said.out)


def test_an_audit_of_a_hostile_file_ends_well(faces: Faces, tmp_path: Path) -> None:
    sample = [EVILS["cells_of_every_kind"], EVILS["a_sheet_of_gigabytes_that_says_it_is_small"]]
    for _, _, (audit,) in each(sample, tmp_path, faces, AUDIT):
        well_audited(audit)


@pytest.mark.sweep
def test_a_giant_takes_bounded_time_and_memory(faces: Faces, tmp_path: Path) -> None:
    giants = [e for e in EVILS.values() if e.group == "giants"]
    for evil, folder, (run, check, made) in each(giants, tmp_path, faces, RUN, CHECK, INIT):
        well_ended(check, evil)
        well_ended(made, evil)
        if evil.refused:
            well_refused(evil, run)
        else:
            balanced(evil, folder, run)
