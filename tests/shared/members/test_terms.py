"""Names as they are searched: scripts, pinyin, surnames with a reading of their own, initials."""

import pytest

from shared.hanzi import fold
from shared.members.terms import name_key, terms
from shared.organisations.terms import terms as unit_terms


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王帅", "ws"),
        ("王 帅", "wang shuai"),
        ("王帥", "王帅"),
        ("王帅", "王帥"),
        ("单雄信", "shan"),
        ("單雄信", "dan"),
        ("曾国藩", "zeng"),
        ("解缙", "xie"),
        ("解缙", "jie"),
        ("仇英", "qiu"),
        ("查良镛", "zha"),
        ("尉迟恭", "yuchi"),
        ("尉遲恭", "ycg"),
        ("万俟卨", "moqi"),
        ("朴正", "piao"),
        ("区大", "ou"),
        ("任重", "ren"),
        ("盖叫天", "ge"),
        ("缪荃孙", "miao"),
        ("种师道", "chong"),
        ("吕布", "lv"),
        ("吕布", "lu"),
        ("欧阳修", "ouyang"),
        ("王帅", "帅"),
        ("阿卜杜拉·买买提", "买买提"),
        ("Anna Müller", "müller"),
        ("李娜", "Li Na"),
    ],
)
def test_what_is_typed_begins_one_of_the_terms(name: str, typed: str) -> None:
    assert any(term.startswith(fold(typed)) for term in terms(name))


@pytest.mark.parametrize(
    ("first", "second"), [("单雄信", "孙权"), ("曾国藩", "赵云"), ("安然", "白居易"), ("解缙", "徐达")]
)
def test_people_sort_as_they_are_read_surname_reading_first(first: str, second: str) -> None:
    assert name_key(first) < name_key(second)


def test_two_names_read_alike_have_keys_of_their_own() -> None:
    assert name_key("王伟") != name_key("王玮")


def test_a_compound_surname_needs_a_given_name() -> None:
    # 单于 alone is somebody called 于 of the family 单.
    assert "shanyu" in terms("单于")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("土地储备党支部", "tdcb"),
        ("土地储备党支部", "储备"),
        ("土地儲備黨支部", "储备"),
        ("长安区工会", "changan"),
        ("A区 工会", "qugong"),
    ],
)
def test_units_are_found_by_inner_words(name: str, typed: str) -> None:
    assert any(term.startswith(fold(typed)) for term in unit_terms(name))


def test_empty_and_odd_names_have_terms_or_none() -> None:
    assert terms("") == []
    assert terms("　") == []
    assert terms("𠮷野") != []
    assert len(terms("单" * 40)) < 60
