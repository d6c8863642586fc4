"""How an execution writes units: rows, places, paths, versions, search terms, history."""

from datetime import date

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.db import db
from shared.errors import Conflict
from shared.i18n import _
from shared.organisations.actions import set_terms, write_versions
from shared.reforms.operations import Node, Tree

_LOCK = text("select id from unit where id = any(cast(:ids as bigint[])) order by id for update")
_MADE = text(
    """
    insert into unit (path, line, kind, name, sector, founded_on, duties_since)
    select '~r' || cast(:reform_id as bigint) || '.' || given.place, given.line, given.kind, given.name, given.sector,
        :on, :on
    from unnest(cast(:lines as text[]), cast(:kinds as text[]), cast(:names as text[]), cast(:sectors as text[]))
        with ordinality as given (line, kind, name, sector, place)
    order by given.place returning id
    """
)
_PLACE = text(
    """
    update unit set parent_id = given.parent_id, path = given.path
    from unnest(cast(:ids as bigint[]), cast(:parents as bigint[]), cast(:paths as text[]))
        as given (id, parent_id, path)
    where unit.id = given.id
    """
)
_EFFECTS = text(
    """
    insert into reform_effect (reform_id, unit_id, act, before)
    select :reform_id, unit.id, 'changed', jsonb_build_object('parent_id', unit.parent_id, 'name', unit.name,
        'kind', unit.kind, 'state', unit.state, 'ended_on', unit.ended_on, 'followed_by', unit.followed_by)
    from unit where unit.id = any(cast(:changed as bigint[]))
    union all
    select :reform_id, made_id, 'made', null from unnest(cast(:made as bigint[])) as made_id
    """
)
_CHANGE = text(
    """
    update unit set parent_id = given.parent_id, name = given.name, kind = given.kind, state = given.state,
        ended_on = case when given.state = 'dissolved' then coalesce(unit.ended_on, :on) end,
        followed_by = given.followed_by
    from unnest(cast(:ids as bigint[]), cast(:parents as bigint[]), cast(:names as text[]), cast(:kinds as text[]),
        cast(:states as text[]), cast(:followers as bigint[])) as given (id, parent_id, name, kind, state, followed_by)
    where unit.id = given.id
    """
)
#: Everything below a moved unit goes along; the nearest moved unit above decides. A range, because its ends may come
#: from another row and still be found in the index.
_PATHS = text(
    """
    update unit set path = nearest.fresh || substr(unit.path, length(nearest.stale) + 1)
    from (
        select distinct on (below.id) below.id, given.stale, given.fresh
        from unnest(cast(:stale as text[]), cast(:fresh as text[])) as given (stale, fresh)
        join unit as below on below.path >= given.stale and below.path < given.stale || '~'
        order by below.id, length(given.stale) desc
    ) as nearest
    where unit.id = nearest.id
    """
)
_NOTES = text(
    """
    insert into unit_change (unit_id, what, on_date, before, after, reason, reform_id)
    select given.unit_id, given.what, :on, given.before, given.after, :reason, :reform_id
    from unnest(cast(:units as bigint[]), cast(:whats as text[]), cast(:befores as text[]), cast(:afters as text[]))
        with ordinality as given (unit_id, what, before, after, place)
    order by given.place
    """
)
_STEPS = text(
    "update reform_step set made_id = given.unit_id"
    " from unnest(cast(:steps as bigint[]), cast(:units as bigint[])) as given (id, unit_id)"
    " where reform_step.id = given.id"
)
_MARKS = text(
    """
    select (select max(id) from event) as event, (select max(id) from post) as post,
        (select max(id) from due_item) as due_item, (select max(id) from reminder) as reminder,
        (select max(id) from unit_change) as unit_change
    """
)


def lock_units(ids: list[int]) -> None:
    """Hold these units: nobody adds a person, post, record or duty to them until the transaction ends.

    Raises Conflict where somebody else holds one of them for longer than a page waits, such as an import.
    """
    try:
        db.session.execute(_LOCK, {"ids": ids})
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise Conflict(
                _("Somebody is working on these units at this moment. Try again in a minute.")
            ) from error
        raise


def write_units(reform_id: int, tree: Tree, *, on: date) -> dict[int, int]:
    """Set up and change the units, with their paths, versions and search terms; returns step → unit set up."""
    made, changed = tree.made(), tree.changed()
    grown = Tree(tree.grown)
    ids: dict[int, int] = {}
    if made:
        values = {
            "reform_id": reform_id,
            "on": on,
            "lines": [node.line for node in made],
            "kinds": [node.kind for node in made],
            "names": [node.name for node in made],
            "sectors": [node.sector for node in made],
        }
        keys = sorted(db.session.scalars(_MADE, values))
        ids = {node.id: key for node, key in zip(made, keys, strict=True)}
        _place(tree, made, ids)
    _effects(reform_id, changed, ids)
    _change(changed, ids, on)
    moved = [node for node in changed if node.parent_id != tree.grown[node.id].parent_id]
    if moved:
        paths = {"stale": [grown.path(node.id, {}) for node in moved]}
        db.session.execute(_PATHS, {**paths, "fresh": [tree.path(node.id, ids) for node in moved]})
    renamed = [(node.id, node.name) for node in changed if node.name != tree.grown[node.id].name]
    set_terms([*((ids[node.id], node.name) for node in made), *renamed])
    touched = [*(node.id for node in changed), *ids.values()]
    write_versions(touched, on=on, reform_id=reform_id)
    return ids


def _place(tree: Tree, made: list[Node], ids: dict[int, int]) -> None:
    values = {
        "ids": [ids[node.id] for node in made],
        "parents": [_key(node.parent_id, ids) for node in made],
        "paths": [tree.path(node.id, ids) for node in made],
    }
    db.session.execute(_PLACE, values)


def _key(key: int | None, ids: dict[int, int]) -> int | None:
    return None if key is None else ids.get(key, key)


def _effects(reform_id: int, changed: list[Node], ids: dict[int, int]) -> None:
    values = {"reform_id": reform_id, "changed": [node.id for node in changed], "made": list(ids.values())}
    db.session.execute(_EFFECTS, values)


def _change(changed: list[Node], ids: dict[int, int], on: date) -> None:
    values = {
        "on": on,
        "ids": [node.id for node in changed],
        "parents": [_key(node.parent_id, ids) for node in changed],
        "names": [node.name for node in changed],
        "kinds": [node.kind for node in changed],
        "states": ["active" if node.state == "active" else "dissolved" for node in changed],
        "followers": [_key(node.followed_by, ids) for node in changed],
    }
    db.session.execute(_CHANGE, values)


def write_notes(reform_id: int, tree: Tree, ids: dict[int, int], *, on: date, reason: str) -> None:
    """The lines that the units' histories get, with the document."""
    values = {
        "reform_id": reform_id,
        "on": on,
        "reason": reason,
        "units": [ids.get(note.unit, note.unit) for note in tree.notes],
        "whats": [note.what for note in tree.notes],
        "befores": [note.before for note in tree.notes],
        "afters": [note.after for note in tree.notes],
    }
    db.session.execute(_NOTES, values)


def note_made(ids: dict[int, int]) -> None:
    """Which unit each step has set up."""
    if ids:
        db.session.execute(_STEPS, {"steps": [-step for step in ids], "units": list(ids.values())})


def marks() -> dict[str, int]:
    """The last keys of this moment: what has a later one was entered since."""
    row = db.session.execute(_MARKS).one()
    return {name: int(key or 0) for name, key in row._mapping.items()}
