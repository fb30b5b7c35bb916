"""What an old or binary workbook says of itself is looked at before its reader may believe it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import corpus.claims
import corpus.old_books
from corpus.evil import EVILS
from corpus.old_books import CELLS
from corpus.ole import container, old_book
from custrata.core.errors import CustrataError
from custrata.sources.files.extent_binary import check_binary_book, check_old_book
from custrata.sources.files.ole import workbook_streams
from custrata.sources.files.zipped import check_parts

CHECKS = {".xls": check_old_book, ".xlsb": check_binary_book, ".xlsx": check_parts}
#: Told by the look, not by the reader: no file here is ever handed on.
CLAIMS = [evil for evil in EVILS.values() if evil.group == "claims" and evil.refused == "E-FILE-012"
          and not evil.name.startswith("an_open_document")]  # fmt: skip


@pytest.mark.parametrize("evil", CLAIMS, ids=lambda evil: evil.name)
def test_a_workbook_that_claims_too_much_is_refused_before_it_is_read(evil: corpus.evil.Evil, tmp_path: Path) -> None:
    evil.build(tmp_path)
    (path,) = tmp_path.iterdir()
    with pytest.raises(CustrataError) as caught:
        CHECKS[path.suffix](path, path.name)
    assert [p.code for p in caught.value.problems] == ["E-FILE-012"]


@pytest.mark.parametrize("evil", ["an_old_container_whose_chain_is_a_ring", "an_old_workbook_written_by_hand"])
def test_an_old_workbook_whose_stream_is_whole_is_left_to_its_reader(evil: str, tmp_path: Path) -> None:
    EVILS[evil].build(tmp_path)
    check_old_book(tmp_path / "a.xls", "a.xls")


@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_the_stream_that_is_looked_at_is_the_one_that_is_read(name: str) -> None:
    stream = old_book(CELLS)
    (found,) = workbook_streams(container({"Other": b"x" * 5_000, name: stream}))
    assert found.startswith(stream) and not found[len(stream) :].strip(b"\0")


def test_whatever_befalls_an_old_workbook_the_look_ends_with_a_code(tmp_path: Path) -> None:
    sound, path = container({"Workbook": old_book(CELLS)}), tmp_path / "a.xls"
    for seed in range(300):
        chance = random.Random(seed)
        spoilt = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            at = chance.choice([chance.randrange(76), chance.randrange(len(spoilt) - 4)])
            spoilt[at : at + chance.choice([0, 1, 4])] = chance.choice([b"\xff", b"\xfe\xff\xff\xff", b"\0\0", b""])
        path.write_bytes(spoilt)
        try:
            check_old_book(path, "a.xls")
        except CustrataError as error:
            assert {p.code for p in error.problems} <= {"E-FILE-012", "E-FILE-016", "E-FILE-021"}
