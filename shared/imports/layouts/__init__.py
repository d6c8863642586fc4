"""Which columns a sheet may have, and under which names offices keep them."""

import re
import unicodedata
from functools import cache

from shared.i18n import lazy_
from shared.imports.layouts.columns import Column, Layout
from shared.imports.layouts.events import EVENTS

UNITS = Layout(
    "units",
    lazy_("Organisation tree"),
    0,
    (
        Column(
            "name",
            lazy_("Name of the unit"),
            (
                "组织全称",
                "组织名称",
                "党组织名称",
                "党组织全称",
                "工会名称",
                "工会全称",
                "单位名称",
                "机构名称",
            ),
            required=True,
        ),
        Column(
            "kind",
            lazy_("Kind"),
            ("组织类别", "组织类型", "党组织类别", "工会类别", "工会类型", "类别"),
            required=True,
        ),
        Column(
            "parent",
            lazy_("Superior"),
            ("上级组织", "上级党组织", "上级工会", "上级单位", "上级", "隶属组织", "上级党组织名称"),
            required=True,
        ),
        Column(
            "founded",
            lazy_("Founded on"),
            ("成立时间", "成立日期", "建立时间", "组建时间", "建会时间", "批准成立时间"),
        ),
        Column(
            "term_ends",
            lazy_("Term ends on"),
            ("本届届满时间", "届满时间", "届满日期", "任期届满时间", "换届时间", "下次换届时间"),
        ),
        Column("sector", lazy_("Sector"), ("领域", "所属领域", "单位性质", "单位类型")),
        Column(
            "credit_code",
            lazy_("Unified social credit code"),
            ("统一社会信用代码", "信用代码", "单位统一社会信用代码", "工会统一社会信用代码", "社会信用代码"),
        ),
        Column(
            "legal_number",
            lazy_("Number of the legal-person certificate"),
            (
                "法人证书号",
                "法人资格证书号",
                "工会法人资格证书号",
                "工会法人证书号",
                "法人资格证书编号",
                "工会法人资格证书编号",
            ),
        ),
        Column(
            "staff_count",
            lazy_("Employees"),
            (
                "职工人数",
                "职工数",
                "职工总数",
                "单位职工人数",
                "单位职工数",
                "在职职工数",
                "员工人数",
                "从业人数",
            ),
        ),
    ),
    ("kind", "parent"),
)

PEOPLE = Layout(
    "people",
    lazy_("People"),
    1,
    (
        Column("name", lazy_("Name"), ("姓名", "党员姓名", "会员姓名", "职工姓名", "名字", "成员姓名"), required=True),
        Column("sex", lazy_("Sex"), ("性别",)),
        Column("ethnic", lazy_("Ethnic group"), ("民族",)),
        Column("born", lazy_("Born"), ("出生年月", "出生日期", "出生时间", "出生年月日", "生日")),
        Column(
            "identity",
            lazy_("Identity number"),
            (
                "身份证号码", "身份证号", "公民身份号码", "身份证", "身份号码", "证件号码", "居民身份证号",
                "居民身份证号码", "有效证件号码", "证件号",
            ),
        ),
        Column(
            "joined",
            lazy_("Joined"),
            (
                "入党时间", "入党日期", "入会时间", "入会日期", "加入时间", "入党年月", "入会年月", "加入工会时间",
                "加入工会日期",
            ),
        ),
        Column("confirmed", lazy_("Full member since"), ("转正时间", "转正日期", "转为正式党员时间", "转正年月")),
        Column(
            "unit",
            lazy_("Unit"),
            (
                "所在党支部", "所在支部", "党支部", "支部", "支部名称", "所属党支部", "所在党组织", "所属党组织",
                "所在工会", "所属工会", "工会", "所在工会组织", "基层工会", "所在单位", "所属组织", "所在组织",
                "组织关系所在党支部", "所在工会名称", "所属工会名称", "所属基层工会", "所在基层工会", "工会小组",
                "所在工会小组", "所属工会小组", "工会分会", "所在分会", "所属分会",
            ),
            required=True,
        ),
        Column(
            "post",
            lazy_("Post"),
            ("党内职务", "支部职务", "职务", "工会职务", "现任党内职务", "会内职务", "工会内职务"),
        ),
        Column(
            "phone",
            lazy_("Telephone"),
            (
                "联系电话", "手机号", "手机", "手机号码", "电话", "移动电话", "联系方式", "电话号码", "联系手机",
                "本人手机号码", "移动电话号码",
            ),
        ),
        Column("email", lazy_("E-mail"), ("邮箱", "电子邮箱", "电子邮件", "E-mail", "Email")),
        Column("status", lazy_("Category"), ("人员类别", "党员类别", "会员类别", "党员类型", "人员类型", "会员类型")),
        Column(
            "relation",
            lazy_("Relationship"),
            ("会籍状态", "会员状态", "党籍状态", "组织关系状态", "流动状态", "会籍变更", "会籍情况"),
        ),
        Column(
            "card_number",
            lazy_("Card number"),
            ("会员证号", "会员证号码", "工会会员证号", "会员卡号", "工会会员卡号", "会员编号", "会员号",
             "流动党员活动证号"),
        ),
        Column(
            "education", lazy_("Education"), ("学历", "文化程度", "最高学历", "学历程度", "受教育程度", "教育程度")
        ),
        Column("political", lazy_("Political status"), ("政治面貌", "政治面貌类别", "政治身份")),
        Column(
            "household",
            lazy_("Household registration"),
            ("户籍", "户籍类型", "户籍性质", "户口性质", "户口类型", "户籍类别", "是否农民工", "农民工"),
        ),
        Column(
            "employment",
            lazy_("Form of employment"),
            ("就业形态", "就业状况", "就业状态", "用工形式", "用工性质", "用工类型", "从业形态", "用工方式"),
        ),
        Column(
            "job_title",
            lazy_("Occupation"),
            ("工作岗位", "岗位", "工种", "职业", "行政职务", "工作职务", "岗位名称", "职业工种", "专业技术职务"),
        ),
        Column("note", lazy_("Remark"), ("备注", "说明")),
    ),
    ("name", "unit"),
)  # fmt: skip

#: The kinds of imports: a roster with either sheet or both; the office's own ledger of what was held.
ROSTER, LEDGER = "roster", "ledger"
LAYOUTS: dict[str, tuple[Layout, ...]] = {ROSTER: (UNITS, PEOPLE), LEDGER: (EVENTS,)}

_BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")
_FILLER = re.compile(r"[\s　*＊:：、/]+")


def plain_title(text: object) -> str:
    """A header cell for comparing: no blanks, no stars, nothing in brackets."""
    return _FILLER.sub("", _BRACKETED.sub("", unicodedata.normalize("NFKC", str(text)))).lower()


def layout_of(key: str) -> Layout:
    return next(layout for layouts in LAYOUTS.values() for layout in layouts if layout.key == key)


@cache
def _aliases(layout: str) -> dict[str, str]:
    return {
        plain_title(alias): column.key for column in layout_of(layout).columns for alias in column.aliases
    }


def recognise(layout: Layout, header: list[str]) -> dict[str, int]:
    """Which column of the header means what, by its name; the first of two with one meaning."""
    known = _aliases(layout.key)
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        key = known.get(plain_title(cell))
        if key and key not in found:
            found[key] = index
    return found


def missing(layout: Layout, columns: dict[str, int]) -> list[Column]:
    """The required columns that nobody has named."""
    return [column for column in layout.columns if column.required and column.key not in columns]
