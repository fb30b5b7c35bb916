"""Most rows are plainly written and are read so; those that are not are read with care, and nothing else differs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custrata.engines.duckdb.checked import Checks
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.load.loaded import load, loaded
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

_SCHEME = "scheme: Plain\nsources: {orders: {file: '*.csv'}}\nsegments: {abc: {share: spend}}\n"
_HEADER = "order_id,customer_id,ordered_at,amount\n"
_LINES = [f"{i},{i % 7},2024-03-{1 + i % 28:02d},{i}.50" for i in range(2000)]


def _facts(place: Path, lines: list[str], end: str = "\n") -> tuple[list[str], list[str]]:
    place.mkdir()
    (place / "scheme.yaml").write_text(_SCHEME, "utf-8")
    (place / "sales.csv").write_text(_HEADER.replace("\n", end) + end.join(lines) + end, "utf-8", newline="")
    workspace, now = Workspace.at(place), datetime.now(UTC)
    load(workspace, duckdb_store, lambda: now)
    with loaded(workspace, duckdb_store, now) as found:
        faults = "faults" in found.store.kept_names()
        rows = found.store.rows(found.store.kept("rows_orders").drop("_unit"))
        bad = found.store.rows(found.store.kept("faults").drop("_unit", "file")) if faults else []
    # An id may be kept as a number or as a text: which, the first rows tell.
    told = [str({k: str(v) for k, v in sorted(r.items()) if k != "_excluded"}) for r in rows if not r["_bad"]]
    return sorted(told), sorted(map(str, bad))


@pytest.mark.parametrize("odd", [
    "2000,3,2024/3/5,¥12", "0012,3,2024-03-05,12", "2000,,2024-03-05,12", "2000,3,soon,12", "合计,,,9999", "2000,3",
    "2000,3,2024-03-05,12,more", '2000,"3\n4",2024-03-05,12', "", '"2000,3,2024-03-05,12',
])  # fmt: skip
def test_a_late_odd_line_is_told_as_if_it_were_among_the_first(tmp_path: Path, odd: str) -> None:
    numbered = [line for line in _facts(tmp_path / "late", [*_LINES, odd])[1] if "'row': " in line]
    late = _facts(tmp_path / "again", [*_LINES, odd])
    early = _facts(tmp_path / "early", [*_LINES[:3], odd, *_LINES[3:]])
    if not odd.startswith('"'):  # a quote that never closes takes with it what stands below
        assert late[0] == early[0]
    assert len(late[1]) == len(numbered)
    assert [f.partition("'column'")[2] for f in late[1]] == [f.partition("'column'")[2] for f in early[1]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("odd", [
    "2000,3,2024-03-05,12", "2000,-3,2024/3/5,+12.34567", "2000,,,", "2000,3,2024-02-30,12", "2000,3,2024-03-05,5.",
    "0012,3,2024-03-05,12", "2000,3,2024-01-5x,12", "2000,99999999999999999999,2024-03-05,12", "2000,3,2024-03-05, 12",
    "2000,3,2024-03-05,99999999999999999", "合计,,,9999", "2000,3,24-01-05,12", "2000,3", "2000,3,2024-03-05,12,more",
    "2000,3,2024-03-05 7:00,12",
])  # fmt: skip
def test_a_large_file_is_read_as_a_small_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, end: str
) -> None:
    small = _facts(tmp_path / "small", [*_LINES, odd], end)
    monkeypatch.setattr("custrata.usecases.load.take._LARGE", 0)
    assert _facts(tmp_path / "large", [*_LINES, odd], end) == small


def test_a_large_file_is_read_with_its_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    fit = Checks.fit
    monkeypatch.setattr(Checks, "fit", lambda *given: asked.append(fit(*given)) or asked[-1])
    _facts(tmp_path / "small", _LINES)
    assert asked == []
    monkeypatch.setattr("custrata.usecases.load.take._LARGE", 0)
    _facts(tmp_path / "large", _LINES)
    _facts(tmp_path / "with times", [line.replace(",2024-03-05,", ",2024-03-05T20:15:00,") for line in _LINES])
    _facts(tmp_path / "odd", [*_LINES, "2000,3,2024-03-05,5."])
    assert asked == [True, True, False]


def test_lines_that_end_in_another_way_are_the_same_sales(tmp_path: Path) -> None:
    unix = _facts(tmp_path / "unix", _LINES)
    assert unix == _facts(tmp_path / "windows", _LINES, "\r\n")
    assert unix == _facts(tmp_path / "both", [f"{line}\r" if i % 3 else line for i, line in enumerate(_LINES)])


def test_an_empty_line_among_the_sales_is_no_sale(tmp_path: Path) -> None:
    with_a_gap = [*_LINES[:1500], "", *_LINES[1500:]]
    assert _facts(tmp_path / "unix", with_a_gap) == _facts(tmp_path / "none", _LINES)
    assert _facts(tmp_path / "windows", with_a_gap, "\r\n") == _facts(tmp_path / "none again", _LINES)


def test_a_date_that_is_none_is_told_though_it_begins_like_one(tmp_path: Path) -> None:
    odd = ["2000,3,2024-03-5x,12", "2001,3,2024\\03\\05,12", "2002,3,2024-03-05,5."]
    bad = _facts(tmp_path / "sales", [*_LINES, *odd])[1]
    assert [("E-ROW-003" in fault, "E-ROW-002" in fault) for fault in bad] == [(True, False)] * 2 + [(False, True)]
