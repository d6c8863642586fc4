"""Single changes of the tree: set up, change, move."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import BigInteger, Text, cast, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.actions.checks import (
    Register,
    check_dates,
    check_name_is_free,
    check_place,
    check_sector,
    clean_name,
    clean_register,
)
from shared.organisations.actions.history import note_change, write_versions
from shared.organisations.kinds import KINDS, kind_name, may_stand_under
from shared.organisations.models import Unit, UnitTerm
from shared.organisations.terms import terms
from shared.tenancy import current_tenant

#: First half of the advisory lock that lets only one change of the tree's shape happen at a time in a tenant.
_TREE_LOCK = 7411


def lock_tree() -> None:
    """Two moves at once could make a circle that neither sees; so they come one after the other."""
    db.session.execute(
        select(func.pg_advisory_xact_lock(_TREE_LOCK, func.hashint8(cast(current_tenant(), BigInteger))))
    )


def set_terms(units: Iterable[tuple[int, str]]) -> None:
    """Write the search terms of these units (id, name) anew, in three statements whatever their number."""
    wanted = list(units)
    if not wanted:
        return
    db.session.execute(delete(UnitTerm).where(UnitTerm.unit_id.in_([unit_id for unit_id, _name in wanted])))
    ids: list[int] = []
    found: list[str] = []
    for unit_id, name in wanted:
        for term in terms(name):
            ids.append(unit_id)
            found.append(term)
    values = func.unnest(cast(ids, ARRAY(BigInteger)), cast(found, ARRAY(Text)))
    rows = values.table_valued("unit_id", "term").render_derived()
    db.session.execute(insert(UnitTerm).from_select(["unit_id", "term"], select(rows.c.unit_id, rows.c.term)))


def add_unit(
    actor: Actor,
    *,
    parent: Unit | None,
    name: str,
    kind: str,
    sector: str = "organ",
    founded_on: date | None = None,
    term_ends_on: date | None = None,
    duties_since: date | None = None,
    reason: str = "",
    register: Register | None = None,
) -> Unit:
    """Set up a unit below `parent` (None: at the top). `duties_since` defaults to the first day of this month:
    what was due before is nobody's fault.

    Raises Invalid with the field that is wrong: name taken in the same place, kind that may not stand there, dates.
    """
    plain, register = clean_name(name), clean_register(register or Register())
    lock_tree()
    if parent is not None:
        # What was read before the lock may have moved or ended since.
        db.session.refresh(parent)
    check_place(kind, parent)
    check_dates(founded_on, term_ends_on)
    check_sector(sector)
    check_name_is_free(plain, parent.id if parent else None)
    unit = Unit(
        parent_id=parent.id if parent else None,
        path="",
        line=KINDS[kind].line,
        kind=kind,
        name=plain,
        sector=sector,
        founded_on=founded_on,
        term_ends_on=term_ends_on,
        duties_since=duties_since or today().replace(day=1),
        credit_code=register.credit_code,
        legal_number=register.legal_number,
        staff_count=register.staff_count,
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = (parent.path if parent else "") + f"{unit.id:010d}."
    set_terms([(unit.id, plain)])
    note_change(unit, "set_up", reason=reason, on=founded_on)
    db.session.flush()
    write_versions([unit.id], on=founded_on or today())
    record(
        actor, verb="unit.add", object_type="unit", object_id=unit.id, unit_id=unit.id, detail={"kind": kind}
    )
    return unit


def change_unit(
    actor: Actor,
    unit: Unit,
    *,
    name: str,
    kind: str,
    sector: str,
    founded_on: date | None,
    term_ends_on: date | None,
    duties_since: date,
    reason: str,
    register: Register | None = None,
) -> bool:
    """Rename a unit or change its kind, sector, dates or register (None: as it is); a reason is needed for a new
    name or kind.

    Returns whether anything changed. Raises Invalid like add_unit, and when something stands below that may not.
    """
    plain = clean_name(name)
    register = (
        Register(unit.credit_code, unit.legal_number, unit.staff_count)
        if register is None
        else clean_register(register)
    )
    lock_tree()
    # What was read before the lock may have changed since.
    db.session.refresh(unit)
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved already.", name=unit.name))
    parent = db.session.execute(select(Unit).where(Unit.id == unit.parent_id)).scalar_one_or_none()
    check_dates(founded_on, term_ends_on)
    check_sector(sector)
    if (plain != unit.name or kind != unit.kind) and not reason.strip():
        raise Invalid(fields={"reason": _("Say why, or name the approving document.")})
    if kind != unit.kind:
        check_place(kind, parent)
        if KINDS[kind].line != unit.line:
            raise Invalid(fields={"kind": _("A unit stays on its line, Party or union.")})
        below = db.session.scalars(
            select(Unit.kind).where(Unit.parent_id == unit.id, Unit.state == "active").distinct()
        )
        for child in below:
            if not may_stand_under(child, kind):
                raise Invalid(
                    fields={
                        "kind": _(
                            "%(kind)s cannot stand directly below %(parent)s.",
                            kind=kind_name(child),
                            parent=kind_name(kind),
                        )
                    }
                )
    changed = {}
    if plain != unit.name:
        check_name_is_free(plain, unit.parent_id, but=unit.id)
        note_change(unit, "rename", before=unit.name, after=plain, reason=reason)
        set_terms([(unit.id, plain)])
        changed["name"] = True
    if kind != unit.kind:
        note_change(unit, "change", before=unit.kind, after=kind, reason=reason)
        changed["kind"] = True
    for field, value in (
        ("sector", sector),
        ("founded_on", founded_on),
        ("term_ends_on", term_ends_on),
        ("duties_since", duties_since),
        ("credit_code", register.credit_code),
        ("legal_number", register.legal_number),
        ("staff_count", register.staff_count),
    ):
        if getattr(unit, field) != value:
            changed[field] = True
            setattr(unit, field, value)
    unit.name, unit.kind = plain, kind
    if not changed:
        return False
    db.session.flush()
    write_versions([unit.id], on=today())
    record(
        actor,
        verb="unit.change",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"fields": sorted(changed)},
    )
    return True


def move_unit(actor: Actor, unit: Unit, *, to: Unit, reason: str) -> int:
    """Put a unit with all below it under another superior (划转); returns how many units moved.

    One UPDATE rewrites the paths. Raises Invalid when `to` stands below the unit, or may not stand above it.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why, or name the approving document.")})
    lock_tree()
    # What was read before the lock may have moved since.
    db.session.refresh(unit)
    db.session.refresh(to)
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved already.", name=unit.name))
    if to.path.startswith(unit.path):
        raise Invalid(fields={"parent_id": _("A unit cannot be put below itself or one of its own units.")})
    if to.id == unit.parent_id:
        raise Invalid(fields={"parent_id": _("The unit stands there already.")})
    check_place(unit.kind, to)
    check_name_is_free(unit.name, to.id, but=unit.id)
    old_path = unit.path
    old_parent = db.session.scalar(select(Unit.name).where(Unit.id == unit.parent_id)) or ""
    new_path = f"{to.path}{unit.id:010d}."
    unit.parent_id = to.id
    db.session.flush()
    moved = db.session.scalars(
        update(Unit)
        .where(func.starts_with(Unit.path, old_path))
        .values(path=literal(new_path) + func.substr(Unit.path, len(old_path) + 1))
        .returning(Unit.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.refresh(unit)
    note_change(unit, "move", before=old_parent, after=to.name, reason=reason)
    write_versions([unit.id], on=today())
    record(
        actor,
        verb="unit.move",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"to": to.id, "units": len(moved)},
    )
    return len(moved)
