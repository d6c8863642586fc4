"""The fifteen kinds of official documents (文种) and the forms in which each is set.

Source: 党政机关公文处理工作条例 (2012), article 8; which way a kind goes is article 15 and office practice.
"""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Kind:
    """`word`: as it ends the title. `forms`: those it may take, the usual one first. `one`: exactly one addressee.
    `answered`: a reply is waited for."""

    name: lazy_
    word: str
    forms: tuple[str, ...] = ("downward",)
    one: bool = False
    answered: bool = False


FORMS: dict[str, lazy_] = {
    "downward": lazy_("Document to those below"),
    "upward": lazy_("Document to those above"),
    "parallel": lazy_("Document to offices of the same rank"),
    "letter": lazy_("Letter form"),
    "minutes": lazy_("Form of meeting minutes"),
}

KINDS: dict[str, Kind] = {
    "notice": Kind(lazy_("Notice to units"), "通知", ("downward", "letter")),
    "request": Kind(lazy_("Request for instructions"), "请示", ("upward",), one=True, answered=True),
    "report": Kind(lazy_("Report to above"), "报告", ("upward",)),
    "answer": Kind(lazy_("Reply to a request"), "批复", ("downward", "letter"), one=True),
    "letter": Kind(lazy_("Letter between offices"), "函", ("letter", "parallel"), answered=True),
    "minutes": Kind(lazy_("Minutes of a meeting of leaders"), "纪要", ("minutes",)),
    "opinion": Kind(lazy_("Opinion of an office"), "意见", ("downward", "upward", "parallel")),
    "decision": Kind(lazy_("Decision of an office"), "决定"),
    "resolution": Kind(lazy_("Resolution of a congress"), "决议"),
    "bulletin": Kind(lazy_("Bulletin of commendation or criticism"), "通报"),
    "announcement": Kind(lazy_("Announcement to the public"), "公告"),
    "public_notice": Kind(lazy_("Public notice to be observed"), "通告"),
    "communique": Kind(lazy_("Communiqué"), "公报"),
    "order": Kind(lazy_("Order of an authority"), "命令"),
    "motion": Kind(lazy_("Motion to a congress"), "议案", ("upward", "parallel"), one=True),
}

#: How urgent it is, as it stands on the first page; '' is not.
URGENCIES: dict[str, lazy_] = {
    "": lazy_("not urgent"),
    "pressing": lazy_("Pressing"),
    "most_pressing": lazy_("Most pressing"),
}
#: How long the file is kept, in years; 0 for ever.
#: Source: 机关文件材料归档范围和文书档案保管期限规定 (2006), article 6.
RETENTIONS: dict[int, lazy_] = {
    0: lazy_("for ever"),
    30: lazy_("30 years"),
    10: lazy_("10 years"),
}
