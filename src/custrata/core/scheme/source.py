"""One source of a scheme: which files or which table its rows lie in, and under which headers."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from custrata.core.facts.columns import CANONICAL
from custrata.core.strict import Choice, OneOrMany, Strict, option

_DATES = {"年月日": "ymd", "日月年": "dmy", "月日年": "mdy", "短年月日": "yymd"}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float) else value


def as_texts(value: Any) -> Any:
    value = _as_list(value)
    return [str(v) for v in value] if isinstance(value, list | tuple) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(as_texts), OneOrMany()]


def is_place(value: Any) -> bool:
    """Whether a value says where files lie, and nothing else: one text, or a list of texts."""
    texts = value if isinstance(value, list | tuple) else [value]
    return bool(texts) and all(isinstance(text, str) and text.strip() for text in texts)


class FileForm(Strict):
    """How one file, or the files of a pattern, are read where that is not as the source says."""

    header: int | None = option(None, key="表头行", ge=1, le=1000, zh="表头所在行", en="row of the headers")
    header_lines: int | None = option(None, key="表头行数", ge=1, le=10, zh="表头共几行", en="lines of the header")
    encoding: str | None = option(None, key="编码", zh="文本编码", en="text encoding")
    delimiter: str | None = option(None, key="分隔符", zh="列分隔符", en="column delimiter")
    sheet: str | int | None = option(None, key="工作表", zh="工作表名或序号", en="sheet by name or number")


class Source(Strict):
    """One kind of record and the files it lies in."""

    file: Texts = option(
        (), key="文件",
        zh="文件路径或通配符，可写多个；相对于方案所在的文件夹",
        en="path or glob, or several; relative to the scheme's folder",
    )  # fmt: skip
    sheet: str | int | tuple[str | int, ...] | None = option(
        None, key="工作表",
        zh="工作表名或序号（从 1 起）；默认第一张。可写多张（[1月, 2月]）或通配（2024*），各表的列须相同",
        en="sheet by name or number from 1; the first by default. Several of one layout: a list, or a pattern (2024*)",
    )  # fmt: skip
    encoding: str = option(
        "auto", key="编码",
        zh="文本编码；auto 依次严格尝试 UTF-8 与 GB18030（含 GBK）",
        en="text encoding; auto tries UTF-8, then GB18030 (which holds GBK), strictly",
    )  # fmt: skip
    delimiter: str = option(
        "auto", key="分隔符",
        zh="列分隔符；auto 自动识别逗号、分号、制表符、竖线",
        en="column delimiter; auto finds comma, semicolon, tab or bar",
    )  # fmt: skip
    header: int = option(
        1, key="表头行", ge=1, le=1000,
        zh="表头所在行（从 1 起）；表头有多行时写最下面一行",
        en="row of the headers, from 1; the lowest one of a header of several lines",
    )  # fmt: skip
    header_lines: int = option(
        1, key="表头行数", ge=1, le=10,
        zh="表头共几行（合并的单元格、分组标题）：列名取该列最下面有字的一行，重名的前面加上分组标题",
        en="how many lines the header has (merged cells, titles of groups): a column is called what stands lowest over "
        "it, with the title of its group before it where several would be called the same",
    )  # fmt: skip
    by_file: dict[str, FileForm] = option(
        {}, key="逐文件",
        zh="个别文件的读法：路径或通配符 → 表头行、编码、分隔符、工作表；没写的与来源相同",
        en="how single files are read: path or glob → header, encoding, delimiter, sheet; "
        "what is left out is as the source says",
    )  # fmt: skip
    columns: dict[str, str] = option(
        {}, key="列",
        zh="规范列名 → 文件中的列名；不写的列按同名查找",
        en="canonical column → header in the file; a column left out is looked for under its own name",
    )  # fmt: skip
    dates: Annotated[Literal["ymd", "dmy", "mdy", "yymd"], Choice(_DATES)] = option(
        "ymd", key="日期顺序",
        zh="05/01/2024 是一月五日（dmy）还是五月一日（mdy）；yymd：24-01-05 是 2024 年一月五日；"
        "默认只认四位年在前的写法",
        en="whether 05/01/2024 is 5 January (dmy) or May 1st (mdy); yymd: 24-01-05 is 5 January 2024; "
        "by default only dates with four digits of a year first are read",
    )  # fmt: skip
    decimal: Annotated[Literal["point", "comma"], Choice({"点": "point", "逗号": "comma"})] = option(
        "point", key="小数点",
        zh="文本中数字的小数点：point 1,234.50；comma 1.234,50",
        en="the decimal mark of numbers in texts: point 1,234.50; comma 1.234,50",
    )  # fmt: skip
    credit: Annotated[Literal["minus", "plus"], Choice({"负": "minus", "正": "plus"})] | None = option(
        None, key="贷方",
        zh="12.50 CR（贷方）记作负数（minus）还是正数（plus），DR（借方）相反；不写则不识别这种写法",
        en="whether 12.50 CR is a negative amount (minus) or a positive one (plus), DR the other way round; "
        "left out, such amounts are not read",
    )  # fmt: skip

    database: str | None = option(
        None, key="数据库",
        zh="数据库连接的名称（不是地址）：环境变量 CUSTRATA_DB_名称，或 .custrata/connections.toml 中的一项",
        en="name of a database connection (no address): from CUSTRATA_DB_NAME in the environment, "
        "or an entry of .custrata/connections.toml",
    )  # fmt: skip
    table: str | None = option(None, key="表", zh="表或视图", en="table or view")
    schema_: str | None = option(None, key="模式", alias="schema", zh="表所在的模式", en="schema of the table")
    query: str | None = option(
        None, key="查询",
        zh="用一条 SELECT 代替表", en="one SELECT instead of a table",
    )  # fmt: skip
    watermark: str | None = option(
        None, key="水位列",
        zh="随每次改动递增的列；有了它，以后只读取新增和改动的行",
        en="column that rises with every change; with it, later loads read only what is new or changed",
    )  # fmt: skip
    look_back: str | None = option(
        None, key="回看",
        zh="水位之前多久的行再读一遍（如 3 days；数字水位写数字）；默认 1 天或 1000",
        en="from how far before the watermark rows are read again (3 days; a number for a column that counts); "
        "1 day or 1,000 by default",
    )  # fmt: skip
    key: Texts = option(
        (), key="主键",
        zh="识别同一行的列；表默认用其主键", en="columns that tell a row; the primary key of a table by default",
    )  # fmt: skip

    @property
    def told(self) -> bool:
        """Whether the scheme says where the rows lie."""
        return bool(self.file) or self.database is not None

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if self.file and self.database is not None:
            raise ValueError("one_of:file, database")
        if self.database is not None and (self.table is None) == (self.query is None):
            raise ValueError("one_of:table, query")
        if self.database is None and any((self.table, self.query, self.watermark, self.key)):
            raise ValueError("needs:database")
        return self

    @classmethod
    def source_name(cls) -> str:
        return cls.__name__.lower()

    @model_validator(mode="before")
    @classmethod
    def _only_files(cls, data: Any) -> Any:
        """`customers: data/members.csv` means `customers: {file: data/members.csv}`."""
        return {"file": data} if is_place(data) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return {"anyOf": [{"type": "string"}, texts, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _column_names(cls, data: Any) -> Any:
        """`客户: 会员号` means `customer_id: 会员号`."""
        if not isinstance(data, Mapping):
            return data
        field = "columns" if "columns" in data else "列"
        columns = data.get(field)
        if not isinstance(columns, Mapping):
            return data
        chinese = {c.key: c.name for c in CANONICAL[cls.source_name()]}
        given = {chinese.get(str(k), str(k)) for k in columns}
        for name in given - set(chinese.values()):
            # A further column may have any name, but one that almost is a canonical name is a slip of the pen.
            near = get_close_matches(name, set(chinese.values()) - given, n=1, cutoff=0.8)
            if near or name.startswith("_"):
                raise ValueError(f"column:{name}:{near[0] if near else ''}")
        return {**data, field: {chinese.get(str(k), str(k)): str(v) for k, v in columns.items()}}
