"""Text files that are large where no table is."""

from __future__ import annotations

from pathlib import Path

from corpus.evil import GOOD, HEADERS, csv_text, read, refused


@refused("E-FILE-016", init="E-FILE-016")
def one_line_of_a_hundred_megabytes_of_cells(data: Path) -> None:
    with (data / "a.csv").open("wb") as file:
        file.write(",".join(HEADERS).encode())
        for _ in range(100):
            file.write(b",12345678" * 116_000)


@refused("E-DATA-003", init="E-INIT-001")
def one_line_of_a_hundred_megabytes_of_letters(data: Path) -> None:
    with (data / "a.csv").open("wb") as file:
        for _ in range(100):
            file.write(b"abcdefgh" * (1 << 17))


@read(3, {3: "E-ROW-901"})
def a_row_of_twenty_megabytes(data: Path) -> None:
    long = "A9,C9,2024-03-09" + ",12345678" * 2_200_000
    (data / "a.csv").write_text(csv_text(GOOD[0], long, *GOOD[1:]), "utf-8")


@read(3, {3: "E-ROW-009"})
def a_field_of_twenty_megabytes(data: Path) -> None:
    (data / "a.csv").write_text(csv_text(GOOD[0], ("A9", "C9", "2024-03-09", "7" * 20_000_000), *GOOD[1:]), "utf-8")


@read(3, {3: "E-ROW-902"})
def an_open_quote_before_millions_of_lines(data: Path) -> None:
    with (data / "a.csv").open("w", encoding="utf-8") as file:
        file.write(csv_text(GOOD[0], 'A9,"C9,2024-03-09,9', *GOOD[1:]))
        file.write("\n" * 4_000_000)
