"""Names of people on WeCom and DingTalk: pasted line by line, looked at, then kept."""

import re
from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, any_, delete, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.queries.roster import MEMBERSHIP, PERSON, UNIT
from shared.audit import record
from shared.db import db
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.members.numbers import identity_hashes, identity_number, phone_hashes, phone_number
from shared.messages.channels import NAMED
from shared.messages.models import ChannelAddress
from shared.tenants.queries import keys

#: Lines of one paste.
MOST = 2000
#: What both take for a name; a comma or a bar would name several people, and @all everybody.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was understood. `verdict`: new, changed, same, gone, or wrong with `why`."""

    number: int
    who: str
    value: str
    verdict: str
    why: str = ""
    person_id: int | None = None
    unit_name: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    name: str
    unit_name: str


def _split(text: str) -> list[tuple[int, str, str]]:
    """(line number, who, name there) of each line that holds something."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in re.split(r"[,\t，;；]", line.replace("\0", ""))]
        found.append((number, parts[0][:60], parts[1][:80] if len(parts) > 1 else ""))
    if len(found) > MOST:
        raise Invalid(fields={"lines": _("At most %(n)s lines at once.", n=MOST)})
    return found


def _candidates(whos: set[str]) -> dict[str, list[_Found]]:
    """The people that each word can mean: by name, telephone or identity number. Two queries."""
    opened = keys()
    by_hash: dict[bytes, str] = {}
    for who in whos:
        phone, identity = phone_number(who), identity_number(who)
        for digest in (phone_hashes(opened, phone) if phone else []) + (
            identity_hashes(opened, identity) if identity else []
        ):
            by_hash[digest] = who
    rows = db.session.execute(
        select(PERSON.c.id, PERSON.c.name, PERSON.c.phone_hash, PERSON.c.identity_hash).where(
            PERSON.c.state == "active",
            or_(
                PERSON.c.name == any_(literal(sorted(whos), ARRAY(Text))),
                PERSON.c.phone_hash.in_(list(by_hash)),
                PERSON.c.identity_hash.in_(list(by_hash)),
            ),
        )
    ).all()
    units = _units([row.id for row in rows])
    found: dict[str, dict[int, _Found]] = {}
    for row in rows:
        one = _Found(row.id, row.name, units.get(row.id, ""))
        for who in {row.name, by_hash.get(row.phone_hash), by_hash.get(row.identity_hash)} & whos:
            found.setdefault(str(who), {})[row.id] = one
    return {who: list(people.values()) for who, people in found.items()}


def _units(person_ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(MEMBERSHIP.c.person_id, UNIT.c.name)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .where(
            MEMBERSHIP.c.person_id == any_(literal(person_ids, ARRAY(BigInteger))),
            MEMBERSHIP.c.until.is_(None),
        )
    )
    return {int(person_id): str(name) for person_id, name in rows}


def read_names(*, channel: str, text: str) -> list[Line]:
    """What pasted lines would do, each with its verdict; writes nothing. Four queries, however many lines.

    A line is `name or number, name there`; with nothing behind the comma the name there is taken away.
    """
    if channel not in NAMED:
        raise NotFound(_("There is nothing at this address."))
    lines = _split(text)
    people = _candidates({who for _number, who, _value in lines})
    known = {
        int(person_id): value
        for person_id, value in db.session.execute(
            select(ChannelAddress.person_id, ChannelAddress.value).where(ChannelAddress.channel == channel)
        )
    }
    taken = {value.lower(): person_id for person_id, value in known.items()}
    seen: set[int] = set()
    result = []
    for number, who, value in lines:
        line = _judged(number, who, value, people.get(who, []), known, taken, seen)
        if line.person_id is not None and line.verdict != "wrong":
            seen.add(line.person_id)
            if value:
                taken[value.lower()] = line.person_id
        result.append(line)
    return result


def _judged(
    number: int,
    who: str,
    value: str,
    people: list[_Found],
    known: dict[int, str],
    taken: dict[str, int],
    seen: set[int],
) -> Line:
    def wrong(why: str) -> Line:
        return Line(number, who, value, "wrong", why)

    if not people:
        return wrong(_("Nobody of this name or number is in the roster."))
    if len(people) > 1:
        return wrong(_("%(n)s people have this name; use the telephone number.", n=len(people)))
    one = people[0]
    before = known.get(one.id, "")
    if one.id in seen:
        return wrong(_("The person stands in a line above already."))
    if value and (not _NAME.fullmatch(value) or value.lower() == "@all"):
        return wrong(_("This is no name there: letters, digits and _ . @ - only."))
    if value and taken.get(value.lower(), one.id) != one.id:
        return wrong(_("Somebody else has this name there already."))
    if not value and not before:
        return wrong(_("The name there is missing."))
    verdict = "gone" if not value else "same" if value == before else "changed" if before else "new"
    return Line(number, one.name, value, verdict, "", one.id, one.unit_name, before)


def put_names(actor: Actor, *, channel: str, text: str) -> tuple[int, int]:
    """Keep what is good among pasted lines; sent twice it changes nothing more. Returns (kept, taken away)."""
    lines = read_names(channel=channel, text=text)
    put = {line.person_id: line.value for line in lines if line.verdict in ("new", "changed")}
    gone = [line.person_id for line in lines if line.verdict == "gone"]
    if gone:
        db.session.execute(
            delete(ChannelAddress)
            .where(ChannelAddress.channel == channel, ChannelAddress.person_id.in_(gone))
            .execution_options(synchronize_session=False)
        )
    if put:
        statement = insert(ChannelAddress)
        db.session.execute(
            statement.values(
                [
                    {"person_id": person_id, "channel": channel, "value": value}
                    for person_id, value in put.items()
                ]
            ).on_conflict_do_update(
                index_elements=["tenant_id", "person_id", "channel"],
                set_={"value": statement.excluded.value},
            )
        )
    if put or gone:
        record(
            actor,
            verb="channel.names",
            object_type="channel",
            detail={"channel": channel, "kept": len(put), "gone": len(gone)},
        )
    return len(put), len(gone)
