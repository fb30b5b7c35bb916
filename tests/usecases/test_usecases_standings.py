"""Where everybody stands is kept whole, or as what was there before and who has changed since: it reads the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from loyalty_shops import SCHEME, Shop

from corner_shops import codes, refused
from custrata import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.levels.standings import BASE, SINCE, STANDINGS, read_standings

DAY = date(2024, 6, 1)
CALM = SCHEME.replace("fall: 40%", "fall: 100%, rise: 100%")
WHOLE, PARTS = {STANDINGS}, {BASE, SINCE}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Forty customers who buy a little, besides three; reviewed on the first of June."""
    made = Shop.opened(tmp_path, CALM)
    made.sells("many", "".join(f"{n + 100},m{n:02},2024-05-01,50\n" for n in range(40)))
    made.reviewed(DAY)
    return made


def files(shop: Shop) -> set[str]:
    return {f.name for f in shop.workspace.run().folder.glob("levels*")}


def standings(shop: Shop) -> list[dict[str, Any]]:
    with duckdb_engine("UTC", shop.path / "scratch") as engine:
        t = read_standings(shop.workspace.run().folder, engine)
        return engine.rows(t.order_by(["ladder", "customer_id"]))


def test_next_to_nobody_moves_and_the_rest_is_carried_on(shop: Shop) -> None:
    assert files(shop) == WHOLE
    before = standings(shop)
    shop.sells("b", "9,m00,2024-06-02,200\n10,new,2024-06-02,5\n")
    assert shop.reviewed(DAY + timedelta(2)) == {("plain", "VIP", "upgrade"): 1, (None, "plain", "initial"): 1}
    assert files(shop) == PARTS
    rows = {r["customer_id"]: r for r in standings(shop)}
    assert rows["m00"]["level"] == "VIP" and rows["new"]["since"] == DAY + timedelta(2)
    assert [r for c, r in rows.items() if c not in ("m00", "new")] == [r for r in before if r["customer_id"] != "m00"]
    assert shop.levels() == {c: "普通" if r["level"] == "plain" else r["level"] for c, r in rows.items()}
    # A change on top of a change; who was changed first is still as he was then.
    shop.give("m01", "VIP")
    shop.sells("b", "9,m00,2024-06-02,200\n")
    assert shop.reviewed(DAY + timedelta(4)) == {("plain", "VIP", "override"): 1, ("plain", None, "gone"): 1}
    assert files(shop) == PARTS and "new" not in {r["customer_id"] for r in standings(shop)}
    assert [shop.standing(c).level for c in ("m00", "m01", "m02")] == ["VIP", "VIP", "plain"]
    assert shop.standing("m00").since == DAY + timedelta(2)


def test_where_many_have_changed_all_are_written(shop: Shop) -> None:
    shop.sells("b", "".join(f"{n + 200},m{n:02},2024-06-02,200\n" for n in range(6)))
    assert shop.reviewed(DAY + timedelta(2)) == {("plain", "VIP", "upgrade"): 6} and files(shop) == WHOLE


def test_changes_of_many_days_come_to_a_whole_file_in_the_end(shop: Shop) -> None:
    written = []
    for n in range(5):
        shop.sells(f"b{n}", f"{n + 200},m{n:02},2024-06-02,200\n")
        shop.reviewed(DAY + timedelta(2 + n))
        written.append(files(shop))
    assert written == [PARTS] * 4 + [WHOLE]
    assert sum(level == "VIP" for level in shop.levels().values()) == 6


def test_another_scheme_writes_all(shop: Shop) -> None:
    shop.scheme(CALM + "  second:\n    top: {enter: 'spend_12m >= 240'}\n    low: {}\n")
    shop.reviewed(DAY + timedelta(2))
    assert files(shop) == WHOLE and len(standings(shop)) == 86
    shop.reviewed(DAY + timedelta(3))
    assert files(shop) == PARTS and len(standings(shop)) == 86
    shop.scheme(CALM)
    shop.reviewed(DAY + timedelta(4))
    assert files(shop) == WHOLE and len(standings(shop)) == 43, "a ladder that is no more leaves nothing behind"


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_that_is_gone_is_told_and_never_taken_for_nothing(shop: Shop, name: str) -> None:
    shop.reviewed(DAY + timedelta(2))
    (shop.workspace.run().folder / name).unlink()
    with pytest.raises(CustrataError) as error:
        shop.standing("ann")
    assert codes(error) == ["E-RUN-007"] and error.value.problems[0].values["file"] == name
    with refused("E-RUN-007"):
        shop.plan(DAY + timedelta(3))


def test_damage_of_what_is_carried_on_is_told_and_stays_in_its_run(shop: Shop) -> None:
    first = shop.workspace.run_ids()[0]
    shop.reviewed(DAY + timedelta(2))
    base = shop.workspace.run().folder / BASE
    changed = bytearray(base.read_bytes())
    changed[40] ^= 1
    base.write_bytes(changed)
    with refused("E-RUN-007", "E-FILE-019"):
        shop.plan(DAY + timedelta(3))
    shop.back_to(first)
    assert shop.reviewed(DAY + timedelta(3)) == {} and shop.standing("ann").level == "VIP"


def test_what_a_metric_is_called_changes_no_level(tmp_path: Path) -> None:
    """Columns of a standing have names of their own."""
    text = CALM.replace("spend_12m", "level").replace("orders_12m", "joined")
    shop = Shop.opened(tmp_path, text)
    shop.reviewed(DAY)
    shop.sells("b", "9,bob,2024-06-02,200\n")
    assert shop.reviewed(DAY + timedelta(2)) == {("plain", "VIP", "upgrade"): 1}
    assert {c: shop.standing(c).level for c in ("ann", "bob", "cid")} == {"ann": "VIP", "bob": "VIP", "cid": "plain"}
