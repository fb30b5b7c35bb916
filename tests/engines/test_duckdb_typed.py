"""A reader with types makes of a text what `parse` makes of it, or nothing, wherever the text has the form for it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import ibis
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custrata.core.facts.exact import DAY, MOMENT, NUMBER, WHOLE, Form
from custrata.core.facts.ids import whole
from custrata.core.facts.parse import parse
from custrata.core.scan import TextPart
from custrata.engines.duckdb import typed
from custrata.engines.duckdb.checked import csv_function
from custrata.engines.duckdb.typed import all_fit, sql_types

_CELLS = {
    "id": (WHOLE, st.one_of(st.integers(-(10**20), 10**20).map(str), st.from_regex(WHOLE.pattern, fullmatch=True))),
    "money": (NUMBER, st.from_regex(NUMBER.pattern, fullmatch=True)),
    "day": (DAY, st.from_regex(DAY.pattern, fullmatch=True)),
    "moment": (MOMENT, st.from_regex(MOMENT.pattern, fullmatch=True)),
}


def _part(folder: Path, lines: list[str], end: str = "\n", last: str = "\n") -> TextPart:
    path = folder / "sales.csv"
    path.write_bytes(("id,value\n".replace("\n", end) + end.join(lines) + last).encode())
    return TextPart(path, "sales.csv", ("id", "value"))


@pytest.mark.parametrize("kind", list(_CELLS))
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_read_with_a_type_is_what_the_text_means(kind: str, data: st.DataObject) -> None:
    form, cells = _CELLS[kind]
    texts = [t for t in data.draw(st.lists(cells, min_size=1, max_size=30)) if t.isascii()]
    assume(texts)
    con = ibis.duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        part = _part(Path(folder), [f"{i},{text}" for i, text in enumerate(texts)])
        forms = {"VALUE": form}
        assert all_fit(part, forms)
        source = csv_function([part], ", ignore_errors=true", sql_types(part, forms))
        read = {int(i): value for i, value in con.con.execute(f"SELECT c0, c1 FROM {source}").fetchall()}
    values = ", ".join(f"({i}, '{text}')" for i, text in enumerate(texts))
    con.con.execute(f"CREATE TABLE told AS SELECT * FROM (VALUES {values}) AS t(i, text)")
    t = con.table("told")
    meant = parse(t.text, "day" if kind == "moment" else kind)  # type: ignore[arg-type]
    value = whole(meant.value) if kind == "id" else meant.value
    lost = ibis.literal(False) if meant.unreadable is None else meant.unreadable
    for i, told, bad in con.con.execute(con.compile(t.select("i", value=value, bad=lost))).fetchall():
        if i not in read:
            assert bad or told is None, texts[i]
        elif kind in ("day", "moment"):
            assert (str(read[i])[:10], bad) == (str(told)[:10], False)
        else:
            assert (read[i], bad) == (told, False)


@pytest.mark.parametrize(("form", "texts"), [
    (WHOLE, ["007", "+7", " 7", "7.0", "1e3", "-0", "0x1f", "1_000", "７"]),
    (NUMBER, ["5.", ".5", "1,234", "1e3", " 1", "1 ", "--1", "¥1", "1_0"]),
    (DAY, ["2024-01-5x", "24-01-05", "20240105", "2024\\1\\5", "2024-1/5", "1899-12-31", "2200-01-01", "2024-13-01"]),
    (MOMENT, ["2024-01-05 24:00:00", "2024-01-05 20:00:00+08", "2024-01-05  20:00", "2024-01-05 20:00:00.1234567"]),
])  # fmt: skip
def test_a_text_that_a_reader_could_misread_does_not_fit(tmp_path: Path, form: Form, texts: list[str]) -> None:
    for text in texts:
        assert not re.fullmatch(form.pattern, text)
        assert not all_fit(_part(tmp_path, ["1,", f"2,{text}"]), {"value": form})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_every_line_of_every_block_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, last: str
) -> None:
    monkeypatch.setattr(typed, "_BLOCK", 64)
    lines = [f"客户{i},{i * 7}" for i in range(200)]
    last = end if last else ""
    assert all_fit(_part(tmp_path, lines, end, last), {"value": WHOLE})
    for at in (0, 99, 199):
        for odd in ("客户,1.5", "客户", "客户,1,2", "1" * 100 + ",5"):
            assert not all_fit(_part(tmp_path, [*lines[:at], odd, *lines[at + 1 :]], end, last), {"value": WHOLE}), odd


def test_bytes_that_are_no_characters_do_not_stop_the_look(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"id,value\n\xff\xfe,7\n")
    part = TextPart(path, "sales.csv", ("id", "value"))
    assert all_fit(part, {"value": WHOLE})
    assert not all_fit(part, {"id": WHOLE})
