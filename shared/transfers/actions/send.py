"""Sending: inside the tenant, to a unit that another tenant publishes, to outside with a letter."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.accounts.actions.roles import keep_an_admin
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.db.types import PartialDate
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import _
from shared.members.models import Membership, Person
from shared.members.numbers import show_identity, show_phone
from shared.members.statuses import STATUSES
from shared.organisations.models import Unit
from shared.tenancy import current_tenant
from shared.tenants.queries import keys
from shared.transfers.actions.letters import clean, issue
from shared.transfers.actions.notices import tell, tell_receivers
from shared.transfers.models import Exchange, Transfer
from shared.transfers.payload import Payload, close
from shared.transfers.queries import Place, open_of, published
from shared.transfers.queries.choices import TAKING
from shared.transfers.validity import longest, validity

#: How far ahead the day may lie from which the person belongs to the receiver.
AHEAD = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a transfer whichever way it goes."""

    effective_on: date
    form_key: str
    dues_paid_to: PartialDate | None = None
    reason: str = ""
    external_no: str = ""


def _sent_before(form_key: str) -> Transfer | None:
    found: Transfer | None = db.session.execute(
        select(Transfer).where(Transfer.form_key == form_key)
    ).scalar_one_or_none()
    return found


def _check(actor: Actor, membership: Membership, said: Particulars) -> tuple[Unit, Person]:
    """Whether this membership may be sent at all by this actor; holds it until the end of the transaction."""
    held = db.session.execute(
        select(Membership)
        .where(Membership.id == membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    unit = db.session.execute(select(Unit).where(Unit.id == held.unit_id)).scalar_one()
    if not actor.can(Permission.TRANSFER_EDIT, unit.path):
        raise Forbidden(_("This belongs to a unit outside your duties."))
    person = db.session.execute(select(Person).where(Person.id == held.person_id)).scalar_one()
    on_its_way = open_of(held.person_id, held.kind)
    if on_its_way is not None:
        raise Conflict(
            _("%(name)s is on the way already, since %(day)s. Withdraw that transfer first.",
              name=person.name, day=on_its_way.created_at.date())
        )  # fmt: skip
    if held.until is not None:
        raise Conflict(_("This membership ended on %(day)s already.", day=held.until))
    if not STATUSES[held.status].counts:
        raise Invalid(
            _("Only the relationship of members is transferred. Carry an applicant over to the other unit.")
        )
    if held.relation == "in":
        raise Invalid(
            _("%(name)s is here as a mobile member; the relationship lies elsewhere.", name=person.name)
        )
    if held.relation == "lost":
        raise Invalid(_("%(name)s is out of contact; bring the contact back first.", name=person.name))
    if not held.since <= said.effective_on <= today() + AHEAD:
        raise Invalid(
            fields={
                "effective_on": _(
                    "The day lies before the person came (%(since)s) or more than a month ahead.",
                    since=held.since,
                )
            }
        )
    if said.dues_paid_to is not None and not 1950 <= said.dues_paid_to.year <= today().year + 1:
        raise Invalid(fields={"dues_paid_to": _("This cannot be right: %(day)s", day=said.dues_paid_to)})
    return unit, person


def _last_day(said: Particulars, days: int) -> date:
    """The last day for an answer: `days` after it was sent, and never before it takes effect."""
    return max(today() + timedelta(days=min(days, longest(today()))), said.effective_on)


def _begin(actor: Actor, membership: Membership, said: Particulars, **values: object) -> Transfer:
    """The row, the relationship on its way, the trail, the word to the person."""
    transfer = Transfer(
        line=membership.kind,
        direction="out",
        person_id=membership.person_id,
        from_unit_id=membership.unit_id,
        relation_before=membership.relation,
        effective_on=said.effective_on,
        dues_paid_to=said.dues_paid_to,
        reason=clean(said.reason, 200),
        external_no=clean(said.external_no, 60),
        asked_by=actor.person_id,
        form_key=said.form_key,
        state="sent",
        **values,
    )
    membership.relation = "leaving"
    db.session.add(transfer)
    db.session.flush()
    record(
        actor,
        verb="transfer.send",
        object_type="transfer",
        object_id=transfer.id,
        unit_id=transfer.from_unit_id,
        detail={"route": transfer.route, "to": transfer.to_unit_id, "on": said.effective_on.isoformat()},
    )
    return transfer


def send_inside(actor: Actor, membership: Membership, *, to: Unit, said: Particulars) -> Transfer:
    """Send a member to another unit of the tenant, whose side then accepts or refuses.

    The same form again gives the transfer it made. Raises Forbidden outside the actor's reach; Conflict where the
    person is on the way already; Invalid with the field.
    """
    if (sent := _sent_before(said.form_key)) is not None:
        return sent
    _check(actor, membership, said)
    if to.id == membership.unit_id:
        raise Invalid(fields={"place": _("The person belongs there already.")})
    if to.line != membership.kind or to.state != "active" or to.kind not in TAKING:
        raise Invalid(fields={"place": _("This unit cannot take the person.")})
    transfer = _begin(
        actor,
        membership,
        said,
        route="inside",
        to_unit_id=to.id,
        expires_on=_last_day(said, validity("system", today()).days),
    )
    tell_receivers(actor, transfer, "arrived")
    tell(actor, transfer, "sent", [transfer.person_id])
    return transfer


def send_to_tenant(actor: Actor, membership: Membership, *, place: Place, said: Particulars) -> Transfer:
    """Send a member to a unit that another tenant publishes: one row of the exchange, sealed for it.

    Raises as `send_inside`; Invalid where the unit is no longer published; Conflict where the tenant would lose its
    last administrator.
    """
    if (sent := _sent_before(said.form_key)) is not None:
        return sent
    unit, person = _check(actor, membership, said)
    found = published(place.tenant_id, place.unit_id, membership.kind)
    if found is None:
        raise Invalid(fields={"place": _("This unit is not (or no longer) open to receive. Choose another.")})
    keep_an_admin(without=person.id)
    sender_id = current_tenant()
    closed = close(_payload(person, membership, said), sender_id=sender_id, receiver_id=found.tenant_id)
    expires_on = _last_day(said, validity("system", today()).days)
    exchange_id = db.session.execute(
        insert(Exchange)
        .values(
            receiver_id=found.tenant_id,
            wanted_unit_id=found.unit_id,
            line=membership.kind,
            sender_name=f"{actor.tenant_name} {unit.name}".strip(),
            receiver_name=found.said,
            effective_on=said.effective_on,
            expires_on=expires_on,
            sealed=closed.sealed,
            wrapped_key=closed.wrapped_key,
        )
        .returning(Exchange.id)
    ).scalar_one()
    transfer = _begin(
        actor,
        membership,
        said,
        route="tenant",
        other_name=found.said,
        expires_on=expires_on,
        exchange_tenant_id=sender_id,
        exchange_id=exchange_id,
    )
    tell(actor, transfer, "sent", [transfer.person_id])
    return transfer


def send_outside(
    actor: Actor,
    membership: Membership,
    *,
    addressed_to: str,
    unit_there: str,
    valid_days: int,
    contact: str,
    said: Particulars,
) -> Transfer:
    """Send a member to an organisation outside, with a letter of introduction in three parts.

    `addressed_to` is the organisation that the letter speaks to, `unit_there` the unit the person goes to; `valid_days`
    counts from today and is at most the longest validity (shared.transfers.validity).
    """
    if (sent := _sent_before(said.form_key)) is not None:
        return sent
    _unit, person = _check(actor, membership, said)
    other = clean(addressed_to, 120)
    if not other:
        raise Invalid(fields={"addressed_to": _("Name the organisation that the letter is addressed to.")})
    keep_an_admin(without=person.id)
    transfer = _begin(
        actor,
        membership,
        said,
        route="outside",
        other_name=other,
        other_unit=clean(unit_there, 120),
        expires_on=_last_day(said, valid_days),
    )
    issue(actor, transfer, valid_days=valid_days, contact=contact, form_key=said.form_key)
    tell(actor, transfer, "sent", [transfer.person_id])
    return transfer


def _payload(person: Person, membership: Membership, said: Particulars) -> Payload:
    opened = keys()
    return Payload(
        name=person.name,
        status=membership.status,
        sex=person.sex,
        ethnic=person.ethnic,
        born=_text(person.born),
        identity=show_identity(opened, person.identity_sealed, full=True),
        phone=show_phone(opened, person.phone_sealed, full=True),
        email=person.email or "",
        locale=person.locale,
        joined=_text(membership.joined),
        confirmed=_text(membership.confirmed),
        card_number=membership.card_number,
        education=person.education,
        political=person.political,
        household=person.household,
        employment=person.employment,
        dues_paid_to=_text(said.dues_paid_to),
        reason=clean(said.reason, 200),
        external_no=clean(said.external_no, 60),
    )


def _text(day: PartialDate | None) -> str | None:
    return day.text if day is not None else None
