"""Imports that are taken back: nothing of them counts any more, and nothing of them is lost."""

from __future__ import annotations

from typing import Any

import pytest
from import_steps import HEADER, SALES, assert_done, sent, work
from web_shops import Shop

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases import init_back, init_wizard
from custrata.usecases.workspace import Workspace
from custrata.web import imports
from custrata.web.models import Job

pytestmark = pytest.mark.slow

JANUARY = HEADER + "E1,new,2025-01-05,88.00,已完成,x\n"
PEOPLE = "会员号,姓名,城市\n" + "".join(f"C{n:03},张{n},北京\n" for n in range(17))


@pytest.fixture
def operator(empty: Shop) -> Any:
    client = empty.client("operator", lang="zh")
    bring(empty, client, "全年.csv", SALES)
    return client


def bring(shop: Shop, client: Any, name: str, text: str, *, replace: str = "") -> str:
    place = sent(client, (name, text.encode("gbk")))
    work(shop)
    if replace:
        client.post(f"{place}files/", {"replace": replace, "how": "replace"})
        work(shop)
    client.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    assert_done(work(shop))
    return place


def undone(shop: Shop, client: Any, place: str) -> Any:
    client.post(f"{place}undo/")
    return work(shop)


def customers(shop: Shop) -> int:
    return int(Workspace.at(shop.folder).run().record["customers"])


def text(shop: Shop) -> str:
    return (shop.folder / "scheme.yaml").read_text("utf-8")


def test_a_month_that_was_the_wrong_file_counts_no_more(empty: Shop, operator: Any) -> None:
    before = text(empty)
    place = bring(empty, operator, "一月.csv", JANUARY)
    assert customers(empty) == 18
    page = operator.get("/data/import/").content.decode()
    assert f'action="{place}undo/"' in page and page.count("/undo/") == 1, "the first import stays"
    assert_done(undone(empty, operator, place))
    assert customers(empty) == 17 and text(empty) == before
    assert not (empty.folder / "data" / "一月.csv").exists()
    kept = imports.opened(empty.folder / ".custrata", 2).aside / "一月.csv"
    assert kept.read_bytes() == JANUARY.encode("gbk")
    page = operator.get("/data/import/").content.decode()
    assert "已撤销" in page and "/undo/" not in page
    assert operator.post(f"{place}undo/").status_code == 400, "once is enough"


def test_a_file_that_was_replaced_is_there_again(empty: Shop, operator: Any) -> None:
    whole = (empty.folder / "data" / "全年.csv").read_bytes()
    place = bring(empty, operator, "全年.csv", JANUARY, replace="全年-2.csv")
    assert customers(empty) == 1
    assert_done(undone(empty, operator, place))
    assert (empty.folder / "data" / "全年.csv").read_bytes() == whole and customers(empty) == 17


def test_of_two_months_the_first_can_go_and_later_edits_stay(empty: Shop, operator: Any) -> None:
    first = bring(empty, operator, "一月.csv", JANUARY)
    bring(empty, operator, "二月.csv", JANUARY.replace("E1,new", "E2,other").replace("-01-", "-02-"))
    (empty.folder / "scheme.yaml").write_text(text(empty) + "# by hand\n", "utf-8")
    assert_done(undone(empty, operator, first))
    scheme = Scheme.load(empty.folder)
    assert set(scheme.sources.orders.file) == {"data/全年.csv", "data/二月.csv"} and text(empty).endswith("# by hand\n")
    assert customers(empty) == 18


def test_a_new_source_goes_with_its_import_unless_a_rule_reads_it(empty: Shop, operator: Any) -> None:
    place = bring(empty, operator, "会员.csv", PEOPLE)
    whole = text(empty)
    (empty.folder / "scheme.yaml").write_text(
        whole.replace("\nsegments:", "\nsegments:\n  town: {attribute: city}", 1).replace(
            "\n客群:", "\n客群:\n  town: {attribute: city}", 1), "utf-8")  # fmt: skip
    assert text(empty) != whole
    job = undone(empty, operator, place)
    assert job.state == "failed" and job.result["problems"][0]["code"] == "E-WEB-152", job.result
    assert (empty.folder / "data" / "会员.csv").is_file() and "会员.csv" in text(empty)
    (empty.folder / "scheme.yaml").write_text(whole, "utf-8")
    assert_done(undone(empty, operator, place))
    assert Scheme.load(empty.folder).sources.customers is None


def test_a_file_that_somebody_changed_is_not_taken_away(empty: Shop, operator: Any) -> None:
    place = bring(empty, operator, "一月.csv", JANUARY)
    (empty.folder / "data" / "一月.csv").write_bytes(JANUARY.replace("88", "99").encode("gbk"))
    before = text(empty)
    assert [p["code"] for p in undone(empty, operator, place).result["problems"]] == ["E-WEB-151"]
    assert (empty.folder / "data" / "一月.csv").is_file() and text(empty) == before


@pytest.mark.parametrize("point", ["scheme", "file"])
def test_killed_on_the_way_it_goes_on_when_it_is_asked_for_again(
    empty: Shop, operator: Any, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    before = text(empty)
    place = bring(empty, operator, "全年.csv", JANUARY, replace="全年-2.csv")
    real = init_back._put_back

    def killed(*paths: Any) -> None:
        if point == "file":
            paths[0].replace(paths[1])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(init_back, "_put_back", killed)
        with pytest.raises(KeyboardInterrupt):
            undone(empty, operator, place)
    assert init_back._put_back is real
    Job.objects.filter(state="waiting").delete()
    assert_done(undone(empty, operator, place))
    assert text(empty) == before and customers(empty) == 17


def test_an_import_of_which_nothing_can_be_kept_is_none(
    empty: Shop, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    before = text(empty)
    place = sent(operator, ("一月.csv", JANUARY.encode("gbk")))
    work(empty)
    operator.post(f"{place}counts/", {"to": "take", "as_of": "end of data"})
    with monkeypatch.context() as patch:
        patch.setattr(init_wizard, "keep_after", full)
        with pytest.raises(OSError, match="space"):
            work(empty)
    assert text(empty) == before and not (empty.folder / "data" / "一月.csv").exists()


def test_what_was_imported_before_this_could_be_done_says_so(empty: Shop, operator: Any) -> None:
    with pytest.raises(CustrataError, match="E-WEB-150"):
        none = empty.folder / "none"
        init_back.take_back(Workspace.at(empty.folder), empty.folder / "data", none, none, duckdb_engine)
    answer = operator.post("/data/import/1/undo/")
    assert answer.status_code == 400 and "E-WEB-150" in answer.content.decode()
