"""What could leak: the neighbour's and the colleague's side of a world filled with rows that bear a mark.

The marks are names nobody types: whoever finds one in an answer has seen what was not theirs.
"""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select, text, update

from shared.db import db, transaction
from shared.events.models import Event
from shared.files import File
from shared.imports.models import Batch
from shared.jobs import Job
from shared.members.actions.people import set_terms as find_people_by
from shared.members.models import Membership, Person, Post
from shared.members.terms import name_key
from shared.messages.models import Delivery
from shared.organisations.actions import set_terms as find_units_by
from shared.organisations.models import Unit
from shared.tenancy import platform, tenant
from shared.tenants.models import Tenant
from tests.factories.objects import MAKERS, make
from tests.world import Cast, Side, World, build

#: Stand in every name of the side; found by 秘, by mi and by m.
NEIGHBOUR = "秘邻甲"
COLLEAGUE = "秘同乙"
#: The same for what one may see, in the same places, so that a page that shows nothing at all is noticed.
OWN = "秘己丙"


@dataclass(frozen=True)
class Leaks:
    world: World
    #: Argument's name → the key of an object of the side, and of the colleague's.
    neighbours: dict[str, int]
    colleagues: dict[str, int]
    own: dict[str, int]


def mark_all(app: Flask, side: Side, mark: str, units: list[int], people: list[Cast]) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for number, unit_id in enumerate(units):
                name = f"{mark}{'一二三四'[number]}支部"
                db.session.execute(update(Unit).where(Unit.id == unit_id).values(name=name))
                find_units_by([(unit_id, name)])
            for number, cast in enumerate(people):
                name = f"{mark}{'一二三四五六七八九'[number]}"
                assert cast.person_id is not None
                values = {"name": name, "name_key": name_key(name)}
                db.session.execute(update(Person).where(Person.id == cast.person_id).values(values))
                find_people_by([(cast.person_id, name)])
        db.session.remove()


def fill(app: Flask, side: Side, unit_id: int, owner: Cast, mark: str) -> dict[str, int]:
    """One object of every kind at the unit, each with the mark, and one overdue item for every month."""
    found = {argument: make(app, argument, side, unit_id, owner) for argument in MAKERS}
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for model, key, values in (
                (Event, "event_id", {"title": f"{mark}活动", "place": f"{mark}会议室"}),
                (File, "file_id", {"name": f"{mark}台账.pdf"}),
                (Job, "job_id", {"subject": f"{mark}打印"}),
                (Batch, "batch_id", {"file_name": f"{mark}.xlsx"}),
                (Delivery, "delivery_id", {"subject": f"{mark}提醒"}),
            ):
                db.session.execute(update(model).where(model.id == found[key]).values(values))
        membership = select(Membership.id).where(Membership.person_id == found["person_id"])
        found["membership_id"] = db.session.scalars(membership).one()
        found["post_id"] = db.session.scalars(select(Post.id).where(Post.unit_id == unit_id)).one()
        db.session.remove()
    return found


def leaks(app: Flask) -> Leaks:
    """A fresh world of which the union and the organ's other branch bear marks."""
    world = build(app)
    organ, union = world.organ, world.union
    assert organ.colleague is not None
    assert union.colleague is not None
    with app.app_context(), platform():
        with transaction():
            changed = update(Tenant).where(Tenant.id == union.tenant_id).values(name=f"{NEIGHBOUR}工会")
            db.session.execute(changed)
        db.session.remove()
    everybody = [*union.cast.values(), union.colleague]
    mark_all(app, union, NEIGHBOUR, [union.root, union.middle, union.branch, union.other_branch], everybody)
    mark_all(app, organ, COLLEAGUE, [organ.other_branch], [organ.colleague])
    mark_all(app, organ, OWN, [organ.branch], [organ["keeper"]])
    return Leaks(
        world,
        fill(app, union, union.branch, union["secretary"], NEIGHBOUR),
        fill(app, organ, organ.other_branch, organ.colleague, COLLEAGUE),
        fill(app, organ, organ.branch, organ["keeper"], OWN),
    )


def print_of(app: Flask, tenant_id: int, *, of_unit: int | None = None) -> dict[str, str]:
    """A digest of every row of a tenant, table by table; where `of_unit` is given, of that unit's and its people's."""
    found = {}
    with app.app_context(), tenant(tenant_id):
        tables = db.session.execute(
            text(
                "select table_name, array_agg(column_name::text) from information_schema.columns"
                " where table_schema = 'public' and table_name <> 'alembic_version' group by 1"
            )
        ).all()
        for table, columns in tables:
            if of_unit is None:
                where = "true"
            elif "unit_id" in columns:
                where = "unit_id = :unit"
            elif table == "unit":
                where = "id = :unit"
            elif table == "person" or ("person_id" in columns and table not in ("audit_entry", "delivery")):
                key = "id" if table == "person" else "person_id"
                where = f"{key} in (select person_id from membership where unit_id = :unit)"
            else:
                continue
            digest = "coalesce(md5(string_agg(t::text, '' order by t::text)), '')"
            statement = f"select {digest} from {table} t where {where}"
            found[table] = db.session.execute(text(statement), {"unit": of_unit}).scalar_one()
        db.session.remove()
    return found
