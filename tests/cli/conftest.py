"""A workspace with a scheme and two files, and the program called in this process as a person would."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from custrata.cli.main import main

SCHEME = """scheme: Corner shop
as_of: end of data
sources:
  orders: {file: data/sales.csv, columns: {customer_id: who, ordered_at: day, amount: paid}}
  customers: {file: data/people.csv, columns: {customer_id: who, trade: trade}}
metrics:
  recency: {recency: days}
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}, labels: {big: {zh: 大户, en: Big}}}
  rfm: {rfm: [recency, orders, spend]}
  trade: {attribute: trade}
  care: {rules: {call: "tier is Big and recency > 10", rest: else}}
"""
SALES = """who,day,paid
ann,2024-03-01,90
ann,2024-03-09,30.50
bob,2024-03-31,7
王芳,2024-01-05,500
=cmd,2024-03-02,many
"""
PEOPLE = "who,trade\nann,tea\nbob,ink\neve,tea\n"


@dataclass
class Said:
    """What the program answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "scheme.yaml").write_text(SCHEME, "utf-8")
    (folder / "data" / "sales.csv").write_text(SALES, "utf-8")
    (folder / "data" / "people.csv").write_text(PEOPLE, "utf-8")
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    for name in ("CUSTRATA_LANG", "CUSTRATA_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")

    def run(*words: object) -> Said:
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as ended:
                main([str(w) for w in words])
        finally:
            for name in ("CUSTRATA_LANG", "CUSTRATA_DEBUG"):
                os.environ.pop(name, None)
        said = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    yield run
