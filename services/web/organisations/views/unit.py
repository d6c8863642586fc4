"""Pages of the tree and its units."""

import secrets

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.organisations.views.lacking import lacking
from services.web.organisations.views.tree import one_level, unfolded_tree
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries import unit_todo
from shared.duties.queries.terms import term_rule
from shared.errors import Forbidden
from shared.i18n import _, lazy_
from shared.members.queries import count_by_status, posts_at
from shared.members.queries.lacks import register_counts
from shared.members.statuses import STATUSES, statuses_on
from shared.organisations import queries
from shared.organisations.kinds import SECTORS, kind_name
from shared.organisations.models import Unit

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")

_WORDS = {
    "set_up": lazy_("Set up"),
    "rename": lazy_("Renamed"),
    "move": lazy_("Put under another superior"),
    "change": lazy_("Kind changed"),
    "dissolve": lazy_("Dissolved"),
    "split": lazy_("Divided"),
    "merge": lazy_("Merged"),
    "hand_over": lazy_("Handed over"),
    "undo": lazy_("Reorganisation undone"),
}


@blueprint.get("")
@requires(Permission.UNIT_VIEW)
def index() -> str | Response:
    """The actor's own unit, or the top of the tree; with `q` the units that match in the tree's place."""
    unit = queries.first_in_reach(actor())
    if unit is None:
        if not actor().reaches(Permission.UNIT_VIEW):
            raise Forbidden(_("Your role reaches no unit."))
        return render_template("organisations/empty.html", may_edit=actor().can(Permission.UNIT_EDIT))
    return _page(unit)


@blueprint.get("/<int:unit_id>")
@requires(Permission.UNIT_VIEW)
def show(unit_id: int) -> str:
    return _page(fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_VIEW))


@blueprint.get("/<int:unit_id>/below")
@requires(Permission.UNIT_VIEW)
def below(unit_id: int) -> str:
    """The tree's lines below one unit, fetched at its first unfolding."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.UNIT_VIEW)
    return render_template("organisations/_below.html", nodes=one_level(actor(), unit.id))


def _page(unit: Unit) -> str:
    on, who = today(), actor()
    words = request.args.get("q", "").strip()[:60]
    card = queries.unit_card(unit)
    posts = posts_at(unit.id)
    counts = count_by_status(unit.path)
    order = statuses_on(unit.line)
    by_status = {count.status: count.people for count in counts}
    members = sum(
        count.people for count in counts if count.status in STATUSES and STATUSES[count.status].counts
    )
    return render_template(
        "organisations/show.html",
        unit=unit,
        card=card,
        kind=kind_name(unit.kind),
        sector=SECTORS.get(unit.sector, ""),
        term_rule=term_rule(unit, on),
        tree=None if words else unfolded_tree(who, unit.path),
        typed=words,
        hits=queries.find(who, words) if words else [],
        kind_name=kind_name,
        posts=posts,
        leader=next((row for row in posts if row.rank == 1), None),
        counts=[
            (STATUSES[key].name, key, by_status.get(key, 0))
            for key in order
            if by_status.get(key) or key == order[0]
        ],
        members=members,
        todo=unit_todo(who, unit.id, on) if who.can(Permission.DUTY_VIEW, unit.path) else [],
        lacks=lacking(unit, on=on) if unit.state == "active" else [],
        history=[(change, _WORDS[change.what]) for change in queries.history(unit.id)],
        links=queries.links_of(unit),
        sees=lambda path: who.can(Permission.UNIT_VIEW, path),
        follows=queries.continuing(unit),
        register=register_counts(unit.path) if unit.state == "active" and unit.line == "union" else None,
        has_reforms="reforms.show" in current_app.view_functions and who.may(Permission.REFORM_VIEW),
        term_left=(unit.term_ends_on - on).days if unit.term_ends_on else None,
        on=on,
        may_edit=unit.state == "active" and who.can(Permission.UNIT_EDIT, unit.path),
        may_top=who.can(Permission.UNIT_EDIT),
        may_record=unit.state == "active" and who.can(Permission.DUTY_RECORD, unit.path),
        form_key=secrets.token_hex(12),
        may_remind=who.can(Permission.REMINDER_SEND, unit.path),
        may_members=who.can(Permission.MEMBER_VIEW, unit.path),
        may_people=unit.state == "active" and who.can(Permission.MEMBER_EDIT, unit.path),
    )
