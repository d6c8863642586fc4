"""Head, foot and page numbers of the five forms, measured in the finished PDF."""

import pytest

from shared.dispatches.layout import LAYOUTS, Annex
from tests.worker.official.papers import D, Printed, paper
from tests.worker.official.plate import Plate
from tests.worker.official.test_grid import body_lines


def red(plate: Plate) -> list[tuple[float, float, float]]:
    """Red rules: top, left edge, length."""
    return sorted(
        {(round(bar.top, 1), round(bar.left, 1), round(bar.width, 1)) for bar in plate.bars if bar.red}
    )


def number_line(plate: Plate) -> str:
    return "".join(one.text for one in plate.glyphs if one.baseline > 264 and one.size < 14.5).replace(
        " ", ""
    )


def test_the_head_of_a_document_to_those_below(press: Printed) -> None:
    page = press(paper())[0][0]
    mark = page.find("青岚市城市建设局机关党委文件")
    number = page.find("青建党〔2026〕12号")
    ((top, left, length),) = red(page)
    # The ideograph's upper edge is 0.83 of its size above the baseline: 35 mm below the text area's.
    assert mark[0].baseline - 0.83 * mark[0].size * 25.4 / 72 == pytest.approx(72, abs=1.2)
    assert (mark[0].left + mark[-1].right) / 2 == pytest.approx(106, abs=1)
    assert mark[-1].right - mark[0].left <= 156
    assert (left, length) == (28.0, 156.0)
    # 4 mm between the foot of the number and the rule.
    assert top - number[0].baseline == pytest.approx(4 + 16 * 0.12 * 25.4 / 72, abs=0.5)
    title = page.find("关于做好年度组织生活工作的通知")
    assert title[0].size == pytest.approx(22, abs=0.1)
    assert title[0].baseline - top == pytest.approx(2 * 10.23 + 7.3, abs=2.8)


def test_signers_stand_beside_the_number_two_a_line(press: Printed) -> None:
    page = press(
        paper("upward", signers=("欧阳屹", "沈渊朗", "蒋清筠"), copy_number="000012", urgency="特急")
    )[0][0]
    first, second, third = page.find("欧阳屹"), page.find("沈渊朗"), page.find("蒋清筠")
    number = page.find("青建党〔2026〕12号")
    assert first[0].baseline == second[0].baseline < third[0].baseline == number[0].baseline
    assert number[0].left == pytest.approx(28 + 5.57, abs=0.5)
    assert third[-1].right == pytest.approx(184 - 5.57, abs=0.8)
    assert page.find("签发人")[0].baseline == first[0].baseline
    copy, urgent = page.find("000012"), page.find("特急")
    assert copy[0].baseline == pytest.approx(44.3, abs=1)
    assert urgent[0].baseline - copy[0].baseline == pytest.approx(10.23, abs=0.1)


def test_a_letter_has_two_double_rules_and_no_number_on_its_first_page(press: Printed) -> None:
    pages = press(paper("letter"))[0]
    rules = red(pages[0])
    assert [(left, length) for _top, left, length in rules] == [(21.0, 170.0)] * 4
    assert rules[3][0] + 0.9 == pytest.approx(277, abs=0.5)
    assert "文件" not in "".join(one.text for one in pages[0].glyphs)
    assert pages[0].find("青建党〔2026〕12号")[-1].right == pytest.approx(184, abs=1)
    assert number_line(pages[0]) == ""
    assert "—2—" in number_line(pages[1])
    words = "".join(one.text for one in pages[-1].glyphs)
    assert "抄送：市直机关工委。" in words
    assert "印发" not in words


def test_minutes_name_who_was_there_and_bear_no_signature(press: Printed) -> None:
    pages = press(
        paper("minutes", body="研究了工作。", present="沈渊朗、欧阳屹", absent="蒋清筠", guests="文一")
    )[0]
    words = "".join(one.text for page in pages for one in page.glyphs)
    assert "青岚市城市建设局机关党委纪要" in words
    assert words.index("研究了工作") < words.index("出席") < words.index("请假") < words.index("列席")
    # The date stands above the rule only, and in the imprint.
    assert words.count("2026年11月9日") == 2


@pytest.mark.parametrize("length", [0, 100, 250, 400, 700, 900, 1300])
@pytest.mark.parametrize("form", ["downward", "upward"])
def test_the_imprint_ends_an_even_page_at_the_foot_of_the_text(
    press: Printed, form: str, length: int
) -> None:
    pages = press(paper(form, body="中" * length, annotation="此件公开"))[0]
    assert len(pages) % 2 == 0
    last = pages[-1]
    words = "".join(one.text for one in last.glyphs)
    assert "抄送：市直机关工委。" in words
    assert "2026年11月9日印发" in words
    rules = sorted(
        {(round(bar.top, 1), round(bar.height, 2)) for bar in last.bars if bar.width > 150 and not bar.red}
    )
    assert rules[-1][0] + rules[-1][1] == pytest.approx(262, abs=0.6)
    # Nothing of the text below the imprint's first rule but the imprint.
    top = rules[0][0]
    assert all(one.size < 15 for one in last.glyphs if one.baseline > top)


def test_page_numbers_stand_outside(press: Printed) -> None:
    pages = press(paper())[0]
    for number, page in enumerate(pages[:2], start=1):
        line = [one for one in page.glyphs if one.baseline > 264]
        assert f"—{number}—" in number_line(page)
        dash = line[-1] if number % 2 else line[0]
        edge = 184 - dash.right if number % 2 else dash.left - 28
        assert edge == pytest.approx(16 * 25.4 / 72, abs=0.5)
        # The dash lies about 0.38 of its size above the baseline: 7 mm below the text area.
        assert dash.baseline - 0.38 * 14 * 25.4 / 72 == pytest.approx(262 + 7, abs=0.8)


def test_a_seal_has_its_place_and_the_office_stands_over_the_date(press: Printed) -> None:
    page = next(
        page
        for page in press(paper(body="短文。"))[0]
        if "短文" in str([one.text for one in page.glyphs]) or page
    )
    office = page.glyphs
    words = "".join(one.text for one in office)
    start = words.rindex("2026年11月9日")
    date = office[start : start + len("2026年11月9日")]
    name = page.line([each for each in body_lines(page) if each < date[0].baseline - 1][-1])
    assert 184 - date[-1].right == pytest.approx(4 * 5.57, abs=0.8)
    assert (name[0].left + name[-1].right) / 2 == pytest.approx((date[0].left + date[-1].right) / 2, abs=0.6)
    text = page.find("短文。")
    assert name[0].baseline - text[0].baseline == pytest.approx(3 * 10.23, abs=0.5)


def test_without_a_seal_the_date_begins_two_characters_after_the_office(press: Printed) -> None:
    page = press(paper(body="短文。", sealed=False))[0][0]
    words = "".join(one.text for one in page.glyphs)
    start = words.rindex("2026年11月9日")
    date = page.glyphs[start]
    name = page.line([each for each in body_lines(page) if each < date.baseline - 1][-1])
    assert 184 - name[-1].right == pytest.approx(2 * 5.57, abs=0.8)
    assert date.left - name[0].left == pytest.approx(2 * 5.57, abs=0.5)


def test_names_of_enclosures_stand_below_each_other(press: Printed) -> None:
    names = ("任务分解表" * 7, "时间安排")
    page = press(paper(body="短文。", enclosures=names, annexes=(Annex("任", "一"),)))[0][0]
    first, second = page.find("任务分解表"), page.find("时间安排")
    assert first[0].left == pytest.approx(second[0].left, abs=0.1)
    wrapped = page.line(round(first[0].baseline + 10.227, 2))
    assert wrapped[0].left == pytest.approx(first[0].left, abs=0.1)
    assert page.find("附件：1.")[0].left == pytest.approx(28 + 2 * 5.57, abs=0.3)


@pytest.mark.parametrize("form", LAYOUTS)
def test_bad_input_stays_text(press: Printed, form: str) -> None:
    wild = "<b>粗</b>{{ 7*7 }}</style><script>alert(1)</script>&amp;"
    made = paper(
        form,
        title=wild,
        body=f"{wild}\n\x00\x0b一\n{'长' * 60}𰻝\ue000\n|a|\n|b|c|d|",
        annotation=wild,
        addressees=wild,
        copies=wild,
        offices=("局" * 60,),
        signed_on=D,
        signers=("名" * 60,),
        number="号" * 60,
    )
    pages, _pdf, _warnings = press(made)
    words = "".join(one.text for page in pages for one in page.glyphs).replace(" ", "")
    assert "<script>alert(1)</script>" in words
    assert "{{7*7}}" in words


def test_a_document_of_nothing_is_a_page(press: Printed) -> None:
    pages = press(
        paper(
            offices=(),
            title="题",
            body="",
            number="",
            addressees="",
            signed_on=None,
            copies="",
            printed_by="",
            printed_on=None,
        )
    )[0]
    assert len(pages) == 1


def test_an_imprint_that_finds_no_room_goes_behind_a_blank_page_and_neither_is_numbered(
    press: Printed,
) -> None:
    pages = press(paper(body="中" * 714))[0]
    assert [number_line(page) for page in pages] == ["—1—", "—2—", "", ""]
    assert pages[2].glyphs == []
    assert "抄送" in "".join(one.text for one in pages[3].glyphs)
