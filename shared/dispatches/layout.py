"""What an official document shows, as plain text: the layouts of the printed and of the editable file read only this.

Source of the forms: GB/T 9704-2012 党政机关公文格式.
"""

from dataclasses import dataclass
from datetime import date

#: Forms with a layout of their own.
LAYOUTS = ("downward", "upward", "parallel", "letter", "minutes")


@dataclass(frozen=True, slots=True)
class Annex:
    """One annex (附件): it begins on a page of its own."""

    title: str
    #: As the body of the document.
    body: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One official document. What is empty is left out; nothing here is HTML but `code`.

    `body`: one paragraph a line. 一、 （一） 1. （1） at the beginning of a line make it one of the four levels.
    Lines with tabs, or such that begin and end with |, are rows of a table; the first of them is its head.
    """

    #: A key of LAYOUTS.
    form: str
    #: The offices as they stand in red (发文机关标志); one, or those of a joint document, the leading one first.
    #: The layout adds 文件 to a document, 纪要 to minutes, nothing to a letter.
    offices: tuple[str, ...]
    title: str
    body: str
    #: 发文字号, whole: “代字〔2026〕1号”; of minutes “第3期”.
    number: str = ""
    #: 主送, without the colon.
    addressees: str = ""
    #: 签发人: on documents to those above only.
    signers: tuple[str, ...] = ()
    #: 署名; the offices where it is empty.
    signed_as: tuple[str, ...] = ()
    #: 成文日期.
    signed_on: date | None = None
    #: Leaves the place of the seal free; no seal is printed.
    sealed: bool = True
    #: 附注, with or without its brackets.
    annotation: str = ""
    #: 附件说明: names without numbers; where it is empty, the titles of the annexes.
    enclosures: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    #: 抄送, without label and full stop.
    copies: str = ""
    #: 印发机关 and 印发日期; not shown on letters.
    printed_by: str = ""
    printed_on: date | None = None
    #: 份号 (six digits), 密级和保密期限, 紧急程度 as they stand on the page.
    copy_number: str = ""
    secrecy: str = ""
    urgency: str = ""
    #: 出席, 请假, 列席: on minutes only.
    present: str = ""
    absent: str = ""
    guests: str = ""
    #: The verification code as an SVG element made by this product; stands below the imprint.
    code: str = ""
    #: A word across each page, such as 草稿.
    watermark: str = ""
