"""谈心谈话: which branches still have talks to hold, and who has talked with whom in one of them."""

import re
from typing import Any

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.life.views.routes import address, blueprint, common, filter_asked, number, year_asked
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries.life import rules_of
from shared.errors import NotFound
from shared.events.queries.life import BRANCHES, LifeFilter, TalkBoard, talk_board, talks_page
from shared.events.queries.life.talks import TALK, Talker
from shared.i18n import _
from shared.organisations.models import Unit

#: People a page of the matrix.
ROWS = 50
#: Pairs proposed of each side.
PROPOSALS = 3
#: Of the categories of a talk, the one a form is filled with; a person changes it where it is another.
TOPIC = "thought"


def _after() -> str | None:
    path = request.args.get("after", "")
    return path if re.fullmatch(r"(\d{10}\.){1,30}", path, re.ASCII) else None


@blueprint.get("/talks")
@requires(Permission.MEMBER_VIEW)
def talks() -> str:
    """Branches in the order of the tree with what is still to be talked."""
    unit, given = filter_asked()
    page = talks_page(actor(), given, after=_after())
    return render_template(
        "life/talks.html",
        page=page,
        given=given,
        rules=rules_of(TALK, given.on),
        next=address(after=page.after) if page.after else None,
        counted=today(),
        **common(unit, given.year),
    )


def record_address(unit_id: int, chair: int, partner: int) -> str:
    """The form of a talk, filled: who with whom; the day and the category are proposed."""
    return url_for("events.new", unit_id=unit_id, kind=TALK, chair_id=chair, partner=partner, topic=TOPIC)


def _shown(board: TalkBoard, given: LifeFilter) -> tuple[list[Talker], int | None]:
    """The members of this page of the matrix, and the person after whom the next one begins."""
    members = board.members
    if given.view == "missing":
        waiting = {*board.members_left, *board.among_left}
        members = [one for one in members if one.id in waiting]
    keys = [one.id for one in members]
    after = number("after")
    start = keys.index(after) + 1 if after in keys else 0
    page = members[start : start + ROWS]
    return page, page[-1].id if start + ROWS < len(members) else None


def _rows(board: TalkBoard, people: list[Talker]) -> list[dict[str, Any]]:
    """One row a person: the cell with each of the committee, and whether the two sides are served."""
    without, alone = set(board.members_left), set(board.among_left)
    return [
        {
            "person": person,
            "cells": [
                None if one.id == person.id else (one, board.cell(one.id, person.id))
                for one in board.committee
            ],
            "without": person.id in without,
            "alone": person.id in alone,
        }
        for person in people
    ]


@blueprint.get("/talks/<int:unit_id>")
@requires(Permission.MEMBER_VIEW)
def talks_of(unit_id: int) -> str:
    """One branch's matrix of talks, and the next pairs."""
    unit = fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_VIEW)
    view = request.args.get("view")
    given = LifeFilter(year_asked(), path=unit.path, view="all" if view == "all" else "missing")
    if unit.line != "party":
        raise NotFound(_("Talks are kept for branches of the Party."))
    board = talk_board(unit.id, given)
    people, after = _shown(board, given)
    may_record = actor().can(Permission.DUTY_RECORD, unit.path) and given.year == today().year
    sides = {
        "committee": _("Within the committee"),
        "member": _("Committee and member"),
        "members": _("Among members"),
    }
    return render_template(
        "life/board.html",
        **common(unit, given.year),
        may_record=may_record,
        board=board,
        given=given,
        proposals=board.proposals(each=PROPOSALS) if given.year == today().year else [],
        lacking="due" if given.year == today().year else "late",
        sides=sides,
        committee=_rows(board, board.committee),
        members=_rows(board, people),
        record_address=record_address,
        is_branch=unit.kind in BRANCHES,
        next=address(after=after) if after else None,
        counted=today(),
    )
