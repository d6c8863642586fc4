"""A work-points paper or a speech becomes a tree; nothing is renumbered, and what is odd is said."""

import io
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.plans.reading.guess import Guess, guess
from shared.plans.reading.labels import leading, numeral, running
from shared.plans.reading.numbering import chinese
from shared.plans.reading.outline import Node, Outline, outline, walk
from shared.plans.reading.source import Source, pasted, read_source
from shared.plans.reading.wording import clauses, demands, proposals

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"

POINTS = """某局2027年党建工作要点

2027年的总体要求是：抓好队伍。
一、抓实学习
（一）办好课堂。党组织书记全年至少讲2次党课，机关党支部每月开展一次“学习，讨论，收获”的主题党日活动。
（二）用好阵地。6月底前完成阅览室改造。定期研究党建工作。
二、建强组织
（四）配齐队伍。一是选好书记。二是配好委员。
三是用好骨干，今年涌现出**个标兵。
1.先选
2.再训
（1）训一周
（五）管好党费。规范收缴
和使用。
"""

SPEECH = """在局機關2027年工作會議上的講話
同志們:
一、要提高認識
各支部要抓緊學習,要帶頭討論。會后落實。
二、要落實責任
一是要強化責任。
書記要負總責。二要層層傳導。定期檢查。三要嚴格考核。
同志們,任重道遠。
我就講這些,謝謝大家!
"""


def labels(found: Outline) -> list[tuple[str, int, str]]:
    return [(node.label, node.ordinal, node.heading) for node in walk(found.nodes)]


def test_a_work_points_paper_becomes_its_tree() -> None:
    found = outline(POINTS)
    assert found.title == "某局2027年党建工作要点"
    assert found.preamble == "2027年的总体要求是：抓好队伍。"
    assert labels(found) == [
        ("一、", 1, "抓实学习"),
        ("（一）", 1, "办好课堂"),
        ("（二）", 2, "用好阵地"),
        ("二、", 2, "建强组织"),
        ("（四）", 1, "配齐队伍"),
        ("一是", 1, ""),
        ("二是", 2, ""),
        ("三是", 3, ""),
        ("1.", 4, "先选"),
        ("2.", 5, "再训"),
        ("（1）", 1, "训一周"),
        ("（五）", 2, "管好党费"),
    ]


def test_what_is_odd_is_said() -> None:
    """（三） is missing though the numbers run through all sections; one line was broken; one number is masked."""
    said = {(remark.code, remark.label, remark.number) for remark in outline(POINTS).remarks}
    assert said == {("gap", "（四）", 3), ("joined", "（五）", 0), ("masked", "三是", 0)}
    assert [node.label for node in walk(outline(POINTS).nodes) if node.masked] == ["二、", "（四）", "三是"]


def test_a_running_list_goes_on_in_the_next_line() -> None:
    four = next(node for node in walk(outline(POINTS).nodes) if node.label == "（四）")
    assert [child.text or child.heading for child in four.children[:3]] == [
        "选好书记。",
        "配好委员。",
        "用好骨干，今年涌现出**个标兵。",
    ]
    last = next(node for node in walk(outline(POINTS).nodes) if node.label == "（五）")
    assert last.text == "规范收缴和使用。"


def test_every_item_points_to_its_place() -> None:
    for source in (POINTS, SPEECH):
        for node in walk(outline(source).nodes):
            assert source[node.begin : node.end].lstrip().startswith(node.label)
            assert all(node.begin <= child.begin and child.end <= node.end for child in node.children)


def test_a_speech_yields_demands_and_keeps_its_script() -> None:
    found = outline(SPEECH)
    assert (found.salutation, found.closing) == ("同志們:", "同志們,任重道遠。\n我就講這些,謝謝大家!")
    assert labels(found) == [
        ("一、", 1, "要提高認識"),
        ("二、", 2, "要落實責任"),
        ("一是", 1, "要強化責任"),
        ("二要", 2, "層層傳導"),
        ("三要", 3, ""),
    ]
    first = found.nodes[0]
    assert [one.text for one in demands(first.text)] == ["各支部要抓緊學習", "要帶頭討論"]
    assert demands("主要问题是需要时间,要求不高,第一要务不变") == []
    assert [one.text for one in demands("要抓緊學習,全年兩次。大家辛苦了。必須落實")] == [
        "要抓緊學習,全年兩次",
        "必須落實",
    ]


def test_the_wording_proposes_how_often_and_for_whom() -> None:
    one = next(node for node in walk(outline(POINTS).nodes) if node.label == "（一）")
    lecture, theme = proposals(one.text)
    assert (lecture.cadence, lecture.times, lecture.posts[:1], lecture.duty_kind) == (
        "year",
        2,
        ("secretary",),
        "party_lecture",
    )
    assert lecture.audience == "党组织书记"
    assert (theme.cadence, theme.times, theme.audience, theme.duty_kind) == (
        "month",
        1,
        "党支部",
        "theme_day",
    )
    assert one.text[theme.begin : theme.end] == theme.text
    two = next(node for node in walk(outline(POINTS).nodes) if node.label == "（二）")
    assert [(p.until_month, p.cadence) for p in proposals(two.text)] == [(6, None), (None, "regular")]
    # Traditional script is read as well.
    assert [p.cadence for p in proposals("各黨支部每季度召開一次黨員大會")] == ["quarter"]
    assert proposals("把第一要务抓在手上") == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2027年市总工会党建工作要点", Guess("work_points", 2027, 2027, "市总工会")),
        ("在局機關2027年工作會議上的講話", Guess("speech", 2027, 2027, "局機關")),
        ("质量提升三年行动计划（2026—2028年）", Guess("scheme", 2026, 2028, "")),
        ("关于印发《某区总工会二〇二七年工作要点》的通知", Guess("work_points", 2027, 2027, "某区总工会")),
        ("无题", Guess("other", None, None, "")),
    ],
)
def test_the_title_says_year_organ_and_kind(title: str, expected: Guess) -> None:
    assert guess(title) == expected


def test_words_that_look_like_labels_are_none() -> None:
    assert leading("2027年工作") is None
    assert leading("1.5万人参加") is None
    assert running("发展是第一要务，十一是假日") == []
    assert [label.text for label in running("一是学。二是做；三要改")] == ["一是", "二是", "三要"]
    assert leading("（十六）服务") is not None


@given(st.integers(min_value=1, max_value=999))
def test_numerals_there_and_back(number: int) -> None:
    assert numeral(chinese(number).replace("〇", "")) == number


@given(st.text(alphabet="一二三是要、（）()。，\n1.甲乙*同志们 ", max_size=200))
def test_any_text_becomes_a_tree_within_its_bounds(text: str) -> None:
    for node in walk(outline(text).nodes):
        assert 0 <= node.begin <= node.end <= len(text)
        assert [child.ordinal for child in node.children] == list(range(1, len(node.children) + 1))
    for clause in clauses(text):
        assert text[clause.begin : clause.end] == clause.text


def paper(*paragraphs: str, numbered: int = 0) -> bytes:
    """A .docx; the last `numbered` paragraphs get their 一、 from Word's automatic numbering."""
    document = docx.Document()
    for place, paragraph in enumerate(paragraphs):
        added = document.add_paragraph(paragraph)
        if place >= len(paragraphs) - numbered:
            added.style = document.styles["List Number"]
    if numbered:
        for element in document.part.numbering_part.element.iter(qn("w:lvl")):
            for name, value in (("w:numFmt", "chineseCounting"), ("w:lvlText", "%1、")):
                child = element.find(qn(name))
                if child is None:
                    child = OxmlElement(name)
                    element.append(child)
                child.set(qn("w:val"), value)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_automatic_numbering_of_word_is_put_back() -> None:
    source = read_source("要点.docx", paper("某局2027年工作要点", "抓实学习", "建强组织", numbered=2))
    assert source == Source("某局2027年工作要点\n一、抓实学习\n二、建强组织", "docx")
    assert [label for label, _ordinal, _heading in labels(outline(source.text))] == ["一、", "二、"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_the_usual_encodings(encoding: str) -> None:
    assert read_source("要点.txt", POINTS.replace("\n", "\r\n").encode(encoding)).text == POINTS.strip()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b""),
        ("a.docx", b"PK\x03\x04 no package"),
        ("a.doc", b"\xd0\xcf\x11\xe0 old word"),
        ("a.pdf", b"%PDF-1.7 no pdf"),
        ("a.exe", b"MZ\x90"),
        ("a.txt", b"\x00\x01\x02"),
        ("a.txt", b"  \n "),
        ("a.txt", ("字" * 200_001).encode()),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as said:
        read_source(name, data)
    assert said.value.fields["file"]


def test_nothing_pasted_is_refused_and_secret_marks_too() -> None:
    with pytest.raises(Invalid):
        pasted(" \n ")
    with pytest.raises(Invalid):
        pasted("机密★1年\n某局工作要点\n一、抓学习")


def needs(name: str) -> bytes:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the samples do not lie beside the checkout")
    return path.read_bytes()


def test_the_real_paper_is_the_same_from_word_and_from_text() -> None:
    word = outline(read_source("a.docx", needs("work-points-2023.docx")).text)
    plain = outline(read_source("a.txt", needs("work-points-2023.txt")).text)
    assert labels(word) == labels(plain)
    items = [node for node in walk(plain.nodes) if node.style == "bracket"]
    assert (len(plain.nodes), len(items)) == (5, 15)
    assert [(remark.code, remark.number) for remark in plain.remarks] == [("gap", 6)]
    assert all(node.heading for node in items)
    found = [proposal for node in items for proposal in proposals(node.text)]
    assert ("month", "theme_day") in {(one.cadence, one.duty_kind) for one in found}
    assert ("year", "party_lecture") in {(one.cadence, one.duty_kind) for one in found}


def test_the_real_speech_is_read_in_its_own_script() -> None:
    source = read_source("s.txt", needs("speech-traditional-2022.txt")).text
    found = outline(source)
    assert [node.label for node in found.nodes] == ["一、", "二、", "三、"]
    second: list[Node] = found.nodes[1].children
    assert [(node.label, len(node.children)) for node in second][:2] == [("第一,", 3), ("第二,", 3)]
    assert [node.label for node in found.nodes[2].children] == ["一是", "二要", "三要"]
    assert {remark.code for remark in found.remarks} == {"joined", "masked"}
    assert guess(found.title).kind == "speech"
