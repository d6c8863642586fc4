"""The one table that two tenants see: what each end may do with a row, and that a third tenant sees nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient

from shared.settings import settings
from shared.transfers.models import Exchange
from shared.transfers.payload import Payload, close, open_payload
from tests.factories.transfers import exchanges, identity, open_up, post, send, transfers, traveller
from tests.isolation.leaks import NEIGHBOUR
from tests.world import ROLES, Cast, Side, World, build

Enter = Callable[[Cast], FlaskClient]


@dataclass(frozen=True)
class Between:
    sender: Side
    receiver: Side
    #: Of the same kind, with nothing to do with it.
    third: Side
    exchange_id: int
    transfer_id: int
    arrived_id: int
    number: str
    world: World


@pytest.fixture
def between(app: Flask, world: World, enter: Enter) -> Between:
    """Somebody with a marked name on the way from one bureau to another."""
    receiver, third = build(app).organ, build(app).organ
    open_up(app, receiver, receiver.branch)
    number = identity()
    person_id = traveller(app, world.organ, name=f"{NEIGHBOUR}旅", number=number)
    answer = send(
        enter(world.organ["secretary"]),
        person_id,
        route="tenant",
        place=f"{receiver.tenant_id}-{receiver.branch}",
        reason=f"{NEIGHBOUR}调动",
    )
    assert answer.status_code == 303
    post(app, receiver)
    post(app, third)
    return Between(
        world.organ,
        receiver,
        third,
        exchanges(app, world.organ)[0].id,
        transfers(app, world.organ)[0].id,
        transfers(app, receiver)[0].id,
        number,
        world,
    )


@pytest.fixture
def raw() -> Iterator[Callable[[Side], psycopg.Connection]]:
    """A bare connection as the running role with one tenant open."""
    opened: list[psycopg.Connection] = []

    def connect(side: Side) -> psycopg.Connection:
        connection = psycopg.connect(settings().database_url)
        opened.append(connection)
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(side.tenant_id)])
        return connection

    yield connect
    for connection in opened:
        connection.close()


Raw = Callable[[Side], psycopg.Connection]


def test_both_ends_see_the_row_and_nobody_else(between: Between, raw: Raw) -> None:
    for side, seen in (
        (between.sender, 1),
        (between.receiver, 1),
        (between.third, 0),
        (between.world.union, 0),
    ):
        count = raw(side).execute("select count(*) from exchange").fetchone()
        assert count == (seen,), side
    with psycopg.connect(settings().database_url) as nobody:
        assert nobody.execute("select count(*) from exchange").fetchone() == (0,)
        nobody.execute("select set_config('app.scope', 'platform', true)")
        assert nobody.execute("select count(*) from exchange").fetchone() == (0,)


@pytest.mark.parametrize(
    "change",
    [
        "sealed = 'x'",
        "wrapped_key = 'x'",
        "receiver_id = tenant_id",
        "tenant_id = receiver_id",
        "wanted_unit_id = 1",
        "sender_name = 'x'",
        "receiver_name = 'x'",
        "effective_on = '2020-01-01'",
        "expires_on = '2199-01-01'",
        "sent_at = now()",
        "line = 'union'",
    ],
)
@pytest.mark.parametrize("end", ["sender", "receiver", "third"])
def test_no_end_changes_what_was_sent(between: Between, raw: Raw, end: str, change: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw(getattr(between, end)).execute(f"update exchange set {change}")


@pytest.mark.parametrize("state", ["accepted", "refused"])
def test_the_sender_does_not_answer(between: Between, raw: Raw, state: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw(between.sender).execute("update exchange set state = %s", [state])


def test_the_receiver_does_not_withdraw(between: Between, raw: Raw) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw(between.receiver).execute("update exchange set state = 'withdrawn'")


@pytest.mark.parametrize("end", ["sender", "receiver", "third"])
def test_nobody_deletes_or_empties(between: Between, raw: Raw, end: str) -> None:
    for statement in ("delete from exchange", "truncate exchange"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(getattr(between, end)).execute(statement)


def test_the_third_answers_nothing(between: Between, raw: Raw) -> None:
    for state in ("accepted", "refused", "withdrawn"):
        connection = raw(between.third)
        assert connection.execute("update exchange set state = %s", [state]).rowcount == 0


def test_an_answer_is_final_for_both(between: Between, raw: Raw) -> None:
    answering = raw(between.receiver)
    assert answering.execute("update exchange set state = 'refused', reply = 'no'").rowcount == 1
    answering.commit()
    for side in (between.sender, between.receiver):
        for state in ("accepted", "withdrawn", "sent"):
            connection = raw(side)
            assert connection.execute("update exchange set state = %s", [state]).rowcount == 0


def test_nobody_sends_in_anothers_name(between: Between, raw: Raw) -> None:
    columns = (
        "insert into exchange (tenant_id, receiver_id, wanted_unit_id, line, sender_name, receiver_name,"
        " effective_on, expires_on, sealed, wrapped_key, state)"
        " values (%s, %s, 1, 'party', 'x', 'x', '2026-01-01', '2026-02-01', 'x', 'x', %s)"
    )
    for sender, state in ((between.sender, "sent"), (between.third, "accepted")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(between.third).execute(columns, [sender.tenant_id, between.receiver.tenant_id, state])


def test_the_payload_opens_for_its_two_ends_only(app: Flask, between: Between) -> None:
    row = exchanges(app, between.receiver)[0]
    payload = open_payload(row)
    assert (payload.name, payload.identity) == (f"{NEIGHBOUR}旅", between.number)
    assert between.number.encode() not in row.sealed
    row.receiver_id = between.third.tenant_id
    with pytest.raises(InvalidTag):
        open_payload(row)


def test_the_seal_is_bound_to_both_ends(between: Between) -> None:
    closed = close(Payload("甲", "full"), sender_id=1, receiver_id=2)
    row = Exchange(sealed=closed.sealed, wrapped_key=closed.wrapped_key, tenant_id=2, receiver_id=1)
    with pytest.raises(InvalidTag):
        open_payload(row)
    row = Exchange(sealed=closed.sealed, wrapped_key=closed.wrapped_key, tenant_id=1, receiver_id=2)
    assert open_payload(row).name == "甲"


def test_published_names_are_all_that_is_published(between: Between, raw: Raw) -> None:
    third = raw(between.third)
    seen = third.execute(
        "select unit_id from platform.receiver where tenant_id = %s", [between.receiver.tenant_id]
    ).fetchall()
    assert seen == [(between.receiver.branch,)]
    assert third.execute("update platform.receiver set unit_name = 'x'").rowcount == 0
    assert third.execute("delete from platform.receiver").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        third.execute(
            "insert into platform.receiver (tenant_id, unit_id, line, tenant_name, unit_name)"
            " values (%s, 1, 'party', 'x', 'x')",
            [between.receiver.tenant_id],
        )


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_a_third_tenant_show_nothing(role: str, between: Between, enter: Enter) -> None:
    for side in (between.third, between.world.union):
        client = enter(side[role])
        for show in ("receive", "sent", "late", "closed"):
            page = client.get(f"/transfers?show={show}")
            assert NEIGHBOUR not in page.get_data(as_text=True)
        for key in (between.transfer_id, between.arrived_id):
            if client.get(f"/transfers/{key}").status_code == 200:
                pytest.fail("a stranger's transfer is shown")
            for verb in ("accept", "refuse", "withdraw", "number", "letters"):
                status = client.post(f"/transfers/{key}/{verb}", data={"reply": "x"}).status_code
                assert status in (403, 404), verb
        assert client.get("/transfers").status_code in (200, 403)


@pytest.mark.parametrize("role", ROLES)
def test_only_who_receives_for_the_unit_sees_who_comes(role: str, between: Between, enter: Enter) -> None:
    page = enter(between.receiver[role]).get(f"/transfers/{between.arrived_id}")
    allowed = role in {"admin", "officer", "secretary"}
    assert (f"{NEIGHBOUR}调动" in page.get_data(as_text=True)) == allowed
    assert between.number not in page.get_data(as_text=True)
    colleague = between.receiver.colleague
    assert colleague is not None
    answer = enter(colleague).get(f"/transfers/{between.arrived_id}")
    assert answer.status_code == 403


def test_each_end_answers_under_its_own_key_only(between: Between, enter: Enter) -> None:
    """The sender's key of the transfer is not the receiver's, and neither is there for the other."""
    assert enter(between.receiver["admin"]).get(f"/transfers/{between.transfer_id}").status_code == 404
    assert enter(between.sender["admin"]).get(f"/transfers/{between.arrived_id}").status_code == 404


def test_the_form_for_sending_opens_for_whom_one_may_send(between: Between, enter: Enter) -> None:
    organ, union = between.world.organ, between.world.union
    colleague = organ.colleague
    assert colleague is not None
    client = enter(organ["secretary"])
    stranger = client.get(f"/transfers/new?person_id={union['member'].person_id}")
    assert stranger.status_code == 404
    assert client.get(f"/transfers/new?person_id={colleague.person_id}").status_code == 403
    for data in ({"person_id": union["member"].person_id}, {"membership_id": "9" * 15}):
        assert client.post("/transfers/new", data=data).status_code == 404
    assert client.post("/transfers/new", data={"person_id": colleague.person_id}).status_code == 403
    assert client.post("/transfers/new", data={}).status_code == 422


@pytest.mark.parametrize("words", ["%", "_", "'", "\\", "\0", "秘" * 3000, "1' or '1'='1"])
def test_odd_addresses_are_harmless(words: str, between: Between, enter: Enter) -> None:
    member = between.world.organ["member"].person_id
    client = enter(between.world.organ["admin"])
    for page in ("/transfers", "/transfers/new", "/transfers/receivers"):
        asked = {"show": words, "after": words, "who": words, "q": words, "person_id": words}
        assert client.get(page, query_string=asked).status_code == 200
    for after in ("2026-01-01~1", "2026-13-01~1", f"{words}~1", "2026-01-01~" + "9" * 30):
        assert client.get("/transfers", query_string={"show": "sent", "after": after}).status_code == 200
    for route in ("inside", "tenant", "outside", words):
        asked = {"person_id": str(member), "route": route, "q": words}
        assert client.get("/transfers/new", query_string=asked).status_code == 200
