"""Named campaigns and plans over several years: items of many plans stand together under one name."""

from sqlalchemy import BigInteger, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import Campaign, Plan, PlanItem

MAX_NAME = 120
MAX_REMARK = 500


def _check(name: str, year_from: int | None, year_to: int | None, remark: str) -> tuple[int, int]:
    wrong: dict[str, object] = {}
    if not name.strip():
        wrong["name"] = _("This is missing.")
    elif len(name) > MAX_NAME:
        wrong["name"] = _("At most %(n)s characters.", n=MAX_NAME)
    if len(remark) > MAX_REMARK:
        wrong["remark"] = _("At most %(n)s characters.", n=MAX_REMARK)
    last = year_to if year_to is not None else year_from
    if year_from is None or not 2000 <= year_from <= 2199:
        wrong["year_from"] = _("Check the year.")
    elif last is None or not 2000 <= last <= 2199:
        wrong["year_to"] = _("Check the year.")
    elif last < year_from:
        wrong["year_to"] = _("The end lies before the beginning.")
    if wrong or year_from is None or last is None:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(name, remark)
    return year_from, last


def make_campaign(
    actor: Actor,
    *,
    unit: Unit,
    name: str,
    year_from: int | None,
    year_to: int | None,
    remark: str,
    form_key: str,
) -> tuple[Campaign, bool]:
    """A campaign of this unit; the same form again gives the same one and False. Invalid names each wrong field."""
    known = db.session.scalar(select(Campaign).where(Campaign.form_key == form_key))
    if known is not None:
        return known, False
    first, last = _check(name, year_from, year_to, remark)
    row = Campaign(
        unit_id=unit.id,
        name=name.strip(),
        year_from=first,
        year_to=last,
        remark=remark.strip(),
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    _note(actor, row, "campaign.make")
    return row, True


def change_campaign(
    actor: Actor,
    *,
    campaign: Campaign,
    name: str,
    year_from: int | None,
    year_to: int | None,
    remark: str,
    state: str,
) -> None:
    """Name, years, remark, and whether items are still put under it. Raises Invalid with the wrong fields."""
    first, last = _check(name, year_from, year_to, remark)
    if state not in ("open", "closed"):
        raise Invalid(_("Choose one of the list."))
    campaign.name, campaign.remark, campaign.state = name.strip(), remark.strip(), state
    campaign.year_from, campaign.year_to = first, last
    _note(actor, campaign, "campaign.change")


def put_items(actor: Actor, *, campaign: Campaign, plan: Plan, item_ids: list[int]) -> int:
    """Have exactly these items of a plan stand under the campaign; how many came or went. One statement.

    An item stands under one campaign: one that stood under another stands here from now on. Only plans of the
    campaign's unit and of those below it: whoever reads the campaign reads their items.
    """
    if campaign.state != "open":
        raise Conflict(_("This campaign is closed."))
    if not _holds(campaign, plan):
        raise Conflict(_("Choose one of the list."))
    chosen = PlanItem.id == any_(literal(item_ids, ARRAY(BigInteger)))
    here = PlanItem.campaign_id == campaign.id
    came = db.session.scalars(
        update(PlanItem)
        .where(
            PlanItem.plan_id == plan.id,
            PlanItem.state == "item",
            chosen,
            PlanItem.campaign_id.is_distinct_from(campaign.id),
        )
        .values(campaign_id=campaign.id)
        .returning(PlanItem.id)
        .execution_options(synchronize_session=False)
    ).all()
    went = db.session.scalars(
        update(PlanItem)
        .where(PlanItem.plan_id == plan.id, here, ~chosen)
        .values(campaign_id=None)
        .returning(PlanItem.id)
        .execution_options(synchronize_session=False)
    ).all()
    if came or went:
        _note(actor, campaign, "campaign.items", came=len(came), went=len(went))
    return len(came) + len(went)


def _path(unit_id: int) -> str:
    return db.session.scalars(select(Unit.path).where(Unit.id == unit_id)).one()


def _holds(campaign: Campaign, plan: Plan) -> bool:
    return _path(plan.unit_id).startswith(_path(campaign.unit_id))


def plans_to_take_from(actor: Actor, campaign: Campaign) -> list[tuple[int, str]]:
    """Plans in reach whose items may be put under the campaign, newest first. Two queries."""
    rows = db.session.execute(
        select(Plan.id, Plan.title)
        .join(Unit, (Unit.tenant_id == Plan.tenant_id) & (Unit.id == Plan.unit_id))
        .where(
            Plan.state != "void",
            reach_filter(actor, Permission.PLAN_EDIT, Unit.path),
            func.starts_with(Unit.path, _path(campaign.unit_id)),
        )
        .order_by(Plan.id.desc())
        .limit(200)
    )
    return [(row[0], row[1]) for row in rows]


def _note(actor: Actor, campaign: Campaign, verb: str, **detail: int) -> None:
    record(
        actor,
        verb=verb,
        object_type="campaign",
        object_id=campaign.id,
        unit_id=campaign.unit_id,
        detail=detail,
    )
