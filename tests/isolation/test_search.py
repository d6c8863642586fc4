"""Search finds people and units in reach, by every way of typing a name, and nobody else's."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.isolation.leaks import COLLEAGUE, NEIGHBOUR, OWN, Leaks, leaks
from tests.world import ROLES, Cast

Enter = Callable[[Cast], FlaskClient]
#: The marks by their characters, their pinyin and its initials, whole and in part.
TYPED = (
    "秘",
    "秘邻",
    "秘同",
    "秘己",
    "m",
    "mi",
    "milin",
    "mil",
    "ml",
    "mitong",
    "mt",
    "MI",
    "miji",
    "支",
    "tong",
)
#: What a pattern would take for "anything", and what no index should be asked.
HARMLESS = (
    "%",
    "_",
    "%%",
    "^",
    "\\",
    "'",
    "*",
    "秘%",
    "秘_",
    "m%",
    "秘" * 5000,
    "\0秘邻",
    "秘\0",
    "'; --",
    "  ",
)


@pytest.fixture(scope="module")
def there(app: Flask) -> Leaks:
    return leaks(app)


def found(client: FlaskClient, words: str) -> str:
    answer = client.get("/search?" + urlencode({"q": words}))
    assert answer.status_code == 200, words
    return answer.get_data(as_text=True)


def links(page: str) -> set[tuple[str, int]]:
    return {(noun, int(key)) for noun, key in re.findall(r'href="/(members|organisations)/(\d+)"', page)}


@pytest.mark.parametrize("role", ROLES)
def test_only_what_lies_in_reach_is_found(role: str, there: Leaks, enter: Enter) -> None:
    organ, colleague = there.world.organ, there.world.organ.colleague
    assert colleague is not None
    client = enter(organ[role])
    own = {("members", organ["keeper"].person_id), ("organisations", organ.branch)}
    others = {("members", colleague.person_id), ("organisations", organ.other_branch)}
    # "member of …": begins with an m as well, by the name alone.
    by_name = {("members", organ["member"].person_id)}
    seen: set[tuple[str, int]] = set()
    for words in TYPED:
        page = found(client, words)
        assert NEIGHBOUR not in page, words
        assert (COLLEAGUE in page) <= (role in {"admin", "auditor"}), words
        seen |= links(page)
    expected = {
        "member": set(),
        # Reads units and events, not people.
        "reviewer": {("organisations", organ.branch)},
        "admin": own | others | by_name,
        "auditor": own | others | by_name,
    }.get(role, own)
    assert seen == expected


@pytest.mark.parametrize("role", ["admin", "secretary"])
def test_wildcards_and_floods_find_nothing_more(role: str, there: Leaks, enter: Enter) -> None:
    client = enter(there.world.organ[role])
    for words in HARMLESS:
        page = found(client, words)
        assert NEIGHBOUR not in page, words
        if "秘" not in words and "m" not in words:
            assert links(page) == set(), words


def test_the_other_lists_by_name_keep_to_the_same_reach(there: Leaks, enter: Enter) -> None:
    organ = there.world.organ
    for words in (*TYPED, *HARMLESS):
        asked = urlencode({"q": words, "state": "all"})
        for role, page in (
            ("admin", "/accounts"),
            ("admin", "/organisations"),
            ("secretary", "/organisations"),
        ):
            answer = enter(organ[role]).get(f"{page}?{asked}")
            assert answer.status_code in {200, 400}, (page, words)
            text = answer.get_data(as_text=True)
            assert NEIGHBOUR not in text, (page, words)
            assert COLLEAGUE not in text or role == "admin", (page, words)
    # The list of accounts does find one's own people so.
    assert OWN in enter(organ["admin"]).get("/accounts?state=all&q=miji").get_data(as_text=True)
