"""A company with two customers who are recognised wherever they show: one whom a scoped reader must not see, and one
whom he sees, but whose number nobody without the right to personal data may read. Both stand in every corner that there
is: files, quarantine, plans, levels by hand, notes, corrections, verdicts, jobs with their logs, exports, saved lists,
duplicates, versions of the scheme, the trail.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from web_shops import LEVELS, Shop, now

from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.synthetic.company import generate
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.plan import plan
from custrata.usecases.workspace import Workspace
from custrata.web import reading, site
from custrata.web.access import Role

SCOPE = "区域 = '城市'"


@dataclass(frozen=True)
class Person:
    """What is known of somebody; `reached` must be seen only by who may see personal data."""

    id: str
    name: str
    phone: str
    email: str
    home: str
    identity: str
    tax: str
    area: str

    @property
    def reached(self) -> tuple[str, ...]:
        return (self.phone, self.email, self.home, self.identity, self.tax)

    def told(self) -> str:
        return f"{self.name} {self.phone} {self.email} {self.identity} {self.tax}"


HIDDEN = Person("SECRET-7788", "赵隐云", "13977788899", "zhao.yinyun@hidden.example", "贵州省遵义市汇川区隐秘路7788号",
                "520302198001017789", "91520302MA6DQ7788X", "乡村")  # fmt: skip
SEEN = Person("OPEN-5566", "钱见山", "13855566677", "qian.jianshan@open.example", "浙江省杭州市西湖区明处路5566号",
              "330106199002025561", "91330106MA2B05566Q", "城市")  # fmt: skip


@dataclass(frozen=True)
class Company:
    """The company, and the numbers under which things of it are asked for."""

    shop: Shop
    plan: str
    run: str
    texts: tuple[str, ...]
    """What parts of addresses may be."""
    numbers: tuple[int, ...]
    totals: tuple[str, ...]
    """The spend of everybody, as it may be written."""


@contextmanager
def planted(folder: Path) -> Iterator[Company]:
    from django.conf import settings

    _files(folder)
    workspace = Workspace.at(folder)
    opened = lambda f: open_store(None, f)  # noqa: E731
    plan(workspace, duckdb_store, opened, now, who="test")
    apply(workspace, duckdb_store, opened, now, who="test")
    site.enter(folder)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["web_shops.Quick"]
    shop = Shop(folder)
    try:
        yield _lived_in(shop, workspace, opened)
    finally:
        reading.forget()


def _files(folder: Path) -> None:
    """Two of the customers are made into ours, wherever they stand."""
    generate(folder, customers=60, seed=3, start=date(2024, 1, 1), end=date(2024, 12, 31), format="parquet")
    (people,) = (folder / "data").glob("客户档案*")
    rows = pq.read_table(people).to_pylist()
    sold: dict[str, float] = {}
    (sales,) = (folder / "data").glob("销售单*")
    for row in pq.read_table(sales).to_pylist():
        sold[row["客户编码"]] = sold.get(row["客户编码"], 0.0) + float(row["实收金额"])
    complained = {r["客户编码"] for f in (folder / "data").glob("投诉*") for r in pq.read_table(f).to_pylist()}
    first = sorted((i for i in sold if i in complained), key=lambda i: -sold[i])[:2]
    ours = dict(zip(first, (HIDDEN, SEEN), strict=True))
    for row in rows:
        person = ours.get(row["客户编码"])
        row |= {"邮箱": f"{row['客户编码']}@x.example".lower(), "住址": None, "身份证号": None, "税号": None}
        if person is not None:
            row |= {"客户名称": person.name, "手机号": person.phone, "邮箱": person.email, "住址": person.home,
                    "身份证号": person.identity, "税号": person.tax, "区域类型": person.area,
                    "职业": f"老板，电话{person.phone}"}  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), people)
    for file in (folder / "data").glob("*.parquet"):
        told = pq.read_table(file)
        if "客户编码" in told.column_names:
            found = told.to_pylist()
            for row in found:
                person = ours.get(row["客户编码"])
                if person is not None:
                    row["客户编码"] = person.id
                    if "状态" in row and "投诉编号" in row:
                        row["状态"] = f"已回访{person.phone}"
            if file == sales:
                bad = ({"单号": f"坏单{p.id}", "客户编码": p.id, "实收金额": None} for p in ours.values())
                found += [{**found[0], **row} for row in bad]
            pq.write_table(pa.Table.from_pylist(found, schema=told.schema), file)
    scheme = folder / "scheme.yaml"
    more = "".join(f"      {name}: {name}\n" for name in ("手机号", "邮箱", "住址", "身份证号", "税号", "职业"))
    text = scheme.read_text("utf-8").replace("      区域: 区域类型\n", f"      区域: 区域类型\n{more}")
    scheme.write_text(text + LEVELS, "utf-8")


def _lived_in(shop: Shop, workspace: Workspace, opened: Any) -> Company:
    from custrata.usecases.levels.apply import decide
    from custrata.web import jobs
    from custrata.web.models import Job, View
    from custrata.web.site import site as here
    from custrata.web.tasks.kept import DUPLICATES, kept

    boss = shop.client("administrator", lang="en", name="boss")
    scheme = shop.folder / "scheme.yaml"
    for person in (HIDDEN, SEEN):
        said = {"reason": f"call {person.told()}"}
        path = f"/change/customers/{person.id}/"
        for do in ({"do": "note", "text": f"note on {person.told()}"},
                   {"do": "set level", "ladder": "会员等级", "level": "潜在", "until": "2099-01-01", **said},
                   {"do": "correct", "column": "住址", "value": f"{person.home}二楼", **said},
                   {"do": "correct", "column": "职业", "value": f"经理 {person.phone}", **said}):  # fmt: skip
            answer = boss.post(path, do)
            assert answer.status_code == 302, answer.content.decode()
        View.objects.create(user=shop.user("administrator", name="boss"), name=f"list {person.phone}", shared=True,
                            query=f"q={person.phone}")  # fmt: skip
        View.objects.create(user=shop.user("administrator", name="boss"), name=f"about {person.area}", shared=True,
                            query=f"v.name={person.name}")  # fmt: skip
    said = {"text": scheme.read_text("utf-8") + "# more\n", "reason": f"for {SEEN.told()}", "base": "1"}
    boss.get("/scheme/")
    answer = boss.post("/scheme/save/", said)
    assert answer.status_code == 302, answer.content.decode()
    text = scheme.read_text("utf-8").replace("年消费 >= 10万", "年消费 >= 100").replace("年消费 >= 2万", "年消费 >= 10")
    scheme.write_text(text.replace("    潜在: {}\n", "    潜在: {}\n    brakes: {rise: 1%, fall: 1%}\n"), "utf-8")
    made = plan(workspace, duckdb_store, opened, now, who="test").entry
    decide(workspace, opened, now, made.id, True, who="boss", comment=f"spoke with {SEEN.told()}")
    told = {"file": "list.csv", "customers": 2, "masked": False, "scope": "", "what": HIDDEN.name}
    whole = f"{HIDDEN.id} {HIDDEN.told()}\n{SEEN.id} {SEEN.told()}\n"
    for who in ("boss", *(f"{role}-scoped" for role in Role)):
        Job.objects.create(kind="plan", who=who, state="done", log=whole, result={"run": workspace.run().id})
    export = Job.objects.create(kind="export", who="boss", state="done", log=whole, result=told, ended_at=now(),
                                arguments={"query": f"q={HIDDEN.name}", "format": "csv"})  # fmt: skip
    file = jobs.folder_of(workspace.home, export.pk) / "list.csv"
    file.parent.mkdir(parents=True)
    file.write_text(whole, "utf-8")
    words = {"why": "可能", "evidence": []}
    pair = {"a": HIDDEN.id, "b": SEEN.id, "probability": 0.9, "zh": words, "en": words,
            "records": [asdict(HIDDEN), asdict(SEEN)]}  # fmt: skip
    found = kept(workspace.home, DUPLICATES)
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(json.dumps({
        "at": now().isoformat(), "customers": 60, "compared": 9, "doubtful": 1, "ranked": [HIDDEN.id, SEEN.id],
        "pairs": [pair], "certain": [], "certain_groups": 0,
    }), "utf-8")  # fmt: skip
    spend = here().workspace.run().record["totals"]["spend"]
    totals = (f"{float(spend):,.2f}", f"{float(spend):.2f}", f"{float(spend):,.0f}")
    texts = (HIDDEN.id, SEEN.id, made.id, workspace.run().id, "ABC", "会员等级")
    return Company(shop, made.id, workspace.run().id, texts, tuple(range(1, Job.objects.count() + 1)), totals)


def paths(path: str, company: Company) -> Iterator[str]:
    """Every address of a page or operation, its parts filled with everything that they may be."""
    found = [path.replace("<str:ending>", "xlsx")]
    for left, right, values in (("<int:", ">", company.numbers), ("<str:", ">", company.texts),
                                ("<path:", ">", company.texts), ("{", "}", company.texts)):  # fmt: skip
        while any(left in p for p in found):
            found = [
                p.replace(p[(a := p.index(left)) : p.index(right, a) + 1], str(v), 1) for p in found for v in values
            ]
    yield from found


def text_of(answer: Any) -> str:
    """All that an answer says, whatever kind of file it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = json.dumps(dict(answer.headers), ensure_ascii=False)
    if body[:4] == b"PAR1":
        return said + str(pq.read_table(io.BytesIO(body)).to_pylist())
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return said + "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    text = body.decode("utf-8", "replace")
    if "json" in answer.headers.get("Content-Type", "") and text:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return said + text


