"""The grid of GB/T 9704-2012, measured in the finished PDF: nothing here asks the layout engine."""

from itertools import pairwise

import pytest

from services.worker.pdf.glyphs import faces, place_of
from shared.dispatches.layout import LAYOUTS, Annex
from tests.worker.official.papers import Printed, paper
from tests.worker.official.plate import POINT, Plate

RARE = "祎喆镕堃昇珺玥旻翀頔彧璟琀燊"


def body_lines(plate: Plate) -> list[float]:
    """Baselines of the lines that hold characters of the body's size."""
    return sorted(
        {round(one.baseline, 2) for one in plate.glyphs if abs(one.size - 16) < 0.1 and one.baseline < 262}
    )


def assert_on_the_grid(lines: list[float]) -> None:
    assert len(lines) == 22
    assert lines[0] == pytest.approx(44.3, abs=1)
    for before, after in pairwise(lines):
        assert (after - before) / POINT == pytest.approx(28.99, abs=0.3)


def test_a_full_page_holds_22_lines_of_28_characters(press: Printed) -> None:
    page = press(paper())[0][1]
    lines = body_lines(page)
    assert_on_the_grid(lines)
    for baseline in lines:
        line = page.line(baseline)
        assert len(line) == 28
        assert line[0].left == pytest.approx(28, abs=1)
        assert line[-1].right == pytest.approx(184, abs=1)


@pytest.mark.parametrize("form", LAYOUTS)
def test_every_form_keeps_the_grid_on_its_first_page_too(press: Printed, form: str) -> None:
    pages = press(paper(form, signers=("欧阳屹",), present="沈渊朗"))[0]
    assert_on_the_grid(body_lines(pages[1]))
    first, grid = body_lines(pages[0]), body_lines(pages[1])
    body = [each for each in first if "中" in {one.text for one in pages[0].line(each)}]
    assert len(body) >= 4
    for baseline in body:
        assert min(abs(baseline - each) for each in grid) < 0.1


def test_a_character_of_another_face_widens_no_line(press: Printed) -> None:
    text = "".join(f"由{name}同志😀负责" for name in RARE) * 40
    pages, _pdf, warnings = press(paper(body=f"一、{'中' * 10}\n（一）{RARE}。{text}"))
    assert_on_the_grid(body_lines(pages[1]))
    # Some of them are as wide as the others, so that a line of ideographs still ends at the edge.
    drawn = "".join(one.text for one in pages[1].glyphs)
    assert set(RARE) <= set(drawn)
    assert "😀" in drawn or "〓" in drawn
    assert "😀" in "".join(warnings)
    for sign in RARE:
        assert sign in "".join(warnings)


def test_an_ideograph_of_another_face_is_as_wide_as_the_rest(press: Printed) -> None:
    page = press(paper(body=("祎" * 13 + "\n") + "国裏" * 400))[0][1]
    for baseline in body_lines(page):
        assert page.line(baseline)[-1].right == pytest.approx(184, abs=1.2)


def test_levels_stand_on_the_grid_in_their_faces(press: Printed) -> None:
    body = "\n".join(
        ["一、总体要求", "（一）把握重点。各单位要结合实际。", "1.细化分工", "（1）明确时限"] * 8
    )
    pages = press(paper(body=body))[0]
    lines = body_lines(pages[1])
    for before, after in pairwise(lines[:18]):
        assert (after - before) / POINT == pytest.approx(28.99, abs=0.3)
    font = {
        word: pages[1].find(word)[-1].font
        for word in ("总体要求", "把握重点", "各单位要", "细化分工", "明确时限")
    }
    assert "Sans" in font["总体要求"]
    assert font["各单位要"] == font["细化分工"] == font["明确时限"]
    if place_of(faces("kai")[0]) and faces("kai")[0].family == "FandolKai":
        assert "Kai" in font["把握重点"]
        assert "Fang" in font["各单位要"]


def test_annexes_begin_on_pages_of_their_own(press: Printed) -> None:
    table = "请填表。\n单位\t人数\n甲支部\t23\n乙支部\t18"
    annexes = (Annex("任务分解表", table), Annex("时间安排", "一、时间"))
    pages = press(paper(body="中" * 100, annexes=annexes))[0]
    first = next(
        page for page in pages if page.line(body_lines(page)[0])[0].text == "附" and "解" in str(page.glyphs)
    )
    line = first.line(body_lines(first)[0])
    assert "".join(one.text for one in line) == "附件1"
    assert line[0].left == pytest.approx(28, abs=1)
    title = first.find("任务分解表")
    assert title[0].size == pytest.approx(22, abs=0.1)
    assert title[0].baseline == pytest.approx(44.3 + 2 * 10.227, abs=1)
    assert (title[0].left + title[-1].right) / 2 == pytest.approx(106, abs=1)
    words = "".join(one.text for one in first.glyphs)
    assert all(word in words for word in ("甲支部", "23", "乙支部", "18"))
