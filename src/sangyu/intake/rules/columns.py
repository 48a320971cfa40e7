"""The sheets that may be handed in: their columns, what else people call them, and what may be chosen; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sangyu.intake.rules.cells import folded, legible
from sangyu.intake.rules.refusals import BadFile

HEAD_WITHIN = 12  # lines in which a head is looked for, below a title and a note
WHY = "错在哪里"
_BESIDE = frozenset(folded(name) for name in ("序号", "编号", "行号", "备注", WHY))


class Kind(StrEnum):
    """How the cells of a column are read."""

    WORDS = "WORDS"
    NUMBER = "NUMBER"
    DAY = "DAY"
    PHONE = "PHONE"
    YES_NO = "YES_NO"
    CHOICE = "CHOICE"


@dataclass(frozen=True)
class Column:
    """One column: its key for us, its name for people, and how it is filled in."""

    key: str
    label: str
    kind: Kind = Kind.WORDS
    required: bool = False
    also: tuple[str, ...] = ()
    length_max: int = 120
    choices: str = ""  # which list is offered
    help: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Return all that the head may call it, folded."""
        return frozenset(folded(name) for name in (self.label, *self.also))


@dataclass(frozen=True)
class Template:
    """A sheet that may be handed in. A new version is made when a column is added, renamed or read otherwise."""

    code: str
    version: int
    label: str
    says: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(column for column in self.columns if column.key == key)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the columns in their order."""
        return tuple(column.key for column in self.columns)


DOCUMENT = Column(
    "document_number",
    "证件号码",
    Kind.NUMBER,
    required=True,
    also=("身份证号", "身份证号码", "身份证", "公民身份号码", "居民身份证号码", "证件号", "老人身份证号"),
    length_max=40,
    help="格式为文本；不要让 Excel 写成 6.2E+17",
)
NAME = Column("name", "姓名", required=True, also=("老人姓名", "名字", "老年人姓名"), length_max=60, help="与证件一致")
DOCUMENT_KIND = Column(
    "document_kind", "证件类型", Kind.CHOICE, also=("证件种类",), choices="document_kinds", help="不填为居民身份证"
)


def _kin(n: int) -> tuple[Column, ...]:
    return (
        Column(
            f"kin_{n}_name",
            f"联系人{n}姓名",
            also=(f"家属{n}姓名", *(("联系人", "联系人姓名") * (n == 1))),
            length_max=60,
        ),
        Column(
            f"kin_{n}_relation",
            f"联系人{n}关系",
            also=(f"家属{n}关系", *(("与老人关系", "关系") * (n == 1))),
            length_max=20,
        ),
        Column(
            f"kin_{n}_phone",
            f"联系人{n}电话",
            Kind.PHONE,
            also=(f"家属{n}电话", *(("联系人电话", "紧急联系电话", "家属电话") * (n == 1))),
        ),
    )


def _identity(n: int) -> tuple[Column, ...]:
    return (
        Column(f"identity_{n}", f"身份{n}", Kind.CHOICE, also=("身份", "人员类别") * (n == 1), choices="identities"),
        Column(f"identity_{n}_source", f"身份{n}来源", Kind.CHOICE, choices="identity_sources", help="不填为凭证件"),
        Column(f"identity_{n}_evidence", f"身份{n}证明", help="证件或文件的名称和编号"),
        Column(f"identity_{n}_from", f"身份{n}起始日", Kind.DAY, also=("认定日期",) * (n == 1)),
        Column(f"identity_{n}_until", f"身份{n}终止日", Kind.DAY, help="这一天起不再有效；长期有效不填"),
    )


KIN, IDENTITIES, PHONES = 2, 3, 2
ELDERS = Template(
    "elders",
    1,
    "老人",
    "登记新的老人，连同证件、电话、联系人和身份；已登记的只补没有的电话、联系人和身份",
    (
        NAME,
        DOCUMENT_KIND,
        DOCUMENT,
        Column("sex", "性别", Kind.CHOICE, choices="sexes", help="号码里有的不用填；填了要一致"),
        Column("birth_on", "出生日期", Kind.DAY, also=("出生年月日", "生日"), help="号码里有的不用填；填了要一致"),
        Column(
            "community",
            "社区",
            Kind.CHOICE,
            required=True,
            also=("所属社区", "社区名称", "居住社区", "社区代码", "村（居）委会"),
            choices="communities",
            help="写“街道/社区”或12位代码",
        ),
        Column(
            "address",
            "居住地址",
            required=True,
            also=("住址", "地址", "家庭住址", "详细地址", "现住址", "居住详细地址"),
        ),
        Column(
            "hukou_in_area",
            "本地户籍",
            Kind.YES_NO,
            required=True,
            also=("是否本地户籍", "是否本区户籍", "本区户籍", "户籍在本区"),
        ),
        Column("phone_1", "本人电话", Kind.PHONE, also=("电话", "联系电话", "手机", "手机号", "手机号码", "本人手机")),
        Column("phone_2", "本人电话2", Kind.PHONE, also=("固定电话", "座机", "备用电话")),
        *_kin(1),
        *_kin(2),
        *_identity(1),
        *_identity(2),
        *_identity(3),
        Column("habits", "生活习惯", also=("习惯",), length_max=200),
        Column("warnings", "注意事项", also=("提醒", "特别提醒"), length_max=200),
    ),
)
IDENTITIES_ONLY = Template(
    "identities",
    1,
    "身份认定",
    "给已登记的老人添身份，一行一项；已有的不重复添",
    (
        NAME,
        DOCUMENT_KIND,
        DOCUMENT,
        Column(
            "identity_1", "身份", Kind.CHOICE, required=True, also=("身份1", "人员类别", "类别"), choices="identities"
        ),
        Column("identity_1_source", "来源", Kind.CHOICE, also=("身份1来源",), choices="identity_sources"),
        Column("identity_1_evidence", "证明", required=True, also=("身份1证明", "证明材料", "证件名称和编号")),
        Column("identity_1_from", "起始日", Kind.DAY, required=True, also=("身份1起始日", "认定日期", "生效日期")),
        Column("identity_1_until", "终止日", Kind.DAY, also=("身份1终止日", "失效日期"), help="这一天起不再有效"),
    ),
)
CONTACTS_ONLY = Template(
    "contacts",
    1,
    "联系人",
    "给已登记的老人添联系电话，一行一个；已有的不重复添",
    (
        NAME,
        DOCUMENT_KIND,
        DOCUMENT,
        Column("kin_1_name", "联系人姓名", required=True, also=("联系人", "联系人1姓名"), length_max=60),
        Column(
            "kin_1_relation",
            "关系",
            required=True,
            also=("与老人关系", "联系人1关系"),
            length_max=20,
            help="本人的号码写“本人”",
        ),
        Column(
            "kin_1_phone", "电话", Kind.PHONE, required=True, also=("联系电话", "联系人电话", "手机", "联系人1电话")
        ),
    ),
)
TEMPLATES: Mapping[str, Template] = {one.code: one for one in (ELDERS, IDENTITIES_ONLY, CONTACTS_ONLY)}


@dataclass(frozen=True)
class Head:
    """Where the columns of a sheet stand. Shape: `places` key -> column (0 = A); `unused`: names nobody asked for."""

    line: int
    places: Mapping[str, int]
    unused: tuple[str, ...]


def template_called(code: str) -> Template:
    """Return a template by its code.

    Raises: BadFile.
    """
    if code not in TEMPLATES:
        raise BadFile("没有这种模板。请从“下载模板”里选一种，填好再交。")
    return TEMPLATES[code]


def read_head(template: Template, line: int, names: Sequence[str]) -> Head | None:
    """Read a line as the head of a sheet; None if it is none.

    Raises: BadFile, if it is one but lacks a column, or names one twice.
    """
    places: dict[str, int] = {}
    twice: list[str] = []
    unused: list[str] = []
    for place, name in enumerate(map(legible, names)):
        plain = folded(name)
        if not plain:
            continue
        column = next((one for one in template.columns if plain in one.names), None)
        if column is None:
            if plain not in _BESIDE:
                unused.append(name.strip())
        elif column.key in places:
            twice.append(name.strip())
        else:
            places[column.key] = place
    wanted = [column for column in template.columns if column.required]
    lacking = [column.label for column in wanted if column.key not in places]
    if len(places) < min(3, len(wanted)) or (lacking and len(places) * 2 <= len(wanted)):
        return None
    if twice:
        raise BadFile(f"第{line}行表头里，“{'、'.join(twice)}”出现了两次，不知道该用哪一列。请删掉或改名后再交。")
    if lacking:
        raise BadFile(f"第{line}行表头里没有“{'、'.join(lacking)}”。请补上这些列，或下载“{template.label}”模板填写。")
    return Head(line, places, tuple(unused))


def no_head(template: Template) -> BadFile:
    """Make the refusal of a sheet in whose first lines no head stands."""
    wanted = "、".join(column.label for column in template.columns if column.required)
    return BadFile(f"前{HEAD_WITHIN}行里找不到“{template.label}”的表头。表头至少要有：{wanted}。请下载模板对照。")
