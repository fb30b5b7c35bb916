"""After a load an evaluation works out anew only whom it must, and gives what a full one gives."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from refresh_shops import FAMILIES, FEW, HEADS, SCHEME, Counter, moved, opened, sale

from custrata import Scheme
from custrata.usecases import refresh as refreshing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    found = opened(tmp_path_factory.mktemp("shop"), 40, FEW)
    assert found.both()[0].anew == 40
    return found


@pytest.fixture
def shop(ready: Counter, tmp_path: Path) -> Counter:
    return moved(ready, tmp_path / "shop")


def test_nobody_is_worked_out_again_when_nothing_happened(shop: Counter) -> None:
    shop.load()
    assert shop.both()[0].anew == 0


def test_a_customer_with_a_new_order_is_worked_out_and_nobody_else(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    assert shop.both()[0].anew == 1
    assert shop.both()[0].anew == 0


def test_a_month_more_that_the_scheme_names_touches_its_own_customers(shop: Counter) -> None:
    """As where a pattern finds it: an import writes the name of each file into the scheme."""
    text = str(shop.scheme.text)
    shop.scheme = Scheme.parse(text.replace("file: sales*.csv", "file: [sales-0.csv]"))
    shop.load()
    shop.both()
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.scheme = Scheme.parse(text.replace("file: sales*.csv", "file: [sales-0.csv, sales-1.csv]"))
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_file_that_is_written_again_with_one_row_more_touches_one_customer(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30") + sale("2", "c8", "2024-04-30"))
    shop.write("people-1.csv", HEADS["people"] + "c9,2024-01-01,elsewhere\n")
    shop.load()
    shop.both()
    shop.write("sales-1.csv", (shop.folder / "sales-1.csv").read_text() + sale("3", "c1", "2024-04-30"))
    shop.write("people-1.csv", (shop.folder / "people-1.csv").read_text() + "new,2024-01-01,here\n")
    shop.load()
    assert shop.both()[0].anew == 2


def test_a_customer_whose_only_order_leaves_the_window_spends_nothing_in_it(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "once", "2024-04-02", 70))
    shop.load()
    found = shop.row("once", date(2024, 5, 1))
    assert found is not None and (found["spend_30"], found["spend"], found["recency"]) == (70, 70, 29)
    evaluation, _ = shop.both(date(2024, 5, 2))
    assert 0 < evaluation.anew < 40
    found = shop.row("once", date(2024, 5, 2))
    assert found is not None and (found["spend_30"], found["spend"], found["recency"]) == (0, 70, 30)
    assert found["recency_30"] is None


def test_days_since_the_last_purchase_go_on_for_customers_that_nothing_happens_to(shop: Counter) -> None:
    before = {c["customer_id"]: c for c in shop.both()[1]["customers"]}
    evaluation, found = shop.both(date(2024, 5, 1))
    assert evaluation.anew < 40
    for c in found["customers"]:
        assert c["recency"] == before[c["customer_id"]]["recency"] + 1
        assert c["tenure"] == before[c["customer_id"]]["tenure"] + 1


def test_a_customer_who_is_merged_away_is_there_no_more(shop: Counter) -> None:
    spent = sum((shop.row(c) or {})["spend"] for c in ("c1", "c2"))
    decided = {"merged": {"c2": "c1"}}
    shop.load(**decided)
    assert shop.row("c2", **decided) is None
    assert (shop.row("c1", **decided) or {})["spend"] == spent


def test_an_order_under_an_id_that_was_merged_away_touches_the_one_who_stayed(shop: Counter) -> None:
    decided = {"merged": {"c2": "c1"}}
    shop.load(**decided)
    shop.both(**decided)
    before = (shop.row("c1", **decided) or {})["spend"]
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c2", "2024-04-30", 500))
    shop.load(**decided)
    assert shop.both(**decided)[0].anew == 1
    assert (shop.row("c1", **decided) or {})["spend"] == before + 500


def test_a_customer_whose_facts_are_all_gone_disappears(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "guest", "2024-04-29"))
    shop.load()
    assert shop.row("guest") is not None
    (shop.folder / "sales-1.csv").unlink()
    shop.load()
    assert shop.both()[0].anew == 0
    assert shop.row("guest") is None


def test_a_return_that_tells_no_customer_touches_whoever_bought(shop: Counter) -> None:
    shop.write("back-1.csv", HEADS["back"] + "b,,2024-04-30,20,r1\n")
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_product_that_is_described_otherwise_touches_who_bought_it(shop: Counter) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c3", "2024-04-30", what="p9"))
    shop.load()
    shop.both()
    shop.write("goods-1.csv", HEADS["goods"] + "p9,tea,rare\n")
    shop.load()
    assert shop.both()[0].anew == 1


def test_a_customer_who_joins_later_is_there_from_his_day_on(shop: Counter) -> None:
    shop.write("people-1.csv", HEADS["people"] + "late,2024-05-03,here\n")
    shop.load()
    assert shop.row("late", date(2024, 5, 2)) is None
    assert shop.row("late", date(2024, 5, 3)) is not None


def test_a_customer_whose_anniversary_has_come_is_worked_out_and_nobody_else(tmp_path: Path) -> None:
    shop = opened(tmp_path, 20, FAMILIES[-1].replace("growth: membership", "growth: last membership"))
    day = date(2024, 5, 1)
    first = shop.row("c2", day)
    assert first is not None and first["own_year"] > 0
    assert first["before"] == 0
    assert shop.both(day + timedelta(days=1))[0].anew == 1, "c1 joined on 2 May"
    again = shop.row("c2", day + timedelta(days=2))
    assert again is not None and (again["own_year"], again["before"]) == (0, first["own_year"])
    assert shop.both(day + timedelta(days=4))[0].anew == 1, "of the others' joining nobody knows, or it was another day"


def test_a_complaint_that_is_closed_later_is_open_until_then(shop: Counter) -> None:
    shop.write("talk-1.csv", HEADS["talk"] + "1,c5,2024-04-20,2024-05-02,3\n")
    shop.load()
    opens = [(shop.row("c5", date(2024, 5, day)) or {})["open"] for day in (1, 2)]
    assert opens == [1, 0]


def test_a_complaint_under_a_number_of_another_customers_counts_for_one_of_them(shop: Counter) -> None:
    shop.write("talk-1.csv", HEADS["talk"] + "1,c5,2024-04-20,,9\n")
    shop.load()
    assert (shop.row("c5") or {})["open"] == 1
    shop.write("talk-2.csv", HEADS["talk"] + "1,c4,2024-04-20,,5\n1,c3,2024-05-02,,0\n")
    shop.load()
    shop.both(date(2024, 4, 30))
    shop.both(date(2024, 5, 2))


def test_a_kill_while_numbers_are_kept_leaves_those_of_before(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    monkeypatch.setattr(refreshing, "write_document", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        shop.both()
    monkeypatch.undo()
    assert shop.both()[0].anew == 1


def test_an_earlier_day_is_worked_out_for_itself_and_changes_nothing_for_a_later_one(shop: Counter) -> None:
    shop.both(date(2024, 5, 2))
    assert shop.both(date(2024, 2, 1))[0].anew < 41
    assert shop.both(date(2024, 5, 2))[0].anew == 0


def test_another_scheme_is_worked_out_for_everybody(shop: Counter) -> None:
    text = re.sub(r"\n  (  visit|assets): .*", "", SCHEME % FEW.strip())
    shop.scheme = Scheme.parse(text.replace("is: tea", "is: cake"))
    shop.load()
    assert shop.both()[0].anew == 40


def test_facts_that_a_version_loaded_which_notes_nobody_are_worked_out_for_everybody(shop: Counter) -> None:
    with shop.store() as store, store.transaction():
        document = store.rows(store.kept("state"))[0]["document"].replace('"lineage"', '"other"')
        store.replace("state", store.from_rows("state", [(document,)], {"document": "string"}))
    shop.write("sales-1.csv", HEADS["sales"] + sale("1", "c7", "2024-04-30", 500))
    shop.load()
    assert shop.both()[0].anew == 40
