"""The registry of kinds: complete, readable, strict; and what counts as a secrecy mark."""

from typing import Any

import pytest

from shared.errors import Invalid
from shared.events.kinds import KINDS, MAX_TEXT, EventKind
from shared.events.marks import bears_mark
from shared.i18n import use_locale


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_speaks_chinese_and_asks_each_question_once(kind: str) -> None:
    spec = KINDS[kind]
    with use_locale("zh_Hans"):
        words = [str(spec.name), spec.head, *(str(field.label) for field in spec.fields)]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in word) for word in words), words
    codes = [field.code for field in spec.fields]
    assert len(set(codes)) == len(codes)
    assert spec.title_field is None or spec.title_field in codes
    for field in spec.fields:
        assert bool(field.choices) == (field.type == "choice"), field.code


def answers(spec: EventKind) -> dict[str, Any]:
    given = {
        "text": "一",
        "longtext": "二",
        "bool": "y",
        "person": "7",
        "number": "3",
        "date": "2026-05-04",
        "money": "1,280.5",
    }
    return {field.code: field.choices[0][0] if field.choices else given[field.type] for field in spec.fields}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_its_own_fields_and_drops_the_rest(kind: str) -> None:
    spec = KINDS[kind]
    found = spec.read({**answers(spec), "a_stranger": "x"})
    assert set(found) == {field.code for field in spec.fields}


@pytest.mark.parametrize(
    "kind", [kind for kind, spec in KINDS.items() if any(f.required for f in spec.fields)]
)
def test_what_is_missing_is_named_field_by_field(kind: str) -> None:
    spec = KINDS[kind]
    required = {field.code for field in spec.fields if field.required and field.type != "bool"}
    with pytest.raises(Invalid) as refused:
        spec.read(dict.fromkeys(answers(spec), "  "))
    assert set(refused.value.fields) == required


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("theme_day", "theme", "长" * (MAX_TEXT + 1)),
        ("dues_collection", "persons", "三"),
        ("dues_collection", "persons", "-1"),
        ("audit_review", "income", "-1"),
        ("audit_review", "income", "1e5"),
        ("audit_review", "income", "NaN"),
        ("audit_review", "income", "0.005"),
        ("audit_review", "income", "100000000"),
        ("audit_review", "income", "九百"),
        ("workers_congress", "papers_on", "2026-02-30"),
        ("workers_congress", "papers_on", "1620-01-01"),
        ("mediation", "outcome", "won"),
        ("heart_talk", "topic", "gossip"),
        ("heart_talk", "partner", "1 or 1=1"),
    ],
)
def test_bad_answers_are_refused(kind: str, field: str, value: str) -> None:
    spec = KINDS[kind]
    with pytest.raises(Invalid) as refused:
        spec.read({**answers(spec), field: value})
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("秘密★", True),
        ("机密★10年", True),
        ("绝 密★长期", True),
        ("★秘密", True),
        ("（机密）关于……的通知", True),
        ("密级：秘密", True),
        ("  绝密  \n正文", True),
        ("機密★", True),
        ("保守国家秘密专题学习", False),
        ("学习《保守国家秘密法》", False),
        ("商业秘密与工作机密的界限", False),
        ("秘密投票，赞成 12 票", False),
        ("", False),
    ],
)
def test_a_mark_is_told_from_the_word(text: str, marked: bool) -> None:
    assert bears_mark(text) is marked
