"""Where a database is and who logs in is found by name, and shown to nobody."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from custrata import CustrataError, Problem
from custrata.sources.databases.connections import Connection, resolve
from custrata.sources.databases.redact import redacted
from shops import well_told

FILE = """
[erp]
kind = "mysql"
host = "db.example"
database = "shop"
user = "ann"
password = "s3cret-word"
ssl_mode = "required"
["总账"]
url = "postgresql://ann@db.example/总账"
password_file = "word"
timeout = 7200
"""


def written(folder: Path, text: str = FILE, mode: int = 0o600) -> Path:
    file = folder / ".custrata" / "connections.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def the_problem(name: str, folder: Path, **environ: str) -> Problem:
    with pytest.raises(CustrataError) as caught:
        resolve(name, folder, environ)
    (problem,) = well_told(caught.value.problems)
    assert "s3cret-word" not in problem.text("en") + problem.text("zh") + repr(problem)
    return problem


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    written(tmp_path)
    url = "mariadb+pymysql://bob:p%40ss%2F@other.example:3307/till?ssl_mode=disabled&timeout=60"
    found = resolve("erp", tmp_path, {"CUSTRATA_DB_ERP": url})
    assert (found.kind, found.address, found.database, found.user) == ("mysql", "other.example:3307", "till", "bob")
    assert (found.password.get_secret_value(), found.options["ssl_mode"], found.timeout) == ("p@ss/", "disabled", 60)
    assert resolve("erp", tmp_path, {}).address == "db.example:3306"


def test_a_file_may_be_named_and_hold_chinese_names_and_passwords_in_files(tmp_path: Path) -> None:
    file = written(tmp_path)
    (file.parent / "word").write_text("s3cret-word\n")
    (file.parent / "word").chmod(0o600)
    found = resolve("总账", tmp_path / "elsewhere", {"CUSTRATA_CONNECTIONS": str(file)})
    assert (found.password.get_secret_value(), found.database, found.port) == ("s3cret-word", "总账", 5432)
    assert (found.timeout, found.notes) == (7200, ())


@pytest.mark.parametrize("mode, noted", [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_noted(tmp_path: Path, mode: int, noted: bool) -> None:
    written(tmp_path, mode=mode)
    notes = resolve("erp", tmp_path, {}).notes
    assert [n.code for n in notes] == (["E-DB-003"] if noted else [])
    assert not notes or well_told(notes)


def test_an_unknown_name_is_told_with_those_that_are_known(tmp_path: Path) -> None:
    written(tmp_path)
    problem = the_problem("erpp", tmp_path, CUSTRATA_DB_TILL="mysql://a@b/c")
    assert (problem.code, problem.values["suggestion"]) == ("E-DB-001", "erp")
    assert "till" in problem.text("en") and "CUSTRATA_DB_ERPP" in problem.message("zh") + problem.values["variable"]


@pytest.mark.parametrize("name", ["mysql://ann:s3cret-word@db.example/shop", "ann:s3cret-word@db.example"])
def test_an_address_in_the_scheme_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    assert the_problem(name, tmp_path).code == "E-DB-022"


@pytest.mark.parametrize("text, code", [
    ('[erp]\nurl = "mysql://ann:s3cret-word@[::1"', "E-DB-004"),
    ('[erp]\nurl = "mysql://ann:s3cret-word@h:port/d"', "E-DB-004"),
    ('[erp]\nkind = "mysq"\nhost = "h"', "E-DB-004"), ('[erp]\nkind = "mysql"\nhost = "h"', "E-DB-004"),
    ('[erp]\nkind = "mysql"\npassword = "s3cret-word"\ndatabase = "d"', "E-DB-004"),
    ('[erp]\nurl = "mysql://h/d"\npasword = "s3cret-word"', "E-DB-004"),
    ('[erp]\nurl = "mysql://h/d"\ntimeout = true', "E-DB-004"),
    ('[erp]\nurl = "mysql://h/d"\ntimeout = -1', "E-DB-004"),
    ('[erp]\nurl = "mysql://h/d"\npassword_file = "nowhere"', "E-DB-004"), ("erp = 5", "E-DB-004"),
    ('[erp]\npassword = "s3cret-word', "E-DB-002"), ("[erp\ns3cret-word", "E-DB-002"),
])  # fmt: skip
def test_a_mistake_in_the_file_is_told_by_its_key_alone(tmp_path: Path, text: str, code: str) -> None:
    written(tmp_path, text)
    assert the_problem("erp", tmp_path).code == code


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".custrata" / "connections.toml").mkdir(parents=True)
    assert the_problem("erp", tmp_path).code == "E-DB-002"


def test_no_form_of_a_connection_shows_the_password(tmp_path: Path) -> None:
    written(tmp_path, f'{FILE}\n[other]\nurl = "oracle://ann:s3cret-word@db/shop"\nwallet_password = "s3cret-wallet"')
    for name in ("erp", "other"):
        found = resolve(name, tmp_path, {})
        shown = f"{found} {found!r} {asdict(found)} {redacted('s3cret-wallet', found) if name == 'other' else ''}"
        assert "s3cret" not in shown


@given(st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4, max_size=20))
def test_no_password_gets_through_a_drivers_message(password: str) -> None:
    ann = Connection("erp", "mysql", "db", 3306, "shop", "ann", SecretStr(password))
    lines = f"cannot connect with {password} as mysql://ann:{password}@db"
    without = redacted("cannot connect with *** as mysql://***@db", ann)
    assert password not in redacted(lines, ann) or password in without


def test_a_short_user_leaves_the_words_around_it_readable() -> None:
    sa = Connection("erp", "sqlserver", "db", 1433, "shop", "sa", SecretStr("x"))
    said = redacted("Login failed for user 'sa': the message says PWD=x;\nServer exploded", sa)
    assert said == "Login failed for user '***': the message says PWD=***; Server exploded"
