"""What a page is asked by its address: a stranger's key, a colleague's, nonsense. Nothing of theirs is shown, ever."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.isolation.leaks import COLLEAGUE, NEIGHBOUR, OWN, Leaks, leaks, print_of
from tests.web.events.stage import FOUR
from tests.world import Cast

Enter = Callable[[Cast], FlaskClient]

#: Page → what its address may say.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("next",),
    "/search": ("q",),
    "/organisations": ("q", "unit_id", "after"),
    "/organisations/{unit_id}": ("q", "after", "before", "show"),
    "/organisations/{unit_id}/below": ("q", "after", "show"),
    "/organisations/{unit_id}/move": ("parent_id",),
    "/organisations/add": ("parent_id", "unit_id"),
    "/statistics": ("unit_id", "on", "line"),
    "/letterheads/{letterhead_id}": ("unit_id",),
    "/certificates": ("unit_id", "view", "template_id", "year", "before"),
    "/certificates/new": ("unit_id", "template_id"),
    "/certificates/{certificate_id}": (),
    "/statistics/people": ("unit_id", "on", "line", "figure", "key", "after"),
    "/statistics/units": ("unit_id", "on", "line", "figure", "key", "after"),
    "/members": ("unit_id", "status", "post", "after", "before", "show", "total"),
    "/members/add": ("unit_id",),
    "/members/{person_id}": ("year", "unit_id"),
    "/members/{person_id}/change": ("unit_id",),
    "/me": ("year", "person_id"),
    "/ledger": ("unit_id", "year", "kinds", "view", "after", "line", "sector", "state"),
    "/ledger/overview": ("unit_id", "year"),
    "/ledger/{unit_id}": ("year", "show"),
    "/duties": ("unit_id", "year", "kind", "show", "after"),
    "/rules": ("year", "kind"),
    "/events/new": ("unit_id", "kind"),
    "/events/{event_id}": ("version",),
    "/duties/{due_item_id}/record": ("kind",),
    "/assessments": ("unit_id", "year", "view", "after"),
    "/assessments/{unit_id}": ("year",),
    "/documents": ("unit_id", "year", "before"),
    "/reminders": ("occasion", "day", "outcome", "before"),
    "/reminders/press": ("unit_id", "year", "view", "due_before", "period", "kinds"),
    "/reminders/block": ("unit_id", "year", "view", "due_before", "period", "kinds"),
    "/reminders/call-list": ("unit_id",),
    "/reminders/proof": ("unit_id", "kind", "outcome", "channel", "since", "until", "occasion", "before"),
    "/reminders/messages": ("unit_id", "kind", "outcome", "channel", "since", "until", "occasion", "before"),
    "/reminders/why": ("person_id", "q", "days", "before"),
    "/notices/choices": (),
    "/rounds": ("state", "before"),
    "/rounds/new": ("scheme_id", "unit_id", "period"),
    "/rounds/{round_id}": ("view", "unit_id", "after"),
    "/rounds/entries/{entry_id}": (),
    "/rounds/entries/{entry_id}/evidence": ("line", "kind", "since", "until"),
    "/returns": ("what", "view", "unit_id", "own", "state", "before", "after", "return_id"),
    "/returns/{return_id}": ("view", "unit_id", "after"),
    "/returns/{return_id}/rows": ("unit_id", "key", "value", "after"),
    "/returns/fillings/{filling_id}": ("offer",),
    "/findings": ("unit_id", "inspection_id", "view", "after"),
    "/findings/inspections": ("before",),
    "/findings/inspections/{inspection_id}": ("unit_id",),
    "/findings/{finding_id}": ("version",),
    "/watchlist": ("unit_id", "view", "after"),
    "/watchlist/candidates": ("unit_id", "condition", "after"),
    "/watchlist/{watch_id}": (),
    "/deeds": ("unit_id", "view", "kind", "source", "satisfaction", "counter_id", "after"),
    "/deeds/new": ("unit_id",),
    "/deeds/offered": ("unit_id",),
    "/deeds/{deed_id}": ("version",),
    "/contacts": ("unit_id", "view", "year", "after"),
    "/contacts/new": ("unit_id",),
    "/contacts/points/{contact_id}": ("year",),
    "/contacts/postings": ("unit_id", "view", "kind", "before"),
    "/contacts/pairings": ("unit_id", "view", "year", "before"),
    "/contacts/pairings/{pairing_id}": ("year",),
    "/contacts/visits": ("unit_id", "view", "kind", "year", "contact_id", "before"),
    "/contacts/visits/new": ("unit_id", "contact_id"),
    "/contacts/visits/{visit_id}": ("version",),
    "/notices": ("after",),
    "/dispatches": ("view", "kind", "unit_id", "year", "q", "before"),
    "/dispatches/new": ("kind", "reply_to"),
    "/dispatches/numbers": ("year", "number_series_id", "state", "after"),
    "/dispatches/series": ("unit_id",),
    "/dispatches/{dispatch_id}": (),
    "/dispatches/{dispatch_id}/versions": ("before", "after"),
    "/circulars": ("view", "after"),
    "/circulars/sent": ("state", "before"),
    "/circulars/{circular_id}": (),
    "/circulars/{circular_id}/receipts": ("view", "after"),
    "/jobs": ("before", "whose"),
    "/audit": ("person", "object", "object_id", "verb", "since", "until", "before"),
    "/audit/export": ("person", "object", "object_id", "verb", "since", "until"),
    "/accounts": ("unit_id", "post", "state", "q", "after"),
    "/accounts/invite": ("unit_id", "post", "state", "q"),
    "/imports": ("before", "after"),
    "/imports/{batch_id}": ("sheet", "row", "show"),
    "/settings/lend": ("unit_id",),
    "/seats": ("next", "seat_id"),
    "/confirm": ("next",),
    "/minutes": ("state", "unit_id", "before"),
    "/minutes/{minutes_id}": (),
    "/minutes/resolutions": ("state", "unit_id", "person_id", "after"),
    "/minutes/mine": (),
    "/study": ("unit_id", "year", "show", "after"),
    "/study/hours": ("unit_id", "year", "state", "form", "after"),
    "/study/units": ("unit_id", "year", "after"),
    "/study/units/{unit_id}": ("year", "show", "after"),
    "/study/units/{unit_id}/enter": (),
    "/study/events/{event_id}": (),
    "/study/mine": ("year",),
    "/life": ("unit_id", "year", "view", "after"),
    "/life/leaders/{person_id}": ("year",),
    "/life/lectures": ("unit_id", "year", "view", "after"),
    "/life/talks": ("unit_id", "year", "view", "after"),
    "/life/talks/{unit_id}": ("year", "view", "after"),
    "/life/birthdays": ("unit_id", "year", "month", "view", "after"),
    "/life/birthdays/cards": ("unit_id", "year", "month", "person_id", "after"),
    "/publications": ("shown", "unit_id", "item", "after"),
    "/publications/mine": (),
    "/publications/units/{unit_id}/sheet": ("year",),
    "/joint": ("after",),
    "/joint/{offer_id}": (),
    "/meetings/check-in": (),
    "/exemptions": ("show", "unit_id", "kind", "q", "after"),
    "/exemptions/{exemption_id}": (),
    "/imports/ledger": (),
}
#: Which kind of object a word of the address names.
NAMES = {
    "unit_id": "unit_id",
    "parent_id": "unit_id",
    "person_id": "person_id",
    "person": "person_id",
    "object_id": "person_id",
    "occasion": "occasion_id",
    "inspection_id": "inspection_id",
    "seat_id": "seat_id",
    "before": "job_id",
}
NONSENSE = (
    "9" * 40,
    "x\0y",
    "9999-12-31:" + "9" * 14,
    "0001-01-01T00:00:00+00:00~" + "9" * 15,
    "²",
    "20260000000",
    "秘%_^\\'\";--" * 300,
)
LIMITED = ("secretary", "officer", "leader", "reviewer", "keeper", "member")


@pytest.fixture(scope="module")
def there(app: Flask) -> Leaks:
    return leaks(app)


def addresses(there: Leaks, keys: dict[str, int]) -> Iterator[str]:
    """Every page asked for each thing of `keys` that it could be asked for."""
    for page, words in PAGES.items():
        for word in words:
            if word in NAMES:
                yield f"{page.format(**there.own)}?{urlencode({word: keys[NAMES[word]]})}"


def seen(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    assert answer.status_code < 500, address
    text = answer.get_data(as_text=True) + str(answer.headers)
    assert NEIGHBOUR not in text, address
    return answer.status_code, text


@pytest.mark.parametrize("role", ["admin", "auditor", *LIMITED])
def test_every_page_shows_ones_own_and_nobody_elses(role: str, there: Leaks, enter: Enter) -> None:
    client = enter(there.world.organ[role])
    shown = ""
    for page in PAGES:
        status, text = seen(client, page.format(**there.own))
        assert status in {200, 303, 403, 404, 409}, page
        assert role in {"admin", "auditor"} or COLLEAGUE not in text, page
        shown += text
    assert OWN in shown
    assert (COLLEAGUE in shown) == (role in {"admin", "auditor"})


@pytest.mark.parametrize("role", ["admin", "officer", "secretary"])
def test_a_filter_by_a_strangers_key_shows_nothing_of_theirs(role: str, there: Leaks, enter: Enter) -> None:
    client = enter(there.world.organ[role])
    for keys in (there.neighbours, there.colleagues):
        for address in addresses(there, keys):
            status, text = seen(client, address)
            assert role == "admin" or COLLEAGUE not in text, address
            if "unit_id=" in address and keys is there.neighbours:
                assert status in {200, 303, 403, 404}, address


@pytest.mark.parametrize("role", ["admin", "secretary"])
def test_nonsense_in_an_address_is_never_our_fault(role: str, there: Leaks, enter: Enter) -> None:
    """All words of a page at once; the unit, which would answer first, by itself."""
    client = enter(there.world.organ[role])
    failed = []
    for page, words in PAGES.items():
        alone = [word for word in words if word in {"unit_id", "year"}]
        for value in NONSENSE if role == "admin" else NONSENSE[:1]:
            for asked in ([word for word in words if word not in alone], alone):
                if asked:
                    address = f"{page.format(**there.own)}?{urlencode(dict.fromkeys(asked, value))}"
                    answer = client.get(address)
                    if answer.status_code >= 500:
                        failed.append(address[:160])
                    assert NEIGHBOUR not in answer.get_data(as_text=True), address
    assert failed == []


@pytest.mark.parametrize("key", ["9223372036854775808", "9" * 40, "9" * 5000, "-1", "１２", "1%00", "%F0"])
def test_a_key_that_no_row_can_have_is_at_no_address(key: str, there: Leaks, enter: Enter) -> None:
    client = enter(there.world.organ["admin"])
    for page in ("/members/", "/organisations/", "/ledger/", "/events/", "/jobs/", "/files/", "/notices/"):
        assert client.get(page + key).status_code == 404, page


#: Who sends what where; `{…}` is the key under test, the other keys are one's own.
FORMS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("secretary", "/members/{person_id}/membership/move", "unit_id", {"membership_id": "membership_id"}),
    ("secretary", "/members/{person_id}/membership/move", "membership_id", {"unit_id": "unit_id"}),
    ("secretary", "/members/{person_id}/membership/end", "membership_id", {}),
    ("secretary", "/members/{person_id}/membership/status", "membership_id", {}),
    ("secretary", "/members/{person_id}/posts", "unit_id", {}),
    ("secretary", "/members/{person_id}/posts/end", "post_id", {}),
    ("secretary", "/members/add", "unit_id", {}),
    ("secretary", "/duties/{due_item_id}/record", "chair_id", {}),
    ("secretary", "/duties/{due_item_id}/record", "clerk_id", {}),
    ("secretary", "/duties/{due_item_id}/record", "absent", {}),
    ("secretary", "/events/{event_id}/correct", "chair_id", {}),
    ("secretary", "/events/{event_id}/correct", "absent", {}),
    ("secretary", "/events/new", "unit_id", {}),
    ("secretary", "/settings/lend", "place", {}),
    ("officer", "/reminders/press", "unit_id", {}),
    ("officer", "/documents/print", "unit_id", {}),
    ("officer", "/seats", "seat_id", {}),
    ("admin", "/accounts/people/{person_id}/roles", "unit_id", {}),
    ("admin", "/accounts/invite", "unit_id", {}),
    ("admin", "/accounts/slips", "unit_id", {}),
    ("admin", "/organisations/{unit_id}/move", "parent_id", {}),
    ("admin", "/organisations/add", "parent_id", {}),
    ("admin", "/imports/{batch_id}/decide", "alike", {}),
)
#: Whatever else the forms ask for, so that only the key under test is wrong.
FILLED = {
    "on": "2026-11-01",
    "since": "2026-11-01",
    "until": "2026-12-31",
    "held_on": "2026-01-20",
    "reason": "left",
    "status": "full",
    "code": "organisation",
    "basis": "elected",
    "name": "来人",
    "role": "secretary",
    "year": "2026",
    "view": "missing",
    "state": "all",
    "kind": "theme_day",
    "version": "1",
    **FOUR,
}
OBJECTS = NAMES | {
    "chair_id": "person_id",
    "clerk_id": "person_id",
    "absent": "person_id",
    "membership_id": "membership_id",
    "post_id": "post_id",
}


def sent(word: str, keys: dict[str, int]) -> str:
    if word == "place":
        return f"{keys['unit_id']}-{keys['person_id']}"
    if word == "alike":
        return f"1|x|use:unit:{keys['unit_id']}"
    return str(keys[OBJECTS[word]])


def test_a_strangers_key_in_a_form_changes_nothing_of_theirs(
    app: Flask, there: Leaks, enter: Enter, rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    organ, union = there.world.organ, there.world.union
    nothing = dict.fromkeys(there.own, 0) | {"unit_id": 10**17, "person_id": 10**17}
    neighbours = print_of(app, union.tenant_id)
    colleagues = print_of(app, organ.tenant_id, of_unit=organ.other_branch)
    pointing = "select count(*) from event where chair_id = :p or clerk_id = :p"
    before = rows(organ, pointing, p=theirs(there))
    for number, (role, page, word, others) in enumerate(FORMS):
        client = enter(organ[role])
        base = FILLED | {field: str(there.own[key]) for field, key in others.items()}
        for keys in (there.neighbours, there.colleagues, nothing):
            if role == "admin" and keys is there.colleagues:
                continue
            value = sent(word, keys)
            form = base | {word: value, "form_key": f"a form of {number} {value}"[:60]}
            if word == "absent":
                form[f"reason-{value}"] = "leave"
            tail = f"?unit_id={value}&kind=theme_day" if page == "/events/new" else ""
            answer = client.post(page.format(**there.own) + tail, data=form)
            assert answer.status_code in {303, 403, 404, 409, 422}, (page, word, answer.status_code)
            told = answer.get_data(as_text=True)
            assert NEIGHBOUR not in told, (page, word)
            assert COLLEAGUE not in told or role == "admin", (page, word)
    assert print_of(app, union.tenant_id) == neighbours
    assert print_of(app, organ.tenant_id, of_unit=organ.other_branch) == colleagues
    # Nor does anything more point at them.
    assert rows(organ, pointing, p=theirs(there)) == before
    assert rows(organ, "select count(*) from attendance where person_id = :p", p=theirs(there)) == [(0,)]
    # With one's own keys the same form is a record: nothing before it had got through, and the key alone was wrong.
    mine = sent("chair_id", there.own)
    led = rows(organ, "select count(*) from event where chair_id = :p", p=int(mine))[0][0]
    form = FILLED | {
        "chair_id": mine,
        "absent": mine,
        f"reason-{mine}": "leave",
        "form_key": "a form of one's own",
    }
    answer = enter(organ["secretary"]).post("/duties/{due_item_id}/record".format(**there.own), data=form)
    assert answer.status_code == 303
    assert rows(organ, "select count(*) from event where chair_id = :p", p=int(mine)) == [(led + 1,)]
    for word in ("9" * 40, "x\0", "²", "-1", ""):
        for role, page, field, others in FORMS:
            base = FILLED | {name: str(there.own[key]) for name, key in others.items()}
            answer = enter(organ[role]).post(
                page.format(**there.own), data=base | {field: word, "form_key": f"no key {page} {word}"[:60]}
            )
            assert answer.status_code < 500, (page, field, word)
    assert print_of(app, union.tenant_id) == neighbours
    assert print_of(app, organ.tenant_id, of_unit=organ.other_branch) == colleagues


def theirs(there: Leaks) -> int:
    return there.colleagues["person_id"]
