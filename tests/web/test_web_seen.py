"""On no page, in no answer, file or error does anybody meet whom he must not see, or read how somebody is reached where
he may not: also on pages and in operations yet to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web_api import call, every, token
from web_planted import HIDDEN, SCOPE, SEEN, Company, paths, planted, text_of

from custrata.web.access import GRANTS, Can, Role
from custrata.web.page import pages

pytestmark = pytest.mark.slow

#: What forms may send, all at once.
FORM = {
    "do": "note", "text": "seen", "verdict": "approve", "comment": "x", "reason": "x", "name": "mine", "query": "",
    "format": "csv", "where": "年消费 > 0", "segment": "关注名单", "class": "新", "customer": HIDDEN.id, "a": HIDDEN.id,
    "b": SEEN.id, "verb": "merge", "level": "VIP",
}  # fmt: skip
BODY = {"comment": "x", "level": "VIP", "reason": "x", "format": "csv", "q": HIDDEN.name}
#: Who may not see how somebody is reached.
MASKED = [role for role in Role if Can.PERSONAL not in GRANTS[role]]
Meets = Callable[[Company, str, Any], list[str]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with planted(tmp_path_factory.mktemp("planted") / "company") as found:
        yield found


def scoped(company: Company, role: Role) -> Any:
    return company.shop.client(role, lang="zh", scope=SCOPE, name=f"{role}-scoped")


def meets(company: Company, path: str, answer: Any) -> list[str]:
    """What an answer says of somebody who must not be seen; his id only where it was not asked for by it."""
    text, typed = text_of(answer), HIDDEN.id in path
    needles = (HIDDEN.name, *HIDDEN.reached, *company.totals, *(() if typed else (HIDDEN.id,)))
    found = [f"{answer.status_code} {path}: {needle}" for needle in needles if needle in text]
    return [*found, f"{answer.status_code} {path}"] if typed and answer.status_code < 400 else found


def reaches(company: Company, path: str, answer: Any) -> list[str]:
    """What an answer says of how somebody is reached."""
    text = text_of(answer)
    return [f"{answer.status_code} {path}: {n}" for p in (HIDDEN, SEEN) for n in p.reached if n in text]


def looked(company: Company, client: Any, told: Meets) -> list[str]:
    """Every page, opened with everything that its address may say."""
    found = []
    for page in pages().values():
        for path in paths("/" + page.path, company) if "GET" in page.methods and page.can is not None else ():
            answer = client.get(path)
            assert answer.status_code < 500, path
            found += told(company, path, answer)
    return found


def asked(company: Company, headers: dict[str, str], told: Meets, *methods: str) -> list[str]:
    """Every operation, asked with everything that its address may say."""
    found = []
    for _, method, path in every():
        for one in paths(path, company) if method in methods else ():
            answer = call(company.shop, method, one, headers, None if method == "GET" else BODY)
            assert answer.status_code < 500, one
            found += told(company, one, answer)
    return found


def test_the_company_is_full_of_what_must_not_be_seen(company: Company) -> None:
    boss = company.shop.client("administrator", lang="en", name="boss")
    said = {
        page.name: "".join(text_of(boss.get(p)) for p in paths("/" + page.path, company))
        for page in pages().values() if "GET" in page.methods and page.can is not None
    }  # fmt: skip
    known_of = {
        HIDDEN.name: {"customers", "customer", "plan", "plan_file", "duplicates", "job", "download"},
        HIDDEN.phone: {"customer", "customers", "levels", "duplicates", "job", "download", "trail"},
        SEEN.phone: {"scheme_history", "plan", "customer"},
    }
    for needle, known in known_of.items():
        assert {n for n, text in said.items() if needle in text} >= known
    assert any(company.totals[2] in text for text in said.values())


@pytest.mark.parametrize("role", list(Role))
def test_no_page_shows_a_scoped_reader_anybody_else(company: Company, role: Role) -> None:
    assert looked(company, scoped(company, role), meets) == []


@pytest.mark.parametrize("role", list(Role))
def test_no_operation_tells_a_scoped_program_of_anybody_else(company: Company, role: Role) -> None:
    assert asked(company, token(company.shop, role.value, scope=SCOPE), meets, "GET") == []


@pytest.mark.parametrize("role", MASKED)
def test_no_page_tells_how_somebody_is_reached_to_who_may_not_know(company: Company, role: Role) -> None:
    assert looked(company, company.shop.client(role, lang="zh", name=f"{role}-masked"), reaches) == []


@pytest.mark.parametrize("role", MASKED)
def test_no_operation_tells_how_somebody_is_reached_to_who_may_not_know(company: Company, role: Role) -> None:
    assert asked(company, token(company.shop, role.value), reaches, "GET") == []


def test_a_token_for_less_than_its_owner_may_tells_less(company: Company) -> None:
    rest = [can for can in Can if can is not Can.PERSONAL]
    assert asked(company, token(company.shop, "administrator", *rest), reaches, "GET") == []


QUESTIONS = [
    "q=SECRET", f"q={HIDDEN.phone[:7]}", f"q={HIDDEN.phone[:-1]}", f"where=年消费 > {HIDDEN.name}", "sort=-@手机号",
    f"v.name={HIDDEN.name[:1]}", "where=年消费 > 0", "where=手机号 is 1", "v.手机号=139", "col=@手机号&col=@住址",
]  # fmt: skip


@pytest.mark.parametrize("query", QUESTIONS)
def test_no_question_finds_out_more(company: Company, query: str) -> None:
    masked = company.shop.client(Role.ANALYST, lang="zh", name="analyst-masked")
    for path in ("/customers/", "/filters/customers/", "/segments/-/rules/", "/api/v1/customers"):
        asked = f"{path}?{query}"
        assert reaches(company, asked, masked.get(asked)) == []
        text = text_of(scoped(company, Role.OPERATOR).get(asked))
        assert all(needle in query or needle not in text for needle in (HIDDEN.name, *HIDDEN.reached, HIDDEN.id))


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_an_export_shows_what_its_asker_sees(company: Company, tmp_path: Path, form: str) -> None:
    from custrata.web.export import write
    from custrata.web.site import site

    scoped(company, Role.OPERATOR)
    company.shop.client(Role.ANALYST, name="analyst-masked")
    columns = ("customer_id", "@name", "@手机号", "@邮箱", "@住址", "@身份证号", "@税号", "@职业")
    query = "&".join(f"col={c}" for c in columns)
    whole = site().workspace.run().record["customers"]
    for who in ("operator-scoped", "analyst-masked"):
        done = write({"who": who, "query": query, "format": form, "run": company.run}, tmp_path)
        content = (tmp_path / done["file"]).read_bytes()
        answer = type("File", (), {"streaming": False, "content": content, "headers": {}, "status_code": 200})()
        assert SEEN.name in text_of(answer)
        if who == "analyst-masked":
            assert done["customers"] == whole and reaches(company, form, answer) == []
        else:
            assert 0 < done["customers"] < whole and SEEN.phone in text_of(answer)
            assert meets(company, form, answer) == []


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_what_a_scoped_user_does_changes_and_tells_nothing_of_anybody_else(company: Company, role: Role) -> None:
    client, found = scoped(company, role), list[str]()
    for page in pages().values():
        if "POST" in page.methods and page.can is not None and page.name not in ("account", "second_factor"):
            for path in paths("/" + page.path, company):
                answer = client.post(path, FORM)
                assert answer.status_code < 500, path
                found += meets(company, path, answer)
    found += asked(company, token(company.shop, role.value, scope=SCOPE), meets, "POST", "PUT", "DELETE", "PATCH")
    assert found == []


def test_what_concerns_everybody_is_done_by_who_sees_everybody(company: Company) -> None:
    client, headers = scoped(company, Role.ADMINISTRATOR), token(company.shop, "administrator", scope=SCOPE)
    for path in ("levels/plan/", "scheme/versions/1/publish/", f"levels/plans/{company.plan}/decide/", "scheme/run/"):
        answer = client.post(f"/{path}")
        assert answer.status_code == 403 and "E-WEB-040" in answer.content.decode()
    for said in ("plans", f"plans/{company.plan}/approve", "runs", "facts/orders"):
        answer = call(company.shop, "POST", f"/api/v1/{said}", headers)
        assert answer.status_code == 403 and answer.json()["errors"][0]["code"] == "E-WEB-077"


def test_the_numbers_of_everybody_are_not_told_to_a_scoped_program(company: Company) -> None:
    whole, part = token(company.shop, "viewer"), token(company.shop, "analyst", scope=SCOPE)
    for path in ("plans", "runs"):
        one, other = (call(company.shop, "GET", f"/api/v1/{path}", h).json()[0] for h in (whole, part))
        assert one["moves"] is not None and other["moves"] is None and one["id"] == other["id"]
    assert call(company.shop, "GET", "/api/v1/runs", part).json()[0]["customers"] is None
    plan = call(company.shop, "GET", "/api/v1/plans", part).json()[0]
    assert plan["brakes"] and all(set(b) == {"ladder", "brake"} for b in plan["brakes"])


def test_how_many_rows_the_company_has_is_not_told_to_a_scoped_reader(company: Company) -> None:
    whole = company.shop.client("viewer", lang="zh", name="reader").get("/").content.decode()
    part = company.shop.client("viewer", lang="zh", scope=SCOPE, name="part").get("/").content.decode()
    assert "行数" in whole and "行数" not in part
