"""Decisions are kept, can be taken back, and come back from the review list however it was saved."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custrata import CustrataError
from custrata.core.identity.levels import COMPARISONS
from custrata.core.identity.policy import Identity
from custrata.usecases.identity import Doubt
from custrata.usecases.identity_decide import Decision, decide, merge, split, undo
from custrata.usecases.identity_parents import evaluated_ids
from custrata.usecases.identity_review import heading, read_review, write_review
from custrata.usecases.identity_store import ledger_file, read_ledger, record, state
from custrata.usecases.workspace import Workspace
from duplicates import engine
from shops import well_told

KNOWN = {"a", "b", "c", "d"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A minute later each time it is asked."""
    moments = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=i) for i in range(1000))
    return lambda: next(moments)


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(CustrataError) as caught:
        act()
    assert {p.code for p in well_told(caught.value.problems)} == {code}


def test_merging_and_splitting_keeps_every_id_resolvable(workspace: Workspace, clock: Any) -> None:
    merge(workspace, clock, ["a", "b", "c"], "li", "same shop", min, KNOWN)
    assert state(workspace).mapping == {"b": "a", "c": "a"}
    done = split(workspace, clock, "a", "li", "it was another")
    assert done.moved == {"b": ("a", "b"), "c": ("a", "b")}
    assert state(workspace).members("c") == ("b", "c")
    assert state(workspace, read_ledger(workspace)[1].at).resolve("c") == "a"
    assert state(workspace, datetime(2020, 1, 1, tzinfo=UTC)).resolve("c") == "c"


def test_undoing_a_split_brings_back_the_merge(workspace: Workspace, clock: Any) -> None:
    merge(workspace, clock, ["a", "b"], "li", "r", min, KNOWN)
    before = state(workspace)
    split(workspace, clock, "b", "li", "r")
    undo(workspace, clock, 2, "li", "r")
    assert state(workspace) == before
    refused("E-ID-008", lambda: undo(workspace, clock, 2, "li", "r"))
    refused("E-ID-008", lambda: undo(workspace, clock, 9, "li", "r"))


def test_a_person_may_choose_who_stays(workspace: Workspace, clock: Any) -> None:
    merge(workspace, clock, ["a", "b"], "li", "r", min, KNOWN, keep="b")
    assert state(workspace).resolve("a") == "b"
    refused("E-ID-005", lambda: merge(workspace, clock, ["a", "c"], "li", "r", min, KNOWN, keep="z"))


def test_two_that_are_kept_apart_never_become_one_through_others(workspace: Workspace, clock: Any) -> None:
    decide(workspace, clock, [Decision("apart", "a", "c")], "li", min, KNOWN)
    merge(workspace, clock, ["a", "b"], "li", "r", min, KNOWN)
    lines = ledger_file(workspace).read_bytes()
    refused("E-ID-006", lambda: merge(workspace, clock, ["b", "c"], "li", "r", min, KNOWN))
    assert ledger_file(workspace).read_bytes() == lines
    undo(workspace, clock, 1, "li", "they are one after all")
    merge(workspace, clock, ["b", "c"], "li", "r", min, KNOWN)
    assert state(workspace).resolve("c") == "a"


def test_of_several_decisions_all_are_written_or_none(workspace: Workspace, clock: Any) -> None:
    wanted = [Decision("merge", "a", "b"), Decision("merge", "c", "nobody", place="review.csv:7")]
    refused("E-ID-005", lambda: decide(workspace, clock, wanted, "li", min, KNOWN))
    assert read_ledger(workspace) == []


def test_a_decision_is_written_once(workspace: Workspace, clock: Any) -> None:
    wanted = [Decision("merge", "a", "b", "r", who="wang"), Decision("apart", "c", "d", "r")]
    assert [e.who for e in decide(workspace, clock, wanted, "li", min, KNOWN).entries] == ["wang", "li"]
    assert decide(workspace, clock, wanted, "li", min, KNOWN).entries == ()


def test_a_customer_who_was_not_merged_cannot_be_split(workspace: Workspace, clock: Any) -> None:
    refused("E-ID-007", lambda: split(workspace, clock, "a", "li", "r"))


def test_a_line_that_somebody_changed_is_told_with_its_number(workspace: Workspace, clock: Any) -> None:
    merge(workspace, clock, ["a", "b", "c"], "li", "r", min, KNOWN)
    file = ledger_file(workspace)
    first, second = file.read_text("utf-8").splitlines()
    for wrong in (f"{first}\n{second[:-3]}\n", f"{second}\n{first}\n", f'{first}\n{{"seq":2}}\n'):
        file.write_text(wrong, "utf-8")
        refused("E-ID-002", lambda: read_ledger(workspace))


def test_a_clock_that_runs_backwards_gives_no_earlier_moment(workspace: Workspace) -> None:
    moments = iter([datetime(2026, 5, 2, tzinfo=UTC)] * 2 + [datetime(2026, 5, 1, tzinfo=UTC)] * 2)
    for ids in (("a", "b"), ("c", "d")):
        record(workspace, lambda: next(moments), "li", lambda _, i=ids: [{"verb": "apart", "by": "person", "ids": i}])
    first, second = read_ledger(workspace)
    assert first.at == second.at


def test_a_second_writer_is_told_who_writes(workspace: Workspace, clock: Any) -> None:
    with workspace.writing(clock()):
        refused("E-RUN-005", lambda: merge(workspace, clock, ["a", "b"], "li", "r", min, KNOWN))


LEVELS = {c.field: -1 for c in COMPARISONS} | {"name": 4, "phone": 2}
DOUBTS = [
    Doubt("007", "7", 0.97, LEVELS, (), "doubtful", ({"name": "王甲", "phone": "1"}, {"name": "王 甲", "phone": None})),
    Doubt("=1+1", "@cmd", 0.9, LEVELS, ("birthday",), "birthday", ({"name": "=HYPERLINK(1)"}, {"name": "乙"})),
    Doubt("a | b", "c", 0.8, LEVELS, (), "doubtful", ({"name": "丙"}, {"name": "丙"})),
]
FIELDS = ["name", "phone"]


def filled(path: Path, words: list[str], lang: Any) -> None:
    """The CSV with the decisions that a person types."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[0].index(heading("decision", lang))
    why = rows[0].index(heading("reason", lang))
    for row, word in zip(rows[1:], words, strict=True):
        row[at], row[why] = word, "seen"
    with path.open("w", encoding="gb18030", newline="") as file:  # as Excel in China saves it
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_decisions_come_back_from_the_csv_that_excel_saved(tmp_path: Path, lang: Any) -> None:
    path = tmp_path / "review.csv"
    write_review(path, DOUBTS, FIELDS, lang)
    filled(path, ["合并", " Apart ", "不合并"], lang)
    with engine() as at:
        found = read_review(path, at, tmp_path / "scratch")
    assert [(d.verb, d.a, d.b, d.reason) for d in found] == [
        ("merge", "007", "7", "seen"), ("apart", "=1+1", "@cmd", "seen"), ("apart", "a | b", "c", "seen"),
    ]  # fmt: skip


def test_decisions_come_back_from_the_workbook(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "review.xlsx"
    write_review(path, DOUBTS, FIELDS, "zh")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    headings = [c.value for c in sheet[1]]
    sheet.cell(2, headings.index("决定") + 1, "合并")
    sheet.cell(2, headings.index("决定人") + 1, "小李")
    book.save(path)
    with engine() as at:
        (found,) = read_review(path, at, tmp_path / "scratch")
    assert (found.verb, found.a, found.b, found.who) == ("merge", "007", "7", "小李")


def test_no_cell_of_a_review_list_is_a_formula(tmp_path: Path) -> None:
    import openpyxl

    write_review(tmp_path / "r.csv", DOUBTS, FIELDS, "en")
    write_review(tmp_path / "r.xlsx", DOUBTS, FIELDS, "en")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [c for row in csv.reader(file) for c in row]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    cells += [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c[:1] in "=+-@" and not c[1:].replace(".", "").isdigit() and c]
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)


def test_a_list_that_cannot_be_read_is_told_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    write_review(path, DOUBTS, FIELDS, "en")
    filled(path, ["perhaps", "merge", ""], "en")
    with engine() as at:
        with pytest.raises(CustrataError) as caught:
            read_review(path, at, tmp_path / "scratch")
        (problem,) = well_told(caught.value.problems)
        assert (problem.code, problem.place) == ("E-ID-011", "review.csv:2")
        path.write_text("pair,decision\nnobody,merge\n", "utf-8")
        refused("E-ID-012", lambda: read_review(path, at, tmp_path / "scratch"))
        path.write_text("x,y\n1,2\n", "utf-8")
        refused("E-ID-010", lambda: read_review(path, at, tmp_path / "scratch"))
    refused("E-ID-009", lambda: write_review(tmp_path / "r.pdf", DOUBTS, FIELDS, "en"))


def test_what_subsidiaries_buy_counts_for_the_parent_after_merging() -> None:
    import pyarrow as pa

    rows = [("shop", "region"), ("shop2", "old"), ("region", "group"), ("group", None),
            ("old", None), ("x", "y"), ("y", "x"),
            ("lost", "nobody")]  # fmt: skip
    table = pa.table({"customer_id": [c for c, _ in rows], "上级客户": pa.array([p for _, p in rows], pa.string())})
    with engine() as at:
        customers = at.from_arrow("customers", table)
        ids = evaluated_ids(at, customers, {"old": "group"}, Identity(roll_up="parent"))
        alone = evaluated_ids(at, customers, {"old": "group"}, Identity())
    assert ids.mapping == {"old": "group", "region": "group", "shop": "group", "shop2": "group"}
    assert [p.code for p in well_told(ids.problems)] == ["E-ID-017", "E-ID-018"]
    assert "x → y → x" in ids.problems[0].message("zh")
    assert alone.mapping == {"old": "group"} and not alone.problems


def test_whose_id_stays_follows_the_scheme() -> None:
    import pyarrow as pa

    from custrata.usecases.identity_survivor import survivor_rule

    people = pa.table({"customer_id": ["10", "9", "8"], "joined_at": ["2015-01-01", "2012-01-01", None],
                       "name": ["甲", None, None], "phone": ["1", "2", None]})  # fmt: skip
    orders = pa.table({"customer_id": ["8", "10"], "orders": [5, 2]})
    with engine() as at:
        customers, counts = at.from_arrow("c", people), at.from_arrow("o", orders)
        for rule, stays in (("oldest", "9"), ("most_orders", "8"), ("most_complete", "10")):
            best = survivor_rule(at, customers, ["8", "9", "10", "gone"], Identity(survivor=rule), counts)  # type: ignore[arg-type]
            assert best(("10", "8", "9", "gone")) == stays == best(("gone", "9", "8", "10"))
        best = survivor_rule(at, customers, ["8", "11"], Identity(), None)
        assert best(("11", "8")) == "8"
