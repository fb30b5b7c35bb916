"""One spelling for what is written alike: width, case, traditional characters, camelCase, plurals, brackets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

#: Characters of headers and statuses that are written differently in Taiwan and Hong Kong.
_TRADITIONAL = str.maketrans(
    "單號編碼戶會員買賣價錢額數業務聯絡電話機郵稱國縣區鄉鎮門倉庫貨產條類別稅總計應實際優運費訂購銷發經辦"
    "製審關閉時間創過點級積備註據廠項規顏狀態來採進餘歷開結帳張對組織個報匯幣種儲貴賓標題顧訊親連繫職齡歲"
    "達預還減讓繳領紅黃廢轉無銀簽詢長頁記錄貼裝質鋪檔遞傳適淨獲終處後許寶貝帶導",
    "单号编码户会员买卖价钱额数业务联络电话机邮称国县区乡镇门仓库货产条类别税总计应实际优运费订购销发经办"
    "制审关闭时间创过点级积备注据厂项规颜状态来采进余历开结账张对组织个报汇币种储贵宾标题顾讯亲连系职龄岁"
    "达预还减让缴领红黄废转无银签询长页记录贴装质铺档递传适净获终处后许宝贝带导",
)
_JOINTS = str.maketrans("", "", " -_")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[^\x00-\x7f])")
_BRACKETS = re.compile(r"[(\[{【《<]([^)\]}】》>]*)[)\]}】》>]")
_UNITS = re.compile(r"[a-z]+|\d+|[#%$€£¥₹]|[^\x00-\x7f\W]")


@dataclass(frozen=True)
class Folded:
    """A header in parts: the words outside brackets, each a tuple of units, and those inside."""

    outside: tuple[str, ...]
    inside: tuple[str, ...]


def plain(text: str) -> str:
    """Half-width, simplified, lower case, single blanks.

    >>> plain("　訂單狀態：Paid ")
    '订单状态:paid'
    """
    narrow = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).casefold()
    return " ".join(narrow.split())


def compact(text: str) -> str:
    """As `plain`, without blanks, hyphens and underscores: on-hold, On hold and on_hold are one status."""
    return plain(text).translate(_JOINTS)


@lru_cache(maxsize=20_000)
def units(text: str) -> tuple[str, ...]:
    """The smallest pieces that words are made of: Latin words without plural, Chinese characters, numbers.

    >>> units("customerIDs"), units("ORDER_ID"), units("客户编号 No.")
    (('customer', 'id'), ('order', 'id'), ('客', '户', '编', '号', 'no'))
    """
    narrow = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL)
    cut = _CAMEL.sub(" ", re.sub(r"([A-Z])([A-Z]+)s\b", lambda m: m[1] + m[2].lower(), narrow))
    return tuple(_singular(u) for u in _UNITS.findall(cut.casefold().replace("'s ", " ").replace("_", " ")))


def fold(header: str) -> Folded:
    """A header's units, with those in brackets apart: 金额(元) is an amount whose unit is 元.

    >>> fold("实收金额（元）")
    Folded(outside=('实', '收', '金', '额'), inside=('元',))
    >>> fold("(Billing)").outside
    ('billing',)
    """
    narrow = unicodedata.normalize("NFKC", header)
    outside = units(_BRACKETS.sub(" ", narrow))
    inside = tuple(u for found in _BRACKETS.findall(narrow) for u in units(found))
    return Folded(outside, inside) if outside else Folded(inside, ())


def _singular(unit: str) -> str:
    if len(unit) > 3 and unit.endswith("s") and not unit.endswith(("ss", "us", "is")):
        if unit.endswith("ies"):
            return unit[:-3] + "y"
        return unit[:-2] if unit.endswith(("xes", "ches", "shes", "sses")) else unit[:-1]
    return unit
