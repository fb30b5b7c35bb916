"""Customers who are entered again as carelessly as people write, and others who are easily taken for one."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from custrata.synthetic.words import words

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORMS = ("有限公司", "有限公司", "有限责任公司", "股份有限公司")
_ROADS = ("人民路", "解放路", "中山路", "建设路", "科技路", "滨江大道", "工业大道", "学府街", "和平街", "朝阳街")
_DOMAINS = ("qq.com", "163.com", "126.com", "139.com", "sina.com", "gmail.com")
_FAKE_PHONES = ("13800138000", "11111111111", "00000000", "123456", "无")
#: One character for another that sounds the same, as input methods slip.
_SLIPS = dict(zip("伟强华国志明丽芳军杰恒瑞鑫宏盛达通顺祥成", "玮墙花果智名莉方君洁衡锐新鸿胜大同舜翔诚", strict=True))
_WIDE = {i: i + 0xFEE0 for i in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Record:
    """One customer record; `entity` is who it truly is."""

    entity: int
    name: str | None
    phone: str | None = None
    email: str | None = None
    tax_number: str | None = None
    address: str | None = None
    city: str | None = None
    birthday: str | None = None


class Maker:
    """Draws customers and what becomes of them when they are entered twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.count = rng, 0
        w = words()
        self.people, self.firms = w["people"], w["firms"]
        self.cities = [c.removesuffix("市") for p, cs in w["places"].items() if p != "海外" for c in cs]

    def neighbours(self) -> list[Record]:
        """One customer, or several that have much in common and are not one."""
        r = self.rng.random()
        if r < 0.55:
            return [self._person()]
        if r < 0.60:
            return self._family()
        if r < 0.92:
            return [self._company()]
        if r < 0.95:
            return self._one_owner()
        return self._branches()

    def _new(self) -> int:
        self.count += 1
        return self.count

    def _maybe(self, value: str | None, chance: float) -> str | None:
        return value if self.rng.random() < chance else None

    def _mobile(self) -> str:
        prefix = self.rng.choice(("130", "131", "135", "136", "138", "139", "150", "158", "177", "186", "188", "199"))
        return f"{prefix}{self.rng.randint(0, 99_999_999):08d}"

    def _person(self, **shared: Any) -> Record:
        rng, people, entity = self.rng, self.people, self._new()
        sex = rng.choice(("male", "female"))
        surname = people["surnames"][int(len(people["surnames"]) * rng.random() ** 1.8)]
        name = surname + (rng.choice(people[f"{sex}_first"]) if rng.random() < 0.75 else "")
        name += rng.choice(people[f"{sex}_second"])
        city = rng.choice(self.cities)
        born = f"{rng.randint(1950, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        phone = self._maybe(self._mobile(), 0.92) or self._maybe(rng.choice(_FAKE_PHONES), 0.3)
        mailbox = f"{rng.choice('abcdefghjklmnpqrstwxyz')}{entity}{rng.randint(10, 99)}@{rng.choice(_DOMAINS)}"
        address = self._maybe(self._address(city, home=True), 0.5)
        made = Record(
            entity, name, phone, self._maybe(mailbox, 0.4), None, address, city, self._maybe(born, 0.6)
        )  # fmt: skip
        return replace(made, **shared)

    def _family(self) -> list[Record]:
        """One phone and one address, other people; brothers have all but one character of the name in common."""
        first = self._person()
        given = first.name or ""
        phone, address = first.phone or self._mobile(), first.address or self._address(first.city or "", home=True)
        first = replace(first, phone=phone, address=address)
        others = [c for c in self.people["male_second"] if c != given[-1]]
        sibling = self._person(phone=phone, address=address, city=first.city, name=given[:-1] + self.rng.choice(others))
        return [first, sibling, self._person(phone=phone, address=address, city=first.city)][: self.rng.randint(2, 3)]

    def _company(self, **shared: Any) -> Record:
        rng, firms, entity = self.rng, self.firms, self._new()
        city = rng.choice(self.cities)
        brand = rng.choice(firms["first"]) + rng.choice(firms["second"]) + self._maybe_one(firms["second"])
        trade = rng.choice(list(firms["industries"].values()))
        landline = f"0{rng.randint(311, 999)}-{rng.randint(2, 8)}{rng.randint(0, 9_999_999):07d}"
        made = Record(
            entity, f"{city}{brand}{trade}{rng.choice(_FORMS)}",
            self._maybe(landline if rng.random() < 0.5 else self._mobile(), 0.93),
            self._maybe(f"{rng.choice(('info', 'sales', 'office', 'zhang', 'li'))}@firm{entity}.com.cn", 0.35),
            self._maybe(_uscc(rng), 0.6), self._maybe(self._address(city, home=False), 0.6), city,
        )  # fmt: skip
        return replace(made, **shared)

    def _maybe_one(self, choices: str) -> str:
        return self.rng.choice(choices) if self.rng.random() < 0.4 else ""

    def _one_owner(self) -> list[Record]:
        """Companies of one person: one phone, one address, names of their own."""
        first = self._company()
        phone, address = first.phone or self._mobile(), first.address or self._address(first.city or "", home=False)
        first = replace(first, phone=phone, address=address)
        return [first, self._company(phone=phone, address=address, city=first.city)]

    def _branches(self) -> list[Record]:
        """A company and its branch or its numbered shops, reached by one phone."""
        head = self._company()
        assert head.name is not None
        phone = head.phone or self._mobile()
        other = self.rng.choice(self.cities)
        if self.rng.random() < 0.5:
            names = [head.name, f"{head.name}{other}分公司"]
        else:
            names = [f"{head.name}{i}店" for i in ("一", "二")]
        kept = [head.tax_number, self._maybe(_uscc(self.rng), 0.5)]
        return [
            replace(head, entity=head.entity if i == 0 else self._new(), name=n, phone=phone, tax_number=t, email=None)
            for i, (n, t) in enumerate(zip(names, kept, strict=True))
        ]

    def _address(self, city: str, *, home: bool) -> str:
        rng = self.rng
        street = f"{city}市{rng.choice(_ROADS)}{rng.randint(1, 999)}号"
        return f"{street}{rng.randint(1, 30)}栋{rng.randint(1, 4)}单元{rng.randint(101, 2804)}室" if home else street

    def again(self, known: Record) -> Record:
        """The same customer entered once more: other spellings, gaps, slips, a new phone."""
        rng = self.rng
        name = known.name
        assert name is not None
        kind = rng.random()
        if known.birthday is not None or not name.endswith("公司"):
            if kind < 0.12:
                name = _slip(rng, name)
            elif kind < 0.18 and len(name) <= 4:
                name = f"{name[0]}{rng.choice(('总', '先生', '女士'))}"
            elif kind < 0.22:
                from custrata.core.identity.text import pinyin

                name = f"{pinyin(name[1:]).title()} {pinyin(name[0]).title()}"
            elif kind < 0.30:
                name = " ".join(name)
        elif known.city is not None:
            name = self._company_again(name, known.city, kind)
        phone = known.phone
        if phone is not None and phone[0] in "01":
            change = rng.random()
            if change < 0.12:
                phone = self._mobile()
            elif change < 0.18:
                at = rng.randrange(4, len(phone))
                phone = phone[:at] + rng.choice("0123456789") + phone[at + 1 :]
            elif change < 0.40:
                phone = rng.choice(
                    (
                        f"+86 {phone.lstrip('0')}",
                        phone.translate(_WIDE),
                        f"{phone}; {self._mobile()}",
                        f" {phone[:3]} {phone[3:]} ",
                    )
                )
        email = known.email.upper() if known.email and rng.random() < 0.3 else known.email
        tax = known.tax_number.lower() if known.tax_number and rng.random() < 0.2 else known.tax_number
        address = known.address
        if address and rng.random() < 0.4:
            address = rng.choice(
                (
                    f"{address[0:2]}{address[2:]}".replace("市", ""),
                    address.translate(_WIDE),
                    address.replace("号", " 号 "),
                )
            )
        elif address and rng.random() < 0.2:
            address = self._address(known.city or "", home=known.tax_number is None)
        return replace(
            known, name=name, phone=self._maybe(phone, 0.85), email=self._maybe(email, 0.7),
            tax_number=self._maybe(tax, 0.7), address=self._maybe(address, 0.75), city=self._maybe(known.city, 0.9),
            birthday=self._maybe(known.birthday, 0.7),
        )  # fmt: skip

    def _company_again(self, name: str, city: str, kind: float) -> str:
        form = next(f for f in sorted(_FORMS, key=len, reverse=True) if f in name)
        head, _, tail = name.partition(form)
        inner = head.removeprefix(city)
        if tail or kind < 0.2:
            return name.replace(form, self.rng.choice(_FORMS))
        if kind < 0.35:
            return head
        if kind < 0.5:
            return f"{inner}（{city}）{form}"
        if kind < 0.6:
            return f"{city}市{inner}{form}".translate(_WIDE)
        if kind < 0.7:
            return f"{inner}{form}"
        if kind < 0.8:
            return _slip(self.rng, name)
        return f" {head} {form}" if kind < 0.9 else name


def _slip(rng: random.Random, name: str) -> str:
    """One character that sounds alike or, where there is none, one left out."""
    places = [i for i, c in enumerate(name) if c in _SLIPS]
    if places:
        at = rng.choice(places)
        return name[:at] + _SLIPS[name[at]] + name[at + 1 :]
    at = rng.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _uscc(rng: random.Random) -> str:
    """A 统一社会信用代码 whose check digits hold."""
    body = "".join(rng.choice(_USCC[:30]) for _ in range(8))
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    code = f"91{rng.randint(110000, 659000)}{body}{'0123456789X0'[11 - total % 11]}"
    weighted = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(code)) if all(c in _USCC for c in code) else 0
    return code + _USCC[(31 - weighted % 31) % 31]
