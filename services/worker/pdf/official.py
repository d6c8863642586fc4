"""Official documents in the layout of GB/T 9704-2012, as HTML for the press. Lengths are millimetres unless named.

Sizes and places are the standard's; where it leaves a choice, docs/adr/0037-official-layout.md says what was chosen.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from markupsafe import Markup
from pypdf import PdfReader

from services.worker.pdf import Press, fill
from services.worker.pdf.glyphs import CHAINS, GETA, Found, absent, face_rules, families, spans
from services.worker.pdf.masthead import LINE, head_of
from services.worker.pdf.titles import lines_of, width_of
from shared.dispatches.layout import LAYOUTS, Paper
from shared.dispatches.paragraphs import parts
from shared.i18n import _

#: Width of an ideograph of the body in points: 156 mm / 28.
EM = 15.79
#: Ideographs of a title in a line: 22 pt each in 156 mm, one left free.
TITLE = 19


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the signature: `right` points are left free at its right."""

    text: str
    right: float


@dataclass(frozen=True, slots=True)
class Signature:
    """署名 and 成文日期, with blank lines above them where a seal goes."""

    blank: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A line of 附件说明; `left` and `label_left` are points."""

    label: str
    label_left: float
    name: str
    left: float


@dataclass(frozen=True, slots=True)
class Imprint:
    """A row of the imprint (版记)."""

    text: str
    kind: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """A line of those present at a meeting; no name is broken over two lines."""

    label: str
    names: tuple[str, ...]


@dataclass(slots=True)
class Setting:
    """Sets texts in the faces of the document and collects what they lack."""

    found: Found = field(default_factory=Found.nothing)

    def of(self, role: str, *classes: str) -> Callable[[str], Markup]:
        """A function that sets a text in a face; without classes it is the face of the paragraph itself."""

        def put(text: str) -> Markup:
            done = spans(text, role, self.found)
            return Markup('<span class="{}">{}</span>').format(" ".join(classes), done) if classes else done

        return put


def day_of(day: date | None) -> str:
    """成文日期: digits, the year whole, no zeros before."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def signature_of(paper: Paper) -> Signature | None:
    """Where the office and the date stand. Source: GB/T 9704-2012, 7.3.5.1 (with a seal) and 7.3.5.2 (without)."""
    offices = [office for office in (paper.signed_as or paper.offices) if office.strip()]
    day = day_of(paper.signed_on)
    if paper.form == "minutes" or not (offices or day):
        return None
    wide, name = width_of(day), max(map(width_of, offices), default=0.0)
    if paper.sealed:
        right_day = max(4.0, (name - wide) / 2)
        lines = [Line(each, (right_day - (width_of(each) - wide) / 2) * EM) for each in offices]
        if day:
            lines.append(Line(day, right_day * EM))
        return Signature(2, tuple(lines))
    right_day = max(2.0, name - wide)
    lines = [
        Line(each, (right_day + wide + 2 - width_of(each) if day else 2.0) * EM)
        if width_of(each) == name
        else Line(each, (max(2.0, right_day + wide + 2 - name) + (name - width_of(each))) * EM)
        for each in offices
    ]
    if day:
        lines.append(Line(day, right_day * EM))
    return Signature(1, tuple(lines))


def enclosures_of(paper: Paper) -> list[Enclosure]:
    """附件说明: one is not numbered; no stop at the end of a name. Source: GB/T 9704-2012, 7.3.4."""
    names = [name.strip().rstrip("。；;，") for name in paper.enclosures if name.strip()]
    names = names or [annex.title.replace("\n", "") for annex in paper.annexes]
    if len(names) == 1:
        return [Enclosure("附件：", 2 * EM, names[0], 5 * EM)]
    wide = EM if len(names) < 10 else 1.5 * EM
    return [
        Enclosure(
            f"附件：{number}." if number == 1 else f"{number}.",
            2 * EM if number == 1 else 5 * EM,
            name,
            5 * EM + wide,
        )
        for number, name in enumerate(names, start=1)
    ]


def imprint_of(paper: Paper) -> list[Imprint]:
    """版记: copies, then who printed it and when. A letter names no printer."""
    rows = []
    if copies := paper.copies.strip().removeprefix("抄送：").rstrip("。"):
        rows.append(Imprint(f"抄送：{copies}。", "copies"))
    if paper.form != "letter" and (paper.printed_by or paper.printed_on):
        day = f"{day_of(paper.printed_on)}印发" if paper.printed_on else "印发"
        rows.append(Imprint(paper.printed_by, "printed", day))
    return rows


def people_of(paper: Paper) -> list[People]:
    """Who was at the meeting that the minutes are of."""
    if paper.form != "minutes":
        return []
    lines = (("出席", paper.present), ("请假", paper.absent), ("列席", paper.guests))
    return [
        People(label, tuple(re.findall(r"[^、，,]+[、，,]?", names.strip())))
        for label, names in lines
        if names.strip()
    ]


def annotation_of(paper: Paper) -> str:
    """附注, in full-width brackets."""
    inner = paper.annotation.strip().strip("（）()").strip()
    return f"（{inner}）" if inner else ""


def warnings_of(found: Found) -> list[str]:
    """What whoever asked for the paper is told of its characters."""
    words = []
    if names := absent():
        words.append(
            _(
                "The server lacks the stand-ins for these faces; others are used: %(names)s",
                names="、".join(names),
            )
        )
    if found.replaced:
        words.append(
            _(
                "These characters are set in another face than the text around them: %(signs)s",
                signs="、".join(sorted(found.replaced)),
            )
        )
    if found.lost:
        words.append(
            _(
                "No font has these characters; %(geta)s stands in their place: %(signs)s",
                geta=GETA,
                signs="、".join(sorted(found.lost)),
            )
        )
    return words


def set_official(paper: Paper, *, even: bool = False, alone: bool = False) -> tuple[str, list[str]]:
    """The document as HTML and the warnings for its author.

    `even`: the imprint goes to the next even page; `alone`: that page bears no number, because a blank one precedes it.
    `print_official` finds out whether they are needed.
    """
    setting = Setting()
    fang, hei, kai = setting.of("fang"), setting.of("hei", "hei"), setting.of("kai", "kai")
    titles = partial(lines_of, most=TITLE, names=paper.offices)
    several = len(paper.annexes) > 1
    html = fill(
        f"official/{paper.form if paper.form in LAYOUTS else 'downward'}",
        paper=paper,
        faces={role: families(role) for role in CHAINS},
        face_rules=face_rules(),
        line_height=LINE,
        fang=fang,
        hei=hei,
        kai=setting.of("kai"),
        big=setting.of("biao", "biao", "big"),
        levels={0: fang, 1: hei, 2: kai, 3: fang, 4: fang},
        head=head_of(paper, mark=setting.of("biao"), corner=(fang, hei)),
        titles=titles(paper.title),
        blocks=list(parts(paper.body)),
        enclosures=enclosures_of(paper),
        signature=signature_of(paper),
        people=people_of(paper),
        annotation=fang(annotation_of(paper)),
        annexes=[
            {
                "label": f"附件{number}" if several else "附件",
                "titles": titles(annex.title),
                "blocks": list(parts(annex.body)),
            }
            for number, annex in enumerate(paper.annexes, start=1)
        ],
        imprint=imprint_of(paper),
        plain=paper.form == "letter" or not imprint_of(paper),
        even=even,
        alone=alone,
    )
    return html, warnings_of(setting.found)


def print_official(paper: Paper, press: Press) -> tuple[bytes, list[str]]:
    """The document as PDF. Its imprint ends an even page, so a document of odd length is set a second time."""
    html, warnings = set_official(paper)
    pdf = press.set(html)
    if paper.form == "letter" or not (imprint_of(paper) or paper.code) or len(_texts(pdf)) % 2 == 0:
        return pdf, warnings
    pdf = press.set(set_official(paper, even=True)[0])
    if not _texts(pdf)[-2]:
        pdf = press.set(set_official(paper, even=True, alone=True)[0])
    return pdf, warnings


def _texts(pdf: bytes) -> list[str]:
    return [page.extract_text().strip() for page in PdfReader(io.BytesIO(pdf)).pages]
