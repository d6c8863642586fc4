"""What the real-name register of members asks (会员实名制, 总工办发〔2017〕14号; domain facts §11): words and keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Choice:
    name: lazy_
    #: Names used in spreadsheets.
    aliases: tuple[str, ...]


EDUCATION: Mapping[str, Choice] = {
    "doctor": Choice(lazy_("Doctorate"), ("博士", "博士研究生")),
    "master": Choice(lazy_("Master"), ("硕士", "硕士研究生", "研究生")),
    "bachelor": Choice(lazy_("Bachelor"), ("大学本科", "本科", "大学", "学士")),
    "college": Choice(lazy_("College"), ("大学专科", "大专", "专科", "高职")),
    "secondary": Choice(
        lazy_("Secondary school"), ("高中", "中专", "中等专科", "职高", "技校", "高中及中专")
    ),
    "basic": Choice(lazy_("Junior school or below"), ("初中", "初中及以下", "小学", "其他")),
}
POLITICAL: Mapping[str, Choice] = {
    "party": Choice(lazy_("Party member"), ("中共党员", "党员", "中国共产党党员")),
    "probationary": Choice(lazy_("Probationary Party member"), ("中共预备党员", "预备党员")),
    "league": Choice(lazy_("League member"), ("共青团员", "团员")),
    "democratic": Choice(
        lazy_("Member of a democratic party"),
        (
            "民主党派", "民革党员", "民盟盟员", "民建会员", "民进会员", "农工党党员", "致公党党员",
            "九三学社社员", "台盟盟员",
        ),
    ),
    "none": Choice(lazy_("No party"), ("群众", "无党派人士", "无党派")),
}  # fmt: skip
HOUSEHOLD: Mapping[str, Choice] = {
    "rural": Choice(lazy_("Rural worker"), ("农民工", "农业户口", "农村户口", "农业", "农村")),
    "urban": Choice(lazy_("Urban"), ("城镇户口", "非农业户口", "非农业", "城镇", "居民户口")),
}
EMPLOYMENT: Mapping[str, Choice] = {
    "contract": Choice(lazy_("Employed by contract"), ("合同制", "劳动合同", "在职", "全日制")),
    "staff": Choice(lazy_("On the establishment"), ("在编", "公务员", "事业编制", "编制内")),
    "dispatched": Choice(lazy_("Dispatched"), ("劳务派遣", "派遣")),
    "new_form": Choice(
        lazy_("New form of employment"),
        ("新就业形态", "新就业形态劳动者", "货车司机", "网约车司机", "快递员", "外卖配送员", "灵活就业"),
    ),
    "retired": Choice(lazy_("Retired"), ("退休", "离退休")),
}

#: Column of person → its words.
REGISTRY: Mapping[str, Mapping[str, Choice]] = {
    "education": EDUCATION,
    "political": POLITICAL,
    "household": HOUSEHOLD,
    "employment": EMPLOYMENT,
}


def choice_of(column: str, words: str) -> str | None:
    """The key that a spreadsheet's words name in this column; None when unknown."""
    plain = "".join(words.split())
    for key, choice in REGISTRY[column].items():
        if plain in choice.aliases:
            return key
    return None


def choice_name(column: str, key: str | None) -> str:
    """The words in the reader's language; '' where nothing is known."""
    choice = REGISTRY[column].get(key or "")
    return str(choice.name) if choice else ""
