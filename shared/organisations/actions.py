"""What is done to the tree: set up, change, move, dissolve; each step is kept in the history with its reason."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import BigInteger, Text, cast, column, delete, func, insert, literal, select, table, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.kinds import KINDS, SECTORS, kind_name, may_stand_under
from shared.organisations.models import Unit, UnitChange, UnitTerm
from shared.organisations.terms import terms
from shared.tenancy import current_tenant

#: The members' table, of which this noun knows only who belongs to a unit now.
_membership = table("membership", column("unit_id"), column("until"))
#: First half of the advisory lock that lets only one change of the tree's shape happen at a time in a tenant.
_TREE_LOCK = 7411
MAX_NAME = 120
#: Years a founding or a term's end may lie in.
YEARS = range(1900, 2100)


def _clean_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise Invalid(fields={"name": _("Give the unit a name.")})
    if len(plain) > MAX_NAME:
        raise Invalid(fields={"name": _("A unit's name has at most %(n)s characters.", n=MAX_NAME)})
    return plain


def _check_dates(founded_on: date | None, term_ends_on: date | None) -> None:
    if founded_on is not None and (founded_on.year not in YEARS or founded_on > today()):
        raise Invalid(
            fields={"founded_on": _("The day of founding cannot be right: %(day)s", day=founded_on)}
        )
    if term_ends_on is not None and term_ends_on.year not in YEARS:
        raise Invalid(
            fields={"term_ends_on": _("The end of the term cannot be right: %(day)s", day=term_ends_on)}
        )
    if founded_on is not None and term_ends_on is not None and term_ends_on <= founded_on:
        raise Invalid(fields={"term_ends_on": _("The term cannot end before the unit was founded.")})


def _check_place(kind: str, parent: Unit | None) -> None:
    if kind not in KINDS:
        raise Invalid(fields={"kind": _("There is no such kind of unit.")})
    if parent is not None and parent.state != "active":
        raise Invalid(fields={"parent_id": _("%(name)s is dissolved.", name=parent.name)})
    if not may_stand_under(kind, parent.kind if parent else None):
        raise Invalid(
            fields={
                "kind": _(
                    "%(kind)s cannot stand directly below %(parent)s.",
                    kind=kind_name(kind),
                    parent=kind_name(parent.kind) if parent else _("the top of the tree"),
                )
            }
        )


def _check_name_is_free(name: str, parent_id: int | None, *, but: int | None = None) -> None:
    taken = db.session.scalar(
        select(Unit.id).where(
            Unit.parent_id.is_not_distinct_from(parent_id),
            Unit.name == name,
            Unit.state == "active",
            Unit.id != (but or 0),
        )
    )
    if taken is not None:
        raise Invalid(fields={"name": _("There is already a unit of this name in the same place.")})


def _lock_tree() -> None:
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


def _note(
    unit: Unit, what: str, *, reason: str, on: date | None = None, before: str = "", after: str = ""
) -> None:
    db.session.add(
        UnitChange(
            unit_id=unit.id,
            what=what,
            on_date=on or today(),
            before=before,
            after=after,
            reason=reason.strip(),
        )
    )


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
) -> Unit:
    """Set up a unit below `parent` (None: at the top). `duties_since` defaults to the first day of this month:
    what was due before is nobody's fault.

    Raises Invalid with the field that is wrong: name taken in the same place, kind that may not stand there, dates.
    """
    plain = _clean_name(name)
    _lock_tree()
    _check_place(kind, parent)
    _check_dates(founded_on, term_ends_on)
    if sector not in SECTORS:
        raise Invalid(fields={"sector": _("There is no such sector.")})
    _check_name_is_free(plain, parent.id if parent else None)
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
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = (parent.path if parent else "") + f"{unit.id:010d}."
    set_terms([(unit.id, plain)])
    _note(unit, "set_up", reason=reason, on=founded_on)
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
) -> bool:
    """Rename a unit or change its kind, sector or dates; a reason is needed for a new name or kind.

    Returns whether anything changed. Raises Invalid like add_unit, and when something stands below that may not.
    """
    plain = _clean_name(name)
    _lock_tree()
    parent = db.session.execute(select(Unit).where(Unit.id == unit.parent_id)).scalar_one_or_none()
    _check_dates(founded_on, term_ends_on)
    if sector not in SECTORS:
        raise Invalid(fields={"sector": _("There is no such sector.")})
    if (plain != unit.name or kind != unit.kind) and not reason.strip():
        raise Invalid(fields={"reason": _("Say why, or name the approving document.")})
    if kind != unit.kind:
        _check_place(kind, parent)
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
        _check_name_is_free(plain, unit.parent_id, but=unit.id)
        _note(unit, "rename", before=unit.name, after=plain, reason=reason)
        set_terms([(unit.id, plain)])
        changed["name"] = True
    if kind != unit.kind:
        _note(unit, "change", before=unit.kind, after=kind, reason=reason)
        changed["kind"] = True
    for field, value in (
        ("sector", sector),
        ("founded_on", founded_on),
        ("term_ends_on", term_ends_on),
        ("duties_since", duties_since),
    ):
        if getattr(unit, field) != value:
            changed[field] = True
            setattr(unit, field, value)
    unit.name, unit.kind = plain, kind
    if not changed:
        return False
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
    _lock_tree()
    # What was read before the lock may have moved since.
    db.session.refresh(unit)
    db.session.refresh(to)
    if to.path.startswith(unit.path):
        raise Invalid(fields={"parent_id": _("A unit cannot be put below itself or one of its own units.")})
    if to.id == unit.parent_id:
        raise Invalid(fields={"parent_id": _("The unit stands there already.")})
    _check_place(unit.kind, to)
    _check_name_is_free(unit.name, to.id, but=unit.id)
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
    _note(unit, "move", before=old_parent, after=to.name, reason=reason)
    record(
        actor,
        verb="unit.move",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"to": to.id, "units": len(moved)},
    )
    return len(moved)


def dissolve_unit(actor: Actor, unit: Unit, *, on: date, reason: str) -> None:
    """Dissolve a unit (撤销): a status with a reason, never a deletion.

    Raises Invalid with their number while people or units belong to it; Conflict when it was done already.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why, or name the approving document.")})
    if on > today() or (unit.founded_on is not None and on < unit.founded_on):
        raise Invalid(fields={"on": _("The day lies in the future or before the founding: %(day)s", day=on)})
    _lock_tree()
    db.session.refresh(unit)
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved already.", name=unit.name))
    people = db.session.scalar(
        select(func.count())
        .select_from(_membership)
        .where(_membership.c.unit_id == unit.id, _membership.c.until.is_(None))
    )
    units = db.session.scalar(
        select(func.count()).select_from(Unit).where(Unit.parent_id == unit.id, Unit.state == "active")
    )
    if people or units:
        raise Invalid(
            _(
                "%(name)s still has %(people)s people and %(units)s units below it. Move them first.",
                name=unit.name,
                people=people,
                units=units,
            )
        )
    unit.state = "dissolved"
    _note(unit, "dissolve", on=on, reason=reason)
    record(actor, verb="unit.dissolve", object_type="unit", object_id=unit.id, unit_id=unit.id)
