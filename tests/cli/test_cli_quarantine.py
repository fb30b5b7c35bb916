"""Rows that cannot be used, from the command line: shown, written, mended, taken back."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def fill_in(sheet: Path, row: str, **cells: str) -> None:
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for found in rows:
        if found["#row"] == row:
            found |= {"#leave out (x)" if name == "leave_out" else name: cell for name, cell in cells.items()}
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_row_is_shown_written_mended_and_taken_back(shop: Path, call: Any) -> None:
    sheet = shop / "m.csv"
    shown = call("quarantine", shop, "-o", sheet)
    assert "E-ROW-002" in shown.out and "1 row to mend" in shown.out and "#leave out" in shown.out
    fill_in(sheet, "6", paid="70")
    taken = call("mend", sheet, "-w", shop, "--who", "Li")
    assert taken.status == 0 and "1 row taken in: 1 cells changed" in taken.out and "Nothing waits" in taken.out
    assert call("run", shop, "--json").json["customers"] == 5
    assert "paid: 70" in call("mend", "-w", shop).out
    assert call("mend", "-w", shop, "--json").json[0]["who"] == "Li"
    back = call("mend", "--undo", "data/sales.csv:6", "-w", shop, "--json").json
    assert [f["code"] for f in back["left"]] == ["E-ROW-002"]
    assert call("mend", "-w", shop).out.strip() == "Nothing is mended."


def test_a_run_says_what_was_left_out_by_hand_and_which_file_is_a_copy(shop: Path, call: Any) -> None:
    scheme = (shop / "scheme.yaml").read_text("utf-8").replace("data/sales.csv", "data/sales*.csv")
    (shop / "scheme.yaml").write_text(scheme, "utf-8")
    (shop / "data" / "sales copy.csv").write_text((shop / "data" / "sales.csv").read_text("utf-8"), "utf-8")
    call("quarantine", shop, "-o", shop / "m.csv")
    fill_in(shop / "m.csv", "6", leave_out="x")
    assert call("mend", shop / "m.csv", "-w", shop).status == 0
    said = call("run", shop)
    assert said.status == 0
    assert "left out by hand 1" in " ".join(said.out.split()) and "same bytes as another file 5" in " ".join(
        said.out.split()
    )
    assert call("quarantine", shop, "--json").json == {"faults": []}


def test_what_cannot_be_mended_is_told(shop: Path, call: Any) -> None:
    assert call("mend", shop / "data" / "people.csv", "-w", shop).status == 1
    assert "E-MEND-002" in call("mend", shop / "data" / "people.csv", "-w", shop).err
    assert "E-CLI-005" in call("quarantine", shop, "-o", shop / "m.pdf").err


def test_a_computer_that_knows_no_user_mends_too(shop: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no username")

    monkeypatch.setattr("getpass.getuser", nobody)
    call("quarantine", shop, "-o", shop / "m.csv")
    fill_in(shop / "m.csv", "6", paid="70")
    assert call("mend", shop / "m.csv", "-w", shop).status == 0
    assert call("mend", "-w", shop, "--json").json[0]["who"] == sys.platform
