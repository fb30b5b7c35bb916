"""Names and places of files: what a folder may hold besides honest files."""

from __future__ import annotations

import os
from pathlib import Path

from corpus.evil import GOOD, csv_text, read, refused


@refused("E-FILE-003", pattern="data/x.csv")
def a_folder_named_as_a_file(data: Path) -> None:
    (data / "x.csv").mkdir()


@read(3)
def a_folder_named_as_a_file_beside_one(data: Path) -> None:
    (data / "x.csv").mkdir()
    (data / "y.csv").write_text(csv_text(*GOOD), "utf-8")


@refused("E-FILE-025", pattern="data/x.csv")
def a_pipe_that_nobody_writes_to(data: Path) -> None:
    os.mkfifo(data / "x.csv")


@read(3, pattern="data/*.csv")
def a_pipe_beside_a_file(data: Path) -> None:
    os.mkfifo(data / "x.csv")
    (data / "y.csv").write_text(csv_text(*GOOD), "utf-8")


@refused("E-FILE-025", pattern="data/x.csv")
def a_link_to_itself(data: Path) -> None:
    (data / "x.csv").symlink_to(data / "x.csv")


@refused("E-FILE-025", pattern="data/x.csv")
def a_link_to_nowhere(data: Path) -> None:
    (data / "x.csv").symlink_to(data / "gone.csv")


@read(3, pattern="data/**/*.csv")
def folders_that_link_to_each_other(data: Path) -> None:
    (data / "y.csv").write_text(csv_text(*GOOD), "utf-8")
    for name in ("one", "two", "three"):
        (data / name).symlink_to(data)


@refused("E-FILE-025", pattern="/dev/zero")
def a_device_without_end(data: Path) -> None:
    assert Path("/dev/zero").is_char_device()


@refused("E-FILE-001", init="", pattern="data/no\0thing.csv")
def a_name_with_a_nul(data: Path) -> None:
    (data / "y.csv").write_text(csv_text(*GOOD), "utf-8")


@refused("E-FILE-001", pattern="data/" + "x" * 5000)
def a_name_that_no_file_system_holds(data: Path) -> None:
    (data / "y.csv").write_text(csv_text(*GOOD), "utf-8")


_NAMES = ["it's \"quoted\".csv", "two\nlines.csv", " blanks .csv", "100%.csv", "%s{0}$HOME.csv", "[1].csv",
          "客户\u202e表.csv",
          "a*b?.csv", "semi;colon.csv", "back\\slash.csv", "-rf.csv", "https:x.csv", "e\u0301.csv"]  # fmt: skip


@read(3 * len(_NAMES))
def names_that_nobody_should_give(data: Path) -> None:
    for i, name in enumerate(_NAMES):
        rows = [(f"{order}-{i}", *rest) for order, *rest in GOOD]
        (data / name).write_text(csv_text(*rows), "utf-8")


@read(3, pattern="data/[1] *.csv")
def a_pattern_that_is_the_name_of_a_file(data: Path) -> None:
    (data / "[1] *.csv").write_text(csv_text(*GOOD), "utf-8")
    (data / "1 other.csv").write_text("no,table\nof,sales\n", "utf-8")
