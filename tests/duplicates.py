"""Sixty-odd pairs of records, what is to become of each, and a search for duplicates in a few words."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from custrata.core.identity.features import FIELDS, feature_table, found_fields
from custrata.core.identity.ledger import WhoIsWho
from custrata.core.identity.policy import Identity
from custrata.engines.duckdb.engine import DuckDBEngine, duckdb_engine
from custrata.engines.splink.linker import SplinkLinker
from custrata.usecases.identity import Found, find
from custrata.usecases.identity_read import People

Record = Mapping[str, str]


@dataclass(frozen=True)
class Golden:
    """`one` by rule, for people to `ask`, or `two` of whom nobody hears."""

    expected: str
    a: Record
    b: Record


def r(name: str | None = None, phone: str | None = None, **more: str) -> Record:
    given = {"name": name, "phone": phone, "tax_number": more.get("tax"), "email": more.get("mail"),
             "address": more.get("at"), "city": more.get("city"), "birthday": more.get("born")}  # fmt: skip
    return {k: v for k, v in given.items() if v is not None}


T1, T2, T3, T4 = "91350100M000100Y43", "91110000600037341L", "91440300708461136T", "GB999999973"
T5, T6 = "11010519491231002X", "DE136695976"
P = [f"1397701{i:04d}" for i in range(1000, 1400)]
"""Phones that nobody else has."""

GOLDEN = [
    # One customer for certain.
    Golden("one", r("恒丰达纺织有限公司", P[0], tax=T1), r("恒丰达纺织有限责任公司", P[1], tax=T1.lower())),
    Golden("one", r("苏州恒祥远纺织有限公司", P[2], tax=T2), r("恒祥远纺织（苏州）", P[3], tax=T2)),
    Golden("one", r("深圳市卓岳商贸有限公司", P[4], tax=T3), r(None, P[5], tax=T3)),
    Golden("one", r("王建业", P[6]), r("王建业", "+86 " + P[6])),
    Golden("one", r("王 建 勋", P[7]), r("王建勋先生", P[7][:3] + "-" + P[7][3:7] + "-" + P[7][7:])),
    Golden("one", r("ＳＭＩＴＨ, John", P[8]), r("Mr. John Smith", P[8])),
    Golden("one", r("歐陽娜娜", P[9]), r("欧阳娜娜", P[9] + "; " + P[10])),
    Golden("one", r("卓越信息技术有限公司", "0755-88886661"), r("卓越信息技术有限责任公司", "（0755）8888 6661-801")),
    Golden("one", r("卓凡信息技术", "0755-88886662"), r("卓凡信息技术股份有限公司", "075588886662转8")),
    Golden(
        "one",
        r("Hengda Trading Co., Ltd.", "+1 415 555 2672"),
        r("HENGDA TRADING COMPANY LIMITED", "001 (415) 555-2672"),
    ),
    Golden(
        "one", r("Müller GmbH", mail="info@mueller-muster.de"), r("Muller GmbH & Co. KG", mail="INFO@mueller-muster.de")
    ),
    Golden("one", r("赵一凡", mail="Zhao.Yifan@gmail.com"), r("赵一凡", mail="zhaoyifan+shop@googlemail.com")),
    Golden("one", r("赵二凡", P[11], mail="zhao2f@163.com"), r("赵二凡", P[12], mail="zhao2f@163.com")),
    Golden(
        "one", r("孙三立", at="深圳市科技园路10号3栋502室"), r("孙三立", at="广东省深圳市南山区科技园路１０号3栋502")
    ),
    Golden("one", r("大有五金厂", at="苏州市吴中区东吴北路98号"), r("大有五金厂", at="苏州东吴北路98号")),
    Golden("one", r("Smith & Sons LLC", at="12 King's Road, London"), r("Smith and Sons", at="12 Kings Rd., London")),
    Golden("one", r("好味道（天河二店）", P[13]), r("好味道(天河第2店)", P[13])),
    Golden("one", r("恒远贸易有限公司深圳分公司", P[14]), r("恒远贸易有限公司（深圳分公司）", P[14])),
    Golden("one", r("阿卜杜拉·买买提", P[15]), r("阿卜杜拉·買買提", P[15])),
    Golden("one", r("臺灣華宇電腦有限公司", P[16]), r("台湾华宇电脑", P[16])),
    Golden("one", r("钱四海", P[17], born="1980-03-05"), r("钱四海", P[17], born="1980-03-05")),
    Golden("one", r("Zhang Sanfeng", P[18]), r("ZHANG SANFENG", P[18])),
    Golden("one", r("Acme Inc.", "+44 20 7946 0018"), r("ACME Incorporated", "0044 (20) 7946-0018")),
    Golden("one", r("李五一", f"{P[19]}/{P[20]}"), r("李五一", P[20])),
    # Two of whom people are asked.
    Golden("ask", r("周六福", P[30]), r("Zhou Liufu", P[30])),
    Golden("ask", r("吴七巧", P[31]), r("吴七桥", P[31])),
    Golden("ask", r("郑八斗", P[32], mail="zheng8d@163.com"), r("郑总", P[32], mail="zheng8d@163.com")),
    Golden("ask", r("王九鼎", P[33], born="1975-06-07"), r("王九丁", P[34], born="1975-06-07")),
    Golden("ask", r("冯十方", P[35], born="1966-01-02"), r("冯十方", P[35], born="1967-11-12")),
    Golden("ask", r("陈百川商行", P[36], tax=T4), r("陈百川商行", P[36], tax=T5)),
    Golden("ask", r("褚千里", mail="chu.qianli@firma-muster.de"), r("褚千黎", mail="chu.qianli@firma-muster.de")),
    Golden("ask", r("苏州卫万隆食品有限公司", P[37]), r("卫万隆食品有限公司", P[37])),
    Golden("ask", r("苏州蒋万兴食品有限公司", P[38]), r("无锡蒋万兴食品有限公司", P[38])),
    Golden("ask", r("沈万达食品有限公司", P[39]), r("沈万大食品有限公司", P[39])),
    Golden("ask", r("韩万通建材", P[40], mail="h40@firma-muster.com"), r("韩万通", P[40], mail="h40@firma-muster.com")),
    Golden("ask", r("Jon Smithers", P[41], born="1990-04-04"), r("John Smithers", P[42], born="1990-04-04")),
    Golden("ask", r("杨万顺商贸有限公司", P[43], tax=T6), r("朱万利贸易有限公司", P[43], tax=T6)),
    Golden("ask", r("鲁西西", P[80], at="青岛市香港路1号2栋101"), r("鲁西西", P[81], at="青岛市香港路1号2栋102")),
    Golden("ask", r("尤志高", P[46], at="杭州市文三路90号5栋301室"), r("尤志", P[46], at="杭州市文三路90号5栋301室")),
    Golden(
        "ask", r("何冰冰", mail="hebb@163.com", born="1991-02-03"), r("何冰", mail="hebb@163.com", born="1991-02-03")
    ),
    # Two customers.
    Golden("two", r("王建业", P[60]), r("王建业", P[61])),
    Golden("two", r("曹阳", P[62], at="杭州市文三路90号5栋302室"), r("严华", P[62], at="杭州市文三路90号5栋302室")),
    Golden("two", r("金鼎商贸有限公司", P[63]), r("魏记贸易有限公司", P[63])),
    Golden("two", r("陶然餐饮有限公司", P[64]), r("陶然餐饮有限公司深圳分公司", P[64])),
    Golden("two", r("陶醉餐饮有限公司广州分公司", P[65]), r("陶醉餐饮有限公司深圳分公司", P[65])),
    Golden("two", r("姜家面馆一店", P[66]), r("姜家面馆二店", P[66])),
    Golden("two", r("戚家面馆", P[67]), r("戚家面馆2号店", P[67])),
    Golden("two", r("谢明", "13800138000"), r("谢明", "13800138000")),
    Golden("two", r("邹明", "无"), r("邹明", "无")),
    Golden("two", r("喻明", mail="test@test.com"), r("喻明", mail="test@test.com")),
    Golden("two", r("柏明", tax="000000000000000"), r("柏明", tax="000000000000000")),
    Golden("two", r("散客", P[68]), r("散客", P[69])),
    Golden("two", r("水运商贸有限公司", "88886661"), r("窦运贸易有限公司", "88886661")),
    Golden("two", r("章伟明", P[70], city="南京"), r("张伟明", P[71], city="济南")),
    Golden("two", r("云翔集团有限公司", P[72]), r("云翔有限公司", P[73])),
    Golden("two", r("苏州潘达物流有限公司", P[74]), r("南京潘达物流有限公司", P[75])),
    Golden("two", r("市第一人民医院", P[76]), r("市第二人民医院", P[76])),
    Golden("two", r("Acme Inc.", "+1 212 555 2001"), r("Acme Inc., Boston Branch", "+1 212 555 2001")),
    Golden("two", r("Jane Miller", P[77]), r("Robert Miller", P[77])),
    Golden("two", r("奚明", at="杭州市文三路91号"), r("范亮", at="杭州市文三路91号")),
    Golden("two", r("彭越", P[78], born="1970-05-05"), r("郎朗", P[79], born="1970-05-05")),
    Golden("two", r("秦明远", P[44], mail="qinmy@163.com"), r("许静", P[45], mail="qinmy@163.com")),
    Golden("two", r("Store 12 Ltd.", P[82]), r("Store 21 Ltd.", P[82])),
    Golden("two", r("昌盛五金", "10086"), r("昌隆五金", "10086")),
]


def golden_records() -> list[dict[str, str]]:
    """`g00a`, `g00b`, `g01a` …"""
    return [
        {"customer_id": f"g{i:02}{side}", **record}
        for i, g in enumerate(GOLDEN)
        for side, record in (("a", g.a), ("b", g.b))
    ]


def table_of(records: list[dict[str, Any]]) -> pa.Table:
    """Records as a customers table, all text."""
    columns = ("customer_id", *FIELDS, "joined_at")
    return pa.table({c: pa.array([rec.get(c) for rec in records], pa.string()) for c in columns})


@contextmanager
def engine() -> Iterator[DuckDBEngine]:
    with tempfile.TemporaryDirectory() as folder, duckdb_engine("Asia/Shanghai", Path(folder)) as made:
        yield made


def people_of(table: pa.Table, at: DuckDBEngine) -> People:
    fields = found_fields(table.column_names, {})
    return People(
        at.from_arrow("people", table), at.from_arrow("features", feature_table(table, fields)), fields, len(table)
    )


def search(table: pa.Table, policy: Identity | None = None, now: WhoIsWho | None = None) -> Found:
    """A search over a customers table."""
    with engine() as at:
        return find(people_of(table, at), policy or Identity(), now or WhoIsWho(), at, SplinkLinker(at))
