"""Characters that leave the first face, and titles broken into lines."""

from itertools import pairwise

import pytest

from services.worker.pdf.glyphs import CHAINS, GETA, Found, absent, faces, pieces, spans
from services.worker.pdf.official import warnings_of
from services.worker.pdf.titles import lines_of, width_of
from shared.i18n import use_locale

OFFICE = "青岚市总工会"


def test_the_faces_of_official_documents_are_there() -> None:
    """deploy/local/prepare.py brings them; without them documents are set in others, with a warning."""
    assert absent() == []
    assert [face.family for face in faces("fang")][:1] == ["FandolFang"]


def test_each_missing_character_goes_to_the_first_face_that_has_it() -> None:
    found = Found.nothing()
    runs = pieces("由祎喆負責裏😀。", "fang", found)
    assert "".join(text for _face, text in runs) == "由祎喆負責裏😀。"
    assert runs[0][0] is None
    assert set(found.replaced) >= set("祎喆😀")
    assert not found.lost
    for sign, family in found.replaced.items():
        assert family in {face.family for face in CHAINS["fang"][1:]}, sign


def test_what_no_font_has_is_shown_as_missing_and_named() -> None:
    found = Found.nothing()
    assert GETA in str(spans("甲\U0003fffd\ue000乙", "fang", found))
    assert found.lost == {"\ue000"} | ({"\U0003fffd"} & found.lost)
    with use_locale("zh_Hans"):
        assert "\ue000" in warnings_of(found)[-1]


def test_markup_is_text_and_signs_without_shape_are_left_out() -> None:
    found = Found.nothing()
    html = str(spans("<b>&祎</b>\u200d\ufe0f\x00", "fang", found))
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html
    assert not any(sign in html for sign in "\u200d\ufe0f\x00")


@pytest.mark.parametrize(
    "title",
    [
        "关于做好2026年度基层党组织书记抓党建述职评议考核工作的通知",
        "青岚市总工会关于印发《2026年“安康杯”竞赛活动实施方案》的通知",
        "关于进一步加强和改进新时代基层党组织建设和党员队伍教育管理监督服务工作的实施意见",
        "关于召开青岚市总工会第三次代表大会的请示",
        "关于" + "转发通知" * 20 + "的通知",
    ],
)
def test_a_title_is_broken_whole_words_apart_and_never_before_a_mark(title: str) -> None:
    lines = lines_of(title, 19, (OFFICE,))
    assert "".join(lines) == title
    assert len(lines) > 1
    assert max(map(width_of, lines)) <= 20
    if len(lines) <= 4:
        assert len({width_of(line) for line in lines}) > 1
    for line in lines[1:]:
        assert line[0] not in "》”，。、）"
        assert len(line) > 2
    for before, after in pairwise(lines):
        assert before[-1] not in "《“（"
        assert not (before[-1].isdigit() and after[0].isdigit())
        assert OFFICE not in before + after or OFFICE in before or OFFICE in after


def test_a_short_title_is_one_line_and_the_authors_breaks_stand() -> None:
    assert lines_of("关于召开会议的通知", 19) == ["关于召开会议的通知"]
    assert lines_of("青岚市总工会\n关于召开会议的通知", 19) == ["青岚市总工会", "关于召开会议的通知"]
